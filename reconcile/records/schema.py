"""The tables of the record database: those that each file has, and those made from the published forms."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlite_utils import Database

from reconcile.records import sql_names
from reconcile.records.views import make_views
from transcribe.errors import FormError
from transcribe.model import Field, FieldKey, Form

SEARCH_TOKENIZER = "unicode61 remove_diacritics 2"
"""The tokenizer of the search index: "Müller" is found by "muller"."""

HELD_FORMS = "_held_forms"
"""The table of forms that cannot be published. No form's table has a name that begins so."""

TABLES: dict[str, dict[str, type]] = {
    "outbox_position": {"id": int, "position": int},
    "outbox_mark": {"id": int, "mark": str},
    "forms": {"form": str, "version": int, "digest": str},
    "columns": {
        **{"table_name": str, "column_name": str, "form": str, "part": str, "field": str},
        **{"since_version": int, "type": str, "label": str},
    },
    "records": {
        **{"id": int, "scan": str, "scan_name": str, "form": str, "form_version": int, "record_version": int},
        **{"recorded_at": str, "currency": str, "exceptions": int, "least_probability": float, "changed": int},
    },
    "provenance": {
        **{"record": int, "scan": str, "field": str, "row": int, "value": str, "no_value": str, "text": str},
        **{"probability": float, "method": str, "machines": str, "people": int, "experts": int, "readings": int},
        **{"page": int, "x0": int, "y0": int, "x1": int, "y1": int, "parameters": int, "decision_version": int},
    },
    "history": {
        **{"record": int, "scan": str, "record_version": int, "changed_at": str, "field": str, "row": int},
        **{"value_before": str, "value_after": str, "no_value_before": str, "no_value_after": str, "method": str},
    },
    "exceptions": {"record": int, "scan": str, "rule": str, "fields": str, "expected": str, "found": str},
    "erased": {"scan": str, "erased_at": str, "changed": int},
    "outbox_epoch": {"id": int, "epoch": int},
    HELD_FORMS: {"form": str, "version": int, "message": str, "entries": int},
}
"""The columns of the tables that each file has."""

_PRIMARY_KEYS = {"outbox_position": "id", "outbox_mark": "id", "outbox_epoch": "id", "records": "id", "erased": "scan"}
"""The primary keys of these tables; the others have none."""

_INDEXES = (
    ("records", ("scan",), True),
    ("records", ("changed",), True),
    ("records", ("form", "changed"), False),
    ("provenance", ("record", "field", "row"), False),
    ("provenance", ("probability",), False),
    ("history", ("record",), False),
    ("exceptions", ("record",), False),
)
"""The indexes of these tables: (table, columns, unique)."""

_OF_THE_FORM = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT})
"""SQLite's codes for what it refuses to make; the others are of the file, the disk and the memory."""

_MADE_OBJECTS_SQL = """
select type, name, sql from sqlite_master
where type in ('index', 'trigger', 'view') and sql is not null order by type, name
"""
"""The indexes, triggers and views of a file, with the SQL that made them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldColumn:
    """The column of one field of a form, with the field's type."""

    table: str
    column: str
    field: str
    type: str

    @property
    def kind(self) -> sql_names.ColumnKind:
        """The kind of value that the column holds."""
        return sql_names.column_kind(self.type)


def prepare(database: Database) -> None:
    """Make the tables that each file has, where they are missing."""
    present = set(database.table_names())
    for name, columns in TABLES.items():
        if name not in present:
            database.table(name).create(columns, pk=_PRIMARY_KEYS.get(name), strict=True)
    if "outbox_position" in present:
        return
    for name, columns_of_index, unique in _INDEXES:
        database.table(name).create_index(columns_of_index, unique=unique)
    database.table("outbox_position").insert({"id": 1, "position": 0})
    database.create_view(
        "least_sure",
        "select r.form, r.scan_name, p.* from provenance p join records r on r.id = p.record order by p.probability",
    )


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
    _sort_made_objects(database)


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


def table_of(database: Database, form: str, part: str = "") -> str | None:
    """The name of the table of a form's plain fields, or of one of its tables. None where there is none."""
    found = next(database.table("columns").rows_where("form = ? and part = ?", [form, part], limit=1), None)
    return None if found is None else str(found["table_name"])


def parts_of(database: Database, form: str) -> dict[str, str]:
    """The names of a form's tables by part.

    The part is "" for the plain fields, else the name of the table on the form.
    """
    rows = database.query("select distinct part, table_name from columns where form = ? order by part", [form])
    return {str(row["part"]): str(row["table_name"]) for row in rows}


