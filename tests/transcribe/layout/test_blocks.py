"""Blocks of print on a page of several columns, and which of them names who issued it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.transcribe.layout.printed import printed
from transcribe import form
from transcribe.layout.blocks import blocks, issuer
from transcribe.layout.lines import lines
from transcribe.layout.sheet import Sheet, sheet
from transcribe.model import Word

FACTURE = form.load("facture")
LEFT = ("Martin SARL", "12 rue des Lilas", "69003 Lyon")
RIGHT = ("Facturé à", "Dupont SA", "4 avenue Foch", "75016 Paris")


def page(left: Sequence[str], right: Sequence[str], far: int = 500) -> Sheet:
    """Two columns of print side by side."""
    words: list[Word] = [*printed(*left), *printed(*right, left=far)]
    return sheet(lines(words, 1), FACTURE)


def test_two_columns_are_two_blocks() -> None:
    found = [[line.text for line in block.lines] for block in blocks(page(LEFT, RIGHT))]
    assert found == [list(LEFT), list(RIGHT)]


def test_a_gap_begins_another_block() -> None:
    found = [[line.text for line in block.lines] for block in blocks(page([*LEFT, "", "", "Merci"], RIGHT))]
    assert ["Merci"] in found


def test_a_second_page_holds_no_block() -> None:
    first, second = page(LEFT, RIGHT), sheet(lines(printed(*LEFT), 2), FACTURE)
    both = sheet([*first.lines, *second.lines], FACTURE)
    assert len(blocks(both)) == len(blocks(first))


def test_the_issuer_is_not_who_the_invoice_is_addressed_to() -> None:
    assert next(offer.text for offer in issuer(page(LEFT, RIGHT))) == "Martin SARL"
    assert next(offer.text for offer in issuer(page(RIGHT, LEFT))) == "Martin SARL"


def test_a_heading_names_the_issuer_wherever_it_stands() -> None:
    sender = ("Émetteur", "Atelier Nord", "3 quai Sud", "59000 Lille")
    assert issuer(page(LEFT, sender))[0].text == "Atelier Nord"


@pytest.mark.parametrize("rows", [LEFT, ("Bonjour", "à tous"), ()])
def test_a_page_of_one_column_has_none(rows: Sequence[str]) -> None:
    assert issuer(sheet(lines(printed(*rows), 1), FACTURE)) == []


def test_who_receives_is_not_the_issuer_though_no_other_address_is_found() -> None:
    letterhead = ("Martin SARL", "Tél. 04 78 00 00 00", "www.martin.fr")
    assert issuer(page(letterhead, RIGHT)) == []
    assert issuer(page(letterhead, ("Mme Odile Kervran", "22 impasse des Lilas", "44300 Nantes"))) == []


def test_lines_that_end_alike_are_one_block() -> None:
    right = ("    Harbour Print", "9 Dock Road, Hull", "          HU1 2AB")
    found = [[line.text for line in block.lines] for block in blocks(page(("Invoice",), right))]
    assert [row.strip() for row in right] in found
