"""Dates as people write them, by the order of the form's locale."""

from __future__ import annotations

from datetime import date as day
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.fields import blank_form, field_of
from transcribe.fields import date
from transcribe.model import Value

FRENCH, AMERICAN = blank_form(), blank_form("en_US", "USD")
RECEIPT = blank_form("en_MY", "MYR", free=True)
FIELD = field_of("date")


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
    assert date.parse(text, FIELD, FRENCH) == value


def test_the_locale_says_whether_the_month_comes_first() -> None:
    assert date.parse("12/03/25", FIELD, AMERICAN) == "2025-12-03"
    assert date.parse("12032025", FIELD, AMERICAN) == "2025-12-03"
    assert date.parse("25/03/12", FIELD, blank_form("sv_SE")) == "2025-03-12"
    assert date.parse("25 mars 12", FIELD, blank_form("sv_SE")) == "2025-03-12"
    assert date.parse("2025年3月12日", FIELD, blank_form("ja_JP", "JPY")) == "2025-03-12"
    assert date.write("2025-03-12", FIELD, FRENCH) == "12/03/2025"
    assert date.write("2025-03-12", FIELD, AMERICAN) == "03/12/2025"
    assert date.write("2025-03-12", FIELD, blank_form("de_DE")) == "12.03.2025"


def test_paper_printed_by_others_may_have_the_month_first_where_nothing_else_is_possible() -> None:
    assert date.parse("12/23/2018", FIELD, RECEIPT) == "2018-12-23"
    assert date.parse("02-05-18", FIELD, RECEIPT) == "2018-05-02"


def test_impossible_dates_keep_their_shape_near_the_truth() -> None:
    assert date.normalise("75.12.2024", FIELD, FRENCH) == "2024-12-75"
    assert date.normalise("12/23/2018", FIELD, FRENCH) == "2018-23-12"
    assert date.normalise("12/03/202", FIELD, FRENCH) == "202-03-12"
    assert date.normalise("12 / 03", FIELD, FRENCH) == "12-03"


def test_readings_that_say_the_same_day_are_equal() -> None:
    texts = ["12/03/25", "12 mars 2025", "12.03.2025", "2025-03-12", "12-MAR-25"]
    assert {date.normalise(text, FIELD, FRENCH) for text in texts} == {"2025-03-12"}


def test_faults_say_no_date_or_far_away() -> None:
    assert date.faults("75.12.2024", FIELD, FRENCH) == ("not a date",)
    assert date.faults("12/03/2825", FIELD, FRENCH) == ("date far away",)
    assert date.faults("12/03/2025", FIELD, FRENCH) == ()
    since = blank_form("fr_FR", "EUR", earliest_date="2025-06-01", latest_date="2030-01-01")
    assert date.faults("12/03/2025", FIELD, since) == ("date far away",)


@given(
    when=st.dates(min_value=day(1000, 1, 1)),
    locale=st.sampled_from(["fr_FR", "en_GB", "en_US", "de_DE", "sv_SE", "hu_HU", "ja_JP", "nl_NL", "fr_CA"]),
)
def test_every_day_written_in_any_locale_is_read_back(when: day, locale: str) -> None:
    form = blank_form(locale)
    assert date.parse(date.write(when.isoformat(), FIELD, form), FIELD, form) == when.isoformat()
    assert date.parse(when.isoformat(), FIELD, form) == when.isoformat()


def test_every_month_of_a_year_is_known_by_name() -> None:
    from babel.dates import format_date

    days = [day(2025, 1, 15) + timedelta(days=30 * month) for month in range(12)]
    for locale in ("fr_FR", "en_GB", "de_DE", "es_ES"):
        form = blank_form(locale)
        for width in ("d MMMM y", "d MMM y"):
            for when in days:
                assert date.parse(format_date(when, width, locale), FIELD, form) == when.isoformat()


@given(st.dates(day(1970, 1, 1), day(2068, 12, 31)), st.lists(st.booleans(), min_size=7, max_size=7))
def test_a_date_of_digits_each_in_its_own_cell_is_read_wherever_gaps_come(when: day, gaps: list[bool]) -> None:
    digits = f"{when:%d%m%Y}"
    text = digits[0] + "".join(" " * gap + digit for gap, digit in zip(gaps, digits[1:], strict=True))
    assert date.parse(text, FIELD, FRENCH) == when.isoformat()


@pytest.mark.parametrize("text", ["1 2 3 4 5", "27 07 2026 10", "2 7 0 7 x 0 2 6", "2 7 0 7 2 0 2"])
def test_other_digits_in_cells_are_no_date(text: str) -> None:
    assert date.parse(text, FIELD, FRENCH) is None
