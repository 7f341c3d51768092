"""What is wrong with the value of a key of a form definition, as a sentence that says what to write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic_core import ErrorDetails

from transcribe.forms.schema import FORM_NAME, LANGUAGE, NAME_PATTERN

SHOWN_CHARACTERS = 60
"""So much of a wrong value is shown. Chosen by hand."""

_WHOLE = "a whole number"
_WANTED: Mapping[str, str] = {
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number that is not infinite",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number from {ge:g} on",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number up to {le:g}",
    "literal_error": "{expected}",
    "string_type": "a text in quotes",
    "string_too_short": "something",
    "string_too_long": "{max_length} characters at most",
    "dict_type": 'names with their values, as {{ en = "Total" }}',
    "model_type": "a table of keys with their values",
    "model_attributes_type": "a table of keys with their values",
    "tuple_type": "a list, as [ ... ]",
    "too_short": "a list of {min_length} or more",
    "too_long": "a list of {max_length}",
}
"""What to write, by the type of the fault that pydantic finds."""

_WANTED_FOR_PATTERN: Mapping[str, str] = {
    NAME_PATTERN: "small letters, digits and _, a letter first",
    FORM_NAME: "small letters, digits, - and _, a letter first",
    LANGUAGE: "a language as Tesseract names it, three small letters first, as eng or chi_sim",
}
"""What to write where a text is of no form that its key may have."""

OPTION_TYPES = ("str", "int", "float", "bool")
"""What pydantic adds to the place of a value that may be of several types."""

MISSING_MESSAGE = "it is missing, and must be there"
"""Of a key that must be there."""


def wrong_value(fault: ErrorDetails) -> str:
    """What is wrong with one value; the words of the definition itself where it has some."""
    kind, limits = fault["type"], fault.get("ctx", {})
    if kind == "missing":
        place = fault["loc"][-1]
        return MISSING_MESSAGE if isinstance(place, str) else "a number is missing here"
    if fault["loc"][:1] == ("options",) and fault["loc"][-1] in OPTION_TYPES:
        return f"write a text in quotes, a number, true or false, not {_shown(fault['input'])}"
    wanted = _WANTED_FOR_PATTERN.get(str(limits.get("pattern", "")), "") or _WANTED.get(kind, "").format(**limits)
    if not wanted:
        return fault["msg"].removeprefix("Value error, ")
    return f"write {wanted}, not {_shown(fault['input'])}"


def only_causes(faults: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """The faults without those that follow from others: a list is too short where an entry of it is wrong."""
    return [
        each
        for each in faults
        if each["type"] != "too_short"
        or not any(len(other["loc"]) > len(each["loc"]) == _shared(each, other) for other in faults)
    ]


def place_of(fault: ErrorDetails) -> tuple[int | str, ...]:
    """Where in the definition the wrong value stands, without the types that were tried on it."""
    place = fault["loc"]
    return place[:-1] if place[:1] == ("options",) and len(place) > 2 and place[-1] in OPTION_TYPES else place


def _shared(fault: ErrorDetails, other: ErrorDetails) -> int:
    """How many steps of the place of a fault another one has too."""
    return len(fault["loc"]) if other["loc"][: len(fault["loc"])] == fault["loc"] else 0


def _shown(value: object) -> str:
    """A value as a definition writes it, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
