"""Folding: what stays of a text without its accents, for every text."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcribe.values import fold, read_number, tidy, without_accents, without_marks


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Straße", "Strasse"),
        ("cœur d'Élan", "coeur d'Elan"),
        ("smørrebrød", "smorrebrod"),
        ("Łódź", "Łodz"),
        ("złoty", "zloty"),
        ("n° 4, 3e étage", "n° 4, 3e etage"),
        ("dairy", "dairy"),
        ("", ""),
    ],
)
def test_letters_are_typed_without_accents(written: str, typed: str) -> None:
    assert without_accents(written) == typed


@given(st.text())
def test_no_mark_is_left(text: str) -> None:
    assert not any(map(unicodedata.combining, without_marks(text)))
    assert not any(map(unicodedata.combining, without_accents(text)))


@given(st.text())
def test_dropping_accents_twice_drops_no_more(text: str) -> None:
    assert without_accents(without_accents(text)) == without_accents(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_stays_as_it_is(text: str) -> None:
    assert without_accents(text) == without_marks(text) == text


@given(st.text())
def test_folding_twice_folds_no_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("2½ kg", "2 1/2 kg"),
        ("½ Liter", "1/2 Liter"),
        ("3³⁄₄", "3 3/4"),
        ("5⁄8", "5/8"),
        ("10²", "10^2"),
        ("12,50¹", "12,50^1"),
        ("10 m²", "10 m2"),
        ("¾-Zoll", "3/4-Zoll"),
    ],
)
def test_a_fraction_or_a_power_is_no_part_of_the_number_before_it(written: str, typed: str) -> None:
    assert tidy(written) == tidy(typed) == typed


@given(st.text(alphabet="12½⅔³⁄₄²/ ,."))
def test_figures_are_tidied_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize("written", ["2½", "12,50¹", "10²", "½"])
def test_a_fraction_or_a_power_is_no_other_number(written: str) -> None:
    assert read_number(written, "de_DE", 2) in (None, Decimal("2.5"), Decimal("0.5"))
