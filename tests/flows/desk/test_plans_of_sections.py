"""Pages of the desk reach what they show by an index or from the summaries: none reads a table that grows with work."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.flows.desk.desk_site import DeskSite
from tests.transcribe.store.world import sqlite_of
from transcribe.store.facts import Rate
from transcribe.store.state_store import Store

BIG = frozenset({"scan", "scan_page", "field", "field_now", "reading", "reading_text", "reading_seen", "decision",
                 "task", "lease", "ledger", "record", "record_text", "outbox", "audit", "scan_summary"})  # fmt: skip
"""The tables with a row for each scan, field, reading, question or line of pay."""

ALIASES = {"s": "scan", "f": "field", "r": "reading", "t": "task", "d": "decision", "l": "ledger", "y": "scan_summary"}
"""What statements call them for short."""

BY_LIMIT = frozenset(
    {
        "find_scans",
        "find_scans_of_batch_in_state",
        "outbox_after",
        "open_pairs",
        "disputes",
        "payments_of",
        "pay_periods",
    }
)
"""What walks in the order of its key, and no further than a limit or a number; disputes and payments are few."""

PAGES = (
    "/desk",
    "/desk/batches",
    "/desk/batch?name=monday",
    "/desk/scans",
    "/desk/scans.csv",
    "/desk/duplicates",
    "/desk/forms",
    "/desk/form/order",
    "/desk/system",
    "/desk/quality",
    "/desk/records",
    "/desk/records/list?batch=monday",
    "/desk/money",
    "/desk/money/close",
    "/desk/money/close/look?reference=2026-12",
    "/desk/money/period?reference=2026-11",
    "/desk/money/statement?who=ann",
    "/desk/people",
    "/me",
)


@pytest.mark.promise("Pages never read the")
@pytest.mark.parametrize("address", PAGES)
def test_no_statement_of_a_page_reads_a_big_table_whole(
    busy: DeskSite, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    ann, client = busy.person("ann", "transcriber"), busy.client(busy.person("op", "operator"))
    busy.home.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    busy.read(ann, "Mary Poole")
    busy.home.store.close_period(busy.now(), "2026-11", busy.now())
    assert client.get(address).status_code == 200
    while any(each.runs for each in busy.app.state.desk.counted.values()):
        time.sleep(0.05)
    asked: set[str] = set()
    store = busy.home.store
    assert isinstance(store, Store)
    database = sqlite_of(store)
    for verb in ("all", "one", "value"):
        monkeypatch.setattr(type(database), verb, _noted(getattr(type(database), verb), asked))
    assert client.get(address).status_code == 200
    assert asked
    assert {name: whole for name in asked - BY_LIMIT if (whole := _read_whole(database, name))} == {}


def _noted(run: Callable[..., Any], asked: set[str]) -> Callable[..., Any]:
    def noting(self: object, name: str, /, **values: object) -> Any:
        asked.add(name)
        return run(self, name, **values)

    return noting


def _read_whole(database: Any, name: str) -> list[str]:
    sql = database.statements[name]
    values = dict.fromkeys(re.findall(r":(\w+)", sql), None)
    steps = [row["detail"] for row in database.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    return [step for step in steps if step.startswith("SCAN") and ALIASES.get(step.split()[1], step.split()[1]) in BIG]
