"""The plain fields of a form among the print of one source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.extraction.printed import HEIGHT, INVOICE, PITCH, RECEIPT, WIDTH, printed
from transcribe.extraction.key_values.company_patterns import imprint_names, is_imprint, is_in_imprint, text_blocks
from transcribe.extraction.key_values.finders import candidates
from transcribe.extraction.key_values.issuers import (
    is_recipient_field,
    issuer_candidates,
    may_be_name,
    recipient_candidates,
)
from transcribe.extraction.key_values.money_amounts import TotalsEvidence, find_amounts, totals_evidence
from transcribe.extraction.key_values.name_filters import is_no_name, is_street, without_non_names
from transcribe.extraction.key_values.text_in_box import read_in_box, text_in_box
from transcribe.extraction.page_text.consensus import field_candidate
from transcribe.extraction.page_text.page_text import PageText, page_text_of
from transcribe.extraction.page_text.text_lines import TextLine, lines
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import Word


def best(name: str, rows: list[str]) -> dict[str, str]:
    made = definition.load(name)
    found = candidates(page_text_of(lines(printed(*rows), 1), made), made)
    return {key: offers[0].text for key, offers in found.items() if offers}


def replaced(rows: tuple[str, ...], **changes: str) -> list[str]:
    return [changes.get(row.split()[0], row) for row in rows]


def test_a_receipt_gives_its_four_fields() -> None:
    assert best("receipt", list(RECEIPT)) == {
        "company": "KEDAI BUKU ALAM SDN BHD",
        "date": "25/12/2018",
        "address": "NO 12, JALAN BUNGA 3,\n81100 JOHOR BAHRU, JOHOR.",
        "total": "9.40",
    }


def test_a_total_without_its_label_is_what_was_paid_less_the_change() -> None:
    assert best("receipt", replaced(tuple(RECEIPT), TOTAL="", SUB="XXX 9.40"))["total"] == "9.40"


def test_the_rounded_total_is_preferred_to_the_one_before_rounding() -> None:
    rows = ["TOTAL SALES 9.43", "ROUNDING -0.03", "TOTAL 9.40", "CASH 10.00"]
    assert best("receipt", rows)["total"] == "9.40"


def is_doubtful(form: str, name: str, rows: list[str]) -> bool:
    made = definition.load(form)
    return candidates(page_text_of(lines(printed(*rows), 1), made), made)[name][0].doubtful


@pytest.mark.parametrize(
    ("rows", "doubtful"),
    [
        (["TOTAL WEIGHT 3.50", "PAID 91.45"], True),
        (["TOTAL SALES 9.40"], False),
        (["TOTAL FACTURE : 56.00"], False),
        (["TOTAL 44.99", "LESS 20% -9.00", "CASH 40.00", "CHANGE 4.01"], True),  # 35.99 was paid
        (["TOTAL 44.99", "CASH 50.00", "CHANGE 5.01"], False),
        (["TOTAL 44.98", "ROUNDING 0.02", "CASH 50.00", "CHANGE 5.00"], False),
        (["TOTAL 44.99", "CASH 44.99"], False),
    ],
)
def test_a_total_of_something_else_or_not_what_was_paid_is_doubtful(rows: list[str], doubtful: bool) -> None:
    assert is_doubtful("receipt", "total", ["KEDAI BUKU ALAM SDN BHD", *rows]) is doubtful


@pytest.mark.parametrize(
    ("other", "doubtful"),
    [("05/28/2026", True), ("28/05/2026", False), ("03/03/2026", False), ("2026-05-28", False), ("7 May 2026", False)],
)
def test_a_date_whose_day_and_month_may_be_turned_is_doubtful_beside_one_with_the_month_first(
    other: str, doubtful: bool
) -> None:
    rows = ["KEDAI BUKU ALAM SDN BHD", "DATE: 04/05/2026", "TOTAL 9.40", f"RETURN BY {other}"]
    assert is_doubtful("receipt", "date", rows) is doubtful


@pytest.mark.parametrize(
    ("number", "doubtful"),
    [
        ("FA-2025-001", False),
        ("F 2026 0412", True),  # 2026 was decided
        ("26 04 0031", True),
        ("2026 / 118", True),
        ("FAC 0412", True),
        ("F20412 du 03/02/2025", False),
    ],
)
def test_a_number_of_an_invoice_that_may_go_on_beside_a_space_is_doubtful(number: str, doubtful: bool) -> None:
    rows = [row.replace("FA-2025-001", number) for row in INVOICE]
    assert is_doubtful("facture", "invoice_number", rows) is doubtful


def test_the_total_with_its_tip_is_what_was_paid() -> None:
    rows = ["TRATTORIA LUNA", "SUB TOTAL 81.50", "AMOUNT DUE 87.21", "TIP: 17.44", "TOTAL: 104.65", "VISA"]
    assert best("receipt", rows)["total"] == "104.65"
    assert best("receipt", [*rows[:3], "TIP:", "TOTAL:"])["total"] == "87.21"


@pytest.mark.parametrize(
    ("over", "times_as_high", "doubtful"),
    [
        ("LEMON TREE RESTAURANT", 1.5, True),
        ("LEMON TREE RESTAURANT", 1.0, False),
        ("A 06035", 1.5, False),  # a number by hand
        ("TAX INVOICE", 1.5, False),
    ],
)
def test_a_legal_name_under_a_trade_name_in_larger_letters_is_doubtful(
    over: str, times_as_high: float, doubtful: bool
) -> None:
    """The label of such a receipt had both names, and the legal one alone was decided."""
    made = definition.load("receipt")
    title = [
        replace(
            each, box=Box(each.box.x0, each.box.y1 - round(times_as_high * each.box.height), each.box.x1, each.box.y1)
        )
        for each in printed(over, top=100)
    ]
    words = [*title, *printed("JTJ FOODS SDN BHD", *RECEIPT[1:], top=140)]
    found = candidates(page_text_of(lines(words, 1), made), made)["company"][0]
    assert (found.text, found.doubtful) == ("JTJ FOODS SDN BHD", doubtful)


def test_a_title_far_beside_the_name_is_not_of_it() -> None:
    assert best("receipt", ["INVOICE                 HARBOUR PRINT LTD"])["company"] == "HARBOUR PRINT LTD"


def test_a_name_with_a_short_number_is_a_name() -> None:
    assert best("receipt", ["QUICKFUEL #2207", "PUMP FOUR UNLEADED"])["company"] == "QUICKFUEL #2207"


@pytest.mark.parametrize(
    ("row", "date"),
    [
        ("DATE 18 MAR 2018 18:25", "18 MAR 2018"),
        ("REG CASHIER 18-03-201811:23", "18-03-2018"),
        ("BILL 2018/05/01", "2018/05/01"),
    ],
)
def test_a_date_is_found_in_what_stands_around_it(row: str, date: str) -> None:
    assert best("receipt", ["SHOP", row])["date"] == date


@pytest.mark.parametrize("row", ["TEL 03-9201 6281", "CARD NO 2008011381468", "PTD 143216", "SR @ 6% 36.41 2.18"])
def test_phones_numbers_and_amounts_are_no_dates(row: str) -> None:
    assert "date" not in best("receipt", ["SHOP", row])


def test_a_date_of_expiry_is_not_the_date_of_the_receipt() -> None:
    assert best("receipt", ["Card Expiry: 30/09/18", "01/03/18 19:14"])["date"] == "01/03/18"


def test_a_name_over_several_lines_is_put_together() -> None:
    rows = ["AIK HUAT HARDWARE", "ENTERPRISE (SETIA", "ALAM) SDN BHD", "822737-X", "TEL: 012-6651783"]
    assert best("receipt", rows)["company"] == "AIK HUAT HARDWARE ENTERPRISE (SETIA ALAM) SDN BHD"


def test_a_note_over_the_receipt_is_not_the_company() -> None:
    assert best("receipt", ["tan woon yann", *RECEIPT])["company"] == "KEDAI BUKU ALAM SDN BHD"


def test_an_invoice_gives_its_header_fields() -> None:
    found = best("facture", list(INVOICE))
    assert found["supplier"] == "Dupont SARL"
    assert (found["invoice_number"], found["po_number"]) == ("FA-2025-001", "BC-77")
    assert found["invoice_date"] == "03/02/2025"
    assert (found["total_untaxed"], found["tax_amount"], found["total_amount"]) == ("2 290,00", "458,00", "2 748,00")


def test_nothing_printed_gives_no_candidates() -> None:
    assert best("receipt", [""]) == {}


def test_a_value_behind_a_label_of_its_own_line_is_not_that_of_a_label_above_it() -> None:
    rows = [
        "                                             Facture",
        "",
        "Référence                                    68329904",
        "Numéro de la facture                         FR50J47",
    ]
    assert best("facture", rows)["invoice_number"] == "FR50J47"


@pytest.mark.parametrize("row", ["N° de commande client : 33139", "Votre n° de commande : 33139"])
def test_the_number_of_the_customers_order_is_no_customer(row: str) -> None:
    found = best("facture", [row])
    assert (found.get("po_number"), found.get("customer")) == ("33139", None)


@pytest.mark.parametrize("row", ["Code client : CU2002", "N° client : CU2002", "Réf. client : CU2002"])
def test_the_number_of_a_customers_account_is_no_field_of_an_invoice(row: str) -> None:
    assert best("facture", [row]).keys() <= {"supplier"}


def test_what_is_left_to_pay_is_not_the_total() -> None:
    rows = ["Total TTC      120,00", "Acompte versé   20,00", "Reste à payer  100,00"]
    assert best("facture", rows)["total_amount"] == "120,00"
    assert "total_amount" not in best("facture", ["Solde à payer     100,00"])


def test_the_number_of_a_register_is_no_amount() -> None:
    rows = ["Total TTC      120,00", "SARL Martin - N° 530 848 134 - TVA FR18 530 848 134"]
    assert best("facture", rows).get("tax_amount") is None


def test_the_latest_day_of_payment_in_a_sentence_is_the_due_date() -> None:
    rows = ["Lyon, le 1 mars 2025", "Paiement à effectuer au plus tard le 31 mars 2025 par virement."]
    found = best("facture", rows)
    assert (found["invoice_date"], found["due_date"]) == ("1 mars 2025", "31 mars 2025")


@pytest.mark.parametrize(
    ("title", "label", "doubtful"),
    [
        ("FACTURE", "Référence", True),
        ("FACTURE", "Référence commande", False),
        ("Facture n° F-17", "Référence", False),
        ("BON", "Référence", False),
    ],
)
def test_a_bare_reference_under_the_title_of_an_invoice_is_a_doubtful_order_number(
    title: str, label: str, doubtful: bool
) -> None:
    made = definition.load("facture")
    rows = printed(f"Jardins SAS                      {title}", f"{'':33}{label} : 24362")
    first = candidates(page_text_of(lines(rows, 1), made), made)["po_number"][0]
    assert (first.text, first.doubtful) == ("24362", doubtful)


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


CUSTOMER = FACTURE.field("customer")
ISSUER = ("Martin SARL", "12 rue des Lilas", "69003 Lyon", "Tél. 04 78 00 00 00")
ADDRESS = ("Hôtel Beau Rivage", "4 avenue Foch", "75016 Paris")


def page_of_recipients(left: Sequence[str], right: Sequence[str] = (), *below: str) -> PageText:
    """Two columns of print side by side, and lines far under them."""
    words = [*printed(*left), *printed(*right, left=500), *printed(*below, top=500)]
    return page_text_of(lines(words, 1), FACTURE)


def named_of_recipients(made: PageText) -> str | None:
    return next((offer.text for offer in recipient_candidates(made, CUSTOMER)), None)


def test_only_a_field_whose_labels_say_so_asks_for_the_receiver() -> None:
    assert [field.name for field in FACTURE.fields if is_recipient_field(field)] == ["customer"]


@pytest.mark.parametrize(
    "label", ["Facturé à", "Facturer à :", "Adressé à", "Client", "Destinataire", "À l'attention de"]
)
def test_the_name_stands_under_its_label(label: str) -> None:
    assert named_of_recipients(page_of_recipients(ISSUER, (label, *ADDRESS))) == "Hôtel Beau Rivage"


@pytest.mark.parametrize("row", ["Client : Hôtel Beau Rivage", "Destinataire Hôtel Beau Rivage"])
def test_the_name_stands_behind_its_label(row: str) -> None:
    assert named_of_recipients(page_of_recipients(ISSUER, (row, *ADDRESS[1:]))) == "Hôtel Beau Rivage"


def test_without_a_label_it_is_over_the_address_that_is_not_the_issuers() -> None:
    assert named_of_recipients(page_of_recipients(ISSUER, ADDRESS)) == "Hôtel Beau Rivage"
    assert named_of_recipients(page_of_recipients(ADDRESS, ISSUER)) == "Hôtel Beau Rivage"


def test_the_address_of_the_invoice_goes_before_that_of_the_delivery() -> None:
    delivery = ("Adresse de livraison", "Dépôt Nord", "1 quai Sud", "59000 Lille")
    assert (
        named_of_recipients(page_of_recipients(delivery, ("Adresse de facturation", *ADDRESS))) == "Hôtel Beau Rivage"
    )


@pytest.mark.parametrize("row", ["N° client : C6061", "Code client CL220", "Service clients : 04 40 28 97 04"])
def test_an_account_and_a_telephone_are_no_receiver(row: str) -> None:
    assert named_of_recipients(page_of_recipients((row,))) is None


def test_what_only_looks_like_a_label_needs_a_colon() -> None:
    assert (
        named_of_recipients(page_of_recipients(ISSUER, ADDRESS, "Adresse IP additionnelle    1    2,39"))
        == "Hôtel Beau Rivage"
    )


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
    made = page_of_recipients(("DE", *ISSUER), ("POUR", *ADDRESS))
    assert named_of_recipients(made) == "Hôtel Beau Rivage"
    assert issuer_candidates(made)[0].text == "Martin SARL"


TABLE = [
    "Net à payer :      75,17 €",
    "",
    "Taux        Base HT      TVA      TTC",
    "10,0 %        40,35     4,04    44,39",
    "20,0 %        25,65     5,13    30,78",
]


def test_the_total_of_a_tax_table_is_read_and_not_its_first_rate() -> None:
    found = best("facture", [*TABLE, "Total         66,00     9,17    75,17"])
    assert (found["total_untaxed"], found["tax_amount"], found["total_amount"]) == ("66,00", "9,17", "75,17")


def test_the_last_amount_of_a_column_that_is_the_sum_of_those_above_is_its_total() -> None:
    found = best("facture", [*TABLE, "              66,00     9,17    75,17"])
    assert (found["total_untaxed"], found["tax_amount"]) == ("66,00", "9,17")


def test_without_a_total_of_several_rates_none_of_them_is_the_tax() -> None:
    rows = ["Total HT     1118,56 €", "TVA à 10%      91,28 €", "TVA à 20%      41,14 €", "Total TTC    1250,98 €"]
    found = best("facture", rows)
    assert "tax_amount" not in found
    assert (found["total_untaxed"], found["total_amount"]) == ("1118,56", "1250,98")
    assert "tax_amount" not in best("facture", TABLE)


def test_a_rate_without_tax_leaves_the_other_as_the_tax() -> None:
    rows = ["Total HT      100,00 €", "TVA à 20%      20,00 €", "TVA à 0%        0,00 €", "Total TTC     120,00 €"]
    assert best("facture", rows)["tax_amount"] == "20,00"


def test_a_rebate_in_percent_is_no_second_rate() -> None:
    rows = ["10 % de remise     12,00 €", "Total HT          100,00 €", "TVA 20%            20,00 €"]
    assert best("facture", rows)["tax_amount"] == "20,00"


def test_a_single_rate_is_the_tax() -> None:
    assert best("facture", ["Total HT   100,00 €", "TVA 20%     20,00 €"])["tax_amount"] == "20,00"


RECEIPT_OF_TEXT_IN_BOX = definition.load("receipt")
ROWS = ("ACME TRADING", "12 HIGH STREET", "DATE 25/12/2018 8:13 PM", "TOTAL RM 9.40")


def row(number: int, first: int = 0, last: int = 40) -> Box:
    """The box of characters of a row."""
    return Box(first * WIDTH, number * PITCH, last * WIDTH, number * PITCH + HEIGHT)


def drawn(box: Box, name: str) -> str | None:
    found = text_in_box(lines(printed(*ROWS), 1), box, RECEIPT_OF_TEXT_IN_BOX.field(name), RECEIPT_OF_TEXT_IN_BOX)
    return found.text if found else None


def test_of_a_frame_around_a_label_too_only_the_date_or_amount_is_taken() -> None:
    assert drawn(row(2), "date") == "25/12/2018"
    assert drawn(row(3), "total") == "RM 9.40"


def test_lines_in_a_frame_stay_lines() -> None:
    assert drawn(Box(0, 0, 400, PITCH + HEIGHT), "address") == "ACME TRADING\n12 HIGH STREET"


def test_a_word_belongs_to_a_frame_that_holds_its_middle() -> None:
    assert drawn(row(0, 2, 40), "company") == "ACME TRADING"
    assert drawn(row(0, 3, 40), "company") == "TRADING"


def test_an_empty_frame_says_nothing() -> None:
    assert drawn(row(9), "company") is None


def test_another_sources_place_is_read_in_ones_own_print() -> None:
    found = field_candidate(tuple(lines(printed(*ROWS), 1))[3:], 0.9)
    own = page_text_of(lines(printed(*ROWS[:3], "TOTAL RM 9.4O"), 1), RECEIPT_OF_TEXT_IN_BOX)
    read = read_in_box(own, found, RECEIPT_OF_TEXT_IN_BOX.field("company"), RECEIPT_OF_TEXT_IN_BOX)
    assert read is not None
    assert read.text == "TOTAL RM 9.4O"
    assert (
        read_in_box(
            page_text_of([], RECEIPT_OF_TEXT_IN_BOX),
            found,
            RECEIPT_OF_TEXT_IN_BOX.field("company"),
            RECEIPT_OF_TEXT_IN_BOX,
        )
        is None
    )


@given(x0=st.integers(0, 300), y0=st.integers(0, 120), width=st.integers(1, 300), height=st.integers(1, 100))
def test_everything_read_in_a_frame_lies_in_it(x0: int, y0: int, width: int, height: int) -> None:
    box = Box(x0, y0, x0 + width, y0 + height)
    found = text_in_box(lines(printed(*ROWS), 1), box, RECEIPT_OF_TEXT_IN_BOX.field("company"), RECEIPT_OF_TEXT_IN_BOX)
    for word in found.words if found else ():
        assert box.x0 <= (word.box.x0 + word.box.x1) / 2 <= box.x1
        assert box.y0 <= (word.box.y0 + word.box.y1) / 2 <= box.y1


RECEIPT_OF_TOTALS_CHECK = definition.load("receipt")


def said(role: str, *rows: str) -> TotalsEvidence:
    made = page_text_of(lines(printed(*rows), 1), RECEIPT_OF_TOTALS_CHECK)
    return totals_evidence(
        made, find_amounts(made, RECEIPT_OF_TOTALS_CHECK.field("total"), RECEIPT_OF_TOTALS_CHECK), role
    )


PAID = ("SUB TOTAL  9.43", "GST  0.57", "ROUNDING  -0.03", "CASH  20.00", "CHANGE  10.03")


@pytest.mark.parametrize(
    ("rows", "sums"),
    [
        (("CASH  20.00", "CHANGE  10.60"), {"9.40"}),
        (("SUB TOTAL  9.43", "GST  0.57"), {"10.00"}),
        (("SUB TOTAL  9.43", "ROUNDING  -0.03"), {"9.40"}),
        (PAID, {"9.97", "10.00", "9.40"}),
        (("TOTAL  9.40",), set()),
        ((), set()),
    ],
)
def test_a_total_is_what_was_paid_less_the_change_and_the_parts_together(rows: Sequence[str], sums: set[str]) -> None:
    assert said("#total", *rows).implied_values == {Decimal(each) for each in sums}


def test_a_subtotal_and_a_tax_are_what_is_left_of_the_total() -> None:
    assert said("#subtotal", "GST  0.60", "TOTAL  10.60").implied_values == {Decimal("10.00")}
    assert said("#tax", "SUB TOTAL  10.00", "TOTAL  10.60").implied_values == {Decimal("0.60")}


def test_only_less_than_one_unit_is_a_rounding() -> None:
    assert said("#total", *PAID).roundings == {Decimal("-0.03")}
    assert said("#total", "ROUNDING  9.40").roundings == frozenset()


def test_values_are_counted_however_often_they_stand() -> None:
    assert said("#total", "TOTAL  9.40", "VISA  9.40", "PEN  2.00").occurrences == {
        Decimal("9.40"): 2,
        Decimal("2.00"): 1,
    }


cents = st.integers(1, 99_999).map(lambda number: Decimal(number).scaleb(-2))


@given(total=cents, change=cents)
def test_whatever_was_paid_gives_the_total(total: Decimal, change: Decimal) -> None:
    paid = total + change
    assert total in said("#total", f"CASH  {paid}", f"CHANGE  {change}").implied_values
