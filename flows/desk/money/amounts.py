"""Cells of money: for programs the exact amount, for people with as many places as all of their column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.desk.tables import Cell, Plain
from flows.desk.visit import Visit
from transcribe.pay_arithmetic import MICRO_PLACES, MICRO_UNITS, decimal_text
from transcribe.review import placed_amount, places_of

COST_PLACES = 4
"""Places of what a record cost: a hundredth of a cent. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in micro-units that is to be a cell; None where there is none. `value` is what programs are given."""

    micro: float | None
    currency: str
    value: Plain = None


def carried_cell(micro: int | None, currency: str) -> Money | Cell:
    """What was carried to the next period, for programs as decimal text; empty where no period was closed."""
    return Cell(None) if micro is None else Money(micro, currency, decimal_text(micro, MICRO_PLACES))


def evened(visit: Visit, rows: Sequence[Sequence[Cell | Money]], most: int = MICRO_PLACES) -> list[tuple[Cell, ...]]:
    """Rows in which amounts of a currency have as many places as their column needs, at most so many.

    Where the places of the currency itself are enough, it has these.
    """
    places = [_places(column, most) for column in zip(*rows, strict=True)]
    return [tuple(_cell(visit, *each) for each in zip(row, places, strict=True)) for row in rows]


def _places(column: Sequence[Cell | Money], most: int) -> Mapping[str, int]:
    """How many places the amounts of a column need, by currency."""
    found: dict[str, int] = {}
    for each in column:
        if isinstance(each, Money) and each.micro is not None:
            needed = places_of(round(each.micro), each.currency, most)
            found[each.currency] = max(found.get(each.currency, 0), needed)
    return found


def _cell(visit: Visit, each: Cell | Money, places: Mapping[str, int]) -> Cell:
    if isinstance(each, Cell):
        return each
    if each.micro is None:
        return Cell(None, "–")
    value = round(each.micro / MICRO_UNITS, MICRO_PLACES) if each.value is None else each.value
    return Cell(value, placed_amount(round(each.micro), each.currency, places[each.currency], visit.language))
