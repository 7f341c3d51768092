"""Line items as a table without a grid."""

from __future__ import annotations

import pytest

from tests.transcribe.extraction.printed import INVOICE, printed
from transcribe.extraction.page_text.page_text import page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.row_assembly import SourceTable, find_table
from transcribe.forms import definition

FACTURE = definition.load("facture")


def found(*rows: str) -> SourceTable | None:
    return find_table(page_text_of(lines(printed(*rows), 1), FACTURE), FACTURE.tables[0], FACTURE)


def cells(*rows: str) -> list[dict[str, str]]:
    seen = found(*rows)
    assert seen is not None
    return [
        {name.partition(".")[2]: "\n".join(line.text for line in pieces) for name, pieces in row.cells.items()}
        for row in seen.rows
    ]


def test_rows_end_at_the_sums_and_take_lines_of_text_below_them() -> None:
    assert cells(*INVOICE) == [
        {
            "description": "Chaise de bureau\ncouleur noire",
            "quantity": "4,00",
            "unit_price": "55,00",
            "amount": "220,00",
        },
        {"description": "Lampe", "quantity": "2,00", "unit_price": "1 035,00", "amount": "2 070,00"},
    ]


def test_the_product_tells_which_heading_is_the_unit_price() -> None:
    rows = cells("Détail            Qté       Taux       Prix", "Étagère           8,00      420,00     3 360,00")
    assert (rows[0]["unit_price"], rows[0]["amount"]) == ("420,00", "3 360,00")


def test_columns_of_others_are_kept_apart() -> None:
    rows = cells(
        "#    Description      Qté       Prix      Montant    Remise",
        "1    Banc             2,00      10,00     20,00      5,00",
    )
    assert rows == [{"description": "Banc", "quantity": "2,00", "unit_price": "10,00", "amount": "20,00"}]


def test_whether_a_row_multiplies_is_known() -> None:
    seen = found("Description      Qté       Prix      Montant", "Banc             2,00      10,00     21,00")
    assert seen is not None
    assert seen.rows[0].multiplies is False


def test_without_a_header_there_is_no_table() -> None:
    assert found("Chaise   4,00   55,00   220,00") is None


def test_words_that_say_more_of_a_heading_are_no_column_of_their_own() -> None:
    rows = cells(
        "Désignation des travaux    Qté     P.U. net      Montant HT",
        "Peinture des volets        2,00       10,00           20,00",
        "Pose                       3,00        5,00           15,00",
    )
    assert rows == [
        {"description": "Peinture des volets", "quantity": "2,00", "unit_price": "10,00", "amount": "20,00"},
        {"description": "Pose", "quantity": "3,00", "unit_price": "5,00", "amount": "15,00"},
    ]


def test_a_number_that_ends_far_under_its_heading_is_not_taken_for_the_next_column() -> None:
    rows = cells(
        "Désignation     Qté     P.U.     MONTANT TOTAL HT    TVA",
        "Chaise          2,00    10,00                  20,00    1",
        "Lampe           3,00     5,00                  15,00    1",
    )
    assert [(row["amount"], row["tax"]) for row in rows] == [("20,00", "1"), ("15,00", "1")]


def test_a_text_with_nothing_but_an_amount_is_a_row() -> None:
    rows = cells(
        "Désignation                     Qté     P.U.    Montant",
        "le-tout-lyon.fr du 06/12/2022                   45,93 €",
        "Justificatif PDF                1       0,75       0,75",
        "Frais de dossier                                   4,00",
        "                                Total HT          50,68",
    )
    assert [(row["description"], row["amount"]) for row in rows] == [
        ("le-tout-lyon.fr du 06/12/2022", "45,93 €"),
        ("Justificatif PDF", "0,75"),
        ("Frais de dossier", "4,00"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Report",
        "À reporter",
        "Sous-total lot 1",
        "Montant total lot 1",
        "Net à payer",
        "Règlement par chèque",
        "TVA",
    ],
)
def test_a_sum_or_what_is_carried_over_is_no_row_for_its_amount(text: str) -> None:
    rows = cells(
        "Désignation                     Qté     P.U.    Montant",
        "Banc                            2,00    10,00     20,00",
        f"{text:<48}  20,00",
        "Lampe                           3,00     5,00     15,00",
    )
    assert "20,00" not in [row["amount"] for row in rows[1:]]


def test_a_line_with_a_number_that_is_no_row_is_counted() -> None:
    header = "Désignation                     Qté     P.U.    Montant"
    banc = "Banc                            2,00    10,00     20,00"
    odd = "Pose                            3                      "
    seen = found(header, banc, odd)
    assert seen is not None
    assert (len(seen.rows), seen.skipped_lines) == (1, 1)
