"""The contract of a form's records: a model of its values, made from its definition, and the JSON Schema of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from reconcile.records import sql_names
from transcribe import model
from transcribe.fields import facts_of
from transcribe.model import FieldKey

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect of the schemas."""

DECIMAL_PATTERN = r"^-?[0-9]+(\.[0-9]+)?$"
"""An exact decimal as records have it."""


def values_schema(form: model.Form) -> dict[str, object]:
    """The JSON Schema (2020-12) of `values` of a form's records: titles and helps from the form, currencies told."""
    return {"$schema": DIALECT, **values_model(form).model_json_schema(mode="serialization")}


def values_model(form: model.Form) -> type[BaseModel]:
    """The pydantic model of `values` of a form's records: every field by name, every table as a list of lines."""
    plain: dict[str, Any] = {field.name: _typed(form, field) for field in form.fields}
    for table in form.tables:
        columns: dict[str, Any] = {_in_line(column.field.name): _typed(form, column.field) for column in table.columns}
        number = Annotated[int, Field(ge=0, description="The line on the paper, from 0.")]
        columns[sql_names.LINE_NUMBER] = (number, ...)
        line: Any = create_model(f"{form.name} {table.name}", __config__=ConfigDict(extra="forbid"), **columns)
        plain[table.name] = (Annotated[list[line], Field(title=_word(table.label, table.name))], ...)
    title = _word(form.title, form.name)
    return create_model(form.name, __config__=ConfigDict(extra="forbid", title=title), **plain)


def _typed(form: model.Form, field: model.Field) -> tuple[Any, Any]:
    """The type of a field's value; every one may be null, and `fields` of the record then says why."""
    more: dict[str, Any] = {"x-type": field.type}
    facts = facts_of(field.type)
    kind: Any = bool if facts.is_mark else int if facts.is_number else str
    if facts.has_decimals:
        kind = Annotated[str, Field(pattern=DECIMAL_PATTERN)]
    if facts.is_day:
        more["format"] = "date"
    if facts.is_money:
        more["x-currency"] = field.currency or form.currency
    told = Field(title=_word(field.label, field.name), description=_word(field.help, ""), json_schema_extra=more)
    return Annotated[kind | None, told], ...


def _in_line(name: str) -> str:
    return sql_names.key_in_line(*sql_names.table_and_column(FieldKey(name, 0)))


def _word(words: Any, otherwise: str) -> str:
    return str(words.get("en") or next(iter(words.values()), otherwise))
