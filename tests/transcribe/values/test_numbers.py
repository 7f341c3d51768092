"""Amounts, quantities and integers as a form's locale writes them, and as people and machines mangle them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date as day
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.fields import blank_form, field_of
from transcribe import fields
from transcribe.errors import SettingsError
from transcribe.extraction.page_text.labels import ROLES, labels_by_role
from transcribe.extraction.page_text.labels import WORDS_FOLDER as EXTRACTION_WORDS
from transcribe.fields import amount, date, decimal, integer
from transcribe.fields._label_types import PAYMENT_SUBJECTS
from transcribe.fields._label_types import WORDS_FOLDER as DRAFTING_WORDS
from transcribe.model import Value
from transcribe.values import (
    any_word,
    fold,
    has_other_letters,
    in_letters_of,
    other_currency,
    read_number,
    tidy,
    without_accents,
    without_marks,
    word_lists,
)

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


FRENCH_OF_DATES, AMERICAN = blank_form(), blank_form("en_US", "USD")
RECEIPT = blank_form("en_MY", "MYR", free=True)
FIELD_OF_DATES = field_of("date")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12/03/25", "2025-03-12"),
        ("12.3.2025", "2025-03-12"),
        ("12 - 03 - 2025", "2025-03-12"),
        ("3 mars 2025", "2025-03-03"),
        ("lundi 3 mars 2025", "2025-03-03"),
        ("le 1er févr. 2024", "2024-02-01"),
        ("03-MAR-2025", "2025-03-03"),
        ("Mar 3, 2025", "2025-03-03"),
        ("3rd of March 2025", "2025-03-03"),
        ("12 juil. 2024", "2024-07-12"),
        ("2025-03-12", "2025-03-12"),
        ("2025-03-12T14:05:00Z", "2025-03-12"),
        ("25/12/2018 8:13:39 PM", "2018-12-25"),
        ("20250312", "2025-03-12"),
        ("12032025", "2025-03-12"),
        ("20072026", "2026-07-20"),
        ("19121999", "1999-12-19"),
        ("20101112", "2010-11-12"),
        ("120325", "2025-03-12"),
        ("12/03/69", "1969-03-12"),
        ("12/03/68", "2068-03-12"),
        ("29/02/2024", "2024-02-29"),
        ("29/02/2025", None),
        ("75.12.2024", None),
        ("12/23/2018", None),
        ("12/03", None),
        ("3 jui 2025", None),
        ("3 mars avril 2025", None),
        ("mars 2025", None),
        ("12/03/20255", None),
        ("1", None),
        ("", None),
    ],
)
def test_a_french_form_s_dates(text: str, value: Value) -> None:
    assert date.parse(text, FIELD_OF_DATES, FRENCH_OF_DATES) == value


def test_the_locale_says_whether_the_month_comes_first() -> None:
    assert date.parse("12/03/25", FIELD_OF_DATES, AMERICAN) == "2025-12-03"
    assert date.parse("12032025", FIELD_OF_DATES, AMERICAN) == "2025-12-03"
    assert date.parse("25/03/12", FIELD_OF_DATES, blank_form("sv_SE")) == "2025-03-12"
    assert date.parse("25 mars 12", FIELD_OF_DATES, blank_form("sv_SE")) == "2025-03-12"
    assert date.parse("2025年3月12日", FIELD_OF_DATES, blank_form("ja_JP", "JPY")) == "2025-03-12"
    assert date.write("2025-03-12", FIELD_OF_DATES, FRENCH_OF_DATES) == "12/03/2025"
    assert date.write("2025-03-12", FIELD_OF_DATES, AMERICAN) == "03/12/2025"
    assert date.write("2025-03-12", FIELD_OF_DATES, blank_form("de_DE")) == "12.03.2025"


def test_paper_printed_by_others_may_have_the_month_first_where_nothing_else_is_possible() -> None:
    assert date.parse("12/23/2018", FIELD_OF_DATES, RECEIPT) == "2018-12-23"
    assert date.parse("02-05-18", FIELD_OF_DATES, RECEIPT) == "2018-05-02"


def test_impossible_dates_keep_their_shape_near_the_truth() -> None:
    assert date.normalise("75.12.2024", FIELD_OF_DATES, FRENCH_OF_DATES) == "2024-12-75"
    assert date.normalise("12/23/2018", FIELD_OF_DATES, FRENCH_OF_DATES) == "2018-23-12"
    assert date.normalise("12/03/202", FIELD_OF_DATES, FRENCH_OF_DATES) == "202-03-12"
    assert date.normalise("12 / 03", FIELD_OF_DATES, FRENCH_OF_DATES) == "12-03"


def test_readings_that_say_the_same_day_are_equal() -> None:
    texts = ["12/03/25", "12 mars 2025", "12.03.2025", "2025-03-12", "12-MAR-25"]
    assert {date.normalise(text, FIELD_OF_DATES, FRENCH_OF_DATES) for text in texts} == {"2025-03-12"}


def test_faults_say_no_date_or_far_away() -> None:
    assert date.faults("75.12.2024", FIELD_OF_DATES, FRENCH_OF_DATES) == ("not a date",)
    assert date.faults("12/03/2825", FIELD_OF_DATES, FRENCH_OF_DATES) == ("date far away",)
    assert date.faults("12/03/2025", FIELD_OF_DATES, FRENCH_OF_DATES) == ()
    since = blank_form("fr_FR", "EUR", earliest_date="2025-06-01", latest_date="2030-01-01")
    assert date.faults("12/03/2025", FIELD_OF_DATES, since) == ("date far away",)


@given(
    when=st.dates(min_value=day(1000, 1, 1)),
    locale=st.sampled_from(["fr_FR", "en_GB", "en_US", "de_DE", "sv_SE", "hu_HU", "ja_JP", "nl_NL", "fr_CA"]),
)
def test_every_day_written_in_any_locale_is_read_back(when: day, locale: str) -> None:
    form = blank_form(locale)
    assert date.parse(date.write(when.isoformat(), FIELD_OF_DATES, form), FIELD_OF_DATES, form) == when.isoformat()
    assert date.parse(when.isoformat(), FIELD_OF_DATES, form) == when.isoformat()


def test_every_month_of_a_year_is_known_by_name() -> None:
    from babel.dates import format_date

    days = [day(2025, 1, 15) + timedelta(days=30 * month) for month in range(12)]
    for locale in ("fr_FR", "en_GB", "de_DE", "es_ES"):
        form = blank_form(locale)
        for width in ("d MMMM y", "d MMM y"):
            for when in days:
                assert date.parse(format_date(when, width, locale), FIELD_OF_DATES, form) == when.isoformat()


@given(st.dates(day(1970, 1, 1), day(2068, 12, 31)), st.lists(st.booleans(), min_size=7, max_size=7))
def test_a_date_of_digits_each_in_its_own_cell_is_read_wherever_gaps_come(when: day, gaps: list[bool]) -> None:
    digits = f"{when:%d%m%Y}"
    text = digits[0] + "".join(" " * gap + digit for gap, digit in zip(gaps, digits[1:], strict=True))
    assert date.parse(text, FIELD_OF_DATES, FRENCH_OF_DATES) == when.isoformat()


@pytest.mark.parametrize("text", ["1 2 3 4 5", "27 07 2026 10", "2 7 0 7 x 0 2 6", "2 7 0 7 2 0 2"])
def test_other_digits_in_cells_are_no_date(text: str) -> None:
    assert date.parse(text, FIELD_OF_DATES, FRENCH_OF_DATES) is None


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


FRENCH_OF_SCRIPTS = blank_form()
RUSSIAN, JAPANESE, UNKNOWN = (replace(FRENCH_OF_SCRIPTS, languages=(each,)) for each in ("rus", "jpn", "e"))
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
    assert in_letters_of(FRENCH_OF_SCRIPTS, typed) == read
    assert not has_other_letters(FRENCH_OF_SCRIPTS, read)


@pytest.mark.parametrize("typed", ["\u0418\u0432\u0430\u043d\u043e\u0432", "\u041fO-1", "東京", "\u05d0\u05d1"])
def test_a_text_with_a_letter_that_looks_like_none_of_the_form_s_stays_and_is_told(typed: str) -> None:
    assert in_letters_of(FRENCH_OF_SCRIPTS, typed) == typed
    assert has_other_letters(FRENCH_OF_SCRIPTS, typed)


def test_an_accent_on_a_digit_is_told_of_what_is_exact_alone() -> None:
    assert has_other_letters(FRENCH_OF_SCRIPTS, "PK-0319\u0301", exact=True)
    assert not has_other_letters(FRENCH_OF_SCRIPTS, "PK-0319\u0301")
    assert not has_other_letters(FRENCH_OF_SCRIPTS, "E\u0301", exact=True)


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
    once = in_letters_of(FRENCH_OF_SCRIPTS, text)
    assert in_letters_of(FRENCH_OF_SCRIPTS, once) == once
    assert once == text or not has_other_letters(FRENCH_OF_SCRIPTS, once)
    plain = "".join(each for each in unicodedata.normalize("NFKC", text) if each.isascii())
    assert in_letters_of(FRENCH_OF_SCRIPTS, plain) == plain


EXTRACTION = EXTRACTION_WORDS.parent


def folder(tmp_path: Path, **files: str) -> Path:
    """A folder with these files, by language."""
    for language, text in files.items():
        (tmp_path / f"{language}.toml").write_text(text, "utf-8")
    return tmp_path


def test_english_comes_first_and_each_word_stands_once(tmp_path: Path) -> None:
    words = folder(
        tmp_path, de="sum = ['summe', 'total']", en="sum = ['total']\n[labels]\ntax = ['VAT']", fr="sum = []"
    )
    assert word_lists(words) == {"sum": ("total", "summe"), "labels.tax": ("VAT",)}
    assert any_word(words, "sum") == "(?:total|summe)"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sum = ['total'", "no TOML"),
        ("sum = 'total'", "sum must be a list of texts"),
        ("sum = [3]", "sum must be a list of texts"),
        ("sum = ['']", "sum must be a list of texts"),
        ("[labels.sum]\ntax = ['VAT']", "labels.sum must be a list of texts"),
    ],
)
def test_a_broken_file_is_named_with_its_subject(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(SettingsError, match=re.escape("en.toml")) as error:
        word_lists(folder(tmp_path, en=text))
    assert fault in str(error.value)


def test_a_subject_without_words_and_a_broken_word_are_named(tmp_path: Path) -> None:
    words = folder(tmp_path, en="sum = ['tota(l']")
    with pytest.raises(SettingsError, match="no file has words of 'tax'"):
        any_word(words, "tax")
    with pytest.raises(SettingsError, match=re.escape("sum: 'tota(l' is no regular expression")):
        any_word(words, "sum")


def test_extraction_uses_every_list_and_has_every_list_that_it_uses() -> None:
    code = "".join(path.read_text("utf-8") for path in EXTRACTION.rglob("*.py"))
    asked = {one or other for one, other in re.findall(r"<([a-z_]+)>|\btexts_of\(\"([\w.]+)\"\)", code)}
    lists = {subject for subject in word_lists(EXTRACTION_WORDS) if not subject.startswith("labels.")}
    assert asked == lists
    for subject in asked:
        any_word(EXTRACTION_WORDS, subject)


def test_every_list_of_labels_is_a_role_and_every_role_has_labels() -> None:
    names = {f"#{subject.removeprefix('labels.')}" for subject in word_lists(EXTRACTION_WORDS) if "labels." in subject}
    assert names == set(ROLES)
    assert all(labels_by_role().values())


def test_form_drafting_uses_every_list_and_has_every_list_that_it_uses() -> None:
    labels = {label for name in fields.names() for label in fields.facts_of(name).labels}
    of_types = {label.removeprefix("#") for label in labels if label.startswith("#")}
    assert set(word_lists(DRAFTING_WORDS)) == of_types | set(PAYMENT_SUBJECTS)
    for subject in word_lists(DRAFTING_WORDS):
        any_word(DRAFTING_WORDS, subject)
