"""Readings of a table whose rows people told: of its cells only what was read in these rows."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.model import Form, Reading
from transcribe.table_rows import ToldRows, told_rows


def readings_in_told_rows(form: Form, readings: Sequence[Reading]) -> Sequence[Reading]:
    """All readings that hold where people told the rows of a table.

    Left out are readings of rows that the table does not have, and what machines read before the rows were told.
    """
    told = told_rows(form, readings)
    if not told:
        return readings
    return [each for each in readings if each.key.table not in told or _stands(each, told[each.key.table])]


def _stands(reading: Reading, rows: ToldRows) -> bool:
    there = reading.key.row is not None and reading.key.row < len(rows.rows)
    return there and (reading.kind != "machine" or reading.box is not None)
