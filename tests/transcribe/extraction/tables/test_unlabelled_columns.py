"""Columns whose heading the form does not know."""

from __future__ import annotations

from tests.transcribe.extraction.tables.test_row_assembly import cells


def test_the_column_of_words_is_the_description() -> None:
    rows = cells(
        "Réf.     Mission               Qté      P.U.      Montant",
        "A12      Audit de la paie      2,00     50,00     100,00",
        "B7       Synthèse              3,00     20,00      60,00",
    )
    assert [row["description"] for row in rows] == ["Audit de la paie", "Synthèse"]


def test_the_column_with_which_every_row_multiplies_is_the_missing_factor() -> None:
    rows = cells(
        "N°     Désignation     Jours     Remise     P.U.      Montant",
        "1      Audit           2                    50,00     100,00",
        "2      Synthèse        3                    20,00      60,00",
    )
    assert [row["quantity"] for row in rows] == ["2", "3"]


def test_of_two_columns_that_may_be_the_factor_neither_is_taken() -> None:
    rows = cells(
        "N°     Désignation     Jours     P.U.      Montant",
        "1      Audit           1         50,00      50,00",
    )
    assert "quantity" not in rows[0]


def test_numbers_that_do_not_multiply_are_no_factor() -> None:
    rows = cells(
        "Désignation     Colis     P.U.      Montant",
        "Audit           4         50,00     100,00",
        "Synthèse        5         20,00      60,00",
    )
    assert all("quantity" not in row for row in rows)


def test_two_unknown_headings_with_a_wide_gap_between_them_are_two_columns() -> None:
    rows = cells(
        "Bouteilles  Vin                  P.U.      Montant",
        "        58  Sancerre blanc       10,00     580,00",
    )
    assert (rows[0]["quantity"], rows[0]["description"]) == ("58", "Sancerre blanc")
