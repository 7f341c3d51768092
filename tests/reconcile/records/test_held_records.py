"""A record that cannot be written is held by itself: all others and all erasures go on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.records import held_records
from reconcile.records.publish import publish, rebuild
from tests.examples import examples
from tests.reconcile.records import MemoryOutbox, a_record, dump

TOO_LARGE = 2**70
"""No integer of SQLite: a record of this version cannot be written."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


def scans(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [scan for (scan,) in connection.execute("select scan from records order by scan")]


def test_it_is_named_with_the_reason_and_the_rest_of_the_batch_is_published(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("gone"))
    publish(store, path, store.form)
    store.put(a_record("one"))
    store.put(a_record("odd", TOO_LARGE))
    store.erase("gone")
    store.put(a_record("two"))
    done = publish(store, path, store.form)
    assert (done.count, done.position) == (4, store.last)
    assert scans(path) == ["one", "two"]
    (held,) = held_records(path)
    assert (held.scan, held.form, held.version) == ("odd", "bon-de-commande", 1)
    assert held.message.startswith("OverflowError")
    assert publish(store, path, store.form).count == 0


def test_what_was_published_of_it_before_stays(path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("odd", customer="Anna"))
    publish(store, path, store.form)
    before = dump(path)
    store.put(a_record("odd", TOO_LARGE, customer="Berta"))
    publish(store, path, store.form)
    assert scans(path) == ["odd"]
    assert "Anna" in before
    assert "Berta" not in dump(path)


def test_written_or_erased_it_is_held_no_more(path: Path) -> None:
    store = MemoryOutbox()
    for scan in ("mended", "erased"):
        store.put(a_record(scan, TOO_LARGE))
    publish(store, path, store.form)
    assert len(held_records(path)) == 2
    store.put(a_record("mended", 2))
    store.erase("erased")
    publish(store, path, store.form)
    assert held_records(path) == []
    assert scans(path) == ["mended"]


def test_an_erasure_that_fails_stops_publishing_and_is_not_left_out(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("odd")

    store = MemoryOutbox()
    store.put(a_record("one"))
    publish(store, path, store.form)
    store.erase("one")
    with monkeypatch.context() as patched:
        patched.setattr("reconcile.records.record_writer.RecordWriter.erase", fail)
        with pytest.raises(ValueError, match="odd"):
            publish(store, path, store.form)
    publish(store, path, store.form)
    assert scans(path) == []


@examples(10)
@given(odd=st.lists(st.booleans(), min_size=1, max_size=8), at_once=st.booleans())
def test_rebuilding_gives_the_same_records_and_holds_the_same(
    tmp_path_factory: pytest.TempPathFactory, odd: list[bool], at_once: bool
) -> None:
    path, store = tmp_path_factory.mktemp("held") / "records.db", MemoryOutbox()
    for number, is_odd in enumerate(odd):
        store.put(a_record(f"s{number}", TOO_LARGE if is_odd else 1))
        if not at_once:
            publish(store, path, store.form)
    publish(store, path, store.form)
    before, held = scans(path), held_records(path)
    assert before == [f"s{number}" for number, is_odd in enumerate(odd) if not is_odd]
    assert [each.scan for each in held] == [f"s{number}" for number, is_odd in enumerate(odd) if is_odd]
    rebuild(store, path, store.form)
    assert (scans(path), held_records(path)) == (before, held)
