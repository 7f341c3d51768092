"""What is wrong with the value of a setting, as a sentence that says what to write."""

from __future__ import annotations

from pydantic_core import ErrorDetails

_WANTED = {
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "finite_number": "a number that is not infinite",
    "bool_parsing": "true or false",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number up to {le:g}",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number from {ge:g} on",
    "literal_error": "{expected}",
    "enum": "{expected}",
}
"""What to write, by the type of the fault that pydantic finds."""

SHOWN_CHARACTERS = 60
"""So much of a wrong value is shown. Chosen by hand."""


def setting_fault(fault: ErrorDetails, meaning: str) -> str:
    """What a setting is set to and what to write instead; `meaning` says what it is."""
    given = str(fault["input"])
    shown = given if len(given) <= SHOWN_CHARACTERS else f"{given[:SHOWN_CHARACTERS]}..."
    what = f"{shown!r} cannot be used"
    if wanted := _WANTED.get(fault["type"], "").format(**fault.get("ctx", {})):
        return f"{what}: write {wanted.replace(repr(''), 'nothing')}. It is {meaning}"
    return f"{what}: {fault['msg'].removeprefix('Value error, ')}. It is {meaning}"
