"""What people say in the store against the form of a scan."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transcribe.store.world import NOON, World, after, person, sent, world
from transcribe.errors import SettingsError
from transcribe.model import WHOLE, Scan, Task
from transcribe.store.facts import Rate

CAT = sent(None, "cat", 30.0, flags=frozenset({"not this form"}), legible="a cat")


def asked(here: World, name: str = "a") -> Scan:
    """A scan of which both fields are asked for."""
    scan = here.scan(name)
    here.ask(scan, "total", "number")
    return scan


def question(scan: Scan, slot: int = 2) -> Task:
    return Task(scan=scan.id, key=WHOLE, kind="identify", reason="form doubted", slot=slot)


@pytest.mark.promise("`not_this_form` is said of", "who says so (`say_not_this_form`)", "its questions are withdrawn")
def test_who_says_it_is_paid_for_the_time_and_all_else_of_the_scan_waits(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.store.put_rate(Rate(form="", micro=36_000_000, currency="EUR", since=NOON, per="hour"), NOON)
        scan = asked(here)
        other = here.scan("b")
        here.ask(other, "total")
        held = here.store.lease("ann", 3, after(1))
        outcome = here.store.say_not_this_form(held[0].id, "ann", CAT, after(60))
        again = here.store.say_not_this_form(held[0].id, "ann", CAT, after(61))
        assert (outcome.kind, again.kind, again.reading) == ("kept", "again", outcome.reading)
        assert [(line.kind, line.seconds, line.micro) for line in here.store.ledger("ann")] == [("time", 30.0, 300_000)]
        (said,) = [each for each in here.store.readings(scan.id) if each.kind == "person"]
        assert (said.key, said.text, said.legible, said.shown) == (WHOLE, None, "a cat", "order/1")
        assert [task.scan for task in here.store.held("ann", after(62))] == [other.id], "they hold nothing of it"
        assert [task.scan for task in here.store.lease("ben", 9, after(62))] == [], "nobody is asked for its fields"
        assert [each.scan.id for each in here.store.claim_waiting(5, after(63))] == [scan.id]
        assert here.store.verify_audit().forgeries == ()


@pytest.mark.promise("its questions are withdrawn")
def test_somebody_else_is_asked_and_the_fields_come_back_where_they_say_otherwise(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        scan = asked(here)
        (held,) = here.store.lease("ann", 1, after(1))
        here.store.say_not_this_form(held.id, "ann", CAT, after(2))
        here.store.ask_form_alone(scan.id, here.up_to(scan), question(scan), after(3))
        assert here.store.lease("ann", 9, after(4)) == []
        (task,) = here.store.lease("ben", 9, after(4))
        assert (task.kind, task.key) == ("identify", WHOLE)
        here.store.submit(task.id, "ben", sent("order/1 0", "ben"), after(5))
        here.ask(scan, "total", "number", now=after(6))
        assert {each.kind for each in here.store.lease("cat", 9, after(7))} == {"read"}


def test_what_somebody_holds_of_it_is_kept_and_paid_all_the_same(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        scan = asked(here)
        (first,), (second,) = here.store.lease("ann", 1, after(1)), here.store.lease("ben", 1, after(1))
        here.store.say_not_this_form(first.id, "ann", CAT, after(2))
        here.store.ask_form_alone(scan.id, here.up_to(scan), question(scan), after(3))
        assert here.store.submit(second.id, "ben", sent("7", "ben"), after(4)).kind == "kept"


def test_one_person_says_it_once_and_an_operator_has_the_last_word(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        scan = asked(here)
        (held,) = here.store.lease("ann", 1, after(1))
        here.store.say_not_this_form(held.id, "ann", CAT, after(2))
        here.store.ask_form_alone(scan.id, here.up_to(scan), question(scan), after(3))
        assert here.store.bring_scan_back(scan.id, "olga", "it is one, badly lit", after(4))
        last = here.store.readings(scan.id)[-1]
        assert (last.source, last.kind, last.text, last.reason) == (
            "operator",
            "expert",
            "order/1 0",
            "it is one, badly lit",
        )
        here.ask(scan, "total", "number", now=after(5))
        assert {each.kind for each in here.store.lease("ben", 9, after(6))} == {"read"}, "the question went away"
        (mine,) = here.store.lease("ann", 9, after(6)) or [held]
        assert here.store.say_not_this_form(mine.id, "ann", sent(None, "two"), after(7)).reading == ""
        assert [each.verb for each in here.store.acts(scan.id)] == ["scan brought back"]
        assert here.store.verify_audit().forgeries == ()


def test_who_is_asked_which_form_it_is_answers_that(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        scan = here.scan("a")
        here.store.conclude(scan.id, here.up_to(scan), [], [question(scan)], None, NOON)
        (task,) = here.store.lease("ann", 1, after(1))
        with pytest.raises(SettingsError, match="none of these"):
            here.store.say_not_this_form(task.id, "ann", CAT, after(2))


def test_of_a_control_item_nobody_is_asked(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.store.put_transcriber(person("dan"), NOON)
        scan = here.scan("a")
        here.ask(scan, "total", kind="test", reason="control")
        (task,) = here.store.lease("dan", 1, after(1))
        assert here.store.say_not_this_form(task.id, "dan", CAT, after(2)).reading == ""
        assert [each for each in here.store.readings(scan.id) if each.kind == "person"] == []


def test_the_words_are_erased_with_the_scan(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        scan = asked(here)
        (held,) = here.store.lease("ann", 1, after(1))
        here.store.say_not_this_form(held.id, "ann", CAT, after(2))
        here.store.forget(scan.id, after(3))
        assert not here.holds("a cat")
