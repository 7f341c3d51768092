"""The record database filled from a real state database: published, corrected, killed, forgotten, rebuilt."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reconcile.records import query
from reconcile.records.publish import publish, rebuild
from reconcile.records.sql_names import line_id
from tests.reconcile.records import decided, dump, order_form
from tests.transcribe.store.world import NOON, World, after, decision, world

KILLED = 9


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def test_what_the_store_concludes_is_published_with_its_provenance(here: World, tmp_path: Path) -> None:
    scan = here.scan("a")
    (reading, *_) = here.store.readings(scan.id)
    here.decide(scan, decision("number", "A1", reading), decision("total", "2.00"), record=True, now=after(5))
    records = tmp_path / "records.db"
    assert publish(here.store, records, lambda *_: here.form).count == 1
    (record,) = query.records(records, "order")
    assert record.values == {"number": "A1", "total": "2.00"}
    assert (record.scan_name, record.recorded_at) == ("a", "2026-11-24T12:00:05+00:00")
    origin = record.origins[0]
    assert (origin.machines, origin.people, origin.page, origin.box) == (("tesseract",), 0, 1, (0, 0, 10, 10))


def test_forgetting_takes_a_record_out_and_a_rebuild_keeps_it_out(here: World, tmp_path: Path) -> None:
    records = tmp_path / "records.db"
    for name in ("a", "b"):
        scan = here.scan(name)
        here.decide(scan, decision("number", f"SECRET{name}"), decision("total", "2.00"), record=True)
    publish(here.store, records, lambda *_: here.form)
    here.decide(scan, decision("number", "PLAIN"), record=True, now=after(9))
    here.store.forget(here.scan("a").id, after(10))
    publish(here.store, records, lambda *_: here.form)
    published = dump(records)
    assert [each.scan_name for each in query.records(records, "order")] == ["b"]
    assert b"SECRETa" not in b"".join(file.read_bytes() for file in tmp_path.glob("records.db*"))
    assert "SECRETb" in published, "history keeps what a record said before"
    rebuild(here.store, records, lambda *_: here.form)
    assert dump(records) == published


def test_many_restores_make_neither_the_outbox_longer_nor_other_records(here: World, tmp_path: Path) -> None:
    """Each tells every scan once more: what only restores before the last one told is dropped."""
    records, kept, gone = tmp_path / "records.db", here.scan("a"), here.scan("b")
    for number, scan in enumerate((kept, gone, kept)):
        here.decide(scan, decision("number", f"A{number}"), decision("total", "2.00"), record=True, now=after(number))
    here.store.forget(gone.id, after(8))
    publish(here.store, records, lambda *_: here.form)
    (before,) = query.records(records, "order")
    for number in range(5):
        here.store.begin_epoch(after(9), after(1000 + number))
        publish(here.store, records, lambda *_: here.form)
    told = [(each.kind, each.scan) for each in here.store.outbox(0)]
    again = [("record", kept.id), ("erase", gone.id)]
    assert told == [("record", kept.id), *again, *again], "both versions, the erasure, and the last of each once more"
    (record,) = query.records(records, "order")
    assert (record.id, record.record_version) == (before.id, 2)
    assert record.changed > here.store.epoch() > before.changed
    assert [changed > here.store.epoch() for _, changed in query.erased(records)] == [True]
    published = dump(records)
    rebuild(here.store, records, lambda *_: here.form)
    assert dump(records) == published


def test_after_a_restore_new_orders_with_lines_are_published(here: World, tmp_path: Path) -> None:
    """Numbers count from a time in microseconds then: the id of a line must fit into 64 bits all the same."""
    records, form = tmp_path / "records.db", order_form("lined")
    here.store.put_form(form, "a definition with a table", NOON)
    lines = [decided("order_number", "A-1"), decided("lines.quantity", 2, 0), decided("lines.quantity", 3, 2)]
    for name, at in (("before", 1), ("late", 3), ("later", 4)):
        here.decide(here.scan(name, form=form), *lines, record=True, now=after(at))
        publish(here.store, records, lambda *_: form)
        if name == "before":
            here.store.begin_epoch(after(2), after(2))
    found = query.records(records, "lined")
    assert [[line["quantity"] for line in record.tables["lines"]] for record in found] == [[2, 3]] * 3
    with closing(sqlite3.connect(records)) as file:
        ids = [number for (number,) in file.execute("select id from lined_lines")]
    assert len(set(ids)) == 6
    published = dump(records)
    rebuild(here.store, records, lambda *_: form)
    assert dump(records) == published


_RECORDS = st.integers(1, 10**12) | st.integers(1_600_000_000_000_000, 3_300_000_000_000_000)


@given(st.lists(st.tuples(_RECORDS, st.integers(0, 4_095)), unique=True, max_size=20))
def test_every_line_has_an_id_of_its_own_that_sqlite_can_hold(lines: list[tuple[int, int]]) -> None:
    ids = [line_id(record, row) for record, row in lines]
    assert len(set(ids)) == len(lines)
    assert all(0 <= each < 2**63 for each in ids)


KILLED_PUBLISHER = """
import importlib, os, sys
from pathlib import Path
from tests.reconcile.records import dump
from tests.transcribe.store.world import KEY, form
from transcribe.store import open_store

publishing = importlib.import_module("reconcile.records.publish")
folder, entries = Path(sys.argv[1]), int(sys.argv[2])
publishing.BATCH_ENTRY_COUNT = 2
write = publishing._write_record

def dies(*args):
    global entries
    if entries == 0:
        os.kill(os.getpid(), 9)
    entries -= 1
    write(*args)

publishing._write_record = dies
publishing.publish(open_store(folder / "state.db", KEY), folder / "records.db", lambda *_: form())
"""


@pytest.mark.parametrize("entries", [1, 2])
def test_a_killed_publisher_leaves_whole_batches_and_the_next_one_goes_on(
    here: World, tmp_path: Path, entries: int
) -> None:
    for name in "abcde":
        here.decide(here.scan(name), decision("number", name), decision("total", "2.00"), record=True)
    command = [sys.executable, "-c", KILLED_PUBLISHER, str(tmp_path), str(entries)]
    root = Path(__file__).parents[3]
    died = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, timeout=120, check=False)
    assert died.returncode == -KILLED
    records = tmp_path / "records.db"
    assert publish(here.store, records, lambda *_: here.form).count == 5 - entries // 2 * 2
    assert [each.scan_name for each in query.records(records, "order")] == list("abcde")
    published = dump(records)
    rebuild(here.store, records, lambda *_: here.form)
    assert dump(records) == published
