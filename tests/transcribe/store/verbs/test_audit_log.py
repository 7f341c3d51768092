"""The audit chain: what is done is in it, and a change, a gap or a cut shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transcribe.store import databases
from tests.transcribe.store.world import NOON, World, after, person, world
from transcribe.store.facts import Learning, Rate


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        for number in range(4):
            made.store.log("olga", "did", f"thing {number}", {"number": number}, after(number))
        yield made


def tamper(here: World, statement: str) -> None:
    databases.tamper(here.store, ("audit_stays", "audit_kept"), statement)


def test_an_untouched_chain_holds_and_goes_through_a_saved_head(here: World) -> None:
    head = here.store.verify_audit().head
    here.store.log("olga", "did", "more", {}, after(9))
    state = here.store.verify_audit(head)
    assert state.broken_at is None
    assert state.lines == len(here.store.audit())
    assert here.store.audit()[-1].hash == state.head


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET detail = '{}' WHERE number = 6",
        "UPDATE audit SET at = at + 1 WHERE number = 6",
        "UPDATE audit SET actor = 'ann' WHERE number = 6",
        "DELETE FROM audit WHERE number = 6",
        "UPDATE audit SET hash = (SELECT o.hash FROM audit o WHERE o.number = 13 - audit.number) WHERE number IN (6,7)",
    ],
)
def test_a_line_changed_dropped_or_swapped_is_found(here: World, statement: str) -> None:
    tamper(here, statement)
    assert here.store.verify_audit().broken_at is not None


@pytest.mark.promise("what helps is a", "Keep that elsewhere and", "Keep the head that each")
def test_a_cut_chain_shows_only_against_a_saved_head(here: World) -> None:
    head = here.store.verify_audit().head
    tamper(here, "DELETE FROM audit WHERE number = (SELECT MAX(number) FROM audit)")
    assert here.store.verify_audit().broken_at is None
    assert here.store.verify_audit(head).broken_at is not None


def test_who_has_the_database_without_the_key_cannot_mend_the_chain(here: World) -> None:
    other = here.open(b"another key".ljust(32))
    assert other.verify_audit().broken_at == 1
    other.close()
    same = here.open()
    assert same.verify_audit().broken_at is None
    same.close()


def test_what_is_done_to_people_rates_and_scans_is_logged(here: World) -> None:
    scan = here.scan("a")
    here.store.put_transcriber(person("new"), NOON)
    here.store.put_rate(Rate(form="", micro=5, currency="EUR", since=NOON), NOON)
    here.store.forget(scan.id, after(1))
    here.store.close_period(after(2), "November", after(2))
    actions = [line.action for line in here.store.audit(after=8)]
    assert actions == ["person kept", "rate kept", "scan forgotten", "period closed"]


def test_why_something_was_done_to_a_scan_stands_in_the_log_as_a_keyed_hash_and_why_somebody_left_in_words(
    here: World,
) -> None:
    here.store.put_scan_aside(here.scan("a").id, "olga", "torn by Mrs Poole", NOON)
    here.store.leave("ann", NOON, "olga", "asked for it")
    told = {line.action: line.detail for line in here.store.audit()}
    assert "Poole" not in str(told)
    assert told["scan set aside"]["why"]
    assert told["person left"] == {"why": "asked for it"}


def test_an_action_that_cannot_be_logged_is_not_done(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no log")

    monkeypatch.setattr(here.store, "log", fail)
    with pytest.raises(OSError, match="no log"):
        here.store.put_rate(Rate(form="", micro=5, currency="EUR", since=NOON), NOON)
    assert here.store.rate("order", NOON) is None


def test_what_became_of_a_proposal_is_kept_and_never_changed(here: World) -> None:
    here.store.put_parameters({"rates": {}}, NOON)
    refused = Learning(version=1, verdict="worse", by="olga", at=after(1), seen="a", numbers={"judging": 40})
    assert here.store.keep_learning(refused, None) == refused
    made = here.store.keep_learning(
        Learning(version=1, verdict="better", by="schedule", at=after(2)), {"rates": {"a": 1}}
    )
    assert (made.version, made.made) == (2, True)
    back = here.store.keep_learning(
        Learning(version=2, verdict="went back", by="olga", at=after(3), back_to=1), {"rates": {}}
    )
    assert (back.version, here.store.learnings()) == (3, [refused, made, back])
    lines = [(line.actor, line.action, line.subject) for line in here.store.audit()][-3:]
    assert lines == [
        ("olga", "proposal refused", "version 1"),
        ("schedule", "parameters learnt", "version 2"),
        ("olga", "parameters put back", "version 3"),
    ]
    for statement in ("UPDATE learning SET actor = 'nobody'", "DELETE FROM learning"):
        with pytest.raises(here.store.db.conflict, match="append-only"):
            here.behind.execute(statement)
