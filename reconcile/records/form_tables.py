"""The tables made from a form: its plain fields, its lines, their former versions, and the search index of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from reconcile.records import sql_names
from reconcile.records.schema import columns_of, index_of, table_of
from reconcile.records.table_library import Database
from reconcile.records.views import make_views
from transcribe.errors import FormError
from transcribe.model import Field, FieldKey, Form

SEARCH_TOKENIZER = "unicode61 remove_diacritics 2"
"""The tokenizer of the search index: "Müller" is found by "muller"."""

FORGETS_ROW_BY_ROW = sqlite3.sqlite_version_info >= (3, 42, 0)
"""Whether a search index forgets the words of a deleted row at once ("secure-delete" of FTS5)."""

INDEXED_TYPES = frozenset({"date", "code", "amount"})
"""The types of plain fields that have an index: orders are looked for by their number, their day and what they cost."""

_OF_THE_FORM = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT})
"""SQLite's codes for what it refuses to make; the others are of the file, the disk and the memory."""


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
        raise FormError(_refusal(form, what, str(error))) from error
    except FormError as error:
        beginning = _refusal(form, "", "")
        raise error if str(error).startswith(beginning) else FormError(_refusal(form, what, str(error))) from error


def _refusal(form: Form, what: str, why: str) -> str:
    named = f"The form {form.name} version {form.version} cannot be published: "
    return f"{named}{what}: {why}" if what else named


def _add_table(database: Database, form: Form, part: str, fields: list[Field]) -> None:
    name = table_of(database, form.name, part)
    if name is None:
        name = _new_table(database, form, part)
    listed = {master.field for master in form.masters}
    for field in fields:
        with saying(form, f'field "{field.name}"'):
            _add_field(database, form, part, name, field, listed=field.name in listed)
    _index_words(database, form, part, name)


def _new_table(database: Database, form: Form, part: str) -> str:
    """Make a table and that of its former versions. A file that is made anew keeps the names that it had."""
    own = sql_names.LINE_TABLE_COLUMNS if part else sql_names.FORM_TABLE_COLUMNS
    lines = bool(part)
    kept = next(database.table("table_names").rows_where("form = ? and part = ?", [form.name, part], limit=1), None)
    if kept is None:
        wanted = f"{form.name}_{part}" if part else form.name
        name = sql_names.free_table(wanted, _taken(database), lines=lines)
        database.table("table_names").insert({"table_name": name, "form": form.name, "part": part})
    else:
        name = str(kept["table_name"])
    of_record = ("record", str(table_of(database, form.name)), "id") if part else ("id", "records", "id")
    database.table(name).create(own, pk="id", foreign_keys=[of_record], strict=True)
    index = sql_names.unique_index(name, lines=lines)
    database.table(name).create_index(sql_names.UNIQUE_COLUMNS[lines], index, unique=True)
    key = ("record", "record_version", "row") if part else ("id", "record_version")
    columns = {**own, **sql_names.FORMER_COLUMNS}
    former = database.table(f"{name}{sql_names.FORMER_SUFFIX}")
    former.create(columns, pk=key, foreign_keys=[(key[0], "records", "id")], strict=True)
    for column in own:
        _note_column(database, form, part, name, column)
    return name


def _taken(database: Database) -> frozenset[str]:
    """The names of all objects of the file, and of all that may yet be made for its tables."""
    names = {str(row["name"]).casefold() for row in database.query("select name from sqlite_master")}
    tables = database.query("select table_name, part <> '' as lines from table_names")
    return frozenset(names).union(
        *(sql_names.objects_of(row["table_name"], lines=bool(row["lines"])) for row in tables)
    )


def _add_field(database: Database, form: Form, part: str, table: str, field: Field, *, listed: bool) -> None:
    """Add the columns of a field, unless those of an earlier version hold the same kind of value."""
    short = sql_names.table_and_column(FieldKey(field.name, 0 if part else None))[1]
    kind = sql_names.column_kind(field.type)
    known = [column for column in columns_of(database, form.name, part) if column.field == short]
    same = next((column for column in known if column.kind == kind), None)
    beside = sql_names.columns_beside(kind, listed=listed)
    if same is not None and (same.is_listed or not listed):
        return
    present = database.table(table).columns_dict
    if same is not None:
        wanted, added = same.column, [sql_names.BESIDE_LISTED]
        if f"{wanted}{sql_names.BESIDE_LISTED[1]}" in present:
            return
    else:
        wanted = sql_names.free_column(
            short + (f"_v{form.version}" if known else ""), field.type, table, present, listed=listed
        )
        added = [("value", "", sql_names.sql_type(kind)), *beside]
    if len(present) + len(added) > sql_names.MAX_TABLE_COLUMNS:
        raise FormError(f"the table {table} has {len(present)} columns already, and cannot have more.")
    for role, end, type_ in added:
        for name in (table, f"{table}{sql_names.FORMER_SUFFIX}"):
            database.table(name).add_column(f"{wanted}{end}", type_)
        _note_column(database, form, part, table, f"{wanted}{end}", role, field)
    if same is None and not part and field.type in INDEXED_TYPES:
        index = sql_names.free_index(table, wanted, _taken(database))
        database.table(table).create_index([wanted], index)


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
    searchable = [field.column for field in fields if field.type in sql_names.SEARCHABLE_TYPES]
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
