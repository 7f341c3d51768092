"""Amounts, quantities and integers as a form's locale writes them, and as people and machines mangle them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.fields import blank_form, field_of
from transcribe.fields import amount, decimal, integer
from transcribe.model import Value
from transcribe.values import other_currency

FRENCH, ENGLISH, GERMAN, SWISS = (blank_form(locale) for locale in ("fr_FR", "en_GB", "de_DE", "de_CH"))
MALAYSIAN = blank_form("en_MY", "MYR", free=True)
FIELD = field_of("amount")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234,50", "1234.50"),
        ("1\u202f234,50 €", "1234.50"),
        ("1.234,50 EUR", "1234.50"),
        ("1,234.50", "1234.50"),
        ("12.50", "12.50"),
        ("12,5", "12.50"),
        ("12€50", "12.50"),
        ("1.234", "1234.00"),
        ("1.234.567", "1234567.00"),
        ("0,125", "0.125"),
        (",50", "0.50"),
        ("12,-", "12.00"),
        ("12,-- €", "12.00"),
        ("1.250,- EUR", "1250.00"),
        ("**12,50**", "12.50"),
        ("-12,50", "-12.50"),
        ("12,50-", "-12.50"),
        ("(12,50)", "-12.50"),
        ("€ -12,50", "-12.50"),
        ("20, 580. 00", "20580.00"),
        ("-0,00", "0.00"),
        ("2.412.00", "2412.00"),
        ("1.234.567.00", "1234567.00"),
        ("157:00", "157.00"),
        ("9;50", "9.50"),
        ("166,00.", "166.00"),
        ("6.640,00.,", "6640.00"),
        ("12 50", None),
        ("1.23.4", None),
        ("12.34.56", None),
        ("12:30:00", None),
        ("12:3", None),
        ("1O,50", None),
        ("12,50 ?", None),
        ("douze", None),
        ("9" * 200, None),
        ("9" * 30, None),
        ("", None),
    ],
)
def test_a_french_form_s_amounts(text: str, value: Value) -> None:
    assert amount.parse(text, FIELD, FRENCH) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1,234", "1234.00"), ("1.234", "1.234"), ("1,23", "1.23"), ("£5", "5.00")]
)
def test_an_english_form_s_amounts(text: str, value: Value) -> None:
    assert amount.parse(text, FIELD, ENGLISH) == value


def test_other_locales_groups() -> None:
    assert amount.parse("1'234.50", FIELD, SWISS) == "1234.50"
    assert amount.parse("1’234.50", FIELD, SWISS) == "1234.50"
    assert amount.parse("1.234", FIELD, GERMAN) == "1234.00"
    assert amount.parse("12.50", FIELD, GERMAN) == "12.50"
    assert amount.parse("1,00,000.50", FIELD, blank_form("en_IN", "INR")) == "100000.50"
    assert amount.parse("1,00,000.50", FIELD, ENGLISH) is None
    assert amount.parse("١٢٣٫٥٠", FIELD, blank_form("ar_EG", "EGP")) == "123.50"


def test_minor_units_are_the_currency_s() -> None:
    assert amount.parse("1.234", FIELD, blank_form("fr_FR", "JPY")) == "1234"
    assert amount.parse("12,5", FIELD, blank_form("fr_FR", "KWD")) == "12.500"
    assert amount.parse("1.234", FIELD, blank_form("fr_FR", "KWD")) == "1.234"


def test_a_currency_beside_the_amount_is_a_fault_where_it_is_another_one() -> None:
    assert amount.parse("RM 12.50", FIELD, MALAYSIAN) == "12.50"
    assert amount.faults("RM 12.50", FIELD, MALAYSIAN) == ()
    assert amount.faults("$12.50", FIELD, MALAYSIAN) == ("currency",)
    assert amount.faults("12,50 €", FIELD, FRENCH) == ()
    assert amount.faults("-12,50", FIELD, FRENCH) == ("negative",)
    assert amount.faults("12,5O", FIELD, FRENCH) == ("not a number",)


@pytest.mark.parametrize(
    ("currency", "text", "other"),
    [
        ("EUR", "501,00 $", "$"),
        ("EUR", "98.000 ¥", "¥"),
        ("USD", "EUR 18,00", "EUR"),
        ("USD", "18,00 dollars", ""),
        ("CAD", "$ 12,00", ""),
        ("SEK", "12,00 kr", ""),
        ("EUR", "12,00 kr", "kr"),
        ("GBP", "£12.00", ""),
        ("CNY", "¥12.00", ""),
        ("EUR", "12,00", ""),
        ("EUR", "12,00 Stk", ""),
        ("EUR", "no number", ""),
    ],
)
def test_the_sign_of_another_currency_is_told_and_one_that_currencies_share_is_the_form_s(
    currency: str, text: str, other: str
) -> None:
    assert other_currency(text, FIELD, blank_form("de_DE", currency)) == other


@pytest.mark.parametrize(
    ("locale", "currency", "text", "value"),
    [
        ("pl_PL", "PLN", "1 234,50 zł", "1234.50"),
        ("cs_CZ", "CZK", "12,50 Kč", "12.50"),
        ("hu_HU", "HUF", "1200 Ft", "1200.00"),
        ("fr_FR", "EUR", "12,50 zł", None),
    ],
)
def test_a_country_s_own_sign_of_its_money_may_stand_beside_an_amount(
    locale: str, currency: str, text: str, value: str | None
) -> None:
    form = blank_form(locale, currency)
    assert amount.parse(text, FIELD, form) == value
    assert amount.faults(text, FIELD, form) == (() if value else ("not a number",))


def test_what_is_no_number_stays_near_the_one_it_was() -> None:
    assert amount.normalise("1 234,5O EUR", FIELD, FRENCH) == "1234.5o"
    assert amount.normalise("l2,50", FIELD, FRENCH) == "l2.50"
    assert amount.normalise("12 50", FIELD, FRENCH) == "12 50"
    assert integer.normalise("1O", FIELD, FRENCH) == "1o"
    assert decimal.normalise("2,5l kg", FIELD, FRENCH) == "2.5l"


def test_readings_that_say_the_same_amount_are_equal() -> None:
    texts = ["1 234,50", "1.234,50 €", "1234,5", "EUR 1,234.50", "1234.50"]
    assert {amount.normalise(text, FIELD, FRENCH) for text in texts} == {"1234.50"}


@pytest.mark.parametrize("text", ["5 %", "5%", "5,0 %"])
def test_a_quantity_may_be_per_cent_and_money_may_not(text: str) -> None:
    assert decimal.parse(text, FIELD, GERMAN) == "5"
    assert decimal.faults(text, FIELD, GERMAN) == ()
    assert amount.faults(text, FIELD, GERMAN) == ("not a number",)


def test_quantities_keep_their_decimals_and_drop_their_unit() -> None:
    assert decimal.parse("2,5 kg", FIELD, FRENCH) == "2.5"
    assert decimal.parse("1.234", FIELD, FRENCH) == "1.234"
    assert decimal.parse("1.234", FIELD, GERMAN) == "1234"
    assert decimal.faults("-2,5", FIELD, FRENCH) == ("negative",)
    assert decimal.faults("2,5 ??", FIELD, FRENCH) == ("not a number",)


def test_integers_are_whole() -> None:
    assert integer.parse("12 pcs", FIELD, FRENCH) == 12
    assert integer.parse("x12", FIELD, FRENCH) == 12
    assert integer.parse("1 000", FIELD, FRENCH) == 1000
    assert integer.parse("12,00", FIELD, FRENCH) == 12
    assert integer.parse("12,5", FIELD, FRENCH) is None
    assert integer.faults("12,5", FIELD, FRENCH) == ("not a whole number",)
    assert integer.faults("-3", FIELD, FRENCH) == ("negative",)
    assert integer.faults("1l", FIELD, FRENCH) == ("not a number",)


def test_amounts_are_written_as_the_locale_does() -> None:
    assert amount.write("1234.5", FIELD, FRENCH) == "1\u202f234,50"
    assert amount.write("1234.5", FIELD, ENGLISH) == "1,234.50"
    assert amount.write("0.125", FIELD, FRENCH) == "0,125"
    assert integer.write(1234567, FIELD, GERMAN) == "1.234.567"


@given(
    number=st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    locale=st.sampled_from(
        ["fr_FR", "en_GB", "en_US", "de_DE", "es_ES", "de_CH", "en_IN", "sv_SE", "pt_BR", "pl_PL", "nl_NL"]
    ),
)
def test_every_amount_written_in_any_locale_is_read_back(number: Decimal, locale: str) -> None:
    form = blank_form(locale)
    value = f"{number + 0:.2f}".replace("-0.00", "0.00")
    assert amount.parse(amount.write(value, FIELD, form), FIELD, form) == value
    assert amount.parse(amount.normalise(amount.write(value, FIELD, form), FIELD, form), FIELD, form) == value
