"""Views for people and tools: each line of a form together with the fields of its record."""

from __future__ import annotations

from sqlite_utils import Database

from reconcile.records.sql_names import VIEW_SUFFIX


def make_views(database: Database, form: str) -> None:
    """Make the views of a form anew: "<table>_full" for each of its tables, with one row a line."""
    parts: dict[str, str] = {}
    columns: dict[str, list[str]] = {}
    for row in database.table("columns").rows_where("form = ?", [form], order_by="rowid"):
        parts[row["part"]] = row["table_name"]
        columns.setdefault(row["part"], []).append(row["column_name"])
    for part, table in parts.items():
        if not part:
            continue
        inner = [f"l.{_quoted(name)}" for name in columns[part] if name not in ("id", "scan", "record")]
        taken = set(columns[part]) - {"scan"}
        outer = [
            f"r.{_quoted(name)}" + (f" as {_quoted(f'record_{name}')}" if name in taken else "") for name in columns[""]
        ]
        select = f"select {', '.join([*outer, *inner])} from {_quoted(table)} l"  # noqa: S608 our own names, quoted
        join = f"join {_quoted(parts[''])} r on r.id = l.record order by l.id"
        database.create_view(f"{table}{VIEW_SUFFIX}", f"{select} {join}", replace=True)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
