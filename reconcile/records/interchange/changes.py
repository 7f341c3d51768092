"""What changed in the records after a number, read in one transaction: the rows of changed records, and erasures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.records import query, schema
from reconcile.records.database import begin_reading, open_for_reading
from reconcile.records.query import PublishedRecord
from reconcile.records.table_library import Database
from transcribe.model import Value

_BY_RECORD = ("documents", "provenance", "history", "exceptions")
"""The tables with rows of a record besides `records`."""

Cells = Sequence[Value | float]
"""A row, in the order of the table's columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Records that changed, in the order of their changes, with their rows in the tables that each file has.

    `erased_rows` are the rows of `erased`. `position` is the number to go on after; `more` says that there is more
    already.
    """

    records: tuple[PublishedRecord, ...]
    rows: Mapping[str, Sequence[Cells]]
    erased_rows: tuple[Cells, ...]
    position: int
    more: bool

    @property
    def erased(self) -> list[tuple[str, int]]:
        """(scan, change number) of the scans that were erased."""
        return [(str(row[0]), int(str(row[2]))) for row in self.erased_rows]


def changes_after(records: Path, after: int, limit: int) -> Changes:
    """What changed after a number, `limit` records at most. NotFound where nothing was published yet."""
    with open_for_reading(records) as database:
        begin_reading(database)
        position = int(next(database.execute("select position from outbox_position"))[0])
        asked = "select id, changed from records where changed > ? order by changed limit ?"
        found = list(database.execute(asked, [after, limit + 1]))
        more, found = len(found) > limit, found[:limit]
        last = int(found[-1][1]) if more else max(position, after)
        numbers = [int(number) for number, _ in found]
        rows = {"records": _rows(database, "records", "id", numbers)}
        rows |= {table: _rows(database, table, "record", numbers) for table in _BY_RECORD}
        asked = "select scan, erased_at, changed from erased where changed > ? and changed <= ? order by changed"
        erased = tuple(tuple(row) for row in database.execute(asked, [after, last]))
        return Changes(
            records=tuple(_record(database, number) for number in numbers),
            rows=rows,
            erased_rows=erased,
            position=last,
            more=more,
        )


def _rows(database: Database, table: str, key: str, numbers: Sequence[int]) -> list[Cells]:
    listed = ", ".join(f'"{name}"' for name in schema.TABLES[table])
    asked = f'select {listed} from "{table}" where "{key}" in (select value from json_each(?))'  # noqa: S608 our names
    return list(database.execute(asked, [json.dumps(list(numbers))]))


def _record(database: Database, number: int) -> PublishedRecord:
    asked = "select json from documents where record = ? and valid_to is null"
    return query.record_of(json.loads(next(database.execute(asked, [number]))[0]))
