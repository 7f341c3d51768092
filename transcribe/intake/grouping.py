"""Pages to groups: pages of one filled-in form are put together, and doubtful ones are left to a person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from transcribe.errors import ScanError
from transcribe.intake.file_pages import FilePage, Unreadable, decoded_page, page_unreadable, unreadable
from transcribe.model import Form
from transcribe.registration import Aligned, Guess, align, identify, remember_alignment, sure_guess
from transcribe.sandbox import Limits

APART_ADVICE = (
    "Put the pages of each order into a PDF or a folder of their own, or see that the folder begins with a whole "
    "order, its first page first,"
)
"""Advice about pages that may belong to several orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The pages of one scan and their form, None where it is in doubt.

    `alignments` are the pages' alignments on the form, empty where they were not computed. `likely_form` is a form that
    the pages might be where none is sure: they can be aligned to it, well or badly.
    """

    file_pages: tuple[FilePage, ...]
    form: Form | None
    alignments: tuple[Aligned, ...] = ()
    likely_form: Form | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedPage:
    """One file page, without its picture, as page `number` of a form of several pages.

    `number` is UNKNOWN_NUMBER where the page fits none of the form's pages.
    """

    file_page: FilePage
    form: Form
    number: int


Found = Group | Unreadable | NumberedPage
"""A group, a file set aside, or a page that may belong together with others."""


def group_by_form(pages: Iterable[FilePage | Unreadable], form: Form, limits: Limits) -> Iterator[Group | Unreadable]:
    """The filled-in forms among these pages.

    Of a form of one page, every page is a group. Pages of a longer form are one group where they lie in one file, or
    follow each other as single pictures of one folder, and surely belong together. Of a form with the option `pages =
    "file"` every file is one group, whatever its number of pages.
    """
    if form.options.get("pages") == "file":
        return _whole_files(pages, form)
    if len(form.blanks) == 1 or form.free:
        return (each if isinstance(each, Unreadable) else Group(file_pages=(each,), form=form) for each in pages)
    return _joined(each if isinstance(each, Unreadable) else _aligned(each, form, limits) for each in pages)


def group_by_any_form(
    pages: Iterable[FilePage | Unreadable], forms: Sequence[Form], limits: Limits
) -> Iterator[Group | Unreadable]:
    """Each page by itself with the form it surely is. Pages of one form of several pages are put together."""
    return _joined(each if isinstance(each, Unreadable) else _recognised(each, forms, limits) for each in pages)


# --- one page --------------------------------------------------------------------------------------------------------


def _aligned(file_page: FilePage, form: Form, limits: Limits) -> Found:
    try:
        aligned = align(decoded_page(file_page, limits), form)
    except Exception as error:
        return page_unreadable(file_page, error)
    return _numbered_page(file_page, form, aligned)


def _numbered_page(file_page: FilePage, form: Form, aligned: Aligned) -> NumberedPage:
    remember_alignment(file_page.source.sha256, file_page.page, aligned.laid(form))
    return NumberedPage(file_page=file_page.light, form=form, number=aligned.number if aligned.fits else UNKNOWN_NUMBER)


def _recognised(file_page: FilePage, forms: Sequence[Form], limits: Limits) -> Found:
    try:
        guesses = identify([decoded_page(file_page, limits)], forms)
    except Exception as error:
        return page_unreadable(file_page, error)
    best: Guess | None = sure_guess(guesses)
    if best and len(best.form.blanks) > 1:
        return _numbered_page(file_page, best.form, best.aligned[0])
    if best:
        remember_alignment(file_page.source.sha256, file_page.page, best.aligned[0].laid(best.form))
        return Group(file_pages=(file_page,), form=best.form, alignments=best.aligned)
    near = next((guess.form for guess in guesses if 0 not in guess.order), None)
    return Group(file_pages=(file_page,), form=None, likely_form=near)


# --- together --------------------------------------------------------------------------------------------------------


def _whole_files(found: Iterable[FilePage | Unreadable], form: Form) -> Iterator[Group | Unreadable]:
    begun: list[FilePage] = []
    for file_page in found:
        if begun and (isinstance(file_page, Unreadable) or file_page.path != begun[-1].path):
            yield Group(file_pages=tuple(begun), form=form)
            begun = []
        if isinstance(file_page, Unreadable):
            yield file_page
        else:
            begun.append(file_page)
    if begun:
        yield Group(file_pages=tuple(begun), form=form)


def _joined(found: Iterable[Found]) -> Iterator[Group | Unreadable]:
    """The findings with numbered pages put together.

    What came after pages that still wait waits too, so that the order stays.
    """
    waiting: _WaitingPages | None = None
    for item in found:
        place = _place(item)
        if waiting and place != waiting.place:
            yield from waiting.all()
            waiting = None
        waiting = waiting or _WaitingPages(place)
        yield from waiting.after(item)
    if waiting:
        yield from waiting.all()


def _place(item: Found) -> Path:
    """The place that pages of one form share: a file, or the folder of single pictures."""
    if isinstance(item, Unreadable):
        return item.path.parent
    file_page = item.file_pages[0] if isinstance(item, Group) else item.file_page
    return file_page.path.parent if file_page.only else file_page.path


@dataclass(slots=True)
class _WaitingPages:
    """Findings of one place, in order, of which some may belong together with later ones."""

    place: Path
    found: list[Found] = field(default_factory=list)
    natural: set[str] = field(default_factory=set)
    parted: dict[Path, tuple[FilePage, list[int]]] = field(default_factory=dict)

    def after(self, item: Found) -> Iterator[Group | Unreadable]:
        """Add what was found next. Gives what is settled now."""
        if not self.found and not isinstance(item, NumberedPage):
            yield item
            return
        self.found.append(_light(item) if isinstance(item, Group) else item)
        (name, *others) = {piece.form.name for piece in self.found if isinstance(piece, NumberedPage)}
        pages = next(len(piece.form.blanks) for piece in self.found if isinstance(piece, NumberedPage))
        numbers = self._numbers(name)
        if others or not (name in self.natural or begins_in_order(numbers, pages)):
            return
        self.natural.add(name)
        plan = group_pages(numbers, pages, natural=True)
        count = settled_count(plan, numbers, pages)
        if count:
            start = plan[count].members[0]
            now, self.found = self.found[:start], self.found[start:]
            yield from self._released(now, {name: plan[:count]})

    def all(self) -> Iterator[Group | Unreadable]:
        """Everything that still waits, and last of all the files whose pages stay in doubt."""
        forms = {piece.form.name: piece.form for piece in self.found if isinstance(piece, NumberedPage)}
        plans = {
            name: group_pages(self._numbers(name), len(form.blanks), natural=name in self.natural)
            for name, form in forms.items()
        }
        yield from self._released(self.found, plans)
        self.found = []
        for file_page, numbers in self.parted.values():
            yield _in_doubt(file_page, numbers)

    def _numbers(self, name: str) -> list[int | None]:
        return [
            each.number if isinstance(each, NumberedPage) and each.form.name == name else None for each in self.found
        ]

    def _released(self, found: Sequence[Found], plans: dict[str, list[PageGroup]]) -> Iterator[Group | Unreadable]:
        """The settled findings, each form in the place of its first page."""
        begins = {item.members[0]: item for plan in plans.values() for item in plan}
        for at, item in enumerate(found):
            if isinstance(item, Unreadable):
                yield item
            elif isinstance(item, Group):
                yield from _reloaded(item)
            elif at in begins:
                pieces = [piece for member in begins[at].members if isinstance(piece := found[member], NumberedPage)]
                if begins[at].clear:
                    yield from _reloaded(Group(file_pages=tuple(piece.file_page for piece in pieces), form=item.form))
                    continue
                for piece in pieces:
                    self.parted.setdefault(piece.file_page.path, (piece.file_page, []))[1].append(piece.file_page.page)


def _light(group: Group) -> Group:
    """A waiting group without the bytes of its files: a folder may hold more pictures than the memory."""
    return replace(group, file_pages=tuple(file_page.light for file_page in group.file_pages), alignments=())


def _reloaded(group: Group) -> Iterator[Group | Unreadable]:
    """The group with the bytes of its files. A page whose file was changed or taken away in between is set aside."""
    file_pages = []
    for file_page in group.file_pages:
        try:
            content = file_page.content or file_page.path.read_bytes()
        except OSError as error:
            content, reason = b"", f"the file cannot be read ({error.strerror})."
        else:
            reason = "the file was changed while it was read."
        if hashlib.sha256(content).hexdigest() != file_page.source.sha256:
            yield unreadable(file_page.path, file_page.source, ScanError(reason))
        else:
            file_pages.append(replace(file_page, content=content))
    if file_pages:
        yield replace(group, file_pages=tuple(file_pages))


def _in_doubt(file_page: FilePage, pages: Sequence[int]) -> Unreadable:
    """A file with pages that may belong to one order or to another, set aside. Joined wrongly they would be read as
    one."""
    which = "it" if file_page.only else f"page {', '.join(map(str, sorted(pages)))}"
    why = f"it is not clear which other pages belong together with {which}."
    return Unreadable(
        file=file_page.source, error=ScanError.__name__, why=why, path=file_page.path, advice=APART_ADVICE
    )


# Which pictures that follow each other are pages of one filled-in form, told from their page numbers alone.
#
# Pages of two orders in one scan give a record that is wrong and looks right. So the pages of a folder are put
# together only where one order of pages explains it best. Where two explanations put them together differently, they
# stay in doubt.

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
    """The number of forms found that later pages cannot change.

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
    """The plan made from the end: each form goes back as far as it can."""
    end = len(numbers) - 1
    turned = _forward(numbers[::-1], order[::-1])
    return [tuple(end - at for at in reversed(each)) for each in reversed(turned)]


def _is_whole(members: Sequence[int], numbers: Numbers, pages: int) -> bool:
    """Whether these are all pages of a form, each of a known number."""
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
