"""Every file of transcribe/fields keeps the contract of a field type, whatever text comes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.calls import calls
from tests.examples import examples
from tests.transcribe.fields import blank_form, field_of
from transcribe import fields
from transcribe.i18n import languages
from transcribe.review.views.offers import FAULT_WORDS

FORMS = {
    locale: blank_form(locale) for locale in ("fr_FR", "en_GB", "en_US", "de_DE", "es_ES", "de_CH", "en_IN", "sv_SE")
}
WORDS = "12 03 2025 1 234 50 , . - / ( ) € EUR RM $ mars MAR oct. er ' O l x +33 6 @ a@b.fr İ ß ﬁ ٣ ½ ² : T Z pcs FR"
PIECES = st.sampled_from([*WORDS.split(), " ", "\u202f", "\n"])
NUMBERS = st.from_regex(r"-?[0-9]{1,4}([.,][0-9]{3})?([.,][0-9]{1,4})?", fullmatch=True)
MESS = st.one_of(st.text(max_size=20), st.lists(PIECES, max_size=8).map("".join))
DIGITS = [*("1234567890123456789"[:length] for length in range(1, 20)), "FR40303265044", "DE123456789"]
types = pytest.mark.parametrize("name", fields.names())
FAIR = examples(60)
MOST_CALLS = 500


@types
def test_it_says_how_it_is_compared_and_typed(name: str) -> None:
    facts = fields.load(name).facts
    assert facts.input_mode in {"text", "decimal", "numeric", "tel", "email"}
    assert all(facts.name.get(language) and facts.plural.get(language) for language in languages())


@types
@pytest.mark.parametrize("locale", FORMS)
def test_its_example_is_a_value_as_it_is_parsed(name: str, locale: str) -> None:
    value = fields.facts_of(name).example
    assert fields.read_back(value, field_of(name), FORMS[locale]) == value


@types
@FAIR
@example(text="1212121212202520252025", locale="de_CH")
@given(text=MESS, locale=st.sampled_from(sorted(FORMS)))
def test_what_is_parsed_is_written_and_parsed_again(name: str, text: str, locale: str) -> None:
    kind, field, form = fields.load(name), field_of(name), FORMS[locale]
    value = kind.parse(text, field, form)
    if value is not None:
        assert kind.parse(kind.write(value, field, form), field, form) == value


@pytest.mark.parametrize(
    ("text", "locale"), [("01234 5", "de_DE"), ("+49 30 1234567", "de_DE"), ("0612345678", "fr_FR")]
)
def test_no_number_of_a_telephone_loses_its_first_0(text: str, locale: str) -> None:
    kind, field, form = fields.load("phone"), field_of("phone"), FORMS[locale]
    written = kind.write(kind.parse(text, field, form), field, form)
    assert written[0] in "+0"


@types
@FAIR
@example(text="084 497 9382", locale="en_GB")
@given(text=MESS, locale=st.sampled_from(sorted(FORMS)))
def test_any_text_that_a_program_sends_as_a_value_is_one_or_none(name: str, text: str, locale: str) -> None:
    found = fields.read_back(text, field_of(name), FORMS[locale])
    assert found is None or fields.read_back(found, field_of(name), FORMS[locale]) == found


@types
@FAIR
@example(text="1,234", locale="fr_FR", currency="EUR")
@example(text="1,234", locale="de_DE", currency="KWD")
@example(text="2,125", locale="de_DE", currency="EUR")
@given(text=MESS | NUMBERS, locale=st.sampled_from(sorted(FORMS)), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_value_that_is_sent_back_means_itself_and_as_a_text_itself_or_nothing(
    name: str, text: str, locale: str, currency: str
) -> None:
    """What a record has as "1.234" was taken as 1234.00 on a French form: times a thousand, and final."""
    kind, field, form = fields.load(name), field_of(name), replace(FORMS[locale], currency=currency)
    value = kind.parse(text, field, form)
    if value is None:
        return
    assert fields.read_back(value, field, form) == value
    as_text = kind.parse(str(value), field, form)
    assert as_text in (None, value) or fields.second_reading(str(value), field, form) is not None


@types
@FAIR
@example(text="A \u0301", locale=min(FORMS))
@example(text="A\u200b\u0301", locale=min(FORMS))
@example(text="0/0,000A", locale="de_CH")
@example(text="O.\u00af00", locale="de_CH")
@example(text="0;0000:0", locale="en_US")
@given(text=MESS, locale=st.sampled_from(sorted(FORMS)))
def test_normalising_twice_is_normalising_once(name: str, text: str, locale: str) -> None:
    kind, field, form = fields.load(name), field_of(name), FORMS[locale]
    once = kind.normalise(text, field, form)
    assert kind.normalise(once, field, form) == once
    assert not text.strip() or once or not kind.parse(text, field, form)


@types
@FAIR
@given(text=MESS, locale=st.sampled_from(sorted(FORMS)))
def test_any_text_has_faults_or_a_value(name: str, text: str, locale: str) -> None:
    kind, field, form = fields.load(name), field_of(name), FORMS[locale]
    faults = kind.faults(text, field, form)
    assert set(faults) <= {*FAULT_WORDS, *kind.facts.fault_words}, "each has a sentence"
    if (
        kind.facts.exact
        and text.strip()
        and kind.parse(text, field, form) is None
        and kind.normalise(text, field, form)
    ):
        assert faults


@types
def test_a_wrong_check_digit_is_a_fault_that_may_be_repaired(name: str) -> None:
    kind, field, form = fields.load(name), field_of(name), FORMS["fr_FR"]
    names_it = any("check digit" in kind.faults(text, field, form) for text in DIGITS)
    assert kind.facts.has_check_digit == names_it


@types
def test_blank_has_no_value_and_no_fault(name: str) -> None:
    kind, field, form = fields.load(name), field_of(name), FORMS["fr_FR"]
    assert not kind.parse("", field, form)
    assert kind.faults("", field, form) == ()
    assert kind.parse(kind.write(None, field, form), field, form) == kind.parse("", field, form)


@types
def test_a_new_text_is_normalised_in_some_hundred_calls(name: str) -> None:
    """So that a slow machine does five thousand a second, and a usual one forty thousand."""
    kind, field, form = fields.load(name), field_of(name), FORMS["fr_FR"]
    texts = [f"{number % 28 + 1:02}/{number % 12 + 1:02}/{1970 + number // 28}" for number in range(1000)]
    kind.normalise("1", field, form)
    assert calls(lambda: [kind.normalise(text, field, form) for text in texts]) < MOST_CALLS * len(texts)
