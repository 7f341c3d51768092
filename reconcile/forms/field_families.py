"""Families of field types: trust, calibration and the choice between model and majority are kept by family."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from transcribe import fields
from transcribe.fields import FieldType

Family = Literal["line text", "short text", "code", "amount", "date", "mark"]

TEXT_FAMILIES: tuple[Family, ...] = ("line text", "short text")
"""Families of free text. A source may write such text in conventions of its own."""

FAMILY_BY_TYPE: dict[str, Family] = {
    "text": "line text",
    "address": "line text",
    "name": "short text",
    "email": "short text",
    "city": "short text",
    "code": "code",
    "ean": "code",
    "luhn": "code",
    "siret": "code",
    "vat": "code",
    "choice": "code",
    "phone": "code",
    "amount": "amount",
    "integer": "amount",
    "decimal": "amount",
    "date": "date",
    "checkbox": "mark",
    "signature": "mark",
}
"""The family of each field type that ships."""


@lru_cache(maxsize=256)
def type_of(name: str) -> FieldType:
    """The field type of this name, cached: looking through the folder takes longer than weighing a field."""
    return fields.load(name)


@lru_cache(maxsize=256)
def family_of(name: str) -> Family:
    """The family of a field type. One that does not ship is "code" where it is exact, else "short text"."""
    return FAMILY_BY_TYPE.get(name) or ("code" if type_of(name).EXACT else "short text")
