"""From where to where the rows of a table reach."""

from __future__ import annotations

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.page_text.page_text import page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.table_extent import table_sections
from transcribe.forms import definition

FACTURE = definition.load("facture")


def parts(*rows: str) -> list[list[str]]:
    """The texts of each section of lines that all stand below a header."""
    made = page_text_of(lines(printed(*rows), 1), FACTURE)
    return [
        [made.lines[n].text.split("  ")[0] for n in part] for part in table_sections(made, range(len(rows)), FACTURE)
    ]


def test_a_subtotal_between_rows_parts_the_table_and_the_last_sums_end_it() -> None:
    assert parts(
        "Dépose     3,00     20,00      60,00",
        "                Sous-total     60,00",
        "Lot 2",
        "Pose       2,00     50,00     100,00",
        "                Sous-total    100,00",
        "                Total HT      160,00",
        "                TVA 10%        16,00",
        "                Total TTC     176,00",
    ) == [["Dépose"], ["Lot 2", "Pose"]]


def test_products_below_the_tax_are_no_rows() -> None:
    assert parts(
        "Dépose     3,00     20,00      60,00",
        "                Total HT       60,00",
        "                TVA 10%         6,00",
        "Acompte    2,00     33,00      66,00",
    ) == [["Dépose"]]


def test_a_line_of_text_that_looks_like_a_sum_does_not_end_the_table() -> None:
    assert parts(
        "Formation     3,00     20,00      60,00",
        "Comptes rendus transmis",
        "Lampe         1,00     20,00      20,00",
        "                     Total HT     80,00",
    ) == [["Formation", "Comptes rendus transmis", "Lampe"]]


def test_headings_of_sums_whose_amounts_stand_below_end_the_table() -> None:
    assert parts(
        "Farine     3,00     20,00      60,00",
        "Code    Base HT    Montant TVA     Total TTC",
        "1        60,00           12,00         72,00",
    ) == [["Farine"]]
