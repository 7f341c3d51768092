"""The tables made from a form: its plain fields, its lines, their former versions, and the search index of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from reconcile.records import sql_names
from reconcile.records.schema import FieldColumn, columns_of, index_of, table_of
from reconcile.records.sql_names import FORM_TABLE_COLUMNS, FORMER_COLUMNS, FORMER_SUFFIX, VERSIONS_SUFFIX, VIEW_SUFFIX
from reconcile.records.table_library import Database
from transcribe.errors import FormError
from transcribe.fields import Facts, facts_of
from transcribe.model import Field, FieldKey, Form

# Views for people and tools: each line with the fields of its record, and all versions of a record or line.


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


SEARCH_TOKENIZER = "unicode61 remove_diacritics 2"
"""The tokenizer of the search index: "Müller" is found by "muller"."""

FORGETS_ROW_BY_ROW = sqlite3.sqlite_version_info >= (3, 42, 0)
"""True if a search index forgets deleted words at once ("secure-delete" of FTS5)."""

_OF_THE_FORM = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT})
"""SQLite's codes for a form that it refuses. Other codes are of the file, the disk and the memory."""


def add_form(database: Database, form: Form) -> None:
    """Make the tables of a form, or add the columns that a new version of it has.

    FormError names the form and the field where records.db cannot have them.
    """
    known = "form = ? and version = ?"
    if database.table("forms").count_where(known, [form.name, form.version]):
        return
    with saying(form, "its plain fields"):
        _add_table(database, form, "", list(form.fields))
    for table in form.tables:
        with saying(form, f'table "{table.name}"'):
            _add_table(database, form, table.name, [column.field for column in table.columns])
    make_views(database, form.name)
    database.table("forms").insert({"form": form.name, "version": form.version, "digest": form.digest})


class _Unpublishable(FormError):
    """A part of a form that records.db cannot have tables of: which, and why."""

    def __init__(self, form: Form, what: str, why: Exception) -> None:
        super().__init__(f"The form {form.name} version {form.version} cannot be published: {what}: {why}")


