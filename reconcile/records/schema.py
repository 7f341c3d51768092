"""The tables of the record database: those that each file has, and those made from the published forms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.records import sql_names
from reconcile.records.database import LAYOUT_VERSION
from reconcile.records.table_library import Database
from transcribe.errors import NotFound
from transcribe.fields import Facts, facts_of

HELD_FORMS = "_held_forms"
"""The table of forms that cannot be published. No form's table has a name that begins so."""

TABLES: dict[str, dict[str, type]] = {
    "outbox_position": {"id": int, "position": int},
    "outbox_mark": {"id": int, "mark": str},
    "forms": {"form": str, "version": int, "digest": str},
    "table_names": {"table_name": str, "form": str, "part": str},
    "columns": {
        **{"table_name": str, "column_name": str, "form": str, "part": str, "field": str, "role": str},
        **{"since_version": int, "type": str, "label": str},
    },
    "records": {
        **{"id": int, "scan": str, "scan_name": str, "form": str, "form_version": int, "record_version": int},
        **{"recorded_at": str, "first_recorded_at": str, "state": str, "same_order_as": str},
        **{"may_be_same_order_as": str, "currency": str},
        **{"exceptions": int, "least_probability": float, "changed": int, "batch": str},
    },
    "documents": {
        **{"record": int, "record_version": int, "scan": str, "form": str, "changed": int},
        **{"valid_from": str, "valid_to": str, "json": str},
    },
    "provenance": {
        **{"record": int, "scan": str, "key": str, "field": str, "row": int, "value": str, "no_value": str},
        **{"text": str, "probability": float, "method": str, "machines": str, "people": int, "experts": int},
        **{"readings": int, "page": int, "x0": int, "y0": int, "x1": int, "y1": int, "page_width": int},
        **{"page_height": int, "known": str, "known_key": str, "known_value": str, "parameters": int},
        **{"decision_version": int},
    },
    "history": {
        **{"record": int, "scan": str, "form": str, "record_version": int, "changed": int, "changed_at": str},
        **{"key": str, "field": str, "row": int},
        **{"value_before": str, "value_after": str, "no_value_before": str, "no_value_after": str},
        **{"probability_before": float, "probability_after": float, "method": str, "why": str},
    },
    "exceptions": {
        **{"record": int, "number": int, "scan": str, "rule": str, "fields": str, "expected": str, "found": str},
    },
    "erased": {"scan": str, "erased_at": str, "changed": int},
    "withdrawn": {"scan": str, "changed": int},
    "moved": {"scan": str, "form": str, "changed": int},
    "outbox_epoch": {"id": int, "epoch": int},
    "quality": {
        **{"form": str, "field": str, "type": str, "audited": int, "wrong": int, "share": float},
        **{"interval_low": float, "interval_high": float, "since": str, "until": str, "measured_at": str},
    },
    "labour": {
        **{"month": str, "currency": str, "people": int, "hours": float, "pay": float, "pay_per_hour": float},
    },
    HELD_FORMS: {"form": str, "version": int, "message": str, "entries": int},
}
"""The columns of the tables that each file has."""

_PRIMARY_KEYS: dict[str, str | tuple[str, ...]] = {
    **{"outbox_position": "id", "outbox_mark": "id", "outbox_epoch": "id", "records": "id", "erased": "scan"},
    "withdrawn": "scan",
    **{"forms": ("form", "version"), "table_names": "table_name", "columns": ("table_name", "column_name")},
    **{"provenance": ("record", "key"), "documents": ("record", "record_version")},
    **{"history": ("record", "record_version", "key"), "exceptions": ("record", "number")},
    **{HELD_FORMS: ("form", "version"), "quality": ("form", "field"), "labour": ("month", "currency")},
    "moved": ("scan", "form"),
}
"""The primary keys of these tables."""

MEASURED = ("quality", "labour")
"""The tables that are counted in the state now and then, and not published with records."""

_OF_RECORDS = ("documents", "provenance", "history", "exceptions")
"""The tables whose `record` is the `id` of one in `records`, as a foreign key says."""

_INDEXES = (
    ("records", ("scan",), True),
    ("records", ("changed",), True),
    ("records", ("form", "changed"), False),
    ("records", ("form", "state", "changed"), False),
    ("records", ("least_probability",), False),
    ("records", ("recorded_at",), False),
    ("records", ("batch", "form", "changed"), False),
    ("documents", ("changed",), True),
    ("documents", ("scan", "record_version"), True),
    ("documents", ("form", "record"), False),
    ("provenance", ("scan",), False),
    ("provenance", ("probability",), False),
    ("provenance", ("field", "probability"), False),
    ("history", ("changed_at",), False),
    ("history", ("form", "changed"), False),
    ("exceptions", ("rule", "record"), False),
    ("erased", ("changed",), False),
    ("moved", ("form", "changed"), False),
)
"""The indexes of these tables: (table, columns, unique)."""

