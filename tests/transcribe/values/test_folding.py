"""Folding: what stays of a text without its accents, for every text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcribe.values import fold, without_accents, without_marks


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
