"""Blocks of print on a page of several columns, and which of them names who issued it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.key_values.address_blocks import text_blocks
from transcribe.extraction.key_values.issuers import issuer_candidates
from transcribe.extraction.page_text.page_text import PageText, page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import Word

FACTURE = definition.load("facture")
LEFT = ("Martin SARL", "12 rue des Lilas", "69003 Lyon")
RIGHT = ("Facturé à", "Dupont SA", "4 avenue Foch", "75016 Paris")


def page(left: Sequence[str], right: Sequence[str], far: int = 500) -> PageText:
    """Two columns of print side by side."""
    words: list[Word] = [*printed(*left), *printed(*right, left=far)]
    return page_text_of(lines(words, 1), FACTURE)


def test_two_columns_are_two_blocks() -> None:
    found = [[line.text for line in block.lines] for block in text_blocks(page(LEFT, RIGHT))]
    assert found == [list(LEFT), list(RIGHT)]


def test_a_gap_begins_another_block() -> None:
    found = [[line.text for line in block.lines] for block in text_blocks(page([*LEFT, "", "", "Merci"], RIGHT))]
    assert ["Merci"] in found


def test_a_second_page_holds_no_block() -> None:
    first, second = page(LEFT, RIGHT), page_text_of(lines(printed(*LEFT), 2), FACTURE)
    both = page_text_of([*first.lines, *second.lines], FACTURE)
    assert len(text_blocks(both)) == len(text_blocks(first))


def test_the_issuer_is_not_who_the_invoice_is_addressed_to() -> None:
    assert next(offer.text for offer in issuer_candidates(page(LEFT, RIGHT))) == "Martin SARL"
    assert next(offer.text for offer in issuer_candidates(page(RIGHT, LEFT))) == "Martin SARL"


def test_a_heading_names_the_issuer_wherever_it_stands() -> None:
    sender = ("Émetteur", "Atelier Nord", "3 quai Sud", "59000 Lille")
    assert issuer_candidates(page(LEFT, sender))[0].text == "Atelier Nord"


@pytest.mark.parametrize("rows", [LEFT, ("Bonjour", "à tous"), ()])
def test_a_page_of_one_column_has_none(rows: Sequence[str]) -> None:
    assert issuer_candidates(page_text_of(lines(printed(*rows), 1), FACTURE)) == []


def test_who_receives_is_not_the_issuer_though_no_other_address_is_found() -> None:
    letterhead = ("Martin SARL", "Tél. 04 78 00 00 00", "www.martin.fr")
    assert issuer_candidates(page(letterhead, RIGHT)) == []
    assert issuer_candidates(page(letterhead, ("Mme Odile Kervran", "22 impasse des Lilas", "44300 Nantes"))) == []


def test_lines_that_end_alike_are_one_block() -> None:
    right = ("    Harbour Print", "9 Dock Road, Hull", "          HU1 2AB")
    found = [[line.text for line in block.lines] for block in text_blocks(page(("Invoice",), right))]
    assert [row.strip() for row in right] in found


COMPANY = ("SARL Dupont", "4 avenue Foch", "75016 Paris")
"""An address without a heading, as it stands in an envelope's window."""


def with_foot(left: Sequence[str], right: Sequence[str], foot: str) -> PageText:
    words = [*printed(*left), *printed(*right, left=500), *printed(foot, top=900)]
    return page_text_of(lines(words, 1), FACTURE)


def test_who_the_imprint_names_is_the_issuer_though_the_other_has_a_legal_form() -> None:
    found = issuer_candidates(
        with_foot(("Garage Lambert", "12 rue Haute", "69003 Lyon"), COMPANY, "Garage Lambert - RCS Lyon 530")
    )
    assert [offer.text for offer in found] == ["Garage Lambert", "SARL Dupont"]
    assert found[0].score > 2 * found[1].score


def test_a_name_without_an_address_is_the_issuer_where_the_imprint_says_it() -> None:
    found = issuer_candidates(
        with_foot(("Télécom Azur", "Bienvenue"), COMPANY, "Télécom Azur - 3 quai Sud, 59000 Lille - SIRET 530 848")
    )
    assert found[0].text == "Télécom Azur"


def test_a_name_that_only_the_imprint_says_is_offered_before_an_address() -> None:
    found = issuer_candidates(with_foot(("", ""), COMPANY, "NETPRESSE - SIRET 530 848 134 00017"))
    assert found[0].text == "NETPRESSE"


def test_an_address_with_a_telephone_is_rather_the_issuers() -> None:
    found = issuer_candidates(page(COMPANY, ("Garage Lambert", "12 rue Haute", "69003 Lyon", "Tél. 04 78 00 00 00")))
    assert found[0].text == "Garage Lambert"


def test_the_larger_line_over_an_address_is_its_name() -> None:
    large = [Word(text="Lambert", box=Box(0, 0, 160, 40), confidence=0.9, line=90)]
    words = [*large, *printed("12 rue Haute", "69003 Lyon", top=55), *printed("Facture", "N° 12", left=500, top=60)]
    assert issuer_candidates(page_text_of(lines(words, 1), FACTURE))[0].text == "Lambert"


@pytest.mark.parametrize("row", ["Client : SARL Dupont", "FACTURER À", "Adressé à"])
def test_a_block_that_begins_with_who_receives_is_not_the_issuers(row: str) -> None:
    assert issuer_candidates(page(LEFT, (row, *COMPANY)))[0].text == "Martin SARL"
    assert all("Dupont" not in offer.text for offer in issuer_candidates(page(LEFT, (row, *COMPANY))))


def test_who_sells_is_the_issuer_and_the_heading_is_no_name() -> None:
    assert issuer_candidates(page(COMPANY, ("Vendu par", "Papeterie Centrale", "3 quai Sud", "59000 Lille")))[
        0
    ].text == ("Papeterie Centrale")


def test_the_address_of_the_bank_is_not_the_issuers() -> None:
    assert (
        issuer_candidates(page(("Banque", "Crédit du Nord", "3 quai Sud", "59000 Lille"), ("Facture", "N° 12"))) == []
    )
