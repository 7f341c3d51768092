"""Writing records into the tables of records.db: rows are gathered, and written table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconcile.records import rows, schema
from reconcile.records.document import document_row
from reconcile.records.rows import RecordSource, Row
from reconcile.records.sql_names import FORMER_SUFFIX
from reconcile.records.table_library import Database

_OF_ORIGIN = ("provenance", "exceptions")
"""The tables of a record that each version has anew."""


class RecordWriter:
    """Writes records of one batch of entries, inside the caller's transaction. `flush` writes what is gathered.

    One is made for each batch: it keeps in mind which columns the tables of a form have.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathered: dict[str, tuple[list[str], list[tuple[object, ...]]]] = {}
        self._scans: set[str] = set()
        self._columns: dict[tuple[str, int], dict[str, tuple[str, list[schema.FieldColumn]]]] = {}

    def write(self, source: RecordSource) -> None:
        """Gather the rows of a record in place of its former ones, which are kept as a former version."""
        record, at = source.record, rows.written_at(source.entry)
        tables = self._tables(record.form, record.form_version)
        if record.scan in self._scans:
            self.flush()
        old = self._record(record.scan)
        number = source.entry.number if old is None else _id(old)
        after = [rows.provenance_row(number, source, decision) for decision in record.decisions]
        first = at if old is None else str(old["first_recorded_at"])
        if old is not None:
            if old["record_version"] == record.version:  # told again, as after a restore: it takes its own place
                self._database.table("documents").delete_where("changed = ?", [old["changed"]])
                self._remove(number, str(old["form"]))
            else:
                before = list(self._database.table("provenance").rows_where("record = ?", [number]))
                self._gather("history", rows.history_rows(number, source, before, after))
                self._retire(old, at)
            if old["form"] != record.form:
                moved = {"scan": record.scan, "form": old["form"], "changed": source.entry.number}
                self._database.table("moved").upsert(moved, pk=("scan", "form"))
        self._scans.add(record.scan)
        for gone in ("erased", "withdrawn"):  # one that was withdrawn is there again
            self._database.table(gone).delete_where("scan = ?", [record.scan])
        own = rows.record_row(number, source, first)
        self._gather("records", [own])
        self._gather("documents", [document_row(source, own, after)])
        for part, (table, columns) in tables.items():
            of_form = rows.line_rows(number, source, part, columns) if part else []
            self._gather(table, of_form if part else [rows.form_row(number, source, columns)])
        self._gather("provenance", after)
        self._gather("exceptions", rows.exception_rows(number, record))

    def erase(self, scan: str, erased: Row, *, is_withdrawn: bool) -> None:
        """Delete all rows of a scan, former ones too. When it was erased is kept for those who keep a copy.

        Of one that is withdrawn the state still knows everything, and it may be published again.
        """
        self.flush()
        old = self._record(scan)
        if old is not None:
            number = _id(old)
            self._remove(number, str(old["form"]))
            for form in schema.form_names(self._database):
                for part, table in schema.parts_of(self._database, form).items():
                    former = self._database.table(f"{table}{FORMER_SUFFIX}")
                    former.delete_where("record = ?" if part else "id = ?", [number])
            for table in ("history", "documents"):
                self._database.table(table).delete_where("record = ?", [number])
        self._database.table("moved").delete_where("scan = ?", [scan])
        self._database.table("erased").upsert(erased, pk="scan")
        self._database.table("withdrawn").delete_where("scan = ?", [scan])
        if is_withdrawn:
            self._database.table("withdrawn").insert({"scan": scan, "changed": erased["changed"]})

    def flush(self) -> None:
        """Write what is gathered."""
        for table, (names, gathered) in self._gathered.items():
            values = f"({', '.join('?' * len(names))})"
            insert = f"insert into {_quoted(table)} ({_listed(names)}) values {values}"  # noqa: S608 our own names
            self._database.conn.executemany(insert, gathered)
        self._gathered.clear()
        self._scans.clear()

    def _gather(self, table: str, made: Sequence[Row]) -> None:
        """Keep rows to be written; those of one table all have the same columns, in the same order."""
        if made:
            _, gathered = self._gathered.setdefault(table, (list(made[0]), []))
            gathered += [tuple(row.values()) for row in made]

    def _record(self, scan: str) -> Mapping[str, object] | None:
        return next(self._database.query("select * from records where scan = ?", [scan]), None)

    def _tables(self, form: str, version: int) -> dict[str, tuple[str, list[schema.FieldColumn]]]:
        """The table and its columns of fields by part. A version's tables are made before its first record is."""
        if (form, version) not in self._columns:
            self.flush()  # a later version adds columns: all rows of one insert have the same
            self._columns[form, version] = {
                part: (table, schema.columns_of(self._database, form, part))
                for part, table in schema.parts_of(self._database, form).items()
            }
        return self._columns[form, version]

    def _retire(self, old: Mapping[str, object], at: str) -> None:
        """Keep the rows of a record that a later version replaces as those of a former version, and delete them."""
        number, form = _id(old), str(old["form"])
        ends = {"record_version": old["record_version"], "valid_from": old["recorded_at"], "valid_to": at}
        for part, table in schema.parts_of(self._database, form).items():
            self._copy_former(table, "record" if part else "id", number, ends)
        ended = "update documents set valid_to = ? where record = ? and record_version = ?"
        self._database.execute(ended, [at, number, old["record_version"]])
        self._remove(number, form)

    def _copy_former(self, table: str, key: str, number: int, ends: Mapping[str, object]) -> None:
        names = list(self._database.table(table).columns_dict)
        added = {name: value for name, value in ends.items() if name not in names}
        self._database.execute(
            f"insert into {_quoted(f'{table}{FORMER_SUFFIX}')} ({_listed([*names, *added])}) "  # noqa: S608 our names
            f"select {_listed(names)}{', ?' * len(added)} from {_quoted(table)} where {key} = ?",
            [*added.values(), number],
        )

    def _remove(self, number: int, form: str) -> None:
        """Delete a record's rows but its history and its former versions."""
        for part, table in schema.parts_of(self._database, form).items():
            self._database.table(table).delete_where("record = ?" if part else "id = ?", [number])
        self._database.table("records").delete_where("id = ?", [number])
        for table in _OF_ORIGIN:
            self._database.table(table).delete_where("record = ?", [number])


def _id(record: Mapping[str, object]) -> int:
    number = record["id"]
    assert isinstance(number, int), "an INTEGER column of a STRICT table"
    return number


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
