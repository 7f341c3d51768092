"""Lines that are no name of a firm."""

from __future__ import annotations

import pytest

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.key_values.name_filters import is_no_name, is_street, without_non_names
from transcribe.extraction.page_text.field_candidates import field_candidate
from transcribe.extraction.page_text.text_lines import lines


@pytest.mark.parametrize(
    "text",
    [
        "How will you pay?",
        "Goods 100.50",
        "Détail des colis PAGE 2/2",
        "HX/04 (1 of 1)",
        "Moulin des Garrigues SARL COMMANDE 1/2",
        "Total to pay",
        "Qty Description Total",
        "Détail de la livraison",
        "Delivery date: Monday",
    ],
)
def test_amounts_questions_page_numbers_and_labels_are_no_name(text: str) -> None:
    assert is_no_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "RELAIS TOTAL OULMES",
        "99 SPEED MART 5/8",
        "LOT 3, JALAN PELABUR 23/1,",
        "TOTAL HARDWARE SDN BHD",
        "Dupont & Fils",
    ],
)
def test_a_name_with_such_a_word_or_number_in_it_is_one(text: str) -> None:
    assert not is_no_name(text)


def named(*texts: str) -> list[tuple[str, bool]]:
    found = [field_candidate(lines(printed(text), 1), 1.0 - number / 10) for number, text in enumerate(texts)]
    return [(each.text, each.doubtful) for each in without_non_names(found)]


def test_where_the_likeliest_name_is_none_the_others_are_doubtful() -> None:
    assert named("Goods total 100.50", "Send me the catalogue") == [("Send me the catalogue", True)]
    assert named("Dupont & Fils", "Goods total 100.50") == [("Dupont & Fils", False)]


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("PHARMACY", True),  # the name goes on below
        ("SDN BHD", True),
        ("Managed by Tropika Leisure Sdn Bhd", True),
        ("POS by Qashier Solutions Sdn Bhd", True),
        ("M/S Mega Bina Construction Sdn Bhd", True),  # the customer
        ("Zone industrielle Nord", True),
        ("HARBOUR PHARMACY", False),
        ("Standby Tools Ltd", False),
    ],
)
def test_a_part_of_a_name_and_another_firms_are_doubtful(text: str, doubtful: bool) -> None:
    assert named(text) == [(text, doubtful)]


def test_a_legal_form_with_more_than_a_name_stays_doubtful() -> None:
    assert named("Moulin des Garrigues SARL 1/2") == [("Moulin des Garrigues SARL 1/2", True)]


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("NO. 31G&33G, JALAN SETIA INDAH X ,U13/X", True),
        ("LOT 3, JALAN PELABUR 23/1,", True),
        ("No. 7 Restaurant, Main Street", False),
        ("NO 1 MART SDN BHD, JALAN 2", False),
        ("JALAN CAFE", False),
    ],
)
def test_a_line_that_begins_with_a_house_number_is_a_street_unless_it_names_a_firm(text: str, street: bool) -> None:
    assert is_street(text) == street
