"""Sentences that know what they were made of: English by themselves, and in another language with all in them."""

from __future__ import annotations

from transcribe.i18n import in_words, translation, worded


def french(sentence: str) -> str:
    return in_words(sentence, translation("fr").gettext)


def test_a_sentence_is_english_by_itself_and_said_in_another_language_with_its_values() -> None:
    said = worded("Only %(name)s reads: machines then decide no text, people read it all.", name=worded("no engine"))
    assert said == "Only no engine reads: machines then decide no text, people read it all."
    assert french(said).startswith("Seul aucun moteur lit")


def test_a_percent_sign_in_a_value_or_a_sentence_without_values_stays() -> None:
    assert worded("%(folder)s cannot be written.", folder="/100%s") == "/100%s cannot be written."
    assert french(worded("%(folder)s cannot be written.", folder="/100%s")).startswith("/100%s ")
    assert french(worded("100 % of it")) == "100 % of it"


def test_what_does_not_know_what_it_was_made_of_stays_as_it_is() -> None:
    assert french("no such file: state.db") == "no such file: state.db"
