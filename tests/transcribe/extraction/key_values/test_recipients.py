"""To whom a page is addressed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.key_values.issuers import issuer_candidates
from transcribe.extraction.key_values.recipients import is_recipient_field, may_be_name, recipient_candidates
from transcribe.extraction.page_text.page_text import PageText, page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.forms import definition

FACTURE = definition.load("facture")
CUSTOMER = FACTURE.field("customer")
ISSUER = ("Martin SARL", "12 rue des Lilas", "69003 Lyon", "Tél. 04 78 00 00 00")
ADDRESS = ("Hôtel Beau Rivage", "4 avenue Foch", "75016 Paris")


def page(left: Sequence[str], right: Sequence[str] = (), *below: str) -> PageText:
    """Two columns of print side by side, and lines far under them."""
    words = [*printed(*left), *printed(*right, left=500), *printed(*below, top=500)]
    return page_text_of(lines(words, 1), FACTURE)


def named(made: PageText) -> str | None:
    return next((offer.text for offer in recipient_candidates(made, CUSTOMER)), None)


def test_only_a_field_whose_labels_say_so_asks_for_the_receiver() -> None:
    assert [field.name for field in FACTURE.fields if is_recipient_field(field)] == ["customer"]


@pytest.mark.parametrize(
    "label", ["Facturé à", "Facturer à :", "Adressé à", "Client", "Destinataire", "À l'attention de"]
)
def test_the_name_stands_under_its_label(label: str) -> None:
    assert named(page(ISSUER, (label, *ADDRESS))) == "Hôtel Beau Rivage"


@pytest.mark.parametrize("row", ["Client : Hôtel Beau Rivage", "Destinataire Hôtel Beau Rivage"])
def test_the_name_stands_behind_its_label(row: str) -> None:
    assert named(page(ISSUER, (row, *ADDRESS[1:]))) == "Hôtel Beau Rivage"


def test_without_a_label_it_is_over_the_address_that_is_not_the_issuers() -> None:
    assert named(page(ISSUER, ADDRESS)) == "Hôtel Beau Rivage"
    assert named(page(ADDRESS, ISSUER)) == "Hôtel Beau Rivage"


def test_the_address_of_the_invoice_goes_before_that_of_the_delivery() -> None:
    delivery = ("Adresse de livraison", "Dépôt Nord", "1 quai Sud", "59000 Lille")
    assert named(page(delivery, ("Adresse de facturation", *ADDRESS))) == "Hôtel Beau Rivage"


@pytest.mark.parametrize("row", ["N° client : C6061", "Code client CL220", "Service clients : 04 40 28 97 04"])
def test_an_account_and_a_telephone_are_no_receiver(row: str) -> None:
    assert named(page((row,))) is None


def test_what_only_looks_like_a_label_needs_a_colon() -> None:
    assert named(page(ISSUER, ADDRESS, "Adresse IP additionnelle    1    2,39")) == "Hôtel Beau Rivage"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Cabinet Roussel & Associés", True),
        ("M. Antoine Girard", True),
        ("12 rue Haute", False),
        ("69003 Lyon", False),
        ("CL220", False),
        ("12 mars 2025", False),
        ("Facture", False),
        ("Tél. 04 78 00 00 00", False),
    ],
)
def test_a_name_is_no_address_number_or_title(text: str, name: bool) -> None:
    assert may_be_name(text) is name


def test_from_and_to_over_two_addresses_are_headings() -> None:
    made = page(("DE", *ISSUER), ("POUR", *ADDRESS))
    assert named(made) == "Hôtel Beau Rivage"
    assert issuer_candidates(made)[0].text == "Martin SARL"
