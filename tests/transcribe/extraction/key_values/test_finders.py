"""The plain fields of a form among the print of one source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transcribe.extraction.printed import INVOICE, RECEIPT, printed
from transcribe.extraction.key_values.finders import candidates
from transcribe.extraction.page_text.page_text import page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.forms import definition
from transcribe.geometry import Box


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
