"""The mistake in the value of a key of a form definition, as a sentence that says what to write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic_core import ErrorDetails

from transcribe.forms.schema import FORM_NAME, LANGUAGE, NAME_PATTERN
from transcribe.i18n import N_, worded

SHOWN_CHARACTERS = 60
"""So much of a wrong value is shown. Chosen by hand."""

KEYS: Mapping[str, str] = {
    "": N_("all of it"),
    "title": N_("title"),
    "label": N_("label"),
    "help": N_("help"),
    "type": N_("type"),
    "required": N_("required"),
    "pattern": N_("pattern"),
    "personal": N_("personal data"),
    "target": N_("how sure"),
    "examples": N_("examples"),
    "languages": N_("languages"),
    "locale": N_("how dates and amounts are written"),
    "currency": N_("currency"),
    "retention_days": N_("days kept"),
    "pages": N_("pages"),
    "page": N_("page"),
    "box": N_("place"),
    "rows": N_("rows"),
    "values": N_("values"),
    "name": N_("name"),
    "check": N_("rule"),
    "span": N_("place"),
}
"""Keys of a definition in words; others are shown as they are written."""

_WHOLE = (N_("a whole number"), "")
_TABLE = (N_("names with their values"), "a table of keys with their values")
_WANTED: Mapping[str, tuple[str, str]] = {
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": (N_("a number"), ""),
    "float_parsing": (N_("a number"), ""),
    "finite_number": (N_("a number"), "a number that is not infinite"),
    "bool_type": (N_("yes or no"), "true or false"),
    "bool_parsing": (N_("yes or no"), "true or false"),
    "greater_than": (N_("a number above %(limit)s"), ""),
    "greater_than_equal": (N_("a number from %(limit)s on"), ""),
    "less_than": (N_("a number below %(limit)s"), ""),
    "less_than_equal": (N_("a number up to %(limit)s"), ""),
    "string_type": (N_("a text"), "a text in quotes"),
    "string_too_short": (N_("a text"), "something"),
    "string_too_long": (N_("%(most)s characters at most"), ""),
    "dict_type": (N_("a text for each language"), 'names with their values, as { en = "Total" }'),
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "tuple_type": (N_("a list"), "a list, as [ ... ]"),
    "too_short": (N_("a list of %(count)s or more"), ""),
    "too_long": (N_("a list of %(count)s"), ""),
}
"""What to write, by the type of the fault that pydantic finds: on a page, and for who writes the file if otherwise."""

_LIMITS = ("gt", "ge", "lt", "le", "min_length", "max_length")
"""The names of limits in what pydantic finds."""

_WANTED_FOR_PATTERN: Mapping[str, tuple[str, str]] = {
    NAME_PATTERN: (N_("small letters, digits and _, a letter first"), ""),
    FORM_NAME: (N_("small letters, digits, - and _, a letter first"), ""),
    LANGUAGE: (
        N_("a language by its three letters, as eng or fra"),
        "a language as Tesseract names it, three small letters first, as eng or chi_sim",
    ),
}
"""The message for a text that does not match the pattern of its key."""

OPTION_TYPES = ("str", "int", "float", "bool")
"""The type names that pydantic adds to the place of a value that may have several types."""


def wrong_value(fault: ErrorDetails) -> str:
    """What is wrong with one value; the words of the definition itself where it has some."""
    kind, limits, place = fault["type"], fault.get("ctx", {}), place_of(fault)
    key = next((each for each in reversed(place) if isinstance(each, str)), "")
    if kind == "missing":
        if isinstance(place[-1], str):
            return worded("It is empty. Fill it in.", command="it is missing, and must be there")
        return worded("A number is missing. Fill it in.", command="a number is missing here")
    if place != fault["loc"]:
        wanted = worded("a text or a number", command="a text in quotes, a number, true or false")
        return to_write(key, wanted, fault["input"])
    if "error" in limits:
        return limits["error"].args[0]  # type: ignore[no-any-return]  # the sentence of a validator of ours
    if kind == "literal_error":
        plain = limits["expected"].replace("'", "")
        return to_write(key, worded(plain, command=limits["expected"]), fault["input"])
    message, command = _WANTED_FOR_PATTERN.get(limits.get("pattern", "")) or _WANTED[kind]
    count = next((f"{limits[each]:g}" for each in _LIMITS if each in limits), "")
    return to_write(key, worded(message, command=command, limit=count, most=count, count=count), fault["input"])


def to_write(key: str, wanted: str, said: object) -> str:
    """The sentence that says what to write for a key instead of what stands there."""
    shown = _shortened(json.dumps(said, ensure_ascii=False, default=str))
    command = "write %(wanted)s, not %(shown)s"
    if said == "":
        return worded("It is empty. Fill it in.", command=command, wanted=wanted, shown=shown)
    words = worded("Write %(wanted)s. “%(said)s” stands there.", command=command, wanted=wanted, shown=shown,
                   said=_shortened(said) if isinstance(said, str) else shown)  # fmt: skip
    named = worded(KEYS[key], command=key) if key in KEYS else key
    return worded("%(key)s: %(words)s", command="%(words)s", key=named, words=words) if key else words


def only_causes(faults: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """The faults without those that follow from others: a list is too short where an entry of it is wrong."""
    return [
        each
        for each in faults
        if each["type"] != "too_short"
        or not any(len(other["loc"]) > len(each["loc"]) == _shared(each, other) for other in faults)
    ]


def place_of(fault: ErrorDetails) -> tuple[int | str, ...]:
    """The place of a wrong value in the definition, without the types that pydantic tried."""
    place = fault["loc"]
    return place[:-1] if place[:1] == ("options",) and len(place) > 2 and place[-1] in OPTION_TYPES else place


def _shared(fault: ErrorDetails, other: ErrorDetails) -> int:
    """The number of steps that the places of two faults share."""
    return len(fault["loc"]) if other["loc"][: len(fault["loc"])] == fault["loc"] else 0


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
