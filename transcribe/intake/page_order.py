"""Which pictures that follow each other are pages of one filled-in form, told from their page numbers alone.

Pages of two orders in one scan give a record that is wrong and looks right. So the pages of a folder are put together
only where one order of pages explains it best. Where two explanations put them together differently, they stay in
doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

UNKNOWN_NUMBER = 0
"""The number of a page that fits no page of its form: it may be any of them."""
Numbers = Sequence[int | None]
"""The page numbers of pictures in their order. None where something else lies between them."""

MAX_STRAY_DISTANCE = 2
"""Incomplete forms with at most one complete one between them may have pages of each other."""


class PageGroup(NamedTuple):
    """Places in the sequence whose pages are one filled-in form, and whether that is clear."""

    members: tuple[int, ...]
    clear: bool


def group_pages(numbers: Numbers, pages: int, *, natural: bool = False) -> list[PageGroup]:
    """The forms of so many pages in a sequence, complete or not, in order. None in the sequence parts them.

    `natural` says that earlier pages of the same folder lay in the order of the form.
    """
    plans = _plans(numbers, pages, natural=natural or begins_in_order(numbers, pages))
    sure = set(plans[0]).intersection(*map(set, plans[1:]))
    doubtful = _doubtful(plans[0], numbers, pages)
    return [PageGroup(each, each in sure and each not in doubtful) for each in plans[0]]


def begins_in_order(numbers: Numbers, pages: int) -> bool:
    """Whether the first pages are those of a form in its own order."""
    return list(numbers[:pages]) == list(range(1, pages + 1))


def settled_count(groups: Sequence[PageGroup], numbers: Numbers, pages: int) -> int:
    """How many of the forms found can no longer change, whatever page follows.

    Those are settled that stand before a complete form which follows a complete one and is not the last.
    """
    for end in range(len(groups) - 2, 0, -1):
        one, next_ = groups[end - 1], groups[end]
        if all(_is_whole(each.members, numbers, pages) for each in (one, next_)):
            return end
    return 0


def _plans(numbers: Numbers, pages: int, *, natural: bool) -> list[list[tuple[int, ...]]]:
    """The ways to put the pages together with the fewest forms, the likeliest first."""
    first = tuple(range(1, pages + 1))
    known = any(numbers)
    orders = [first] if natural or not known else [first, *sorted(_orders(numbers, pages) - {first})]
    plans = []
    for order in orders:
        plans.append(_forward(numbers, order))
        if known:  # where no page is known they are counted from the first
            plans.append(_backward(numbers, order))
    fewest = min(map(len, plans))
    return [each for each in plans if len(each) == fewest]


def _orders(numbers: Numbers, pages: int) -> set[tuple[int, ...]]:
    """The orders in which all pages of a form stand somewhere, and the form's own order turned round."""
    windows = (tuple(numbers[at : at + pages]) for at in range(len(numbers) - pages + 1))
    whole = {tuple(each or 0 for each in window) for window in windows if set(window) == set(range(1, pages + 1))}
    return whole | {tuple(range(pages, 0, -1))}


def _forward(numbers: Numbers, order: Sequence[int]) -> list[tuple[int, ...]]:
    """The plan in which a form begins wherever the next page cannot be one of the form before it."""
    groups: list[list[int]] = []
    last = len(order)
    for at, number in enumerate(numbers):
        if number is None:
            last = len(order)
            continue
        place = last + 1 if number == UNKNOWN_NUMBER else order.index(number)
        if last < place < len(order):
            groups[-1].append(at)
        else:
            groups.append([at])
            place = 0 if number == UNKNOWN_NUMBER else place
        last = place
    return [tuple(each) for each in groups]


def _backward(numbers: Numbers, order: Sequence[int]) -> list[tuple[int, ...]]:
    """The same from the end: each form goes back as far as it can."""
    end = len(numbers) - 1
    turned = _forward(numbers[::-1], order[::-1])
    return [tuple(end - at for at in reversed(each)) for each in reversed(turned)]


def _is_whole(members: Sequence[int], numbers: Numbers, pages: int) -> bool:
    """Whether these are all pages of a form, each of them known."""
    return len(members) == pages and all(numbers[at] for at in members)


def _doubtful(plan: Sequence[tuple[int, ...]], numbers: Numbers, pages: int) -> set[tuple[int, ...]]:
    """The forms among which incomplete ones stand that have what each other lacks.

    Pages may lie in another order there, or apart from their own.
    """
    strays = [at for at, members in enumerate(plan) if len(members) < pages]
    doubtful: set[tuple[int, ...]] = set()
    for block in _blocks(strays):
        held = [{numbers[at] for at in plan[stray]} - {UNKNOWN_NUMBER} for stray in block]
        if any(not one & other for place, one in enumerate(held) for other in held[:place]):
            doubtful.update(plan[block[0] : block[-1] + 1])
    return doubtful


def _blocks(strays: Iterable[int]) -> Iterator[list[int]]:
    """Strays that stand near each other."""
    block: list[int] = []
    for stray in strays:
        if block and stray - block[-1] > MAX_STRAY_DISTANCE:
            yield block
            block = []
        block.append(stray)
    if block:
        yield block
