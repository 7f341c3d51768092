"""Alerts: each thing once a day, that it is over, and nothing in them that is anybody's."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.alerts.conditions import Alert, broken_bounds, look
from flows.alerts.send import AGAIN, Memory, alerts_now, keep_memory, read_memory, send_alerts, send_test
from flows.backup import make_backup
from flows.home.home import Home, now
from flows.steps import held_forms, publish_records
from tests.examples import examples
from tests.flows.house import House
from tests.flows.serving.test_api import recorded
from tests.flows.steps.test_form_doubt import here as appealed_world  # noqa: F401 - a fixture
from tests.flows.steps.test_form_doubt import read_until_decided
from tests.transcribe.store.world import NOON, World, after, form, person
from transcribe.errors import StoreError
from transcribe.model import ReadResult

CANARY = "Zebedee Quandary"


@pytest.fixture
def here(rooms: Home) -> World:
    """The small world of the store, in this home, with people who can end everything."""
    made = World.__new__(World)
    made.store, made.form = rooms.store, form()
    rooms.store.put_form(made.form, "the definition", NOON)
    put_people(rooms, ("ann", "ben"), "fay")
    return made


def put_people(rooms: Home, transcribers: tuple[str, ...], expert: str) -> None:
    """Those who can end everything."""
    for name in transcribers:
        rooms.store.put_transcriber(person(name, "transcriber"), NOON)
    rooms.store.put_transcriber(person(expert, "expert"), NOON)


class Receiver:
    """A server on this machine that keeps the messages which Apprise sends it."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.messages.append(json.loads(body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"json://127.0.0.1:{self.server.server_port}/alerts"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


def told_to(rooms: Home, *addresses: str, **settings: object) -> Home:
    return replace(rooms, settings=rooms.settings.model_copy(update={"alerts": addresses, **settings}))


def subjects(home: Home, at: datetime) -> set[str]:
    return {each.subject for each in look(home, at, {}).alerts}


def test_a_batch_past_due_is_told_once_a_day_and_that_it_is_over(rooms: Home, here: World, receiver: Receiver) -> None:
    home = told_to(rooms, receiver.address)
    here.ask(here.scan(CANARY, batch=CANARY), "number")
    due = now() + timedelta(hours=1)
    rooms.store.set_batch_due(CANARY, due, CANARY, CANARY, now())
    assert not send_alerts(home, due - timedelta(minutes=1)).news
    for minutes in (1, 31, 61):
        send_alerts(home, due + timedelta(minutes=minutes))
    (message,) = receiver.messages
    assert message["title"] == "fairhand: 1 to look at"
    assert f"A batch of 1 scans was due on {due:%Y-%m-%d} and has 1 open task" in message["message"]
    send_alerts(home, due + AGAIN + timedelta(minutes=1))
    assert len(receiver.messages) == 2
    rooms.store.set_batch_due(CANARY, None, "olga", "no hurry", now())
    for minutes in (32, 62):
        send_alerts(home, due + AGAIN + timedelta(minutes=minutes))
    assert [each["title"] for each in receiver.messages[2:]] == ["fairhand: 1 over"]
    assert "Over: A batch of 1 scans" in receiver.messages[2]["message"]
    assert CANARY not in json.dumps(receiver.messages) + (rooms.settings.home / "alerts.json").read_text()


def test_what_no_address_took_is_told_later_and_one_that_fails_keeps_no_other(
    rooms: Home, here: World, receiver: Receiver
) -> None:
    here.ask(here.scan("a", batch="monday"), "number")
    rooms.store.set_batch_due("monday", now(), "olga", "promised", now())
    receiver.status = 500
    at = now() + timedelta(minutes=1)
    failed = send_alerts(told_to(rooms, receiver.address), at)
    assert (failed.failed, len(failed.news.alerts)) == (("address 1 (json)",), 1)
    receiver.status = 200
    several = told_to(rooms, "json://127.0.0.1:9/secret", "no such address", receiver.address)
    sent = send_alerts(several, at + timedelta(minutes=30))
    assert (sent.addresses, len(sent.failed)) == (3, 2)
    assert "secret" not in str(sent.failed)
    assert not send_alerts(several, at + timedelta(minutes=60)).news
    assert [each["title"] for each in receiver.messages] == ["fairhand: 1 to look at"] * 2


