"""The copy in PostgreSQL: typed, exact, equal to the records after any change, and begun anew after a restore."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pyarrow.parquet import read_table

from flows.parts.exports import parquet, postgres_copy
from flows.parts.exports.postgres_copy import Changes, CopyFailed, changes_after, follow
from reconcile.records import ExportOptions, query
from reconcile.records.publish import publish
from tests.postgres import postgres, rows
from tests.reconcile.records import MemoryOutbox, a_record, order_form
from transcribe.errors import SettingsError

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture
def address(server: str) -> str:
    """A server without any copy."""
    with psycopg.connect(server) as connection:
        connection.execute("drop schema if exists fairhand cascade")
    return server


def published(store: MemoryOutbox, path: Path) -> Path:
    publish(store, path / "records.db", store.form)
    return path / "records.db"


def documents(address: str) -> dict[str, object]:
    """The documents in force by scan, as the copy has them."""
    asked = "select scan, json from fairhand.documents where valid_to is null"
    return {str(scan): document for scan, document in rows(address, asked)}


def test_a_copy_has_types_and_exact_decimals(address: str, tmp_path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one", total="1234567890123456789.10"))
    done = follow(published(store, tmp_path), address)
    assert (done.records, done.erased, done.anew) == (1, 0, False)
    asked = 'select total, total_currency, order_date, signed, recorded_at from fairhand."bon-de-commande"'
    ((total, currency, day, signed, at),) = rows(address, asked)
    assert (total, currency, day, signed) == (Decimal("1234567890123456789.10"), "EUR", date(2026, 1, 3), True)
    assert at == datetime(2026, 1, 5, 9, 5, tzinfo=UTC)
    asked = 'select f.exceptions, f.least_probability from fairhand."bon-de-commande" f'
    assert rows(address, asked) == rows(address, "select exceptions, least_probability from fairhand.records")
    asked = 'select row, quantity, weight, gift from fairhand."bon-de-commande.lines" order by row'
    assert rows(address, asked) == [(0, 2, Decimal("0.250"), True), (2, 0, None, False)]
    asked = "select machines->>0, page_width from fairhand.provenance where key = 'total'"
    assert rows(address, asked) == [("tesseract", 200)]


@pytest.mark.promise("What is erased is", "A column keeps its")
def test_it_follows_corrections_erasures_and_new_versions_of_a_form(address: str, tmp_path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("two"))
    follow(published(store, tmp_path), address)
    store.known.append(order_form(version=2, total="text", colour="text"))
    store.put(a_record("one", 2, total="15.00"))
    store.put(a_record("three", 1, form_version=2, total="about ten", colour="red"))
    store.erase("two")
    done = follow(published(store, tmp_path), address)
    assert (done.records, done.erased) == (2, 1)
    asked = 'select scan, total, total_v2, colour from fairhand."bon-de-commande" order by scan'
    assert rows(address, asked) == [("one", None, "15.00", None), ("three", None, "about ten", "red")]
    assert rows(address, "select key, value_after from fairhand.history") == [("total", "15.00")]
    assert rows(address, "select count(*) from fairhand.documents where scan = 'one'") == [(2,)]
    assert rows(address, "select scan from fairhand.erased") == [("two",)]
    tables = (
        "records",
        "documents",
        "provenance",
        "history",
        "exceptions",
        '"bon-de-commande"',
        '"bon-de-commande.lines"',
    )
    for table in tables:
        assert rows(address, f"select count(*) from fairhand.{table} where scan = 'two'") == [(0,)], table  # noqa: S608
    again = follow(tmp_path / "records.db", address)
    assert (again.records, again.erased) == (0, 0)
    assert rows(address, "select scan from fairhand.erased") == [("two",)], "it stays told"


@pytest.mark.promise("What is erased is", "A column keeps its")
def test_a_view_on_any_column_stops_nothing_and_what_is_forgotten_goes_whatever_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryOutbox()
    for name in ("one", "two", "gone", "kept"):
        store.put(a_record(name))
    records, table = published(store, tmp_path), 'fairhand."bon-de-commande"'
    follow(records, address)
    with psycopg.connect(address) as connection:
        connection.execute(f"create view fairhand.everything as select * from {table}")  # noqa: S608 ours
        connection.execute('create view fairhand.every_line as select * from fairhand."bon-de-commande.lines"')
    store.known.append(order_form(version=2, total="text", colour="text"))
    store.put(a_record("one", 2, form_version=2, total="about ten", colour="red"))
    store.erase("gone")
    assert (follow(published(store, tmp_path), address).records, len(documents(address))) == (1, 3)
    asked = f"select scan, total, total_v2 from {table} order by scan"  # noqa: S608 ours
    before = rows(address, asked)
    assert [each[0] for each in before] == ["kept", "one", "two"]
    assert before[1] == ("one", None, "about ten")
    assert all(str(total) == text for _, total, text in (before[0], before[2]))

    def refuses(*_: object) -> None:
        raise psycopg.errors.DependentObjectsStillExist("cannot do that")

    store.erase("two")
    store.put(a_record("kept", 2, form_version=2))
    monkeypatch.setattr(postgres_copy._Copy, "apply", refuses)
    with pytest.raises(CopyFailed):
        follow(published(store, tmp_path), address)
    assert [scan for scan, *_ in rows(address, asked)] == ["kept", "one"]


@pytest.mark.promise("whoever reads sees whole")
def test_a_copy_that_was_cut_off_goes_on_and_ends_equal(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_copy, "BATCH_RECORD_COUNT", 3)
    store = MemoryOutbox()
    for number in range(10):
        store.put(a_record(f"scan {number}"))
    records = published(store, tmp_path)
    kept = changes_after

    def fails_third(path: Path, after: int, limit: int) -> Changes:
        changes = kept(path, after, limit)
        if changes.records[0].scan == "scan 6":
            raise OSError("the power failed")
        return changes

    monkeypatch.setattr(postgres_copy, "changes_after", fails_third)
    with pytest.raises(OSError, match="power"):
        follow(records, address)
    assert len(documents(address)) == 6
    monkeypatch.setattr(postgres_copy, "changes_after", kept)
    assert follow(records, address).records == 4
    expected = {each.scan: each.document for each in query.records(records, "bon-de-commande")}
    assert documents(address) == expected


def test_after_a_restore_the_copy_is_begun_anew(address: str, tmp_path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("lost"))
    follow(published(store, tmp_path), address)
    restored = MemoryOutbox(begun=1_000_000, last=1_000_000)
    restored.put(a_record("one"))
    done = follow(published(restored, tmp_path), address)
    assert (done.anew, set(documents(address))) == (True, {"one"})


def test_a_copy_of_another_version_has_the_values_of_new_columns_after_the_next_round_and_is_never_empty(
    address: str, tmp_path: Path
) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("gone"))
    store.erase("gone")
    records = published(store, tmp_path)
    follow(records, address)
    asked = 'select scan, exceptions, least_probability, total from fairhand."bon-de-commande"'
    made = rows(address, asked)
    with psycopg.connect(address) as connection:  # as it was before
        connection.execute(
            'alter table fairhand."bon-de-commande" drop column exceptions, drop column least_probability'
        )
        connection.execute("alter table fairhand.copy_position drop column layout")
    done = follow(records, address)
    assert (done.records, done.anew, rows(address, asked)) == (1, False, made)
    assert rows(address, "select scan from fairhand.erased") == [("gone",)]
    assert follow(records, address).records == 0


def test_a_day_that_becomes_a_text_stops_nothing(address: str, tmp_path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("two"))
    follow(published(store, tmp_path), address)
    store.known.append(order_form(version=2, order_date="text"))
    store.put(a_record("one", 2, form_version=2, order_date="next week"))
    records = published(store, tmp_path)
    assert follow(records, address).records == 1
    asked = 'select scan, order_date, order_date_v2 from fairhand."bon-de-commande" order by scan'
    day = date(2026, 1, 3)
    assert rows(address, asked) == [("one", None, "next week"), ("two", day, str(day))]
    written = BytesIO()
    parquet.write(records, "bon-de-commande", written, ExportOptions())
    table = read_table(BytesIO(written.getvalue()))
    days = table.column("order_date").to_pylist()
    assert sorted(days) == ["2026-01-03", "next week"], "nothing is left out"
    assert table.schema.field("order_date").metadata[b"type"] == b"date, then text"


def test_names_longer_than_those_of_postgresql_stay_apart(address: str, tmp_path: Path) -> None:
    forms = [f"{'long-' * 18}{end}" for end in ("one", "two")]
    fields = [f"{'field_' * 14}{end}" for end in ("first", "second")]
    texts: dict[str, Any] = dict.fromkeys(fields, "text")
    store = MemoryOutbox(known=[order_form(each, **texts) for each in forms])
    for form in forms:
        values: dict[str, Any] = dict(zip(fields, ("a", "b"), strict=True))
        store.put(a_record(f"of {form[-3:]}", form=form, **values))
    done = follow(published(store, tmp_path), address)
    assert done.records == 2
    asked = "select tablename from pg_tables where schemaname = 'fairhand' and tablename like 'long%'"
    tables = [str(name) for (name,) in rows(address, asked)]
    assert len(tables) == 4, "of two forms, each with lines"
    found = {str(row) for table in tables for row in rows(address, f'select * from fairhand."{table}"')}  # noqa: S608 ours
    assert sum("'a'" in row and "'b'" in row for row in found) == 2


def test_texts_that_postgresql_cannot_hold_stop_nothing(address: str, tmp_path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one", customer="a\0b"))
    assert follow(published(store, tmp_path), address).records == 1
    assert rows(address, 'select customer from fairhand."bon-de-commande"') == [("a\ufffdb",)]


def test_a_form_that_is_called_as_a_table_of_the_copy_has_another(address: str, tmp_path: Path) -> None:
    store = MemoryOutbox(known=[order_form("records")])
    store.put(a_record("one", form="records"))
    follow(published(store, tmp_path), address)
    assert rows(address, 'select total from fairhand."form records"') == [(Decimal("1234.50"),)]
    assert rows(address, "select form from fairhand.records") == [("records",)]


def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    records = published(store, tmp_path)
    with pytest.raises(CopyFailed, match="PostgreSQL: connection"):
        follow(records, f"host={tmp_path} user=nobody")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"pip install 'fairhand\[postgres\]'"):
        follow(records, "")
