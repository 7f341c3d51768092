"""Line items as a table without a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.extraction.printed import INVOICE, printed
from transcribe.extraction.page_text.page_text import PageText, page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.annotated_rows import (
    AGREED_ROWS_CONFIDENCE,
    GUESSED_COLUMN_CONFIDENCE,
    PROVEN_COLUMN_CONFIDENCE,
    SINGLE_SOURCE_CONFIDENCE,
    WRONG_PRODUCT_CONFIDENCE,
    AnnotatedCell,
    TableCell,
    agreed_table,
    cells_of_rows,
)
from transcribe.extraction.tables.row_assembly import SourceTable, find_table, table_sections
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import FieldKey, Word

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


WIDTH = 1000
PLAIN = (("Brass hinge", "12", "3,50", "42,00"), ("Steel bolt", "40", "0,25", "10,00"))
ALIKE = (("Brass hinge", "12,00", "3,50", "42,00"), ("Steel bolt", "40,00", "0,25", "10,00"))


def page(rows: Sequence[Sequence[str]], xs: Sequence[int] = (50, 400, 600, 800)) -> PageText:
    """Rows of print, 60 pixels each, from y 100 on."""
    words = [
        Word(
            text=text,
            box=Box(x + 11 * cell.index(text), y, x + 11 * (cell.index(text) + len(text)), y + 24),
            confidence=0.9,
        )
        for y, row in ((118 + 60 * number, row) for number, row in enumerate(rows))
        for x, cell in zip(xs, row, strict=True)
        for text in cell.split()
    ]
    return PageText(lines=tuple(lines(words, 1)), labels=())


def told(rows: Sequence[Sequence[str]], **page_texts: PageText) -> dict[FieldKey, AnnotatedCell]:
    strips = [(100 + 60 * number, 160 + 60 * number) for number in range(len(rows))]
    prints = page_texts or {"one": page(rows)}
    return {cell.key: cell for cell in cells_of_rows(prints, FACTURE.table("lines"), FACTURE, strips, WIDTH)}


def text(cell: AnnotatedCell, source: str = "one") -> str | None:
    found = cell.by_source[source]
    return found.text if found else None


def test_columns_are_told_apart_by_the_product_and_by_how_they_look() -> None:
    found = told(PLAIN)
    assert [text(found[FieldKey(f"lines.{name}", 1)]) for name in ("quantity", "unit_price", "amount")] == [
        "40",
        "0,25",
        "10,00",
    ]
    amount = found[FieldKey("lines.amount", 0)]
    assert amount.confidence == PROVEN_COLUMN_CONFIDENCE
    assert (amount.box.y0, amount.box.y1, amount.box.x1) == (100, 160, WIDTH)
    assert amount.box.x0 > 600


def test_columns_that_could_change_places_show_the_whole_row_and_are_not_sure() -> None:
    found = told(ALIKE)
    for name in ("quantity", "unit_price"):
        cell = found[FieldKey(f"lines.{name}", 0)]
        assert (cell.confidence, cell.box) == (GUESSED_COLUMN_CONFIDENCE, Box(0, 100, WIDTH, 160))
    assert found[FieldKey("lines.amount", 0)].confidence == PROVEN_COLUMN_CONFIDENCE


def test_rows_whose_numbers_multiply_nowhere_are_whole_rows_without_a_reading() -> None:
    rows = [("Brass hinge", "12", "3,50", "41,00"), ("Steel bolt", "40", "0,25", "11,00")]
    found = told(rows)
    assert len(found) == 2 * len(FACTURE.table("lines").columns)
    assert all(text(cell) is None and cell.confidence is None for cell in found.values())


def test_each_source_reads_the_cells_for_itself() -> None:
    other = page([(PLAIN[0][0], "12", "3,50", "42,80"), PLAIN[1]])
    found = told(PLAIN, one=page(PLAIN), two=other)
    amount = found[FieldKey("lines.amount", 0)]
    assert {text(amount, "one"), text(amount, "two")} == {"42,00", "42,80"}


def test_a_row_in_which_nothing_is_seen_is_asked_as_a_whole() -> None:
    found = told([*PLAIN, ("", "", "", "")], one=page(PLAIN))
    empty = [cell for key, cell in found.items() if key.row == 2]
    assert len(empty) == len(FACTURE.table("lines").columns)
    assert all(cell.box == Box(0, 220, WIDTH, 280) for cell in empty)


cells_of_annotated_rows = st.tuples(
    st.sampled_from(["Hinge", "Bolt 12", "", "7"]), *(st.sampled_from(["", "1", "2,00", "x"]) for _ in "abc")
)


@given(rows=st.lists(cells_of_annotated_rows, min_size=1, max_size=4))
def test_every_row_that_was_told_has_a_cell_exactly_as_high(rows: list[tuple[str, ...]]) -> None:
    found = told(rows, one=page(rows))
    for number in range(len(rows)):
        heights = {(cell.box.y0, cell.box.y1) for key, cell in found.items() if key.row == number}
        assert heights == {(100 + 60 * number, 160 + 60 * number)}


LINES = FACTURE.table("lines")


def seen(rows: Sequence[str]) -> PageText:
    return page_text_of(lines(printed(*rows), 1), FACTURE)


def found_of_cells(**page_texts: PageText) -> Mapping[FieldKey, TableCell]:
    return {
        cell.key: cell
        for cell in agreed_table(
            page_texts, {name: 0.5 if name == "worn" else 0.9 for name in page_texts}, LINES, FACTURE
        ).cells
    }


def text_of_cells(cell: TableCell, source: str) -> str | None:
    said = cell.by_source[source]
    return said.text if said else None


def changed(before: str, after: str) -> list[str]:
    return [row.replace(before, after) for row in INVOICE]


def test_cells_come_row_by_row_with_what_each_source_reads() -> None:
    every = found_of_cells(one=seen(INVOICE), two=seen(changed("220,00", "228,00")))
    amount = every[FieldKey("lines.amount", 0)]
    assert (text_of_cells(amount, "one"), text_of_cells(amount, "two")) == ("220,00", "228,00")
    assert text_of_cells(every[FieldKey("lines.description", 0)], "one") == "Chaise de bureau\ncouleur noire"
    assert {key.row for key in every} == {0, 1}


def test_a_row_is_surer_where_another_source_sees_as_many() -> None:
    both = found_of_cells(one=seen(INVOICE), two=seen(INVOICE))
    alone = found_of_cells(one=seen(INVOICE), two=seen(["Dupont SARL"]))
    assert {cell.confidence for cell in both.values()} == {AGREED_ROWS_CONFIDENCE}
    assert {cell.confidence for cell in alone.values()} == {SINGLE_SOURCE_CONFIDENCE}


def test_a_row_that_does_not_multiply_is_less_sure() -> None:
    wrong = seen(changed("220,00", "221,00"))
    every = found_of_cells(one=wrong, two=wrong)
    assert {key.row: cell.confidence for key, cell in every.items()} == {
        0: WRONG_PRODUCT_CONFIDENCE,
        1: AGREED_ROWS_CONFIDENCE,
    }


def test_a_source_that_sees_nothing_in_a_cell_says_none() -> None:
    every = found_of_cells(worn=seen(changed("55,00             220,00", "")), whole=seen(INVOICE))
    assert text_of_cells(every[FieldKey("lines.unit_price", 0)], "whole") == "55,00"
    assert text_of_cells(every[FieldKey("lines.unit_price", 0)], "worn") is None


def test_of_a_number_with_its_unit_only_the_number_is_read() -> None:
    every = found_of_cells(one=seen(changed("4,00       ", "4,00 pce   ")))
    assert text_of_cells(every[FieldKey("lines.quantity", 0)], "one") == "4,00"


def test_without_a_header_there_are_no_cells() -> None:
    assert found_of_cells(one=seen([row for row in INVOICE if "Description" not in row])) == {}


def test_the_rows_are_those_of_the_source_that_reads_well_where_the_tables_are_alike() -> None:
    worn = [row.replace("Description  ", "Description TVA").replace("couleur", "coul eur") for row in INVOICE]
    every = found_of_cells(clear=seen(INVOICE), worn=seen(worn))
    assert every[FieldKey("lines.description", 0)].place.text == "Chaise de bureau\ncouleur noire"


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
