"""Versions of what was learnt: no news changes nothing, one may go back, a dry run keeps nothing, the log says who."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from flows.administration.doctor import examine
from flows.administration.people import invite
from flows.home.home import Home, now
from flows.steps.learn_parameters import go_back, learn_home, parameter_versions
from flows.steps.reconcile_scans import reconcile_home
from reconcile.parameters import shipped
from tests.flows.house import House
from tests.flows.steps.test_learn_parameters import TOTAL, audited
from tests.flows.steps.test_reconcile_scans import answer, received
from transcribe.errors import NotFound, StoreError
from transcribe.model import Scan, Truth
from transcribe.store.facts import Learning


@pytest.fixture
def expert(rooms: Home) -> str:
    return invite(rooms, "eve", ["expert"]).person.id


def read_by_people(rooms: Home, count: int = 3) -> list[Scan]:
    """Receipts on whose total the engines differ, so that somebody reads it."""
    mina = invite(rooms, "mina").person.id
    scans = []
    for _ in range(count):
        scan = received(rooms, texts={"total": ("12.50", "18.60")})
        reconcile_home(rooms)
        answer(rooms, mina, "12.50", scan=scan.id, field="total")
        reconcile_home(rooms)
        scans.append(scan)
    return scans


def open_tasks(rooms: Home) -> int:
    return sum(rooms.store.counts().open_tasks.values())


def test_thirty_nights_without_news_change_nothing(rooms: Home) -> None:
    read_by_people(rooms)
    first = learn_home(rooms)
    assert (rooms.store.audit()[-1].action, rooms.store.audit()[-1].actor) == ("parameters learnt", rooms.store.actor)
    reconcile_home(rooms)
    versions, learnings, tasks = rooms.store.parameters_versions(), rooms.store.learnings(), open_tasks(rooms)
    log = rooms.store.audit()
    for _ in range(30):
        again = learn_home(rooms)
        assert (again.version, again.verdict, again.reopened) == (first.version, "no news", ())
        reconcile_home(rooms)
    assert rooms.store.parameters_versions() == versions
    assert rooms.store.learnings() == learnings
    assert rooms.store.audit() == log
    assert open_tasks(rooms) == tasks


def test_without_a_known_truth_no_field_is_asked_again(rooms: Home) -> None:
    read_by_people(rooms)
    received(rooms)
    reconcile_home(rooms)
    tasks = open_tasks(rooms)
    learnt = learn_home(rooms)
    assert (learnt.truths, learnt.reopened, learnt.verdict) == (0, (), "too little truth")
    reconcile_home(rooms)
    assert open_tasks(rooms) == tasks


def test_a_dry_run_says_what_would_change_and_keeps_nothing(rooms: Home, expert: str) -> None:
    assert learn_home(rooms, dry=True).verdict == "no news"
    assert rooms.store.parameters() is None
    for number in range(12):
        audited(rooms, expert, "12.50" if number % 2 else "72.50")
    standing = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    before = rooms.store.parameters_versions(), rooms.store.learnings(), rooms.store.audit()
    tried = learn_home(rooms, dry=True)
    assert (tried.dry, tried.came_into_force, tried.verdict, tried.version) == (True, False, "better", 1)
    assert [(each.scan, each.field) for each in tried.reopened] == [(standing.id, "total")]
    assert (rooms.store.parameters_versions(), rooms.store.learnings(), rooms.store.audit()) == before
    done = learn_home(rooms, by="olga")
    assert (done.reopened, done.numbers, done.version) == (tried.reopened, tried.numbers, 2)


@pytest.mark.promise("learn keeps the old")
def test_more_than_the_set_share_of_decided_fields_is_not_asked_again(house: House, rooms: Home, expert: str) -> None:
    for number in range(12):
        audited(rooms, expert, "12.50" if number % 2 else "72.50")
    for _ in range(12):
        received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    tasks = open_tasks(rooms)
    kept = learn_home(rooms, by="olga")
    assert (kept.verdict, kept.version, len(kept.reopened)) == ("reopens too many", 1, 0)
    assert len(kept.otherwise) == 12
    reconcile_home(rooms)
    assert open_tasks(rooms) == tasks
    (refused,) = (each for each in parameter_versions(rooms) if each.version is None)
    assert (refused.by, refused.verdict, refused.numbers["otherwise"]) == ("olga", "reopens too many", 12)
    assert [(line.actor, line.action) for line in rooms.store.audit()][-1] == ("olga", "proposal refused")
    (found,) = (each for each in examine(rooms.settings) if each.check == "learning")
    assert re.search(r" 12 of \d+ decided fields would come out otherwise", found.message)
    assert found.warning

    tried = learn_home(rooms, dry=True)
    assert (tried.verdict, tried.otherwise, tried.numbers) == (kept.verdict, kept.otherwise, kept.numbers)
    assert tried.numbers["would_reopen"] == 12, "so many would be asked again if it came into force"
    again = learn_home(rooms)
    assert (again.verdict, again.refused, again.otherwise) == ("no news", "reopens too many", ())
    assert len(rooms.store.learnings()) == 1
    said = house.run("learn", "--dry-run").out
    assert "Refused: more of the decided fields" in said
    assert "12 decided fields of 12 scans would be asked again if it came into force:" in said
    assert said.count(" total\n") == 12
    assert "fairhand learn --dry-run says what it would change" in house.run("learn").out


def test_an_earlier_version_is_in_force_again_and_what_it_left_comes_only_with_new_truth(
    rooms: Home, expert: str
) -> None:
    for number in range(12):
        audited(rooms, expert, "12.50" if number % 2 else "72.50")
    standing = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    assert learn_home(rooms).version == 2
    reconcile_home(rooms)
    asked = [task for task in rooms.store.field_history(standing.id, TOTAL).tasks if task.closed_at is None]
    assert [task.reason for task in asked] == ["below target"]

    done = go_back(rooms, by="olga")
    assert done is not None
    assert (done.version, done.back_to, done.settled) == (3, 1, 1)
    in_force = rooms.store.parameters()
    assert in_force is not None
    assert (in_force.version, in_force.content) == (3, shipped.shipped_parameters().content)
    assert rooms.store.parameters(2) is not None, "nothing is deleted"
    reconcile_home(rooms)
    assert [task for task in rooms.store.field_history(standing.id, TOTAL).tasks if task.closed_at is None] == []
    assert [(line.actor, line.action) for line in rooms.store.audit()][-1] == ("olga", "parameters put back")

    received(rooms)
    reconcile_home(rooms)
    again = learn_home(rooms)
    assert (again.verdict, again.version) == ("no new truth", 3)
    late = Truth(scan=standing.id, key=TOTAL, text="12.50", origin="gold", at=now() + timedelta(seconds=1))
    rooms.store.put_truth(late, now())
    assert learn_home(rooms).version == 4
    listed = parameter_versions(rooms)
    assert [(each.version, each.in_force, each.verdict, each.back_to) for each in listed] == [
        (1, False, "", None),
        (2, False, "better", None),
        (3, False, "went back", 1),
        (4, True, "better", None),
    ]


@pytest.mark.parametrize("cut", ["wake", "put_adds"])
def test_a_version_comes_into_force_whole_or_not_at_all(
    rooms: Home, expert: str, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    for number in range(12):
        audited(rooms, expert, "12.50" if number % 2 else "72.50")
    standing = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rooms.store, cut, die)
        with pytest.raises(KeyboardInterrupt):
            pytest.fail(f"it came to an end: {learn_home(rooms)}")
        assert [number for number, _ in rooms.store.parameters_versions()] == [1]
    learnt = learn_home(rooms)
    assert (learnt.version, learnt.verdict) == (2, "better")
    assert [(each.scan, each.field) for each in learnt.reopened] == [(standing.id, "total")]
    reconcile_home(rooms)
    asked = [task for task in rooms.store.field_history(standing.id, TOTAL).tasks if task.closed_at is None]
    assert [task.reason for task in asked] == ["below target"]


def test_going_back_names_what_there_is(rooms: Home) -> None:
    with pytest.raises(NotFound, match="Nothing is in force yet"):
        go_back(rooms)
    read_by_people(rooms)
    with pytest.raises(NotFound, match="the first version"):
        go_back(rooms)
    with pytest.raises(NotFound, match="no version 7"):
        go_back(rooms, 7)
    assert go_back(rooms, 1) is None
    learn_home(rooms)
    assert (done := go_back(rooms)) is not None
    assert (done.version, done.back_to) == (3, 1)
    with pytest.raises(NotFound, match="the first version"):
        go_back(rooms)
    assert (again := go_back(rooms, 2)) is not None
    assert (again.version, again.back_to) == (4, 2)


def test_of_two_who_learn_at_once_the_second_is_told(rooms: Home) -> None:
    read_by_people(rooms)
    learn_home(rooms)
    late = Learning(version=1, verdict="better", by="olga", at=now())
    with pytest.raises(StoreError, match="Something else came into force meanwhile"):
        rooms.store.keep_learning(late, {})
    assert [number for number, _ in rooms.store.parameters_versions()] == [1, 2]


def test_the_commands_list_the_versions_and_go_back(house: House, rooms: Home) -> None:
    assert house.run("learn", "versions").out.startswith("Nothing was weighed or learnt here yet")
    assert house.run("learn", "back").code == 2
    read_by_people(rooms)
    tried = house.run("learn", "--dry-run")
    assert "this was a dry run. Version 1 stays in force." in tried.out
    done = house.run("learn", "--by", "olga")
    assert "Too little truth is known to judge it" in done.out
    assert "The parameters are version 2 now." in done.out
    listed = house.run("learn", "versions").out.splitlines()
    assert listed[0].startswith("version 1, ")
    assert "in force" in listed[1]
    assert "By olga." in listed[1]
    back = house.run("learn", "back", "--by", "olga")
    assert back.out.startswith("Version 1 is in force again, as version 3.")
    assert house.run("learn", "back", "3").out.startswith("That version is in force already")
    assert house.run("learn", "back", "99").code == 2, "as with every name of which a home has nothing"
    (told,) = house.run("learn", "--json").json
    assert (told["verdict"], told["version"], told["came_into_force"]) == ("no new truth", 3, False)
    rows = house.run("learn", "versions", "--json").json
    assert [(row["version"], row["in_force"], row["back_to"]) for row in rows] == [
        (1, False, None),
        (2, False, None),
        (3, True, 1),
    ]
    assert "olga" in house.run("log", "list").out


def misled(rooms: Home, verdict: str = "too little truth") -> None:
    """Another version comes into force, under which machines have lost the right to decide amounts."""
    before = rooms.store.parameters()
    assert before is not None
    content = {**before.content, "audited": {"amount: engines agree": [40.0, 100.0]}}
    rooms.store.keep_learning(Learning(version=before.version, verdict=verdict, by="olga", at=now()), content)


def test_what_is_decided_stands_under_a_version_that_no_truth_speaks_for(rooms: Home) -> None:
    scan = received(rooms)
    reconcile_home(rooms)
    before = rooms.store.decisions(scan.id)
    assert len(before) == 4
    misled(rooms)
    rooms.store.wake([scan.id], now())
    assert reconcile_home(rooms).asked == 0
    assert rooms.store.decisions(scan.id) == before, "not even anew: nothing was read since"
    assert open_tasks(rooms) == 0
    new = received(rooms)
    reconcile_home(rooms)
    assert [task.reason for task in rooms.store.field_history(new.id, TOTAL).tasks], "what comes in is weighed by it"


def test_a_later_version_that_truths_speak_for_asks_again_and_one_after_it_does_not(rooms: Home) -> None:
    scan = received(rooms)
    reconcile_home(rooms)
    misled(rooms)
    misled(rooms, "better")
    rooms.store.wake([scan.id], now())
    assert reconcile_home(rooms).asked == 1
    assert open_tasks(rooms) == 1
    late = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    assert {task.key for task in rooms.store.field_history(late.id, TOTAL).tasks} == {TOTAL}
