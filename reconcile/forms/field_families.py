"""Families of field types: what trust, calibration and the contest with majority are kept by."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from transcribe import fields
from transcribe.fields import FieldType

Family = Literal["line text", "short text", "code", "amount", "date", "mark"]

TEXT_FAMILIES: tuple[Family, ...] = ("line text", "short text")
"""Families of free text, which a source may write in conventions of its own."""

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


@lru_cache(maxsize=256)
def type_of(name: str) -> FieldType:
    """The field type of this name, found once (looking through the folder takes longer than weighing a field)."""
    return fields.load(name)


@lru_cache(maxsize=256)
def family_of(name: str) -> Family:
    """The family of a field type; one from outside counts as code where it is exact, as short text where not."""
    return FAMILY_BY_TYPE.get(name) or ("code" if type_of(name).EXACT else "short text")
