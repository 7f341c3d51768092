"""The field types, one file each."""

from transcribe.fields._facts import Facts, Family, Quantity
from transcribe.fields._field_type import FREE_TEXT, facts_of, guessed, load, names, read_back, second_reading
from transcribe.fields._label_types import (
    LANGUAGES_OF_LABELS,
    card_numbers,
    looks_like_payment,
    named_currency,
    plain_label,
    type_of,
)
from transcribe.fields._lookalikes import as_type_allows

__all__ = [
    "FREE_TEXT",
    "LANGUAGES_OF_LABELS",
    "Facts",
    "Family",
    "Quantity",
    "as_type_allows",
    "card_numbers",
    "facts_of",
    "guessed",
    "load",
    "looks_like_payment",
    "named_currency",
    "names",
    "plain_label",
    "read_back",
    "second_reading",
    "type_of",
]
