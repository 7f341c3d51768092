"""Taking more of the queue than is one's own: whole queues, experts' tasks after a demotion, a field twice."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.attack.test_money import DATE, NUMBER, PIECE, SIGNED_IN, Thief, enter, site, wait
from tests.transcribe.review.site import Site
from tests.transcribe.store.world import NOON, after, field, form, person, sent, world
from transcribe.errors import LeaseLost
from transcribe.model import FieldKey, Task, TaskKind, Truth
from transcribe.store.state_store import Store

__all__ = ["enter", "site"]

FORM = "bon-de-commande"
FIELDS = (NUMBER, DATE, FieldKey("customer_name"), FieldKey("express"))


def renew(thief: Thief, tasks: list[str]) -> Any:
    found = thief.client.post("/renew", json={"tasks": tasks}, headers={"x-csrf-token": thief.csrf})
    assert found.status_code == 200
    return found.json()


def ask(store: Store, site: Site, scan: str, key: FieldKey, kind: TaskKind, slot: int, pool: str = "read") -> None:
    number = store.scan_row(scan)["latest"] or 0
    wished = Task(scan=scan, key=key, kind=kind, reason="low confidence", slot=slot, pool=pool)
    store.conclude(scan, number, [], [wished], None, site.clock.now())


def known_field(site: Site, text: str = "G1") -> None:
    scan = site.scan(FORM, {NUMBER: text}, name=f"known {text}")
    now = site.clock.now()
    site.store.put_truth(Truth(scan=scan, key=NUMBER, text=text, origin="gold", at=now), now)


def control_and_ordinary(site: Site, thief: Thief) -> tuple[str, str]:
    """A control item and another field, both leased to this person."""
    known_field(site)
    site.scan(FORM, {NUMBER: "O1"}, name="ordinary")
    site.store.put_control_share(1.0, site.clock.now())
    (control,) = thief.lease()
    (ordinary,) = (each for each in thief.lease(2) if each != control)
    assert site.store.task_subject(control).reason == "control"
    return control, ordinary


def test_nobody_takes_the_whole_queue_by_skipping_and_renewing(site: Site, enter: SIGNED_IN) -> None:
    for number in range(12):
        site.scan(FORM, dict.fromkeys(FIELDS, f"{number}"), name=f"n{number}")
    thief, victim = enter(site.person("mallory")), enter(site.person("amina"))
    seen: list[str] = []
    while found := thief.lease(40):
        seen += found
        for task in found:
            wait(site, 0.1)
            assert thief.post(task, "skip", text="", seconds=0, reason="hard to see").status_code == 200
    assert len(seen) == 48
    assert renew(thief, seen) == {"left": {}, "lost": seen}
    assert len(victim.lease(40)) == 40


def test_nobody_holds_more_than_a_hundred_tasks_by_asking_for_each_field(site: Site, enter: SIGNED_IN) -> None:
    for number in range(28):
        site.scan(FORM, dict.fromkeys(FIELDS, f"{number}"), name=f"n{number}")
    thief = enter(site.person("mallory"))
    for _ in range(3):
        held = site.store.held(thief.person.id, site.clock.now())
        for key in FIELDS:  # read one of each field in turn, and ask for forty more of it
            mine = next((each.id for each in held if each.key == key), None)
            if mine is not None:
                wait(site, 1)
                thief.post(mine)
                thief.client.get("/work/next", params={"count": 40, "same": True})
        thief.lease(40)
    assert 40 <= len(site.store.held(thief.person.id, site.clock.now())) <= 100


@pytest.mark.promise("a lease is lengthened,")
def test_a_lease_in_force_is_lengthened_and_one_that_lapsed_is_leased_anew(site: Site, enter: SIGNED_IN) -> None:
    site.scan(FORM, {NUMBER: "BC-1"})
    honest = enter(site.person("amina"))
    (task,) = honest.lease()
    wait(site, 400)
    assert renew(honest, [task])["left"].keys() == {task}
    wait(site, 590)
    assert site.store.held(honest.person.id, site.clock.now())
    wait(site, 20)
    assert renew(honest, [task]) == {"left": {}, "lost": [task]}
    assert honest.post(task, text="BC-1").json()["outcome"] == "late"
    assert honest.micro == PIECE


@pytest.mark.promise("what comes late from")
@pytest.mark.parametrize("kind", ["adjudicate", "audit", "appeal"])
def test_who_is_no_expert_any_more_decides_nothing(site: Site, enter: SIGNED_IN, kind: TaskKind) -> None:
    scan = site.scan(FORM, {NUMBER: "1", DATE: "2"})
    ask(site.store, site, scan, NUMBER, kind, 5, "expert")
    expert = site.person("exp", "expert")
    thief = enter(expert)
    (task,) = (each.id for each in _leased(site, thief) if (each.kind, each.key) == (kind, NUMBER))
    assert renew(thief, [task])["left"]
    site.store.set_roles(expert.id, ["transcriber"], site.clock.now())
    assert renew(thief, [task]) == {"left": {}, "lost": [task]}
    assert task not in thief.lease(10)
    assert [thief.client.get(f"/{what}/{task}").status_code for what in ("snippet", "guide")] == [404, 404]
    assert thief.post(task, text="BC-EVIL").json()["outcome"] == "late"
    (reading,) = (each for each in site.store.readings(scan) if each.kind != "machine")
    assert (reading.kind, reading.text, reading.flags) == ("person", "BC-EVIL", frozenset())
    assert thief.micro == PIECE
    assert thief.client.get(f"/snippet/{task}").status_code == 404
    other = enter(site.person("other", "expert"))
    assert task in other.lease(10)


def _leased(site: Site, thief: Thief) -> list[Task]:
    thief.lease(10)
    return site.store.held(thief.person.id, site.clock.now())


def test_what_was_taken_back_after_a_demotion_is_not_theirs_again(site: Site, enter: SIGNED_IN) -> None:
    scan = site.scan(FORM, {NUMBER: "1", DATE: "2"})
    ask(site.store, site, scan, NUMBER, "adjudicate", 5, "expert")
    expert = site.person("exp", "expert")
    thief = enter(expert)
    (task,) = (each.id for each in _leased(site, thief) if (each.kind, each.key) == ("adjudicate", NUMBER))
    wait(site, 5)
    assert thief.post(task, text="1").json()["outcome"] == "kept"
    site.store.set_roles(expert.id, ["transcriber"], site.clock.now())
    taken = thief.client.post(f"/work/{task}/undo", json={}, headers={"x-csrf-token": thief.csrf})
    assert taken.status_code == 409
    assert task not in [each.id for each in site.store.held(expert.id, site.clock.now())]


@pytest.mark.parametrize("kept", ["languages", "regions", "qualification"])
def test_what_needs_a_language_or_qualification_goes_back_with_it(tmp_path: Path, kept: str) -> None:
    with world(tmp_path) as here:
        only: dict[str, Any] = {"languages": {"languages": ("fr",)}, "regions": {"regions": ("EU",)}}.get(kept, {})
        asks: dict[str, Any] = {"options": {"qualification": True}} if kept == "qualification" else {}
        shut = form(field("town", **only), field("total", "amount"), name="shut", **asks)
        here.store.put_form(shut, "another definition", NOON)
        here.ask(here.scan("a", form=shut), "town", "total")
        may = person("fay", languages=("fr",), regions=("EU",), qualifications=frozenset({"text", "amount"}))
        here.store.put_transcriber(may, NOON)
        town, total = sorted(here.store.lease(may.id, 4, NOON), key=lambda task: task.key.name == "total")
        change = {
            "languages": here.store.set_languages,
            "regions": here.store.set_regions,
            "qualification": here.store.set_qualifications,
        }[kept]
        change(may.id, ["amount"], after(5))
        assert [each.id for each in here.store.held(may.id, after(5))] == [total.id]
        assert [each.id for each in here.store.lease(may.id, 4, after(6))] == [total.id]
        with pytest.raises(LeaseLost):
            here.store.renew(town.id, may.id, after(7))
        assert here.store.submit(town.id, may.id, sent("Lyon", "typed before"), after(8)).kind == "late"


@pytest.mark.parametrize("how", ["skipped", "lapsed", "given back"])
def test_a_control_item_goes_and_comes_as_every_field_does(site: Site, enter: SIGNED_IN, how: str) -> None:
    thief = enter(site.person("mallory"))
    pair = control_and_ordinary(site, thief)
    if how == "skipped":
        wait(site, 3)
        assert len({thief.post(task, "skip", text="", reason="other").text for task in pair}) == 1
    elif how == "lapsed":
        wait(site, 700)
    else:
        site.store.give_back(thief.person.id, site.clock.now())
    assert renew(thief, list(pair)) == {"left": {}, "lost": list(pair)}
    pages = [thief.client.get("/work", params={"task": task}).text for task in pair]
    assert all('id="gone"' in page for page in pages)
    again = thief.lease(4)
    assert sorted(again) == ([] if how == "skipped" else sorted(pair))
    outcomes = [thief.post(task, text="BC-1").json()["outcome"] for task in pair]
    assert outcomes == (["late", "late"] if how == "skipped" else ["kept", "kept"])


def test_a_control_item_that_lapsed_and_is_answered_late_is_answered_as_every_field(
    site: Site, enter: SIGNED_IN
) -> None:
    thief = enter(site.person("mallory"))
    pair = control_and_ordinary(site, thief)
    wait(site, 700)
    said = [thief.post(task, text="BC-1").json()["outcome"] for task in pair]
    assert said == ["late", "late"]
    taken = [
        thief.client.post(f"/work/{task}/undo", json={}, headers={"x-csrf-token": thief.csrf}).status_code
        for task in pair
    ]
    assert taken == [200, 200]
    assert [renew(thief, [task])["left"].keys() == {task} for task in pair] == [True, True]


def lapsed_and_leased_anew(site: Site, reader: Thief, other: Thief) -> tuple[str, str, str]:
    """A scan, a task that lapsed and was read by another, and the next task of the same field, leased to the reader."""
    scan = site.scan(FORM, {NUMBER: "BC-1"})
    (first,) = reader.lease()
    wait(site, 700)
    assert other.lease() == [first]
    other.post(first, text="BC-1")
    ask(site.store, site, scan, NUMBER, "read", 2)
    (second,) = reader.lease()
    assert second != first
    wait(site, 5)
    return scan, first, second


def texts(site: Site, scan: str, who: Thief) -> list[str | None]:
    return [each.text for each in site.store.readings(scan) if each.source == who.person.id]


def test_one_of_two_readings_of_a_field_is_taken_back_by_either_of_its_tasks(site: Site, enter: SIGNED_IN) -> None:
    reader, other = enter(site.person("mallory")), enter(site.person("amina"))
    scan, first, second = lapsed_and_leased_anew(site, reader, other)
    reader.post(second, text="BC-9")
    reader.post(first, text="BC-8")
    for left in (["BC-9"], []):
        taken = reader.client.post(f"/work/{first}/undo", json={}, headers={"x-csrf-token": reader.csrf})
        assert taken.json()["task"]["task"] == second
        assert texts(site, scan, reader) == left
    reader.post(first, text="BC-7")
    assert texts(site, scan, reader) == ["BC-7"]
    assert sum(line.micro for line in reader.lines() if line.kind == "reading") == PIECE, (
        "what is read anew is its time"
    )


def test_a_person_is_told_what_is_so_where_others_read(site: Site, enter: SIGNED_IN) -> None:
    site.scan(FORM, {NUMBER: "BC-1", DATE: "2"})
    slow, quick, idle = (enter(site.person(name)) for name in ("amina", "ben", "chen"))
    tasks = slow.lease(2)
    page = idle.client.get("/work").text
    assert 'id="elsewhere" data-count="2"' in page
    assert 'id="gone"' not in page
    wait(site, 700)
    assert sorted(quick.lease(2)) == sorted(tasks)
    page = slow.client.get("/work").text
    assert 'id="elsewhere" data-count="2"' in page
    assert 'id="gone"' in page
    for task in tasks:
        quick.post(task)
    page = idle.client.get("/work").text
    assert 'id="elsewhere"' not in page
    assert "has been read" not in page


def test_what_is_kept_on_the_device_is_said_only_where_a_module_keeps_it(site: Site, enter: SIGNED_IN) -> None:
    site.scan(FORM, {NUMBER: "BC-1"})
    honest = enter(site.person("amina"))
    (task,) = honest.lease()
    honest.client.cookies.clear()
    plain = honest.form(f"/work/{task}", idem=secrets.token_hex(8), action="send", text="typed words")
    assert plain.status_code == 401
    assert "typed words" in plain.text
    assert "kept on this device" not in plain.text
    assert "kept on this device" in honest.post(task, text="typed words").json()["error"]
