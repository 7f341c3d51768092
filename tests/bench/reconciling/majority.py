"""The peer that everybody has: the most frequent of so many people's readings, normalised; and keying once or twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from reconcile.forms.prepared_form import PreparedField, prepared
from tests.bench.generator import Item, World
from tests.bench.generator.paper import KEYS, forms
from tests.bench.rows import Row

Rule = Callable[[Sequence[str]], tuple[str, int]]
"""From what people say, in the order in which they come, to (the value, how many of them it took)."""


def rows(world: World) -> list[Row]:
    """Accuracy, orders wholly right and people's readings a field, of fixed numbers of people and of keying twice."""
    found = [_row(world, f"majority of {number} people", partial(fixed, number)) for number in (1, 3, 5, 9)]
    return [*found, _row(world, "keyed twice, a third where they differ", keyed_twice)]


def fixed(number: int, said: Sequence[str]) -> tuple[str, int]:
    """The majority of so many people."""
    return most(said[:number]), number


def most(said: Sequence[str]) -> str:
    """The most frequent text that is not blank; the first to come of equals."""
    counts = Counter(says for says in said if says)
    return max(counts, key=lambda says: counts[says], default="")


def keyed_twice(said: Sequence[str]) -> tuple[str, int]:
    """Two people; where they differ, a third, and the majority of the three."""
    if said[0] and said[0] == said[1]:
        return said[0], 2
    return most(said[:3]), 3


def _row(world: World, name: str, rule: Rule) -> Row:
    right, effort = 0, 0
    wrong_forms: dict[int, bool] = defaultdict(bool)
    for item, spot in spots(world):
        said = [spot.normal(each.text) for each in world.readings[item.number][2:]]
        value, number = rule(said)
        good = value == spot.normal(item.written)
        right, effort = right + good, effort + number
        wrong_forms[item.form] |= not good
    whole = sum(not wrong for wrong in wrong_forms.values()) / len(wrong_forms)
    count = len(world.items)
    return Row(of=name, figure=f"{right / count:.4f} at {effort / count:.2f}, orders {whole:.3f}")


def spots(world: World) -> list[tuple[Item, PreparedField]]:
    """Each item with the spot of its field."""
    blanks = {locale: prepared(form) for locale, form in forms(world.master).items()}
    return [(item, blanks[item.locale].fields[KEYS[item.slot].name]) for item in world.items]
