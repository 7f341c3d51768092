"""Cells of money: for programs the exact amount, for people with the places that a column needs."""

from __future__ import annotations

from flows.desk.tables import Cell
from flows.desk.visit import Visit
from transcribe.pay_arithmetic import MICRO_PLACES, decimal_text


def carried_cell(visit: Visit, micro: int | None, currency: str) -> Cell:
    """What was carried to the next period, for programs as decimal text; empty where no period was closed."""
    if micro is None:
        return Cell(None)
    return Cell(decimal_text(micro, MICRO_PLACES), visit.full_amount(micro, currency))
