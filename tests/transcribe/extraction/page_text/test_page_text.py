"""Labels in print, and what stands beside them."""

from __future__ import annotations

import pytest

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.page_text.page_text import PageText, page_text_of, value_spans
from transcribe.extraction.page_text.text_lines import lines
from transcribe.forms import definition


def of(*rows: str, made: str = "receipt") -> PageText:
    return page_text_of(lines(printed(*rows), 1), definition.load(made))


@pytest.mark.parametrize(
    ("row", "owner"),
    [("SUB TOTAL 9.40", "#subtotal"), ("TOTAL 9.40", "total"), ("T0TAL: 9.40", "total"), ("TOTAL QTY 3", "#count")],
)
def test_a_label_belongs_to_whom_it_is_most_like(row: str, owner: str) -> None:
    assert [seen.label.owner for seen in of(row).labels[0]] == [owner]


def test_a_value_stands_to_the_right_up_to_the_next_label() -> None:
    found = of("DATE: 25/12/2018  CASH: 10.00")
    place = value_spans(found, found.labels_of("date")[0])[0]
    assert found.lines[0].text[place.start : place.end].strip(" :") == "25/12/2018"


def test_a_value_below_is_cut_where_the_next_column_begins() -> None:
    found = of("Date          Date d'échéance  N° BC", "10/05/2016    09/07/2016       BC02716", made="facture")
    [place] = value_spans(found, found.labels_of("due_date")[0])
    assert found.lines[1].text[place.start : place.end] == "09/07/2016"


def test_the_header_of_the_table_holds_no_labels_of_plain_fields() -> None:
    found = of("Description    Quantité    Prix unitaire    Montant HT", made="facture")
    assert found.labels == ((),)
