"""Headings of more than one line."""

from __future__ import annotations

from tests.transcribe.extraction.printed import printed
from tests.transcribe.extraction.tables.test_row_assembly import cells
from transcribe.extraction.page_text.multi_line_headings import merged_headings
from transcribe.extraction.page_text.text_lines import lines


def read(*rows: str) -> list[str]:
    return [whole.text for _, whole in merged_headings(lines(printed(*rows), 1), 0)]


def test_words_under_a_heading_are_read_with_it() -> None:
    rows = (
        "Description     Prix unitaire     Taux de     Prix total",
        "                    (HT)            TVA         (TTC)",
    )
    assert read(*rows) == ["Description  Prix unitaire (HT)  Taux de TVA  Prix total (TTC)"]


def test_a_heading_that_stands_in_the_middle_of_two_lines_is_one_between_them() -> None:
    rows = ("                Montant", "Description                ", "                  HT")
    assert read(*rows)[-1] == "Description  Montant HT"


def test_a_line_with_numbers_or_of_running_text_is_no_heading() -> None:
    assert read("Description     Montant", "Chaise            20,00") == []
    assert read("Description     Montant", "Fourniture et pose d'un carrelage de grès") == []


def test_a_line_far_below_is_no_heading() -> None:
    assert read("Description     Montant", "", "", "                  HT") == []


def test_columns_are_named_by_headings_of_two_lines() -> None:
    rows = cells(
        "Commande",
        "Désignation     Qté      Prix         Taux de     Montant",
        "                       unitaire         TVA         HT",
        "Chaise          2,00     10,00         20 %         20,00",
    )
    assert rows == [
        {"description": "Chaise", "quantity": "2,00", "unit_price": "10,00", "tax": "20 %", "amount": "20,00"}
    ]


def test_two_known_headings_under_one_another_are_one_column() -> None:
    rows = cells(
        "Désignation des     Qté      P.U.      Montant",
        "  prestations                              HT ",
        "Pose de volets      2,00     10,00      20,00",
        "Peinture            3,00      5,00      15,00",
    )
    assert [row["description"] for row in rows] == ["Pose de volets", "Peinture"]
