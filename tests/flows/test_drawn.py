"""What people are asked to show of a scan's layout."""

from __future__ import annotations

from flows.drawn import distinct, shown_by_people
from reconcile.decide import decide
from reconcile.first_fit import parameters
from reconcile.policy import POLICY
from reconcile.weigh import weigh
from tests.transcribe.layout.printed import INVOICE, printed
from tests.transcribe.test_locate import NOW, ODD_LINE, PAGE
from transcribe import form
from transcribe.locate import locate
from transcribe.model import FieldKey, Task

FACTURE = form.load("facture")


def asked(*rows: str) -> list[Task]:
    words = printed(*rows)
    read = locate("scan", [PAGE], {"tesseract 5 fra": {1: words}, "rapidocr 1": {1: words}}, FACTURE, NOW)
    posteriors = weigh(FACTURE, read.readings, parameters())
    said = {key: decide(FACTURE.field(key.name), each, POLICY) for key, each in posteriors.items()}
    return list(distinct(shown_by_people(FACTURE, posteriors, said)))


def test_where_rows_of_a_table_may_be_missing_its_rows_are_asked_once_and_none_of_its_cells() -> None:
    short = [ODD_LINE if row == "couleur noire" else row.replace("2 070,00", "2 060,00") for row in INVOICE]
    of_table = [task for task in asked(*short) if task.key.name.startswith("lines")]
    assert [(task.key, task.kind, task.reason) for task in of_table] == [(FieldKey("lines"), "rows", "rows missing")]


def test_where_no_row_is_missing_no_rows_are_asked() -> None:
    assert not [task for task in asked(*INVOICE) if task.kind == "rows"]