def test_the_command_lists_what_would_be_told_and_tries_addresses(
    house: House, rooms: Home, here: World, receiver: Receiver
) -> None:
    assert "Nothing is wrong." in house.run("alerts").out
    here.ask(here.scan("a", batch="monday"), "number")
    rooms.store.set_batch_due("monday", now(), "olga", "promised", now())
    listed = house.run("alerts")
    assert (listed.code, listed.out.startswith("new: A batch of 1 scans was due")) == (1, True)
    assert house.run("alerts", "--json").json[0]["new"] is True
    assert receiver.messages == [], "listing tells nobody"
    ran = house.run("alerts", "--test")
    assert (ran.code, "Set FAIRHAND_ALERTS" in ran.err) == (2, True)
    house.environment = {"FAIRHAND_ALERTS": f"{receiver.address} json://127.0.0.1:9/secret"}
    ran = house.run("alerts", "--test")
    assert (ran.code, "1 of 2 addresses took the message." in ran.out) == (1, True)
    assert "secret" not in ran.out + ran.err
    assert [each["title"] for each in receiver.messages] == ["fairhand: a test"]
    send_alerts(told_to(rooms, receiver.address), now())
    assert house.run("alerts").out.startswith("told: A batch of 1 scans was due")


def test_who_is_missing_is_an_alert_until_they_are_there(rooms: Home, here: World) -> None:
    here.ask(here.scan("a"), "number")
    assert subjects(rooms, now()) == set()
    for name in ("ann", "ben", "fay"):
        rooms.store.leave(name, now())
    found = [each for each in look(rooms, now(), {}).alerts if each.check == "people"]
    assert found
    assert "by nobody who is there" in found[0].message
    put_people(rooms, ("gus", "hal"), "ida")
    assert subjects(rooms, now()) == set()


