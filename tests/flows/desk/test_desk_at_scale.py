"""Pages of the desk in a home of a million scans (make soak), or of a hundredth of it: 95 of 100 answers within 200 ms.

The rows are made set-based in one transaction, the summaries as `serve` makes them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.examples import SOAK
from tests.flows.desk.desk_site import DeskSite, desk_site
from tests.transcribe.store.world import sqlite_of
from transcribe.store.row_mapping import micros
from transcribe.store.state_store import StateStore

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200 if SOAK else 600)]

SCANS = 1_000_000 if SOAK else 10_000
FIELDS = 40
BATCHES = 1_000 if SOAK else 100
MOST_MS = 200.0
ROUNDS = 12
"""Answers of each page that are timed."""

NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"

ROWS = (
    "INSERT INTO scan (id, sha256, form, form_version, name, batch, received_at, recorded_at, latest, cursor)"
    " SELECT i, printf('%064x', i * 7919), CASE WHEN i % 10 THEN 'order' ELSE 'invoice2' END, 1,"
    " printf('photo %07d', i), printf('batch %04d', i % {batches}), {now} - ({scans} - i) * 60000000,"
    " CASE WHEN i % 20 THEN {now} - ({scans} - i) * 50000000 END, i, i FROM n",
    "INSERT INTO field (id, scan_id, form, form_version, name, row_number)"
    " SELECT i, (i - 1) / {fields} + 1, CASE WHEN ((i - 1) / {fields} + 1) % 10 THEN 'order' ELSE 'invoice2' END, 1,"
    " CASE (i - 1) % {fields} WHEN 0 THEN 'number' WHEN 1 THEN 'customer' WHEN 2 THEN 'total' ELSE 'line' END,"
    " CASE WHEN (i - 1) % {fields} < 3 THEN -1 ELSE (i - 1) % {fields} END FROM n",
    "INSERT INTO reading (number, id, idem, field_id, lane, source, kind, late, confidence, flags, conditions,"
    " text_hash, at) SELECT i, printf('r%d', i), printf('m%d', i), (i - 1) / 2 + 1, 'value',"
    " CASE i % 2 WHEN 0 THEN 'tesseract' ELSE 'rapidocr' END, 'machine', 0, 0.9, '[]', '{{}}', printf('%x', i / 2),"
    " {now} - ({readings} - i) * 700000 FROM n",
    "INSERT INTO decision (id, field_id, version, probability, method, parameters, readings, by_people, text_hash, at)"
    " SELECT i, i, 1, 0.999, 'machines', 0, '[]', i % 7 = 0, printf('%x', i), {now} - ({all} - i) * 1400000 FROM n"
    " WHERE ((i - 1) / {fields} + 1) % 20 OR (i - 1) % {fields} > 2",
    "INSERT INTO decision_text (id, value, text, evidence) SELECT id, '\"12.50\"', '12.50', '[]' FROM decision",
    "INSERT INTO task (public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority, ease,"
    " apart, opened_at) SELECT printf('t%d', f.id), f.id, f.scan_id, 1, 'read', 'value', 'engines disagree', 1,"
    " CASE WHEN f.scan_id % 200 THEN 'read' ELSE 'expert' END, 0, 0.5, '', {now} - f.id"
    " FROM field f WHERE f.scan_id % 20 = 0 AND f.row_number = -1",
)
"""What is made: scans, one in ten of another form and one in twenty open, with their fields, readings and decisions."""


def fill(desk: DeskSite) -> None:
    """Make the rows in one transaction."""
    values = {
        "scans": SCANS,
        "fields": FIELDS,
        "all": SCANS * FIELDS,
        "readings": 2 * SCANS * FIELDS,
        "batches": BATCHES,
        "now": micros(desk.now()),
    }
    counts = (SCANS, SCANS * FIELDS, 2 * SCANS * FIELDS, SCANS * FIELDS, 1, 1)
    store = desk.home.store
    assert isinstance(store, StateStore)
    with store.together():
        connection = sqlite_of(store).connection
        for rows, count in zip(ROWS, counts, strict=True):
            told = rows.format(**values)
            numbers = NUMBERS.format(count=count)
            head, _, query = told.partition(" SELECT ")
            connection.execute(f"{head} {numbers} SELECT {query}")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    folder: Path = tmp_path_factory.mktemp("large")
    with desk_site(folder) as desk:
        begun = time.monotonic()
        fill(desk)
        filled = time.monotonic()
        while desk.home.store.sum_up(desk.now()):
            pass
        size = (
            desk.home.settings.state.stat().st_size + desk.home.settings.state.with_name("state.db-wal").stat().st_size
        )
        print(
            f"{SCANS:,} scans, {SCANS * FIELDS:,} fields, {size / 1e9:.2f} GB: made in {filled - begun:.0f} s, "
            f"summed up in {time.monotonic() - filled:.0f} s"
        )
        yield desk


PAGES = (
    "/desk",
    "/desk/batches",
    "/desk/batch?name=batch+0007",
    "/desk/scans",
    "/desk/scans?state=waits+for+people",
    "/desk/scans?form=invoice2&state=finished",
    "/desk/scans?batch=batch+0007&state=finished",
    "/desk/scans?reason=engines+disagree",
    "/desk/scans?q=photo+0000123",
    "/desk/scan/{scan}?field=total",
)


def test_95_of_100_answers_come_within_200_ms(large: DeskSite) -> None:
    client: TestClient = large.client(large.person("op", "operator"))
    scan = large.home.store.scan_states("batch 0007")[0].scan.id
    slow = {}
    for page in PAGES:
        address, times = page.format(scan=scan), []
        assert client.get(address).status_code == 200, address
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            client.get(address)
            times.append(1000 * (time.perf_counter() - begun))
        p95 = sorted(times)[int(0.95 * ROUNDS)]
        print(f"{page}: median {sorted(times)[ROUNDS // 2]:.0f} ms, p95 {p95:.0f} ms")
        if sorted(times)[ROUNDS // 2] > MOST_MS or (SOAK and p95 > MOST_MS):
            slow[page] = p95
    assert slow == {}


def test_the_counts_of_the_summaries_are_those_of_the_rows(large: DeskSite) -> None:
    counts: dict[str, int] = {}
    for each in large.home.store.scan_counts():
        counts[each.what] = counts.get(each.what, 0) + each.count
    assert counts["fields"] == SCANS * FIELDS
    assert counts["state finished"] == SCANS - SCANS // 20
    assert counts["open for people"] + counts["open for experts"] == 3 * (SCANS // 20)
