"""What people are asked to show of a scan's layout."""

from __future__ import annotations

from flows.steps.layout_tasks import distinct_tasks
from reconcile.decision import answers
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.transcribe.extraction.printed import INVOICE, printed
from tests.transcribe.extraction.test_locate import NOW, ODD_LINE, PAGE
from transcribe.extraction.locate import locate
from transcribe.forms import definition
from transcribe.model import FieldKey, Task

FACTURE = definition.load("facture")


def asked(*rows: str) -> list[Task]:
    words = printed(*rows)
    read = locate("scan", [PAGE], {"tesseract 5 fra": {1: words}, "rapidocr 1": {1: words}}, FACTURE, NOW)
    posteriors = weigh(FACTURE, read.readings, shipped_parameters(), POLICY)
    return list(distinct_tasks(answers(FACTURE, posteriors, POLICY)))


def test_where_rows_of_a_table_may_be_missing_its_rows_are_asked_once_and_none_of_its_cells() -> None:
    short = [ODD_LINE if row == "couleur noire" else row.replace("2 070,00", "2 060,00") for row in INVOICE]
    of_table = [task for task in asked(*short) if task.key.name.startswith("lines")]
    assert [(task.key, task.kind, task.reason) for task in of_table] == [(FieldKey("lines"), "rows", "rows missing")]


def test_where_no_row_is_missing_no_rows_are_asked() -> None:
    assert not [task for task in asked(*INVOICE) if task.kind == "rows"]
