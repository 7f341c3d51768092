"""Exports: whole as of one moment, to a file, a folder or a pipe; a format of a part that is off is refused."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TextIO

import pytest

from flows.exporting.write_export import Wanted, export_records
from flows.home.home import Home
from reconcile.records import ExportOptions, query
from reconcile.records.export import jsonl
from tests.flows.house import House
from tests.flows.test_values import published
from tests.reconcile.records import MemoryOutbox, a_record, records_of
from transcribe.whole_files import LEFTOVER_SECONDS


def test_an_export_tells_nothing_that_came_while_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what was published meanwhile has a number below the largest one of the file, and is missed for ever."""
    store = MemoryOutbox()
    for scan in ("one", "two"):
        store.put(a_record(scan))
    records = records_of(tmp_path, store)
    seen = query.position(records)
    store.put(a_record("one", version=2, total="2.00"))
    records_of(tmp_path, store)
    reached = query.position(records)
    write_erased = jsonl.write_erased

    def late(path: Path, form: str, out: TextIO, options: ExportOptions) -> int:
        store.put(a_record("three"))
        store.erase("two")
        records_of(tmp_path, store)
        return write_erased(path, form, out, options)

    monkeypatch.setattr(jsonl, "write_erased", late)
    out = tmp_path / "since.jsonl"
    export_records(records, lambda: pytest.fail("no home is needed"), Wanted(format="jsonl", after=seen), out)
    told = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(each["scan"], each["changed"]) for each in told] == [("one", reached)]
    assert reached < query.position(records)


def test_an_export_after_less_than_nothing_is_refused(house: House, rooms: Home) -> None:
    published(rooms)
    done = house.run("records", "export", "--after", "-3")
    assert (done.code, done.out) == (2, "")
    assert "--after" in done.err


def test_an_export_goes_to_a_pipe_by_its_name(rooms: Home) -> None:
    """/dev/stdout of a pipeline is one: its real name, pipe:[123], is no file beside which one could write."""
    published(rooms)
    reading, writing = os.pipe()
    try:
        out = Path(f"/dev/fd/{writing}")
        export_records(rooms.settings.records, lambda: rooms, Wanted(format="jsonl", form="receipt"), out)
        assert os.read(reading, 1 << 16).startswith(b'{"id": 1, ')
    finally:
        os.close(reading)
        os.close(writing)


def test_what_a_killed_export_left_is_removed_by_one_a_day_later(rooms: Home, tmp_path: Path) -> None:
    """It holds the texts of all records that it had come to, also of those that are forgotten since."""
    published(rooms)
    place = tmp_path / "exports"
    place.mkdir()
    names = ".0123456789abcdef.part", ".fedcba9876543210.part", ".of-another-program.part"
    for name in names:
        (place / name).write_text("Élodie Müller", encoding="utf-8")
    before = time.time() - LEFTOVER_SECONDS - 1
    for name in (names[0], names[2]):
        os.utime(place / name, (before, before))
    wanted = Wanted(format="jsonl", form="receipt")
    export_records(rooms.settings.records, lambda: rooms, wanted, place / "all.jsonl")
    assert sorted(each.name for each in place.iterdir()) == sorted([names[1], names[2], "all.jsonl"])


def test_a_format_of_a_part_that_is_off_is_refused_with_its_name(house: House, rooms: Home, tmp_path: Path) -> None:
    published(rooms)
    house.environment = {"FAIRHAND_PARTS_OFF": "exports"}
    out = tmp_path / "receipts.parquet"
    done = house.run("records", "export", "--format", "parquet", "--out", str(out))
    assert (done.code, "The part exports is switched off" in done.err, out.exists()) == (2, True, False)
    assert house.run("records", "export", "--format", "jsonl", "--out", str(out)).code == 0
