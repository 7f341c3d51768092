"""Form definitions, their blank pages, and where each field stands on them."""

from transcribe.forms.comb_fields import Comb, comb, combs
from transcribe.forms.definition import blank_grey, blank_size, find, installed, load
from transcribe.forms.field_boxes import Difference, cell, differences, field_boxes, preview, unchanged_fields
from transcribe.forms.mistakes import (
    MAX_DEFINITION_BYTES,
    MAX_FIELDS_COUNT,
    Entry,
    Mistake,
    definition_content,
    ignored_patterns,
    listed,
)
from transcribe.forms.schema import FORM_NAME, NOT_OF_XML, is_day, is_gtin, is_number, is_unit
from transcribe.forms.wrong_values import KEYS

__all__ = [
    "FORM_NAME",
    "KEYS",
    "MAX_DEFINITION_BYTES",
    "MAX_FIELDS_COUNT",
    "NOT_OF_XML",
    "Comb",
    "Difference",
    "Entry",
    "Mistake",
    "blank_grey",
    "blank_size",
    "cell",
    "comb",
    "combs",
    "definition_content",
    "differences",
    "field_boxes",
    "find",
    "ignored_patterns",
    "installed",
    "is_day",
    "is_gtin",
    "is_number",
    "is_unit",
    "listed",
    "load",
    "preview",
    "unchanged_fields",
]
