"""The truth of samples beside published records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flows.parts.simulation.planning import _published
from reconcile.records import query
from tests.reconcile.records import MemoryOutbox, a_record, records_of


def test_a_column_that_is_called_row_is_not_taken_for_the_number_of_its_line(tmp_path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    (record,) = query.records(records_of(tmp_path, store), "bon-de-commande")
    record = replace(record, tables={"lines": ({"row": 0, "lines.row": 7, "quantity": 2},)})
    assert (_published(record, "lines.row[0]"), _published(record, "lines.quantity[0]")) == (7, 2)
