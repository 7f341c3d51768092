"""Text, names, addresses, codes and choices: what counts when two readings are compared."""

from __future__ import annotations

import pytest

from tests.transcribe.fields import blank_form, field_of
from transcribe import fields
from transcribe.errors import FormError
from transcribe.fields import address, choice, code, name, text
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
