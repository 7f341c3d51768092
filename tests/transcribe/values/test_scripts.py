"""Letters of other scripts: those that look like a form's are the form's, and all others are told."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.fields import blank_form
from transcribe.values import has_other_letters, in_letters_of

FRENCH = blank_form()
RUSSIAN, JAPANESE, UNKNOWN = (replace(FRENCH, languages=(each,)) for each in ("rus", "jpn", "e"))
ANY_LETTERS = st.text(st.characters(categories=("L", "M", "Nd", "Zs")), max_size=8)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("\u0420K-0319", "PK-0319"),
        ("L, RU\u0415 D\u0415 \u0412\u0415N\u0410RD", "L, RUE DE BENARD"),
        ("\u0406\u0406", "II"),
        ("\u03a5\u039f\u03a1\u039a", "YOPK"),
        ("No\u0451l", "Noël"),
        ("Müller Łódź Œuvre 5 µm 10 kΩ", "Müller Łódź Œuvre 5 µm 10 kΩ"),
    ],
)
def test_letters_that_look_alike_are_those_of_a_form_in_latin_letters(typed: str, read: str) -> None:
    assert in_letters_of(FRENCH, typed) == read
    assert not has_other_letters(FRENCH, read)


@pytest.mark.parametrize("typed", ["\u0418\u0432\u0430\u043d\u043e\u0432", "\u041fO-1", "東京", "\u05d0\u05d1"])
def test_a_text_with_a_letter_that_looks_like_none_of_the_form_s_stays_and_is_told(typed: str) -> None:
    assert in_letters_of(FRENCH, typed) == typed
    assert has_other_letters(FRENCH, typed)


def test_an_accent_on_a_digit_is_told_of_what_is_exact_alone() -> None:
    assert has_other_letters(FRENCH, "PK-0319\u0301", exact=True)
    assert not has_other_letters(FRENCH, "PK-0319\u0301")
    assert not has_other_letters(FRENCH, "E\u0301", exact=True)


def test_each_language_has_its_own_letters_and_latin_ones() -> None:
    russian = "\u0418\u0432\u0430\u043d\u043e\u0432 URGENT"
    assert (in_letters_of(RUSSIAN, russian), has_other_letters(RUSSIAN, russian)) == (russian, False)
    assert not has_other_letters(JAPANESE, "東京タワー、ひらがな ABC")
    assert has_other_letters(JAPANESE, russian)


def test_where_the_script_of_a_language_is_not_known_nothing_is_said() -> None:
    assert not has_other_letters(UNKNOWN, "東京")
    assert in_letters_of(UNKNOWN, "\u0420") == "\u0420"


@examples(300)
@given(ANY_LETTERS)
def test_what_is_read_in_the_letters_of_a_form_is_so_once_and_for_all(text: str) -> None:
    once = in_letters_of(FRENCH, text)
    assert in_letters_of(FRENCH, once) == once
    assert once == text or not has_other_letters(FRENCH, once)
    plain = "".join(each for each in unicodedata.normalize("NFKC", text) if each.isascii())
    assert in_letters_of(FRENCH, plain) == plain