def columns_of(database: Database, form: str, part: str) -> list[FieldColumn]:
    """The columns of one table of a form that hold fields, in their order."""
    rows = database.table("columns").rows_where("form = ? and part = ? and field <> ''", [form, part], order_by="rowid")
    return [
        FieldColumn(table=row["table_name"], column=row["column_name"], field=row["field"], type=row["type"])
        for row in rows
    ]


def form_names(database: Database) -> list[str]:
    """The names of all published forms."""
    return [str(row["form"]) for row in database.query("select distinct form from forms order by form")]


def index_of(database: Database, table: str) -> str | None:
    """The name of the search index of a table, by its name alone. None where it has none."""
    name = f"{table}{sql_names.INDEX_SUFFIX}"
    return name if database.table(name).exists() else None


def indexed_tables(database: Database) -> Iterator[tuple[str, str]]:
    """The tables that have a search index, each with the name of the index."""
    for row in database.query("select distinct table_name from columns order by table_name"):
        index = index_of(database, row["table_name"])
        if index is not None:
            yield str(row["table_name"]), index


def _add_table(database: Database, form: Form, part: str, fields: list[Field]) -> None:
    own = sql_names.LINE_TABLE_COLUMNS if part else sql_names.FORM_TABLE_COLUMNS
    name = table_of(database, form.name, part)
    if name is None:
        wanted = f"{form.name}_{part}" if part else form.name
        name = sql_names.free_table(wanted, _taken(database), lines=bool(part))
        database.table(name).create(own, pk="id", strict=True)
        index = sql_names.unique_index(name, lines=bool(part))
        database.table(name).create_index(sql_names.UNIQUE_COLUMNS[bool(part)], index, unique=True)
        for column in own:
            _note_column(database, form, part, name, column, "", "", "")
    for field in fields:
        with saying(form, f'field "{field.name}"'):
            _add_field(database, form, part, name, field)
    _index_words(database, form, part, name)


def _taken(database: Database) -> frozenset[str]:
    """The names of all objects of the file, and of all that may yet be made for its tables."""
    names = {str(row["name"]).casefold() for row in database.query("select name from sqlite_master")}
    tables = database.query("select distinct table_name, part <> '' as lines from columns")
    return frozenset(names).union(
        *(sql_names.objects_of(row["table_name"], lines=bool(row["lines"])) for row in tables)
    )


def _add_field(database: Database, form: Form, part: str, table: str, field: Field) -> None:
    """Add a column for the field, unless one of an earlier version holds the same kind of value."""
    short = sql_names.table_and_column(FieldKey(field.name, 0 if part else None))[1]
    kind = sql_names.column_kind(field.type)
    known = [column for column in columns_of(database, form.name, part) if column.field == short]
    if any(column.kind == kind for column in known):
        return
    wanted = short + (f"_v{form.version}" if known else "")
    present = database.table(table).columns_dict
    column = sql_names.free_column(wanted, field.type, table, present)
    if len(present) + (2 if kind == "amount" else 1) > sql_names.MAX_TABLE_COLUMNS:
        raise FormError(f"the table {table} has {len(present)} columns already, and cannot have more.")
    database.table(table).add_column(column, sql_names.sql_type(kind))
    if kind == "amount":
        database.table(table).add_column(f"{column}{sql_names.MINOR_UNITS_SUFFIX}", int)
    label = field.label.get("en") or next(iter(field.label.values()), short)
    _note_column(database, form, part, table, column, short, field.type, label)


def _note_column(
    database: Database, form: Form, part: str, table: str, column: str, field: str, type_name: str, label: str
) -> None:
    row = {"table_name": table, "column_name": column, "form": form.name, "part": part, "field": field}
    database.table("columns").insert({**row, "since_version": form.version, "type": type_name, "label": label})


def _sort_made_objects(database: Database) -> None:
    """Keep rows and objects made from forms in the order of names, whatever the order in which forms came."""
    for name, keys in (("forms", ("form", "version")), ("columns", ("form", "part"))):
        table = database.table(name)
        rows = list(table.rows_where(order_by=", ".join([*keys, "rowid"])))
        table.delete_where()
        table.insert_all(rows)
    made = list(database.query(_MADE_OBJECTS_SQL))
    for each in made:
        database.execute(f"drop {each['type']} [{each['name']}]")
    for each in made:
        database.execute(str(each["sql"]))


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
