"""Codes and reference numbers: compared character by character, in upper case unless the pattern says otherwise."""

from __future__ import annotations

import re

from transcribe.fields._facts import Facts
from transcribe.model import Field, Form, Value
from transcribe.values import breaks_pattern, shaped_by_pattern, tidy

FACTS = Facts(
    name={
        "en": "code, as an order number",
        "fr": "code, comme un numéro de commande",
        "es": "código, como un número de pedido",
    },
    plural={"en": "numbers and codes", "fr": "numéros et codes", "es": "números y códigos"},
    rank=4,
    has_shapes=True,
    may_be_listed=True,
    barcode="may be",
    labels={"#code": 13},
)

_AROUND_MARKS = re.compile(r"\s*([-/._])\s*")
"""A separator with spaces beside it."""

_EDGES = " .,:;'\"|"
"""Signs that do not count at the ends of a code."""


def parse(text: str, field: Field, form: Form) -> Value:
    """The code as the pattern writes it, without spaces that the pattern does not have.

    Where there is no pattern, or the code is not of it: in upper case, its dashes and inner spaces as written.
    """
    code = shaped_by_pattern(_clean(text), field.pattern)
    if breaks_pattern(code, field.pattern):
        close = _without_spaces(code, field)
        code = code if breaks_pattern(close, field.pattern) else close
    return code or None


def normalise(text: str, field: Field, form: Form) -> str:
    """The code without spaces, its other separators kept: "12-3" is not "1-23"."""
    code = shaped_by_pattern(_clean(text), field.pattern)
    if field.pattern is not None and not breaks_pattern(code, field.pattern):
        return code
    return _without_spaces(code, field)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "pattern" where the field's pattern is broken whatever the case, separators and spaces."""
    code = parse(text, field, form)
    return ("pattern",) if code is not None and breaks_pattern(str(code), field.pattern) else ()


def _without_spaces(code: str, field: Field) -> str:
    return shaped_by_pattern(tidy(_clean(code).replace(" ", "")), field.pattern)


def _clean(text: str) -> str:
    code = tidy(text)
    return _AROUND_MARKS.sub(r"\1", code).strip(_EDGES) or code
