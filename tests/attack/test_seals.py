"""Somebody who can write the database, but has not its key: what they put into it is found by `log verify`."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.administration.odd_reading import TABLE_WORDS
from flows.cli.app import app, whole_command
from tests.transcribe.store.world import KEY, NOON, World, after, decision, sent, world
from transcribe.model import FieldKey, Truth
from transcribe.store import Floor, Rate
from transcribe.store.drivers import state_file
from transcribe.store.lookup import SEALED_FACTS
from transcribe.store.state_store import open_store

whole_command()

VERBS = Path(state_file.__file__).parents[1] / "verbs"
WRITERS = [*VERBS.glob("*.py"), *(VERBS.parent / "steering").glob("*.py"), VERBS.parent / "paid_time.py"]
QUERIES = VERBS.parent / "queries"
TABLES = {**{kind: kind for kind in SEALED_FACTS}, "dispute": "time_dispute", "person": "transcriber"}
"""The table of each kind of fact."""

ROWS = {
    "rate": "(form, per, micro, currency, since, at) VALUES ('', 'reading', 9000000, 'EUR', 0, 0)",
    "floor": "(micro, currency, source, since, at) VALUES (1, 'EUR', '', 0, 0)",
    "undo": "(number, at) SELECT MIN(number), 0 FROM reading",
    "withdrawal": "(number, by_whom, reason, at) SELECT MAX(number), '', '', 0 FROM reading",
    "truth": "(field_id, origin, at) SELECT MAX(field_id), 'gold', 0 FROM reading",
    "appeal": """(public_id, number, field_id, transcriber_id, task_id, deadline, at, outcome, minority)
        SELECT 'x', MAX(r.number), r.field_id, 1, (SELECT MAX(id) FROM task), 0, 0, 'upheld', 0 FROM reading r""",
    "dispute": """(public_id, transcriber_id, task_id, claimed, words, at, answered_at, granted)
        SELECT 'x', 3, MAX(id), 60.0, '', 0, 0, 3600.0 FROM task""",
    "kept_time": "(transcriber_id, task_id, seconds, at) SELECT 3, MAX(id), 3600.0, 0 FROM task",
    "person": """(public_id, handle, roles, languages, regions, qualifications, time_zone, engagement,
        interface_language, training, paused, at)
        VALUES ('x', 'x', '["operator"]', '[]', '[]', '[]', 'UTC', 'hourly', 'en', 0, 0, 0)""",
    "parameters": "(version, content, at) VALUES (99, '{}', 0)",
    "form": "(name, version, digest, definition, options, at) VALUES ('other', 1, '', '', '{}', 0)",
    "act": "(verb, by_whom, at, detail) VALUES ('value locked', 'x', 0, '{}')",
    "reading_aside": "(number, act_id, aside) SELECT MAX(number), 1, 0 FROM reading",
    "record": "(scan_id, version, form, form_version, at) SELECT MAX(scan_id), 99, 'order', 1, 0 FROM record",
}
"""A row written by hand into each table."""

CHANGES = {
    "rate": "micro = micro * 100",
    "floor": "micro = micro * 100",
    "undo": "at = at + 1",
    "withdrawal": "by_whom = 'somebody else'",
    "truth": "withdrawn_at = NULL",
    "appeal": "outcome = 'upheld', expert_id = NULL",
    "dispute": "granted = granted * 100",
    "kept_time": "seconds = seconds * 100",
    "person": "engagement = 'hourly'",
    "act": "by_whom = 'somebody else'",
    "reading_aside": "aside = 1 - aside",
    "parameters": "content = '{\"b\":1}'",
    "form": "definition = 'another'",
    "record": "form_version = form_version + 1",
}
"""A change by hand in each table."""

WORDS = {
    "UPDATE truth_text SET text = '666'": "Truths",
    "DELETE FROM truth_text": "Truths",
    "UPDATE record_text SET exceptions = '[1]'": "Records",
    "DELETE FROM record_decision": "Records",
    "UPDATE reading_text SET legible = 'A?'": "Readings",
    "UPDATE reading_text SET alternatives = '[[\"B\",0.9]]'": "Readings",
    "DELETE FROM reading_text": "Readings",
    "DELETE FROM decision_text": "Decisions",
    "UPDATE form_field SET type = 'amount'": "Forms",
    "UPDATE scan SET erased_at = 1": "Scans that are marked as forgotten",
    "DELETE FROM sealed_fact WHERE kind = 'rate'": "Lines about facts",
    "UPDATE sealed_fact SET digest = '' WHERE kind = 'rate'": "Lines about facts",
}
"""What else is written by hand, and what `log verify` speaks of then."""


def _fill(here: World) -> None:
    """Have every kind of fact written by the program."""
    store = here.store
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=NOON), NOON)
    store.put_floor(Floor(micro=12_000_000, currency="EUR", source="law", since=NOON), NOON)
    store.put_parameters({"a": 1}, NOON)
    for name in ("a", "b", "c"):
        here.ask(here.scan(name), "number", "total")
    tasks = store.lease("ann", 4, NOON)
    for number, task in enumerate(tasks):
        store.submit(task.id, "ann", sent("A1", f"i{number}"), after(10 + 10 * number))
    store.undo(tasks[3].id, "ann", after(45))
    scan = here.scan("a")
    here.decide(scan, decision("number", "A2", store.readings(scan.id)[0]), record=True, now=after(50))
    (own, *_) = [each for each in store.readings(scan.id) if each.key.name == "number" and each.kind == "person"]
    appeal = store.open_appeal(own.id, "ann", "please", after(9000), after(60))
    store.decide_appeal(appeal.id, "no expert", minority=False, now=after(70))
    here.ask(here.scan("slow"), "number")
    (slow,) = store.lease("cat", 1, NOON)
    store.submit(slow.id, "cat", sent("A1", "slow", 1000.0), after(1000))
    dispute = store.dispute_time(tasks[0].id, "ann", 60.0, "longer", after(80))
    store.answer_dispute(dispute.id, 10.0, after(90))
    truth = Truth(scan=scan.id, key=FieldKey("total"), text="1", origin="gold", at=NOON)
    store.put_truth(truth, after(95))
    store.withdraw_truth(scan.id, truth.key, "op", "it was wrong", after(96))
    store.put_truth(truth, after(97))
    other = store.readings(here.scan("b").id)
    store.withdraw_reading(other[0].id, "eve", "unreadable", after(98))
    store.set_readings_aside("ann", after(20), after(25), "olga", "in haste", after(98))
    store.set_engagement("ben", "staff", after(99))
    store.close_period(after(100), "November", after(100))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has everything in it."""
    folder = tmp_path_factory.mktemp("sealed")
    with world(folder) as here:
        _fill(here)
        here.store.empty_log()
    (folder / "state.key").write_bytes(KEY)
    return folder


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "home")
    return tmp_path / "home"


