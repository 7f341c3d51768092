"""The imprint of a firm and the name that it says."""

from __future__ import annotations

import pytest

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.key_values.company_imprint import imprint_names, is_imprint, is_in_imprint
from transcribe.extraction.page_text.text_lines import TextLine, lines


def block(*rows: str) -> list[TextLine]:
    return lines(printed(*rows), 1)


@pytest.mark.parametrize(
    "row",
    [
        "SARL au capital de 10 000 € - RCS Lyon 530 848 134",
        "SIRET : 901 046 163 00049",
        "N° TVA intracommunautaire : FR18 500 478 041",
        "Siège social : 16 rue Mollien, 92100 Boulogne",
        "Registergericht Hanau HRB 13302",
    ],
)
def test_what_only_a_firm_says_of_itself_is_an_imprint(row: str) -> None:
    assert is_imprint(block("Merci de votre confiance", row))


@pytest.mark.parametrize("row", ["N° TVA client : FR18 500 478 041", "Total TVA   20,00", "Tél. 04 78 00 00 00"])
def test_a_number_of_the_customer_and_a_tax_are_none(row: str) -> None:
    assert not is_imprint(block(row))


def test_an_imprint_vouches_for_the_name_that_it_says_in_as_many_words() -> None:
    imprint = [block("Garage Lambert SARL, 12 rue Haute - SIRET 846 595 911 00017 - contact@lambert.fr")]
    assert is_in_imprint(imprint, block("GARAGE LAMBERT SARL")[0])
    assert not is_in_imprint(imprint, block("Pharmacie du Lac")[0])
    assert not is_in_imprint([block("NETPRESSE - SIRET 1 - info@annonceslegales.fr")], block("ANNONCES LEGALES")[0])


def test_a_line_does_not_vouch_for_itself() -> None:
    imprint = block("Garage Lambert SARL - SIRET 846 595 911 00017")
    assert not is_in_imprint([imprint], imprint[0])


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (["NETPRESSE", "SARL au capital de 10 000 €"], ["NETPRESSE"]),
        (["Télécom Azur SA au capital de 3 000 000 €"], ["Télécom Azur SA"]),
        (["Moreau & Fils – SIRET 846 595 911 00017"], ["Moreau & Fils"]),
        (["S.A.S. au capital de 150 000 €"], []),
        (["SIRET : 846 595 911 00017"], []),
        (["Vorstand: Christian Heit", "Registergericht Hanau HRB 13302"], []),
        (["12 rue Haute, 69003 Lyon - RCS Lyon"], []),
    ],
)
def test_the_name_is_what_an_imprint_begins_with(rows: list[str], name: list[str]) -> None:
    assert [line.text for line in imprint_names([block(*rows)])] == name
