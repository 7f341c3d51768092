"""Numbers with check digits, telephone numbers, e-mail addresses, ticks and signatures."""

from __future__ import annotations

import pytest

from tests.transcribe.fields import blank_form, field_of
from transcribe.fields import checkbox, ean, email, phone, signature, siret, vat
from transcribe.model import Value

FRENCH = blank_form()
FIELD = field_of("it")


def test_an_article_number_with_a_wrong_check_digit_is_what_is_written_with_a_fault() -> None:
    assert ean.parse("4 006381 333931", FIELD, FRENCH) == "4006381333931"
    assert ean.faults("4006381333931", FIELD, FRENCH) == ()
    assert ean.parse("4006381333932", FIELD, FRENCH) == "4006381333932"
    assert ean.faults("4006381333932", FIELD, FRENCH) == ("check digit",)
    assert ean.faults("400638133", FIELD, FRENCH) == ("length",)
    assert ean.faults("4OO6381333931", FIELD, FRENCH) == ("not a number",)
    assert ean.parse("4OO6381333931", FIELD, FRENCH) is None


def test_french_company_numbers() -> None:
    assert siret.parse("732 829 320 00074", FIELD, FRENCH) == "73282932000074"
    assert siret.write("73282932000074", FIELD, FRENCH) == "732 829 320 00074"
    assert siret.write("732829320", FIELD, FRENCH) == "732 829 320"
    assert siret.faults("732 829 320", FIELD, FRENCH) == ()
    assert siret.faults("732 829 320 00075", FIELD, FRENCH) == ("check digit",)
    assert siret.faults("732 829", FIELD, FRENCH) == ("length",)
    assert siret.faults("73282932000O74", FIELD, FRENCH) == ("not a number",)
    assert siret.parse("732 829", FIELD, FRENCH) is None


def test_vat_numbers_know_their_country() -> None:
    assert vat.parse("FR 40 303 265 045", FIELD, FRENCH) == "FR40303265045"
    assert vat.parse("40303265045", FIELD, FRENCH) == "FR40303265045"
    assert vat.faults("FR40303265045", FIELD, FRENCH) == ()
    assert vat.faults("FR41303265045", FIELD, FRENCH) == ("check digit",)
    assert vat.faults("FR4030326", FIELD, FRENCH) == ("not a VAT number",)
    assert vat.faults("néant", FIELD, FRENCH) == ("not a VAT number",)
    assert vat.faults("ZZ123456", FIELD, FRENCH) == ("country",)
    assert vat.faults("EL094259216", FIELD, FRENCH) == ()
    assert vat.parse("12345678", FIELD, blank_form("fr")) is None


def test_telephone_numbers_are_of_the_form_s_country() -> None:
    assert phone.parse("01 23 45 67 89", FIELD, FRENCH) == "+33123456789"
    assert phone.parse("Tél. : 06.12.34.56.78", FIELD, FRENCH) == "+33612345678"
    assert phone.parse("+44 20 7946 0958 ext 12", FIELD, FRENCH) == "+442079460958;ext=12"
    assert phone.write("+33123456789", FIELD, FRENCH) == "01 23 45 67 89"
    assert phone.write("+442079460958", FIELD, FRENCH) == "+44 20 7946 0958"
    assert phone.normalise("+33 1 23 45 67 89", FIELD, FRENCH) == phone.normalise("01.23.45.67.89", FIELD, FRENCH)


def test_a_letter_in_a_telephone_number_is_never_dialled() -> None:
    assert phone.parse("O1 23 45 67 89", FIELD, FRENCH) is None
    assert phone.faults("O1 23 45 67 89", FIELD, FRENCH) == ("not a phone number",)
    assert phone.normalise("O1 23 45 67 89", FIELD, FRENCH) == "o123456789"


def test_a_possible_number_that_nobody_has_is_a_fault() -> None:
    assert phone.faults("00 00 00 00 00", FIELD, FRENCH) != ()
    assert phone.faults("01 23 45 67 89", FIELD, FRENCH) == ()
    assert phone.faults("08 99 99 99 99 99", FIELD, FRENCH) == ("not a phone number",)


def test_email_addresses_are_lower_case_and_looked_up_nowhere() -> None:
    assert email.parse("Jean.Dupont @Example.FR", FIELD, FRENCH) == "jean.dupont@example.fr"
    assert email.faults("jean.dupont@example.fr", FIELD, FRENCH) == ()
    assert email.faults("jean@exam_ple", FIELD, FRENCH) == ("domain",)
    assert email.faults("jean dupont", FIELD, FRENCH) == ("not an e-mail address",)
    assert email.normalise("Jean@Exam_ple", FIELD, FRENCH) == "jean@exam_ple"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("X", True),
        ("✓", True),
        ("oui", True),
        ("1", True),
        ("false", False),
        ("", False),
        ("non", False),
    ],
)
def test_a_tick_or_signature_is_there_or_not(text: str, value: Value) -> None:
    for kind in (checkbox, signature):
        assert kind.parse(text, FIELD, FRENCH) is value
        assert kind.normalise(text, FIELD, FRENCH) == ("true" if value else "false")
        assert kind.faults(text, FIELD, FRENCH) == ()


def test_words_that_say_neither_are_no_mark() -> None:
    assert checkbox.parse("peut-être", FIELD, FRENCH) is None
    assert signature.faults("J. Dupont", FIELD, FRENCH) == ("not a mark",)
    assert checkbox.normalise("Peut-Être", FIELD, FRENCH) == "peut-être"


def test_an_accent_that_stands_alone_joins_its_letter_once_and_for_all() -> None:
    once = email.normalise("A´", FIELD, FRENCH)
    assert email.normalise(once, FIELD, FRENCH) == once == "á"