def test_a_full_disk_an_old_backup_and_a_missing_one(
    rooms: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now()
    assert subjects(rooms, at) == set()
    home = told_to(rooms, backups=str(tmp_path / "backups"))
    assert subjects(home, at) == {"backup:age"}
    (tmp_path / "backups").mkdir()
    for days in (9, 1):
        make_backup(rooms.settings, tmp_path / "backups", at - timedelta(days=days))
    assert subjects(home, at) == set()
    assert subjects(home, at + timedelta(days=1, minutes=1)) == {"backup:age"}
    full = told_to(rooms, archive=str(rooms.settings.home), reserve_bytes=10**18)
    assert subjects(full, at) == {"disk:home", "disk:archive"}


@pytest.mark.promise("records stand still")
def test_records_that_are_not_published_are_an_alert_until_they_are(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = recorded(rooms, "1.00")
    assert subjects(rooms, now() + timedelta(days=1)) == set(), "what is published waits for nothing"
    publishing = importlib.import_module("reconcile.records.publish")
    monkeypatch.setattr(publishing, "_apply_batch", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        recorded(rooms, "2.00", scan)
    assert subjects(rooms, now()) == set()
    assert subjects(rooms, now() + timedelta(minutes=16)) == {"records:late"}
    monkeypatch.undo()
    publish_records(rooms)
    assert subjects(rooms, now() + timedelta(minutes=16)) == set()


@pytest.mark.promise("or a record by")
def test_a_record_that_cannot_be_written_is_an_alert_until_it_is_written(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = recorded(rooms, "1.00")
    rows = importlib.import_module("reconcile.records.rows")
    monkeypatch.setattr(rows, "form_row", lambda *_: 1 / 0)
    recorded(rooms, "2.00", scan)
    assert subjects(rooms, now() + timedelta(days=1)) == {"records:held"}
    (told,) = held_forms(rooms.settings)
    assert scan in told
    assert "ZeroDivisionError" in told
    monkeypatch.undo()
    recorded(rooms, "3.00", scan)
    assert subjects(rooms, now() + timedelta(days=1)) == set()


def test_audits_that_surely_break_the_bound_are_an_alert_and_few_errors_are_none(rooms: Home) -> None:
    def found(wrong: int, count: int) -> list[str]:
        return [each.message for each in broken_bounds(rooms, {"order": (wrong, count)})]

    assert rooms.settings.target == 0.995
    assert found(0, 0) == found(0, 1_000) == found(1, 100) == found(7, 1_000) == []
    assert found(1, 1) == found(1, 2) == found(1, 20) == found(2, 20) == [], "a single slip is no rate"
    assert found(2, 2) != []
    assert found(3, 20) != []
    (message,) = found(20, 1_000)
    assert message.startswith("Audits found 20 of 1000 decided fields of the form order wrong: surely more than 0.90%")


def fits(here: World, values: list[float], begun: datetime) -> None:
    for number, fit in enumerate(values):
        scan = here.scan(f"{begun:%M} {number}")
        reads = ReadResult(places=(), readings=(), fit=fit, quality={})
        here.store.put_reads(scan.id, reads, begun + timedelta(seconds=number))


def test_a_form_on_which_scans_lie_worse_than_before_is_an_alert(rooms: Home, here: World) -> None:
    fits(here, [0.8 + (number % 20) / 100 for number in range(60)], NOON)
    assert subjects(rooms, now()) == set()
    fits(here, [0.8 + (number % 20) / 100 for number in range(30)], after(600))
    assert subjects(rooms, now()) == set(), "as good as before"
    fits(here, [0.6 if number % 3 == 0 else 0.9 for number in range(30)], after(1_200))
    assert subjects(rooms, now()) == {"fit:order"}


@pytest.mark.promise("Appeals that nobody who")
def test_an_appeal_that_nobody_hears_is_an_alert(request: pytest.FixtureRequest, rooms: Home) -> None:
    world: World = request.getfixturevalue("appealed_world")
    reading = read_until_decided(world, {"ann": "B7", "ben": "B1", "cat": "B1", "eve": "B1"})
    world.store.open_appeal(reading, "ann", CANARY, after(864_000), after(400))
    home = replace(rooms, store=world.store)
    assert "appeals:late" not in subjects(home, after(864_000) - timedelta(days=3))
    (alert,) = (each for each in look(home, after(864_000) - timedelta(days=1), {}).alerts if each.check == "appeals")
    assert alert.message.startswith("1 appeal not heard by an expert yet, the first was promised by")
    assert CANARY not in alert.message


@pytest.mark.promise("contested times")
def test_contested_times_that_nobody_answers_for_a_week_are_told(here: World, rooms: Home) -> None:
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON)
    dispute = here.store.dispute_time(task.id, "ann", 600.0, CANARY, NOON)
    assert "times:late" not in subjects(rooms, NOON + timedelta(days=6.9))
    (alert,) = (each for each in look(rooms, NOON + timedelta(days=7.1), {}).alerts if each.check == "times")
    assert alert.message.startswith("1 contested time not answered, the first is of")
    assert CANARY not in alert.message
    here.store.answer_dispute(dispute.id, 60.0, NOON + timedelta(days=7.1), by="olga", reason="as seen")
    assert "times:late" not in subjects(rooms, NOON + timedelta(days=8))


def test_a_check_that_fails_is_an_alert_and_ends_no_other(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise StoreError(f"{CANARY} is locked.")

    def whole(*_: object, **__: object) -> Iterator[Alert]:
        yield Alert(check="disk", subject="disk:home", message="full")

    monkeypatch.setattr("flows.alerts.conditions.CHECKS", {"due": fails, "disk": whole})
    looked = look(rooms, now(), {})
    assert {each.subject for each in looked.alerts} == {"due:check", "disk:home"}
    assert looked.failed == {"due"}
    assert CANARY not in str(looked.alerts)
    before = Memory().after(Memory().news([Alert(check="due", subject="due:1", message="x")], frozenset(), NOON), NOON)
    assert before.news(looked.alerts, looked.failed, after(60)).over == ()


def test_a_damaged_memory_tells_once_more_and_is_mended(rooms: Home, here: World) -> None:
    for damage in ("", "{", "[]", '{"told": {"a": 1}, "audit": {}, "audit_at": null}', '{"told": []}'):
        (rooms.settings.home / "alerts.json").write_text(damage)
        assert read_memory(rooms.settings) == Memory()
    send_alerts(rooms, now())
    assert read_memory(rooms.settings).audit_at is not None


def test_without_an_address_nothing_counts_as_told(rooms: Home, here: World) -> None:
    here.ask(here.scan("a", batch="monday"), "number")
    rooms.store.set_batch_due("monday", now(), "olga", "promised", now())
    assert send_alerts(rooms, now()).addresses == 0
    _, news = alerts_now(rooms, now())
    assert len(news.alerts) == 1


SUBJECTS = st.frozensets(st.sampled_from("abcd"))


@examples(80)
@given(rounds=st.lists(st.tuples(SUBJECTS, st.integers(0, 30)), max_size=20))
def test_however_alerts_come_and_go_each_is_told_at_most_once_a_day_until_it_is_over(
    rounds: list[tuple[frozenset[str], int]],
) -> None:
    memory, at = Memory(), NOON
    last: dict[str, datetime] = {}
    for there, hours in rounds:
        at += timedelta(hours=hours)
        alerts = [Alert(check=each, subject=each, message=each) for each in sorted(there)]
        news = memory.news(alerts, frozenset(), at)
        for each in news.over:
            assert each.subject in last
            assert each.subject not in there
            del last[each.subject]
        for each in news.alerts:
            assert each.subject not in last or at - last[each.subject] >= AGAIN
            last[each.subject] = at
        memory = memory.after(news, at)
        assert set(memory.told) == set(last) == there


def test_what_is_kept_is_what_is_read(rooms: Home) -> None:
    alert = Alert(check="due", subject="due:1", message="é")
    memory = Memory(audit={"order": (1, 2)}, audit_at=NOON).after(Memory().news([alert], frozenset(), NOON), NOON)
    keep_memory(rooms.settings, memory)
    assert read_memory(rooms.settings) == memory
    assert memory.fresh_audit(after(3_600)) == {"order": (1, 2)}
    assert memory.fresh_audit(after(90_000)) is None
    assert memory.fresh_audit(after(-60)) is None, "a clock that was put back"
    assert (rooms.settings.home / "alerts.json").stat().st_mode & 0o077 == 0


def test_no_address_is_said_so(rooms: Home) -> None:
    with pytest.raises(Exception, match="No address is set"):
        send_test(())
