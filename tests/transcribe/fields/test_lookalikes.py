"""Letters that an engine read in a number, and digits where a code has letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reconcile.made import field, form
from transcribe.fields import as_type_allows, load

TYPES = ("integer", "decimal", "amount", "phone", "date", "code", "text")


def read(text: str, type_name: str, pattern: str | None = None) -> str:
    of = field("it", type_name, pattern=pattern)
    return as_type_allows(text, of, form(of))


@pytest.mark.parametrize(
    ("type_name", "text", "number"),
    [
        ("integer", "IS", "15"),
        ("integer", "5o", "50"),
        ("decimal", "12,S", "12,5"),
        ("amount", "1 17S,00", "1 175,00"),
        ("date", "13/O8/2026", "13/08/2026"),
        ("date", "1310812026", "13/08/2026"),
        ("date", "24103/2026", "24/03/2026"),
    ],
)
def test_a_letter_in_a_number_is_the_digit_that_it_looks_like(type_name: str, text: str, number: str) -> None:
    assert read(text, type_name) == number


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("integer", "12 pcs"),
        ("integer", "5 l"),
        ("integer", "5l"),
        ("integer", "|"),
        ("integer", "gf"),
        ("amount", "S338.40"),
        ("amount", "| 374.00"),
        ("date", "3 Oct 2026"),
        ("date", "1312812026"),
        ("code", "AO7-542"),
        ("text", "SOS"),
    ],
)
def test_units_dollars_frames_and_what_is_no_number_either_way_stay(type_name: str, text: str) -> None:
    assert read(text, type_name) == text


@pytest.mark.parametrize(
    ("text", "pattern", "code"),
    [
        ("AO7-542", r"[A-Z]\d{2}-\d{3}", "A07-542"),
        ("205-796", r"[A-Z]\d{2}-\d{3}", "Z05-796"),
        ("FA-S253", r"FA-\d{4}", "FA-5253"),
        ("T41-273", r"[A-Z]\d{2}-\d{3}", "T41-273"),
        ("141-273", r"[A-Z]\d{2}-\d{3}", "141-273"),
        ("SB", r"[A-Z]\d|\d[A-Z]", "SB"),
        ("OOOOOO", r"\d{6}", "OOOOOO"),
    ],
)
def test_a_code_is_read_as_its_pattern_asks_where_one_text_alone_is_possible(
    text: str, pattern: str, code: str
) -> None:
    assert read(text, "code", pattern) == code


@given(text=st.text(alphabet="0123456789OoIlSZB|.,/- £$g", max_size=12), type_name=st.sampled_from(TYPES))
def test_what_has_no_fault_stays_and_what_is_changed_has_none(text: str, type_name: str) -> None:
    of = field("it", type_name)
    found, kind, made = read(text, type_name), load(type_name), form(of)
    if kind.faults(text, of, made):
        assert found == text or not kind.faults(found, of, made)
    else:
        assert found == text
    assert read(found, type_name) == found
