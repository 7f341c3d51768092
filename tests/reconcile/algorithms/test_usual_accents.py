"""A word that usually has accents, written without them, is told from one that is usually written as it stands."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms import lacks_usual_accents


@pytest.mark.parametrize(
    ("text", "languages", "lacks"),
    [
        ("Herve Martin", ["fra"], True),
        ("Hervé Martin", ["fra"], False),
        ("Boîte à outils metal", ["fra"], True),
        ("BOITE A OUTILS", ["fra"], False),  # capitals are often written so
        ("laitue d'hiver", ["fra"], False),
        ("Côte de Beaune", ["fra"], False),  # though "côté" is more frequent
        ("Marie Dupont", ["fra"], False),  # though there is "marié"
        ("Lampe fur Keller", ["deu"], True),
        ("Lampe für Keller", ["deu"], False),
        ("fur coat", ["deu", "eng"], False),  # an English word
        ("fur coat", ["deu"], True),
        ("numero", ["spa"], True),
        ("numero", ["eng"], False),
        ("Herve", ["frk"], False),  # no list has its words
        ("", ["fra"], False),
    ],
)
def test_it_is_told_by_how_frequent_both_forms_are_in_the_languages_of_the_form(
    text: str, languages: list[str], lacks: bool
) -> None:
    assert lacks_usual_accents(text, languages) is lacks


@given(st.text(max_size=40), st.sampled_from(["fra", "deu", "spa", "eng", "ita", "nld", "por", "chi_sim", "xyz"]))
def test_no_text_breaks_it_and_what_has_no_letters_or_only_capitals_lacks_none(text: str, language: str) -> None:
    lacks = lacks_usual_accents(text, [language])
    if not any(unicodedata.category(each) == "Ll" for each in text):
        assert not lacks


@given(st.sampled_from(["Herve", "Remy", "metal", "systeme"]), st.text(alphabet="0123456789 .,-/", max_size=8))
def test_digits_and_signs_around_a_word_change_nothing(word: str, around: str) -> None:
    assert lacks_usual_accents(f"{around} {word} {around}", ["fra"])
