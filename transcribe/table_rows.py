"""Rows of a table as people drew them where no machine found them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from transcribe.model import FieldKey, Form, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRows:
    """The rows of one table on a page, told by the y of their sides.

    `edges` holds the top of the first row, each line between two rows, and the foot of the last. Without edges the
    table has no rows.
    """

    page: int
    edges: tuple[int, ...]

    @property
    def rows(self) -> tuple[tuple[int, int], ...]:
        """Top and foot of each row."""
        return tuple(pairwise(self.edges))


def rows_key(table: str) -> FieldKey:
    """The key of the task and readings that tell a table's rows: the table's own name."""
    return FieldKey(table)


def told_rows(form: Form, readings: Iterable[Reading]) -> dict[str, ToldRows]:
    """The rows that were told last of each table.

    A single height gives no row and is not empty either: such a reading counts for nothing.
    """
    tables = {rows_key(table.name): table.name for table in form.tables}
    told = [each for each in readings if each.kind != "machine" and each.key in tables]
    found: dict[str, ToldRows] = {}
    for each in sorted(told, key=lambda reading: (reading.at, reading.id)):
        edges = tuple(sorted({int(number) for number in re.findall(r"\d+", each.text or "")}))
        if each.text is not None and len(edges) != 1:
            found[tables[each.key]] = ToldRows(page=int(each.conditions.get("page", 1)), edges=edges)
    return found
