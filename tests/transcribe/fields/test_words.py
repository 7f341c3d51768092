"""Text, names, addresses, codes and choices: what counts when two readings are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reconcile.made import field, form
from tests.transcribe.fields import blank_form, field_of
from transcribe import fields
from transcribe.errors import FormError
from transcribe.fields import (
    address,
    as_type_allows,
    checkbox,
    choice,
    code,
    ean,
    email,
    load,
    name,
    phone,
    signature,
    siret,
    text,
    vat,
)
from transcribe.model import Value
from transcribe.values.folding import fold

FORM = blank_form()
ORDER = field_of("code", r"BC-\d{4}-\d{2}")


def test_text_is_compared_without_case_spacing_and_punctuation() -> None:
    field = field_of("text")
    same = ["Livrer avant midi, S.V.P.", "livrer  avant midi s v p", "Livrer avant midi - s.v.p"]
    assert len({text.normalise(each, field, FORM) for each in same}) == 1
    assert text.normalise("1,5 mm", field, FORM) != text.normalise("15 mm", field, FORM)
    assert text.normalise("péché", field, FORM) != text.normalise("pêche", field, FORM)
    assert text.normalise("l’été", field, FORM) == "l'été"
    assert text.normalise("...", field, FORM) == "..."
    assert text.parse("  Café   moulu ", field, FORM) == "Café moulu"
    assert text.faults("abc", field_of("text", "[0-9]+"), FORM) == ("pattern",)


def test_names_are_compared_without_hyphens() -> None:
    field = field_of("name")
    assert name.normalise("DUPONT, Jean-Pierre", field, FORM) == "dupont jean pierre"
    assert name.normalise("J. Dupont", field, FORM) == name.normalise("J Dupont", field, FORM)
    assert name.parse("DUPONT, Jean-Pierre", field, FORM) == "DUPONT, Jean-Pierre"
    assert name.faults("12 34", field, FORM) == ("no letters",)
    assert name.faults("Dupont", field_of("name", "[A-Z]+"), FORM) == ("pattern",)


def test_addresses_keep_their_lines_and_are_compared_without_them() -> None:
    field = field_of("address")
    assert address.parse("12, rue de la Paix\n\n 75002  Paris", field, FORM) == "12, rue de la Paix\n75002 Paris"
    one_line = address.normalise("12 rue de la Paix, 75002 PARIS", field, FORM)
    assert address.normalise("12, rue de la Paix\n75002 Paris", field, FORM) == one_line
    assert address.normalise("12 rue de la Paix,75002 Paris", field, FORM) == one_line
    assert address.normalise("rue de la Paix 12,75002 Paris", field, FORM) == "rue de la paix 12 75002 paris"
    assert address.faults("12 34", field, FORM) == ("no letters",)


@pytest.mark.parametrize(
    "written", ["BC-2024-07", "bc-2024-07", "BC 2024 07", "bc202407", "BC/2024-07", " BC - 2024 – 07. "]
)
def test_a_code_is_written_as_its_pattern_has_it(written: str) -> None:
    assert code.parse(written, ORDER, FORM) == "BC-2024-07"
    assert code.normalise(written, ORDER, FORM) == "BC-2024-07"
    assert code.faults(written, ORDER, FORM) == ()


@pytest.mark.parametrize("written", ["R26599 41", "r 2659941", "R 265 99 41 ", "R2659941"])
def test_spaces_that_a_pattern_does_not_have_are_no_part_of_the_code(written: str) -> None:
    number = field_of("code", r"R\d{7}")
    assert code.parse(written, number, FORM) == "R2659941"
    assert code.normalise(written, number, FORM) == "R2659941"
    assert code.faults(written, number, FORM) == ()
    assert code.parse("R26599 4", number, FORM) == "R26599 4", "what is not of the pattern stands as it is written"


def test_a_code_that_is_not_of_its_pattern_is_kept_with_a_fault() -> None:
    assert code.parse("BC-2O24-07", ORDER, FORM) == "BC-2O24-07"
    assert code.faults("BC-2O24-07", ORDER, FORM) == ("pattern",)


def test_a_code_without_a_pattern_is_upper_case_and_its_separators_count() -> None:
    field = field_of("code")
    assert code.parse("ab 12-3", field, FORM) == "AB 12-3"
    assert code.normalise("ab 12-3", field, FORM) == "AB12-3"
    assert code.normalise("12-3", field, FORM) != code.normalise("1-23", field, FORM)
    assert code.parse("PO", field, FORM) != code.parse("P0", field, FORM)


def test_patterns_with_groups_or_small_letters_are_kept_to() -> None:
    assert code.parse("AB-1", field_of("code", r"(AB|CD)-\d"), FORM) == "AB-1"
    assert code.parse("ab1", field_of("code", r"(AB|CD)-\d"), FORM) == "AB1"
    assert code.parse("x_9", field_of("code", r"[a-z]_\d"), FORM) == "x_9"
    assert code.parse("X9", field_of("code", r"[a-z]_\d"), FORM) == "x_9"
    assert code.parse("AB12", field_of("code", r"[A-Z]{2}-?\d{2}"), FORM) == "AB12"
    assert code.parse("ab-", field_of("code", r"[A-Z]{2}-"), FORM) == "AB-"


def test_a_choice_is_the_form_s_word() -> None:
    field = field_of("choice", examples=("Chèque", "Espèces"))
    assert choice.parse("CHEQUE", field, FORM) == "Chèque"
    assert choice.normalise("chèque.", field, FORM) == "cheque"
    assert choice.parse("Troc", field, FORM) == "Troc"
    assert choice.faults("Troc", field, FORM) == ("not a choice",)
    assert choice.faults("espèces", field, FORM) == ()


def test_folding_drops_accents_ligatures_and_marks() -> None:
    assert fold("Élan n° 4, cœur & Straße") == "elan n 4 coeur strasse"
    assert fold("Ωμέγα") == fold("ωμεγα")


def test_an_unknown_type_is_told_with_those_that_are() -> None:
    with pytest.raises(FormError, match="amount"):
        fields.load("colour")


@pytest.mark.parametrize("kind", ["text", "name", "address"])
@pytest.mark.parametrize("said", ["C/ Mayor 5, 2º – B", "Größe 2½ “rund”", "l’Étoile", "10² m"])
def test_a_value_is_as_it_is_written_but_for_spaces_and_what_is_not_seen(kind: str, said: str) -> None:
    of, field = fields.load(kind), field_of(kind)
    value = of.parse(f" {said.replace(' ', '  ')}\u200b ", field, FORM)
    assert value == said
    assert of.normalise(said, field, FORM) == of.normalise(said.replace(" ", "  "), field, FORM)


TYPES = ("integer", "decimal", "amount", "phone", "date", "code", "text")


def read(text: str, type_name: str, pattern: str | None = None) -> str:
    of = field("it", type_name, pattern=pattern)
    return as_type_allows(text, of, form(of))


@pytest.mark.parametrize(
    ("type_name", "text", "number"),
    [
        ("integer", "IS", "15"),
        ("integer", "5o", "50"),
        ("decimal", "12,S", "12,5"),
        ("amount", "1 17S,00", "1 175,00"),
        ("date", "13/O8/2026", "13/08/2026"),
        ("date", "1310812026", "13/08/2026"),
        ("date", "24103/2026", "24/03/2026"),
    ],
)
def test_a_letter_in_a_number_is_the_digit_that_it_looks_like(type_name: str, text: str, number: str) -> None:
    assert read(text, type_name) == number


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("integer", "12 pcs"),
        ("integer", "5 l"),
        ("integer", "5l"),
        ("integer", "|"),
        ("integer", "gf"),
        ("amount", "S338.40"),
        ("amount", "| 374.00"),
        ("date", "3 Oct 2026"),
        ("date", "1312812026"),
        ("code", "AO7-542"),
        ("text", "SOS"),
    ],
)
def test_units_dollars_frames_and_what_is_no_number_either_way_stay(type_name: str, text: str) -> None:
    assert read(text, type_name) == text


@pytest.mark.parametrize(
    ("text", "pattern", "code"),
    [
        ("AO7-542", r"[A-Z]\d{2}-\d{3}", "A07-542"),
        ("205-796", r"[A-Z]\d{2}-\d{3}", "Z05-796"),
        ("FA-S253", r"FA-\d{4}", "FA-5253"),
        ("T41-273", r"[A-Z]\d{2}-\d{3}", "T41-273"),
        ("141-273", r"[A-Z]\d{2}-\d{3}", "141-273"),
        ("SB", r"[A-Z]\d|\d[A-Z]", "SB"),
        ("OOOOOO", r"\d{6}", "OOOOOO"),
    ],
)
def test_a_code_is_read_as_its_pattern_asks_where_one_text_alone_is_possible(
    text: str, pattern: str, code: str
) -> None:
    assert read(text, "code", pattern) == code


@given(text=st.text(alphabet="0123456789OoIlSZB|.,/- £$g", max_size=12), type_name=st.sampled_from(TYPES))
def test_what_has_no_fault_stays_and_what_is_changed_has_none(text: str, type_name: str) -> None:
    of = field("it", type_name)
    found, kind, made = read(text, type_name), load(type_name), form(of)
    if kind.faults(text, of, made):
        assert found == text or not kind.faults(found, of, made)
    else:
        assert found == text
    assert read(found, type_name) == found


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
