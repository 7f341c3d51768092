"""Views for people and tools: each line with the fields of its record, and all versions of a record or line."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.records.sql_names import FORM_TABLE_COLUMNS, FORMER_COLUMNS, FORMER_SUFFIX, VERSIONS_SUFFIX, VIEW_SUFFIX
from reconcile.records.table_library import Database


def make_views(database: Database, form: str) -> None:
    """Make the views of a form anew: "<table>_versions" of each of its tables, "<table>_full" of each with lines."""
    parts: dict[str, str] = {}
    columns: dict[str, list[str]] = {}
    for row in database.table("columns").rows_where("form = ?", [form], order_by="rowid"):
        parts[row["part"]] = row["table_name"]
        columns.setdefault(row["part"], []).append(row["column_name"])
    for part, table in parts.items():
        _make(database, f"{table}{VERSIONS_SUFFIX}", _versions(table, parts[""], columns[part], lines=bool(part)))
        if part:
            _make(database, f"{table}{VIEW_SUFFIX}", _full(table, parts[""], columns[part], columns[""]))


def _full(table: str, of_record: str, own: Sequence[str], of_form: Sequence[str]) -> str:
    """One row a line, with the fields of its record."""
    inner = [f"l.{_quoted(name)}" for name in own if name not in ("id", "scan", "record")]
    taken = set(own) - {"scan"}
    outer = [f"r.{_quoted(name)}" + (f" as {_quoted(f'record_{name}')}" if name in taken else "") for name in of_form]
    select = f"select {', '.join([*outer, *inner])} from {_quoted(table)} l"  # noqa: S608 our own names, quoted
    return f"{select} join {_quoted(of_record)} r on r.id = l.record order by l.id"


def _versions(table: str, of_record: str, own: Sequence[str], *, lines: bool) -> str:
    """Every version with the time from which and until which it was in force; "valid_to" is null while it is."""
    if lines:
        current = [*(f"l.{_quoted(name)}" for name in own), "r.record_version", "r.recorded_at", "null"]
        source = f"{_quoted(table)} l join {_quoted(of_record)} r on r.id = l.record"
    else:
        current = [*map(_quoted, own), "recorded_at", "null"]
        source = _quoted(table)
    ends = [name for name in FORMER_COLUMNS if lines or name not in FORM_TABLE_COLUMNS]
    named = [f"{value} as {_quoted(name)}" for value, name in zip(current, [*own, *ends], strict=True)]
    former = ", ".join(map(_quoted, [*own, *ends]))
    kept = f"select {former} from {_quoted(f'{table}{FORMER_SUFFIX}')}"  # noqa: S608 our own names, quoted
    return f"select {', '.join(named)} from {source} union all {kept}"  # noqa: S608 our own names, quoted


def _make(database: Database, name: str, sql: str) -> None:
    database.create_view(name, sql, replace=True)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
