"""Seals: a line of pay, a reading or a decision that the program did not write is found, and an erasure is none."""

from __future__ import annotations

import hmac
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.store import databases
from tests.transcribe.store.world import NOON, World, after, decision, sent, sqlite_of, world
from transcribe.store.drivers.columns import text
from transcribe.store.facts import Rate
from transcribe.store.lookup import Lookup
from transcribe.store.state_store import Store, open_store

TRIGGERS = tuple(
    ("ledger_stays ledger_kept reading_stays decision_stays decision_text_stays seal_stays seal_kept").split()
)
OLD = Path(__file__).parents[2] / "homes" / "v0_1"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=NOON), NOON)
        for name in ("a", "b"):
            scan = made.scan(name)
            made.ask(scan, "number")
            (task,) = made.store.lease("ann", 1, NOON)
            made.store.submit(task.id, "ann", sent("A1", name), after(5))
            made.decide(scan, decision("number", "A1", made.store.readings(scan.id)[-1]), record=True)
        made.store.close_period(after(60), "November", after(60))
        yield made


def tamper(store: Store, *statements: str) -> None:
    databases.tamper(store, TRIGGERS, *statements)


def found(store: Store) -> list[tuple[str, str]]:
    return [(each.table, each.what) for each in store.verify_audit().forgeries]


THOUSAND = """INSERT INTO ledger (transcriber_id, kind, micro, currency, seconds, at, reference)
    VALUES (1, 'correction', 1000000000, 'EUR', 0.0, 0, '')"""


def test_an_untouched_home_is_whole(here: World) -> None:
    assert here.store.verify_audit().whole


@pytest.mark.promise("A transaction that writes")
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (THOUSAND, ("ledger", "foreign")),
        ("UPDATE ledger SET micro = micro + 1000000000 WHERE number = 1", ("ledger", "changed")),
        ("DELETE FROM ledger WHERE kind = 'paid'", ("ledger", "changed")),
        ("UPDATE reading SET transcriber_id = 2 WHERE transcriber_id = 1", ("reading", "changed")),
        ("UPDATE decision_text SET text = '666'", ("decision", "changed")),
        ("UPDATE decision_text SET value = '\"666\"'", ("decision", "changed")),
        ("UPDATE decision SET probability = 1.0", ("decision", "changed")),
        ("UPDATE seal SET ledger_until = ledger_until + 1 WHERE number = 4", ("seal", "changed")),
    ],
)
def test_what_is_written_without_the_program_is_found(here: World, statement: str, what: tuple[str, str]) -> None:
    tamper(here.store, statement)
    state = here.store.verify_audit()
    assert not state.whole
    assert what in found(here.store)
    assert state.broken_at is None, "the log itself is as it was"


def test_a_line_put_in_between_is_not_sealed_by_what_comes_after(here: World) -> None:
    tamper(here.store, THOUSAND)
    here.ask(here.scan("c"), "number")
    (task,) = here.store.lease("ann", 1, after(100))
    here.store.submit(task.id, "ann", sent("A1", "c"), after(105))
    assert found(here.store) == [("ledger", "foreign")]


def test_seals_taken_out_and_made_anew_are_found(here: World) -> None:
    unsigned = """INSERT INTO seal SELECT 1, 1, (SELECT MAX(number) FROM ledger), 1, (SELECT MAX(number) FROM reading),
        1, (SELECT MAX(id) FROM decision), '', '', '', '', 1, (SELECT MAX(number) FROM sealed_fact), ''"""
    tamper(here.store, THOUSAND, "DELETE FROM seal", unsigned)
    again = here.open()
    assert not again.verify_audit().whole
    again.close()


@pytest.mark.promise("texts that were erased are")
def test_what_is_forgotten_breaks_no_seal(here: World) -> None:
    here.store.forget(here.scan("a").id, after(200))
    assert here.store.verify_audit().whole


@pytest.mark.only_on("sqlite")
def test_a_home_from_before_there_were_seals_is_sealed_when_it_is_opened(tmp_path: Path) -> None:
    for name in ("state.db", "state.key"):
        shutil.copy(OLD / name, tmp_path / name)
    old = open_store(tmp_path / "state.db")
    assert old.verify_audit().whole
    tamper(old, "UPDATE ledger SET micro = micro + 1 WHERE number = 1")
    assert found(old) == [("ledger", "changed")]
    old.close()


def test_a_part_that_fails_alone_is_not_in_the_seal(here: World) -> None:
    with here.store.together():
        with suppress(RuntimeError), here.store.part():
            here.ask(here.scan("d"), "number")
            raise RuntimeError
        here.scan("e")
    assert here.store.verify_audit().whole
    assert here.behind.execute("SELECT COUNT(*) FROM seal").fetchone()[0] > 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(value=VALUES)
@examples(60)
def test_what_is_sealed_is_written_as_json_writes_it(value: Any) -> None:
    assert text(value) == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@given(key=st.binary(max_size=100), parts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
@examples(40)
def test_a_keyed_hash_is_an_hmac(key: bytes, parts: list[str]) -> None:
    nowhere: Any = None
    said = "\x1f".join(parts).encode()
    assert Lookup(nowhere, key).keyed_hash(*parts) == hmac.new(key, said, "sha256").hexdigest()


def test_rows_of_every_table_written_at_once_are_sealed_as_they_are_checked(here: World) -> None:
    """Several of each in one transaction: those that are checked later are read by another statement."""
    with here.store.db.write():
        for number in range(3):
            here.store.put_rate(Rate(form="", micro=number, currency="EUR", since=NOON), NOON)
            scan = here.scan(f"s{number}")
            here.ask(scan, "number")
            (task,) = here.store.lease("ann", 1, NOON)
            here.store.submit(task.id, "ann", sent("x", f"i{number}"), after(9))
            here.decide(scan, decision("number", "x", *here.store.readings(scan.id)))
    assert here.store.forgeries() == []


@pytest.mark.only_on("sqlite")
def test_a_read_after_a_transaction_waits_for_another_process_again(here: World) -> None:
    here.scan("a")
    connection = sqlite_of(here.store).connection
    assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 30_000
