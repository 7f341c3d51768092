"""The plans of the statements that must stay fast at millions of rows, and that no statement is left unused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest

from tests.transcribe.store.world import NOON, World, sqlite_of, world
from transcribe.store.drivers.columns import micros

ONLY_ON = "sqlite"

SMALL = {"few", "json_each", "mark", "o", "v"}
"""What may be read whole: a handful of values, or `few` rows that a LIMIT gives; `o` are the people who are there, `v`
the next events of a webhook."""

OF_ONE = frozenset(
    (
        "held readings decisions places rates_of_form next_tasks_of_scan webhook_secrets events_after event_numbered"
    ).split()
)
"""May sort what belongs to one person, scan or form, and the next two hundred events."""

HOT = tuple(
    (
        "reap next_tasks next_tasks_of_field next_tasks_of_scan held held_ids lease_task task_with_lease "
        "task_by_public close_task count_recent_readings last_act tenth_last_reading fields_read_by claim_waiting "
        "list_claimed fields_now fields_asked count_waiting readings decisions places session person "
        "rates_of_form paid_time_of_task ledger ledger_of_person outbox next_controls events_after event_numbered "
        "due_deliveries deliveries latest_deliveries latest_dead_deliveries latest_waiting_deliveries "
        "first_unpublished webhook_secrets"
    ).split()
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("plans")) as made:
        yield made


@pytest.mark.parametrize("name", HOT)
def test_a_hot_statement_reads_by_index_and_sorts_nothing(here: World, name: str) -> None:
    sql = sqlite_of(here.store).statements[name]
    values = dict.fromkeys(re.findall(r":(\w+)", sql), None)
    steps = [row["detail"] for row in sqlite_of(here.store).connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert steps
    scans = [step for step in steps if step.startswith("SCAN") and step.split()[1] not in SMALL]
    assert [step for step in scans if not _bounded(step)] == [], steps
    if name not in OF_ONE:
        assert [step for step in steps if "TEMP B-TREE" in step] == [], steps


def test_the_lease_reads_open_tasks_only(here: World) -> None:
    sql = sqlite_of(here.store).statements["next_tasks"]
    values = dict.fromkeys(re.findall(r":(\w+)", sql), None)
    steps = [row["detail"] for row in sqlite_of(here.store).connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert "SEARCH t USING INDEX task_open (pool=? AND elsewhere=?)" in steps


@pytest.mark.promise("a lease costs the")
def test_the_lease_does_not_slow_down_with_the_number_of_open_tasks(here: World) -> None:
    _add_open_tasks(here, "few", 100)
    steps = _steps_of_a_lease(here)
    _add_open_tasks(here, "many", 20_000)
    assert _steps_of_a_lease(here) < 1.5 * steps


@pytest.mark.parametrize("state", ["dead", "waiting"])
def test_the_few_deliveries_that_are_dead_or_wait_have_an_index_of_their_own(here: World, state: str) -> None:
    sql = sqlite_of(here.store).statements[f"latest_{state}_deliveries"]
    values = {"id": 1, "count": 50}
    steps = [row["detail"] for row in sqlite_of(here.store).connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert [step for step in steps if f"delivery_{state}" in step], steps
    assert not [step for step in steps if "TEMP B-TREE" in step], steps


def test_what_a_batch_took_and_its_course_are_read_as_fast_after_months(here: World) -> None:
    connection = sqlite_of(here.store).connection
    steps = {}
    for quarters in (10, 5_000):
        rows = [(micros(NOON) + number * 900_000_000, number) for number in range(quarters)]
        connection.executemany(
            "INSERT INTO work_done VALUES ('long', ?, 'order', 'pay EUR', 1, ?) ON CONFLICT DO NOTHING", rows
        )
        connection.executemany(
            "INSERT INTO batch_course VALUES ('long', ?, 'finished', ?) ON CONFLICT DO NOTHING", rows
        )
        latest = NOON + timedelta(minutes=15 * quarters)
        (work,) = here.store.work_of_batches(["long"])
        assert work.count == quarters
        steps[quarters] = [
            _steps(here, lambda: here.store.work_of_batches(["long"])),
            _steps(here, partial(here.store.batch_course, "long", [NOON, latest], ["finished", "set aside"])),
            _steps(here, lambda: here.store.batch_course_begin("long")),
        ]
    assert all(many <= few + 2 for few, many in zip(steps[10], steps[5_000], strict=True)), steps


def test_unpaid_work_is_looked_through_once_however_much_of_it_each_person_has(here: World) -> None:
    connection, steps = sqlite_of(here.store).connection, {}
    who = connection.execute("SELECT id FROM transcriber WHERE handle = 'ann'").fetchone()[0]
    here.ask(here.scan("one"), "number")
    here.store.lease("ann", 1, NOON)
    for lines in (100, 1_000):
        known = connection.execute("SELECT COUNT(*) FROM ledger").fetchone()[0]
        connection.executemany(
            "INSERT INTO ledger (number, transcriber_id, kind, micro, currency, seconds, at, reference)"
            " VALUES (?, ?, 'time', 0, 'EUR', 1.0, ?, 'skip')",
            [(number + 1, who, micros(NOON) + number) for number in range(known, lines)],
        )
        connection.executemany(
            "INSERT INTO reading (id, idem, field_id, lane, source, kind, transcriber_id, task_id, late, seconds,"
            " flags, conditions, text_hash, at) SELECT ?1, ?1, t.field_id, 'value', 'ann', 'person', ?2, t.id, 0, 5.0,"
            " '[]', '{}', 'x', ?3 FROM task t LIMIT 1",
            [(f"reading {number}", who, micros(NOON) + number) for number in range(known, lines)],
        )
        assert len(here.store.unpaid_claims()) == lines
        assert [count for _, count in here.store.often_sent(3)] == [lines]
        steps[lines] = [_steps(here, here.store.unpaid_claims), _steps(here, partial(here.store.often_sent, 3))]
    assert all(many < 15 * few for few, many in zip(steps[100], steps[1_000], strict=True)), steps


def _add_open_tasks(here: World, name: str, count: int) -> None:
    connection = sqlite_of(here.store).connection
    scan = here.scan(name)
    with here.store.db.write():
        number = here.store.scan_row(scan.id)["id"]
        connection.executemany(
            "INSERT INTO field (id, scan_id, form, form_version, name, row_number) VALUES (?, ?, 'order', 1, 'n', ?)",
            ((count * 10 + row, number, row) for row in range(count)),
        )
        connection.executemany(
            "INSERT INTO task (public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority,"
            " ease, apart, opened_at) VALUES (?, ?, ?, 1, 'read', 'value', 'r', 1, 'read', 0, 0.5, '', ?)",
            ((f"{name} {row}", count * 10 + row, number, micros(NOON)) for row in range(count)),
        )


def _steps_of_a_lease(here: World) -> int:
    """Steps of SQLite's machine for one lease: a count, not a clock."""
    here.ask(here.scan("one"), "number")
    here.store.lease("ann", 1, NOON)
    here.store.give_back("ann", NOON)
    count = _steps(here, lambda: here.store.lease("ann", 1, NOON))
    assert len(here.store.lease("ann", 1, NOON)) == 1
    here.store.give_back("ann", NOON)
    return count


def _steps(here: World, look: Callable[[], object]) -> int:
    """Steps of SQLite's machine, by tens."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    sqlite_of(here.store).connection.set_progress_handler(step, 10)
    look()
    sqlite_of(here.store).connection.set_progress_handler(None, 10)
    return count


def _bounded(step: str) -> bool:
    """Scans that read what another index has bounded: a partial index of what waits, a subquery, a constant row."""
    return any(word in step for word in ("scan_waiting", "(subquery", "CONSTANT ROW", "SUBQUERY"))
