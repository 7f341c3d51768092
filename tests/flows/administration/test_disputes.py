"""The commands by which an operator answers people, over a home with work in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from flows.administration import anomalies
from flows.cli.app import app, whole_command
from flows.home import Home
from tests.transcribe.store.world import KEY as STATE_KEY
from tests.transcribe.store.world import NOON, World, after, decision, sent, sqlite_of, world
from transcribe.forms.definition import definition, load
from transcribe.model import FieldKey, Truth
from transcribe.people.tokens import secret_hash
from transcribe.store import Floor, Rate

whole_command()
KEY = FieldKey("order_number")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """A home where ann read one field of an order form, and asked, disputed and contested."""
    made = World(tmp_path / "state.db")
    (tmp_path / "state.key").write_bytes(STATE_KEY)
    sqlite_of(made.store).connection.execute("DELETE FROM form")  # the small form of other tests stands on no shelf
    made.form = replace(load("bon-de-commande"), retention_days=30)
    made.store.put_form(made.form, definition("bon-de-commande"), NOON)
    scan = made.scan("a", form=made.form)
    made.ask(scan, KEY.name)
    (task,) = made.store.lease("ann", 1, NOON)
    made.store.put_question(task.id, "ann", "with dashes?", 3.0, after(3))
    reading = made.store.submit(task.id, "ann", sent("BC-1", "i"), after(9)).reading
    made.store.dispute_time(task.id, "ann", 60.0, "the page hung", after(10))
    made.decide(scan, decision(KEY.name, "BC-7"), record=True)
    made.store.open_appeal(reading, "ann", "it is a one", after(86_400), after(20))
    made.store.put_truth(Truth(scan=scan.id, key=KEY, text="BC-7", origin="gold", at=NOON), NOON)
    yield made
    made.store.close()


def run(here: World, *words: str, code: int = 0) -> str:
    ran = CliRunner().invoke(app, ["--home", str(here.store.db.path.parent), *words])
    assert ran.exit_code == code, ran.output
    return ran.stdout


def told(here: World, *words: str, code: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(here, *words, "--json", code=code).splitlines()]


def test_a_question_is_answered_for_everybody_and_an_answer_in_the_place_of_another_says_so(here: World) -> None:
    (asked,) = told(here, "questions", "list", "--open")
    assert (asked["field"], asked["by"], asked["words"]) == ("order_number", "ann", "with dashes?")
    run(here, "questions", "answer", asked["question"][:8], "yes, with dashes", "--by", "olga")
    assert told(here, "questions", "list", "--open") == []
    assert [each.answer for each in here.store.guide(here.form.name, KEY.name)] == ["yes, with dashes"]
    home = str(here.store.db.path.parent)
    again = CliRunner().invoke(app, ["--home", home, "questions", "answer", asked["question"], "again"])
    assert "It takes the place of an earlier answer, which nobody is shown any more: yes, with dashes" in again.output
    assert "answered so already" in run(here, "questions", "answer", asked["question"], "again")


def test_pictures_join_a_guide_and_leave_it_by_command(here: World) -> None:
    (question,) = told(here, "questions", "list")
    run(here, "questions", "example", "a", "order_number", code=2)
    (scan,) = [state.scan.id for state in here.store.scan_states()]
    (place,) = [each for each in here.store.places(scan) if each.key == KEY]
    assert place.snippet
    run(here, "questions", "answer", question["question"], "a seven", "--tricky", "BC-7")
    run(here, "questions", "example", scan, "order_number", "--right", "BC-8", "--why", "as usual")
    shown = told(here, "questions", "examples")
    assert [(each["kind"], each["text"], each["words"]) for each in shown] == [
        ("right", "BC-8", "as usual"),
        ("tricky", "BC-7", "a seven"),
    ]
    run(here, "questions", "example", scan, "order_number", "--right", "x", "--tricky", "y", code=2)
    run(here, "questions", "example", scan, "email", "--right", "x", code=2)
    run(here, "questions", "take-out", shown[0]["example"][:8])
    assert [each["kind"] for each in told(here, "questions", "examples")] == ["tricky"]


def test_disputed_time_is_added(here: World) -> None:
    (disputed,) = told(here, "disputes", "list", "--open")
    assert (disputed["by"], disputed["claimed_seconds"], disputed["measured_seconds"]) == ("ann", 60.0, 5.0)
    run(here, "disputes", "answer", disputed["dispute"], "20", code=2)
    run(here, "disputes", "answer", disputed["dispute"], "6000", "--reason", "minutes, it was thought", code=2)
    assert here.store.disputes()[0].answered_at is None, "more than they say is a slip, and the first answer holds"
    run(here, "disputes", "answer", disputed["dispute"][:8], "20", "--reason", "a pause of half a minute")
    assert [line.seconds for line in here.store.ledger("ann")][-1] == 20.0
    assert here.store.disputes()[0].reason == "a pause of half a minute"
    run(here, "disputes", "answer", disputed["dispute"], "--as-claimed", code=2)  # the first answer holds


def test_appeals_and_their_outcomes_are_listed(here: World) -> None:
    (contested,) = told(here, "appeals", "list", "--open")
    assert (contested["field"], contested["by"], contested["outcome"]) == ("order_number", "ann", None)
    assert told(here, "appeals", "outcomes") == []


def test_control_items_are_shared_listed_and_withdrawn(here: World) -> None:
    run(here, "gold", "share", "0.05")
    assert here.store.control_share() == 0.05
    (item,) = told(here, "gold", "list")
    assert (item["field"], item["text"], item["answers"]) == ("order_number", "BC-7", 0)
    run(here, "gold", "withdraw", item["scan"], item["field"], "--why", "it was wrong")
    assert told(here, "gold", "list") == []


def test_paid_work_is_checked_before_it_starts(here: World) -> None:
    faults = {line["form"]: line["faults"] for line in told(here, "pay", "check")}
    assert faults[here.form.name] == ["no floor", "no rate"], "it may start, and pays nobody"
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    here.store.put_rate(Rate(form="", micro=60_000, currency="EUR", since=long_ago), NOON)
    assert {tuple(line["faults"]) for line in told(here, "pay", "check", code=1)} == {("no floor",)}
    here.store.put_floor(Floor(micro=12_000_000, currency="EUR", source="law", since=long_ago), NOON)
    assert {tuple(line["faults"]) for line in told(here, "pay", "check")} == {()}


@pytest.mark.promise("It is shown once.", "Make a token with")
def test_a_token_is_made_listed_and_ended(here: World) -> None:
    (made,) = told(here, "tokens", "add", "till", "--scope", "records:read", "--days", "7")
    kept = here.store.token(secret_hash(made["token"]), datetime.now(UTC))
    assert kept is not None
    assert kept.scopes == {"records:read"}
    assert [each["scopes"] for each in told(here, "tokens", "list")] == [["records:read"]]
    run(here, "tokens", "revoke", made["prefix"])
    assert here.store.token(secret_hash(made["token"]), datetime.now(UTC)) is None
    run(here, "tokens", "add", "x", "--scope", "everything", code=2)


@pytest.mark.promise("what they read and were")
def test_a_person_is_given_what_is_held_about_them_and_leaves(here: World) -> None:
    held = json.loads(run(here, "people", "export", "ann"))
    assert held["person"]["handle"] == "ann"
    who = here.store.transcriber("ann").id
    run(here, "people", "leave", "ann", "--why", "asked for it", code=2)  # nobody is there to be asked
    run(here, "people", "leave", "ann", "--yes", code=2)
    run(here, "people", "leave", "ann", "--yes", "--why", " ", code=2)
    assert here.store.transcriber("ann").id == who, "nothing is done without a reason or a yes"
    run(here, "people", "leave", "ann", "--yes", "--why", "asked for it", "--by", "olga")
    assert here.store.transcriber(who).handle.startswith("left-")
    (line,) = [each for each in told(here, "log", "list") if each["action"] == "person left"]
    assert (line["actor"], line["detail"]) == ("olga", {"why": "asked for it"})


def test_scans_kept_long_enough_are_forgotten(here: World) -> None:
    assert [each["scan"] for each in told(here, "retention")] == []
    old = here.scan("old", form=here.form)
    with here.store.together():
        sqlite_of(here.store).connection.execute("UPDATE scan SET received_at = 0 WHERE sha256 = ?", (old.id,))
    assert [each["scan"] for each in told(here, "retention")] == [old.id]
    assert here.store.forgotten(old.id)


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=NOON), NOON)
        yield made


def asked(counted: World) -> list[str]:
    home: Any = SimpleNamespace(store=counted.store, settings=SimpleNamespace(paid_waiting_minutes=60.0))
    return [each.kind for each in anomalies(cast(Home, home))]


def read(counted: World, count: int, seconds: float, apart: float) -> datetime:
    for number in range(count):
        counted.ask(counted.scan(f"s{number:02}"), "number")
    now = NOON
    for number, task in enumerate(counted.store.lease("ann", count, NOON)):
        now = after((number + 1) * apart)
        counted.store.submit(task.id, "ann", sent("x", f"i{number}", seconds), now)
    return now


@pytest.mark.promise("`pay check` and `pay")
def test_honest_work_raises_no_question(counted: World) -> None:
    read(counted, 25, 2.0, 2.5)
    assert asked(counted) == []


@pytest.mark.promise("`pay check` and `pay")
def test_readings_without_time_on_them_are_asked_about(counted: World) -> None:
    read(counted, 25, 0.05, 0.1)
    assert asked(counted) == ["burst", "implausibly quick"]


@pytest.mark.promise("`pay check` and `pay")
def test_many_sendings_of_one_task_are_asked_about(counted: World) -> None:
    counted.ask(counted.scan("a"), "number")
    (task,) = counted.store.lease("ann", 1, NOON)
    for number in range(6):
        counted.store.submit(task.id, "ann", sent(f"x{number}", f"i{number}"), after(5 + number))
    assert asked(counted) == ["sent often"]


@pytest.mark.promise("`pay check` and `pay")
def test_time_beyond_the_clock_is_asked_about_until_it_is_paid(counted: World) -> None:
    end = read(counted, 1, 5.0, 5.0)
    person = counted.store.person_row("ann")["id"]
    connection = sqlite_of(counted.store).connection
    number = connection.execute("SELECT task_id FROM ledger").fetchone()[0]
    micros = round((end + timedelta(seconds=1)).timestamp() * 1_000_000)
    for _ in range(3):
        connection.execute(
            "INSERT INTO ledger (transcriber_id, kind, micro, currency, seconds, at, task_id, reference)"
            " VALUES (?, 'time', 1, 'EUR', 600.0, ?, ?, 'skip')",
            (person, micros, number),
        )
    assert asked(counted) == ["beyond the clock"]
    counted.store.close_period(after(3600), "November", after(3600))
    assert asked(counted) == []


@pytest.mark.promise("`pay check` and `pay")
def test_more_time_beside_readings_than_on_them_is_asked_about(counted: World) -> None:
    counted.store.put_floor(Floor(micro=12_000_000, currency="EUR", source="law", since=NOON), NOON)
    for number in range(31):
        counted.ask(counted.scan(f"s{number}"), "number")
    *skipped, read = counted.store.lease("ann", 31, NOON, 5000.0)
    for number, task in enumerate(skipped, 1):
        counted.store.skip(task.id, "ann", "other", 120.0, after(number * 120))
    counted.store.submit(read.id, "ann", sent("x", "i", 3.0), after(3603))
    assert asked(counted) == ["beside readings"]


def test_time_above_what_is_usual_is_asked_about_until_it_is_paid_or_contested(counted: World) -> None:
    counted.store.put_floor(Floor(micro=12_000_000, currency="EUR", source="law", since=NOON), NOON)
    counted.ask(counted.scan("a"), "number")
    (task,) = counted.store.lease("ann", 1, NOON)
    counted.store.submit(task.id, "ann", sent("12", "i", 3600.0), after(3600))
    assert asked(counted) == ["slow"]
    counted.store.dispute_time(task.id, "ann", 3600.0, "", after(3601))
    assert asked(counted) == []
