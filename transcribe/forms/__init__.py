"""Form definitions, their blank pages, and where each field stands on them."""

from transcribe.forms.blank_image import blank_grey, blank_size
from transcribe.forms.comb_fields import Comb, comb, combs
from transcribe.forms.definition import find, installed, load
from transcribe.forms.definition_text import MAX_DEFINITION_BYTES, MAX_FIELDS_COUNT, definition_content, listed
from transcribe.forms.differences import Difference, differences, unchanged_fields
from transcribe.forms.field_boxes import cell, field_boxes
from transcribe.forms.ignored_patterns import ignored_patterns
from transcribe.forms.mistakes import Entry, Mistake
from transcribe.forms.order_texts import NOT_OF_XML, is_day, is_gtin, is_number, is_unit
from transcribe.forms.preview import preview
from transcribe.forms.schema import FORM_NAME
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
