"""The table of types with check digits is that of the field types."""

from __future__ import annotations

from reconcile.inference.candidates import REPAIRABLE_FAULTS
from reconcile.inference.prior import CHECK_DIGIT_TYPES
from tests.transcribe.fields import blank_form, field_of
from transcribe import fields

TEXTS = [*("1234567890123456789"[:length] for length in range(1, 20)), "FR40303265044", "DE123456789"]


def names_a_check_digit(name: str) -> bool:
    kind, field, form = fields.load(name), field_of(name), blank_form("fr_FR")
    return any("check digit" in kind.faults(text, field, form) for text in TEXTS)


def test_a_type_whose_faults_name_a_check_digit_is_in_the_table() -> None:
    assert {name for name in fields.names() if names_a_check_digit(name)} == CHECK_DIGIT_TYPES


def test_a_wrong_check_digit_may_be_repaired() -> None:
    assert {name for name, faults in REPAIRABLE_FAULTS.items() if "check digit" in faults} == CHECK_DIGIT_TYPES