WITH_EXCEPTIONS = "idx_records_with_exceptions"
"""The index of the records on which something does not hold."""

OF_SEVERAL_VERSIONS = "idx_records_of_several_versions"
"""The index of the records that have former versions."""

_PARTIAL_INDEXES = (
    f"create index {WITH_EXCEPTIONS} on records (form, changed) where exceptions > 0",
    f"create index {OF_SEVERAL_VERSIONS} on records (form, changed) where record_version > 1",
)
"""Indexes of a part of the records, in the order of their changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldColumn:
    """The column of one field of a form: the field's type and its facts; `is_listed`: it has master data.

    `label` is what the paper calls the field.
    """

    table: str
    column: str
    field: str
    type: str
    facts: Facts
    is_listed: bool = False
    label: str = ""


def prepare(database: Database) -> None:
    """Make the tables that each file has, where they are missing."""
    present = set(database.table_names())
    if "outbox_position" in present:
        return
    for name, columns in TABLES.items():
        keys = [("record", "records", "id")] if name in _OF_RECORDS else []
        database.table(name).create(columns, pk=_PRIMARY_KEYS[name], foreign_keys=keys, strict=True)
    for name, columns_of_index, unique in _INDEXES:
        database.table(name).create_index(columns_of_index, unique=unique)
    for index in _PARTIAL_INDEXES:
        database.execute(index)
    database.table("outbox_position").insert({"id": 1, "position": 0})
    database.create_view(
        "least_sure",
        "select r.form, r.scan_name, p.* from provenance p join records r on r.id = p.record order by p.probability",
    )
    database.execute(f"pragma user_version = {LAYOUT_VERSION}")


def table_of(database: Database, form: str, part: str = "") -> str | None:
    """The name of the table of a form's plain fields, or of one of its tables. None where there is none."""
    return parts_of(database, form).get(part)


def parts_of(database: Database, form: str) -> dict[str, str]:
    """The names of a form's tables by part.

    The part is "" for the plain fields, else the name of the table on the form.
    """
    ((found,),) = database.execute(_PARTS_OF, [form])
    return dict(json.loads(found))


def columns_of(database: Database, form: str, part: str) -> list[FieldColumn]:
    """The columns of one table of a form that hold values of fields, in their order."""
    ((found,),) = database.execute(_COLUMNS_OF, [form, part])
    rows = json.loads(found)
    keys = {column for role, _, column, *_ in rows if role == "key"}
    return [
        FieldColumn(
            table=table,
            column=column,
            field=field,
            type=type,
            facts=facts_of(type),
            label=label or "",
            is_listed=f"{column}{sql_names.BESIDE_LISTED[1]}" in keys,
        )
        for role, table, column, field, type, label in rows
        if role == "value"
    ]


_PARTS_OF = """select json_group_array(json_array(part, table_name))
    from (select distinct part, table_name from columns where form = ? order by part)"""
"""The tables of a form in one row: SQLite takes Python's lock anew for each."""

_COLUMNS_OF = """select json_group_array(json_array(role, table_name, column_name, field, type, label))
    from (select * from columns where form = ? and part = ? and role in ('value', 'key') order by rowid)"""
"""The columns of a table of a form, in one row."""


def compared_tables(database: Database) -> list[str]:
    """The tables that say something of records: those of forms, and the fixed ones but for positions and erasures."""
    apart = (HELD_FORMS, "erased", "withdrawn", *MEASURED)
    told = [name for name in TABLES if not name.startswith("outbox") and name not in apart]
    made = [str(row["table_name"]) for row in database.query("select table_name from table_names order by 1")]
    return [*told, *made, *(f"{name}{sql_names.FORMER_SUFFIX}" for name in made)]


def primary_key(table: str) -> tuple[str, ...]:
    """The columns of the primary key of one of the tables that each file has."""
    key = _PRIMARY_KEYS[table]
    return (key,) if isinstance(key, str) else key


def key_of(database: Database, table: str) -> list[str]:
    """The columns of a table's primary key."""
    return list(database.table(table).pks)


def form_names(database: Database) -> list[str]:
    """The names of all published forms."""
    return [str(row["form"]) for row in database.query("select distinct form from forms order by form")]


def no_records(database: Database, form: str) -> NotFound:
    """What is raised where nothing of a form was published; it names the forms that were."""
    known = ", ".join(form_names(database)) or "none yet"
    return NotFound(f"There are no records of a form {form!r}. Published forms: {known}.")


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