def tamper(home: Path, *statements: str) -> None:
    """Write with SQLite alone, all its guards taken away."""
    with closing(sqlite3.connect(home / "state.db", isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        changed = sum(connection.execute(statement).rowcount for statement in statements)
    assert changed


def verify(home: Path) -> tuple[int, str]:
    """The code and the output of `fairhand log verify`."""
    ran = CliRunner().invoke(app, ["--home", str(home), "log", "verify"])
    return ran.exit_code, ran.output


def words_of(kind: str) -> str:
    """How `log verify` calls the rows of a kind of fact."""
    return TABLE_WORDS[kind].capitalize()


def test_a_home_with_every_fact_in_it_is_whole(home: Path) -> None:
    code, said = verify(home)
    assert code == 0, said
    with closing(sqlite3.connect(home / "state.db")) as connection:
        for table in TABLES.values():
            assert connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0], table  # noqa: S608 - our own names


def test_a_form_written_by_hand_with_fields_is_found(home: Path) -> None:
    columns = "form, version, name, type, languages, regions, qualification, apart"
    values = "'other', 1, 'x', '', '', '', '', ''"
    tamper(home, f"INSERT INTO form {ROWS['form']}", f"INSERT INTO form_field ({columns}) VALUES ({values})")  # noqa: S608 - our own names
    code, said = verify(home)
    assert code == 1
    assert "Forms, number" in said


DEEDS = {
    "INSERT INTO {table} {row}": "written by something else than fairhand",
    "UPDATE {table} SET {change}": "changed since they were written",
    "DELETE FROM {table}": "",
}


@pytest.mark.promise("rates, floors, truths and")
@pytest.mark.parametrize("kind", sorted(SEALED_FACTS))
@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_written_changed_and_taken_out_by_hand_of_each_table_is_found(home: Path, kind: str, deed: str) -> None:
    tamper(home, deed.format(table=TABLES[kind], row=ROWS[kind], change=CHANGES[kind]))
    code, said = verify(home)
    assert code == 1
    assert f"{words_of(kind)}, number" in said
    assert DEEDS[deed] in said


@pytest.mark.promise("texts that were erased are")
@pytest.mark.parametrize("statement", WORDS)
def test_words_and_marks_changed_by_hand_are_found(home: Path, statement: str) -> None:
    tamper(home, statement)
    code, said = verify(home)
    assert code == 1
    assert WORDS[statement] in said


def test_closing_a_period_says_so_first(home: Path) -> None:
    tamper(home, "UPDATE rate SET micro = 9000000")
    ran = CliRunner().invoke(app, ["--home", str(home), "pay", "close", "--reference", "December"])
    assert ran.exit_code == 0
    assert "Rates of pay, number 1: changed" in ran.stderr


def test_a_change_that_the_program_then_goes_on_from_is_still_found(home: Path) -> None:
    tamper(home, "UPDATE rate SET micro = 9000000", "UPDATE transcriber SET engagement = 'hourly' WHERE id = 2")
    store = open_store(home / "state.db")
    store.put_rate(Rate(form="", micro=30_000, currency="EUR", since=NOON), after(200))
    store.set_paused("cat", paused=True, now=after(200))
    store.close()
    code, said = verify(home)
    assert code == 1
    assert "Rates of pay, number 1: changed" in said
    assert "People's roles and ways of being paid, number 2: changed" in said


def test_lines_about_facts_put_back_as_empty_are_not_signed_again(home: Path) -> None:
    """The place where a new version signs what an older one wrote is no way in."""
    begins = (
        "SELECT MAX(number) + 1, ledger_until + 1, ledger_until, reading_until + 1, reading_until, decision_until + 1"
    )
    tamper(
        home,
        f"INSERT INTO rate {ROWS['rate']}",
        "INSERT INTO sealed_fact (kind, fact, digest, words) SELECT 'rate', MAX(id), '', '' FROM rate",
        f"INSERT INTO seal {begins}, decision_until, '', '', '', '', fact_until + 1, fact_until + 1, '' FROM seal",
    )
    assert verify(home)[0] == 1
    tamper(home, "UPDATE seal SET fact_from = 0, fact_until = 0, fact = ''")
    assert verify(home)[0] == 1


def test_what_is_forgotten_and_who_left_break_nothing(home: Path) -> None:
    store = open_store(home / "state.db")
    for scan in store.scan_states():
        store.forget(scan.scan.id, after(300))
    store.leave("ann", after(310))
    store.close()
    code, said = verify(home)
    assert code == 0, said


@pytest.mark.promise("A transaction that writes", "rates, floors, truths and")
def test_no_verb_writes_a_fact_without_sealing_it() -> None:
    """Each statement that writes to a table of facts is called where the fact is vouched for."""
    tables = "|".join(TABLES.values())
    writes = {
        name
        for file in QUERIES.glob("*.sql")
        for name, sql in re.findall(r"-- name: (\w+)[<!^]*\n(.*?)(?=\n-- name|\Z)", file.read_text("utf-8"), re.DOTALL)
        if re.search(rf"(INSERT INTO|UPDATE|DELETE FROM) ({tables})\b", sql)
    } - {
        "erase_dispute_texts",  # words of a dispute are not sealed
        "erase_disputes_of",
        "set_languages",  # neither is what moves no money
        "set_regions",
        "set_interface_language",
        "set_training",
        "leave_practice",
    }
    assert len(writes) >= 15
    functions = [function for file in WRITERS for function in re.split(r"\n    def ", file.read_text("utf-8"))]
    for name in writes:
        callers = [each for each in functions if f'"{name}"' in each and ("db." in each or "_set(" in each)]
        assert callers, name
        assert all("self.vouch(" in each or "self._set(" in each for each in callers), name
