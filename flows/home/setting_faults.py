"""What is wrong with the value of a setting, as a sentence that says what to write."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic.fields import FieldInfo

FOREIGN_VARIABLES = frozenset({
    "FAIRHAND_BENCH_CACHE", "FAIRHAND_DATABASE_PASSWORD", "FAIRHAND_IMAGE", "FAIRHAND_INBOX", "FAIRHAND_NAME",
    "FAIRHAND_SHARED_DATA", "FAIRHAND_SOURCE", "FAIRHAND_UPSTREAM",
})  # fmt: skip
"""Names with our prefix that are no settings: where benchmarks find and keep data, and what deployments/ name so."""

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


def setting_fault(error: ValidationError, prefix: str, variables: Mapping[str, FieldInfo]) -> str:
    """The first setting that is wrong, its value, what to write instead, and what it is."""
    fault = error.errors(include_url=False)[0]
    name = prefix + str(fault["loc"][0]).upper().removeprefix(prefix)
    if name not in variables:
        return f"{name}: there is no such setting"
    given = str(fault["input"])
    shown = given if len(given) <= SHOWN_CHARACTERS else f"{given[:SHOWN_CHARACTERS]}..."
    wanted = _WANTED.get(fault["type"], "").format(**fault.get("ctx", {})).replace(repr(""), "nothing")
    advice = f"write {wanted}" if wanted else fault["msg"].removeprefix("Value error, ")
    return f"{name}: {shown!r} cannot be used: {advice}. What it sets: {variables[name].description}"