@contextmanager
def saying(form: Form, what: str) -> Iterator[None]:
    """Say what SQLite has against a part of a form as a FormError that names both.

    What is wrong with the file or the machine, and not with the form, passes as it is.
    """
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OF_THE_FORM:
            raise
        raise _Unpublishable(form, what, error) from error
    except _Unpublishable:
        raise
    except FormError as error:
        raise _Unpublishable(form, what, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column that is to be made for a field: what it holds, and what it says of the field."""

    field: Field
    name: str
    role: str
    type: type


def _add_table(database: Database, form: Form, part: str, fields: list[Field]) -> None:
    """Make a table with the columns of these fields, or add the columns that it lacks."""
    name = table_of(database, form.name, part)
    if name is None:
        name = _new_name(database, form, part)
        planned = _planned(database, form, part, name, fields, set(_own_columns(part)))
        _make_tables(database, form, part, name, planned)
        for column in _own_columns(part):
            _note_column(database, form, part, name, column)
    else:
        planned = _planned(database, form, part, name, fields, set(database.table(name).columns_dict))
        _add_columns(database, form, name, planned)
    for each in planned:
        _note_column(database, form, part, name, each.name, each.role, each.field)
        if each.role == "key" or (each.role == "value" and _is_indexed(facts_of(each.field.type), part)):
            index = sql_names.free_index(name, each.name, _taken(database))
            database.table(name).create_index([each.name], index)
    _index_words(database, form, part, name)


def _own_columns(part: str) -> dict[str, type]:
    """What every table of plain fields has, or every table of lines."""
    return sql_names.LINE_TABLE_COLUMNS if part else sql_names.FORM_TABLE_COLUMNS


def _new_name(database: Database, form: Form, part: str) -> str:
    """The name of a new table, kept for it. A file that is made anew keeps the names that it had."""
    kept = next(database.table("table_names").rows_where("form = ? and part = ?", [form.name, part], limit=1), None)
    if kept is not None:
        return str(kept["table_name"])
    wanted = f"{form.name}_{part}" if part else form.name
    name = sql_names.free_table(wanted, _taken(database), lines=bool(part))
    database.table("table_names").insert({"table_name": name, "form": form.name, "part": part})
    return name


def _make_tables(database: Database, form: Form, part: str, name: str, planned: Sequence[_Column]) -> None:
    """Make a table and that of its former versions, at once with all columns: SQLite takes long to add hundreds.

    Where SQLite refuses them, they are added one by one: so it is said which one it was.
    """
    own, added, lines = _own_columns(part), {each.name: each.type for each in planned}, bool(part)
    of_record = ("record", str(table_of(database, form.name)), "id") if part else ("id", "records", "id")
    key = ("record", "record_version", "row") if part else ("id", "record_version")
    former = database.table(f"{name}{sql_names.FORMER_SUFFIX}")
    try:
        with database.atomic():
            database.table(name).create({**own, **added}, pk="id", foreign_keys=[of_record], strict=True)
            columns = {**own, **sql_names.FORMER_COLUMNS, **added}
            former.create(columns, pk=key, foreign_keys=[(key[0], "records", "id")], strict=True)
    except sqlite3.Error:
        if not planned:
            raise
        _make_tables(database, form, part, name, [])
        _add_columns(database, form, name, planned)
        return
    index = sql_names.unique_index(name, lines=lines)
    database.table(name).create_index(sql_names.UNIQUE_COLUMNS[lines], index, unique=True)


def _add_columns(database: Database, form: Form, name: str, planned: Sequence[_Column]) -> None:
    """Add columns to a table that is there, and to that of its former versions."""
    for each in planned:
        with saying(form, f'field "{each.field.name}"'):
            for table in (name, f"{name}{sql_names.FORMER_SUFFIX}"):
                database.table(table).add_column(each.name, each.type)


def _taken(database: Database) -> frozenset[str]:
    """The names of all objects of the file, and of all that may yet be made for its tables."""
    names = {str(row["name"]).casefold() for row in database.query("select name from sqlite_master")}
    tables = database.query("select table_name, part <> '' as lines from table_names")
    return frozenset(names).union(
        *(sql_names.objects_of(row["table_name"], lines=bool(row["lines"])) for row in tables)
    )


def _planned(
    database: Database, form: Form, part: str, table: str, fields: Sequence[Field], present: set[str]
) -> list[_Column]:
    """The columns that these fields need beside those that are `present`, which grow by them."""
    known, listed = columns_of(database, form.name, part), {master.field for master in form.masters}
    planned: list[_Column] = []
    for field in fields:
        with saying(form, f'field "{field.name}"'):
            added = _columns(form, part, table, field, known, present, listed=field.name in listed)
        planned += added
        present.update(each.name for each in added)
    return planned


def _columns(
    form: Form, part: str, table: str, field: Field, known: Sequence[FieldColumn], present: set[str], *, listed: bool
) -> list[_Column]:
    """The columns of a field, unless those of an earlier version hold the same kind of value."""
    short = sql_names.table_and_column(FieldKey(field.name, 0 if part else None))[1]
    facts = facts_of(field.type)
    earlier = [column for column in known if column.field == short]
    same = next((column for column in earlier if column.facts.holds == facts.holds), None)
    beside = sql_names.columns_beside(facts, listed=listed)
    if same is not None and (same.is_listed or not listed):
        return []
    if same is not None:
        wanted, added = same.column, [sql_names.BESIDE_LISTED]
        if f"{wanted}{sql_names.BESIDE_LISTED[1]}" in present:
            return []
    else:
        wanted = sql_names.free_column(
            short + (f"_v{form.version}" if earlier else ""), facts, table, present, listed=listed
        )
        added = [("value", "", sql_names.sql_type(facts)), *beside]
    if len(present) + len(added) > sql_names.MAX_TABLE_COLUMNS:
        raise FormError(f"the table {table} has {len(present)} columns already, and cannot have more.")
    return [_Column(field=field, name=f"{wanted}{end}", role=role, type=type_) for role, end, type_ in added]


def _is_indexed(facts: Facts, part: str) -> bool:
    """True if a column has an index. Orders are looked for by number, day and cost, their lines by number alone."""
    return facts.is_free_code if part else facts.is_indexed


def _note_column(
    database: Database, form: Form, part: str, table: str, column: str, role: str = "own", field: Field | None = None
) -> None:
    """Say in `columns` what a column is."""
    short = label = kind = ""
    if field is not None:
        short = sql_names.table_and_column(FieldKey(field.name, 0 if part else None))[1]
        label = field.label.get("en") or next(iter(field.label.values()), short)
        kind = field.type
    row = {"table_name": table, "column_name": column, "form": form.name, "part": part, "field": short, "role": role}
    database.table("columns").insert({**row, "since_version": form.version, "type": kind, "label": label})


def _index_words(database: Database, form: Form, part: str, name: str) -> None:
    """Make the search index of a table, or make it anew where a version of the form brought columns to it."""
    fields = columns_of(database, form.name, part)
    searchable = [field.column for field in fields if field.facts.is_searchable]
    index = index_of(database, name)
    if index is not None:
        if list(database.table(index).columns_dict) == searchable:
            return
        for suffix in ("_ai", "_ad", "_au"):
            database.execute(f'drop trigger "{name}{suffix}"')
        database.table(index).drop()
    if searchable:
        database.table(name).enable_fts(searchable, tokenize=SEARCH_TOKENIZER, create_triggers=True)
        if FORGETS_ROW_BY_ROW:
            made = f"{name}{sql_names.INDEX_SUFFIX}"
            database.execute(f'insert into "{made}" ("{made}", rank) values (\'secure-delete\', 1)')  # noqa: S608 ours
