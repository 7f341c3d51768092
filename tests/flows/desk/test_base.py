"""The base of the desk: who comes in, what an auditor may, limits by form, tables as files."""

from __future__ import annotations

import csv
import io
import threading
import time
from datetime import datetime, timedelta

import pytest

from flows.alerts import CHECKS
from flows.alerts.conditions import Alert, Looked
from flows.desk.now import alarms
from flows.home.home import Home
from flows.serving.reconcile_worker import sum_up
from tests.flows.desk.desk_site import DeskSite, post
from tests.patience import PATIENCE
from tests.transcribe.store.world import sent
from transcribe.store.facts import Rate


def test_an_operator_and_an_auditor_come_to_the_desk_others_to_work(desk: DeskSite) -> None:
    for role, first in (("operator", "/desk"), ("auditor", "/desk"), ("transcriber", "/work"), ("expert", "/work")):
        person = desk.person(role, role)  # type: ignore[arg-type]  # real roles
        client = desk.client(person)
        assert client.post(f"/in/{desk.link(person)}").headers["location"] == first
        menu = client.get("/me").text
        assert ('href="/desk"' in menu) == (first == "/desk")


def test_now_counts_what_waits_and_says_since_when(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))
    rows = {row["for"] + " " + row["what"]: row for row in client.get("/desk/waits.json").json()["waits"]}
    assert rows["people questions"]["count"] == 6
    assert rows["people questions"]["oldest"] is not None
    assert rows["weighing scans to be read and weighed"]["count"] == 0
    assert rows["publishing records"]["count"] == 0
    assert 'href="/desk/scans?state=waits+for+people"' in client.get("/desk").text


def test_a_table_is_the_same_as_csv_and_as_json(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))
    lines = list(csv.DictReader(io.StringIO(client.get("/desk/waits.csv").text)))
    plain = client.get("/desk/waits.json").json()["waits"]
    written = [{name: "" if value is None else str(value) for name, value in row.items()} for row in plain]
    assert lines == written


def test_who_is_limited_to_a_form_counts_no_other(busy: DeskSite) -> None:
    limited = busy.client(busy.person("half", "operator", forms=("invoice2",)))
    rows = {row["for"]: row["count"] for row in limited.get("/desk/waits.json").json()["waits"]}
    assert rows == {"machines": 0, "weighing": 0, "people": 2, "experts": 0}
    assert post(limited, "/desk/quarantine/retry").status_code == 404


def test_who_is_limited_to_a_form_is_not_told_how_many_scans_of_all_wait_to_be_counted(busy: DeskSite) -> None:
    busy.home.store.not_summed_up = lambda: 7  # type: ignore[method-assign]
    waits = "7 scans have changed and are not counted anew yet"
    assert waits in busy.client(busy.person("op", "operator")).get("/desk").text
    assert waits not in busy.client(busy.person("half", "operator", forms=("order",))).get("/desk").text


def test_a_deed_without_the_token_of_the_session_is_refused(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))
    assert client.post("/desk/quarantine/retry", data={"csrf": "x"}).status_code == 403
    assert post(client, "/desk/quarantine/retry").headers["location"] == "/desk?done=retry"


def test_who_is_at_work_is_told_with_what_they_hold(busy: DeskSite) -> None:
    ann = busy.person("ann", "transcriber")
    busy.read(ann, "Mary Poole")
    busy.home.store.lease(ann.id, 1, busy.now())
    client = busy.client(busy.person("op", "operator"))
    (row,) = client.get("/desk/at-work.json").json()["at-work"]
    assert (row["handle"], row["roles"], row["held"]) == ("ann", "transcriber", 1)


def test_static_files_of_the_desk_may_be_kept_for_ever(desk: DeskSite) -> None:
    client = desk.client(desk.person("op", "operator"))
    text = client.get("/desk").text
    address = text.partition('href="/desk/static/')[2].partition('"')[0]
    answer = client.get(f"/desk/static/{address}")
    assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
    assert client.get("/desk/static/000000000000/desk.css").status_code == 404


@pytest.mark.promise(
    "The batch is cancelled.",
    "The batch is cancelled and",
    "Nobody is asked about it any more.",
    "Each keeps what people",
)
def test_what_somebody_holds_of_a_cancelled_batch_is_kept_and_paid(busy: DeskSite) -> None:
    store, ann = busy.home.store, busy.person("ann", "transcriber")
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    (task,) = store.lease(ann.id, 1, busy.now())
    store.cancel_batch(store.scan(task.scan).batch, "op", "the customer withdrew it", busy.now())
    assert store.submit(task.id, ann.id, sent("Mary Poole", "i"), busy.now()).kind in ("kept", "late")
    assert [line.micro for line in store.ledger(ann.id)] == [20_000]


def test_the_worker_sums_up_a_little_at_a_time_until_nothing_is_left(desk: DeskSite) -> None:
    for number in range(45):
        desk.scan(f"scan {number}")
    assert (desk.home.store.not_summed_up(), sum_up(desk.home, 0.0)) == (45, True)
    assert desk.home.store.not_summed_up() == 25
    assert not sum_up(desk.home, 60.0)
    assert desk.home.store.not_summed_up() == 0
    assert {each.count for each in desk.home.store.scan_counts() if each.what == "state not weighed"} == {45}


def test_alarms_that_were_found_long_ago_are_not_shown_again(desk: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = iter((4, 1, 0))

    def looked(home: Home, at: datetime, leave_out: frozenset[str]) -> tuple[Looked, object]:
        if "duplicates" in leave_out:
            return Looked(alerts=(), failed=frozenset()), None
        return Looked(
            alerts=(Alert(check="duplicates", subject="open", message=f"{next(counts)} scans"),), failed=frozenset()
        ), None

    monkeypatch.setattr(alarms, "alerts_now", looked)
    watch = alarms.AlarmWatch(desk.home)
    assert [each.message for each in watch.found()] == ["4 scans"]
    assert [each.message for each in watch.found()] == ["4 scans"], "a fresh finding stands"
    monkeypatch.setattr(alarms, "ALARM_SECONDS", 0.0)
    monkeypatch.setattr(alarms, "LOOK_AGAIN_SECONDS", 20.0)
    watch._until = 0.0
    assert [each.message for each in watch.found()] == ["1 scans"]


def test_a_page_does_not_wait_for_a_long_look_where_a_recent_finding_is_known(
    desk: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages, may_end = iter(("first", "second")), threading.Event()

    def looked(home: Home, at: datetime, leave_out: frozenset[str]) -> tuple[Looked, object]:
        if "disk" in leave_out:
            return Looked(alerts=(), failed=frozenset()), None
        message = next(messages)
        if message == "second":
            may_end.wait(PATIENCE)
        return Looked(alerts=(Alert(check="disk", subject="disk", message=message),), failed=frozenset()), None

    monkeypatch.setattr(alarms, "alerts_now", looked)
    monkeypatch.setattr(alarms, "LOOK_SECONDS", 2 * PATIENCE)
    watch = alarms.AlarmWatch(desk.home)
    assert [each.message for each in watch.found()] == ["first"]
    watch._until = time.monotonic() - 1.0
    assert [each.message for each in watch.found()] == ["first"], "who waits finds the second"
    may_end.set()
    watch._looked.wait(PATIENCE)
    assert [each.message for each in watch.found()] == ["second"]


def test_what_weighs_whole_scans_is_looked_at_every_ten_minutes_and_stands_meanwhile(
    desk: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[frozenset[str]] = []

    def looked(home: Home, at: datetime, leave_out: frozenset[str]) -> tuple[Looked, object]:
        left.append(leave_out)
        there = [
            Alert(check=each, subject=each, message=f"{each} {len(left)}") for each in ("disk", "reading", "audit")
        ]
        alerts = tuple(each for each in there if each.check not in leave_out)
        return Looked(alerts=alerts, failed=failed), None

    failed: frozenset[str] = frozenset()
    monkeypatch.setattr(alarms, "alerts_now", looked)
    monkeypatch.setattr(alarms, "ALARM_SECONDS", 0.0)
    monkeypatch.setattr(alarms, "LOOK_AGAIN_SECONDS", 20.0)
    watch = alarms.AlarmWatch(desk.home)
    assert [each.message for each in watch.found()] == ["disk 1", "reading 2", "audit 2"]
    watch._until = 0.0
    assert [each.message for each in watch.found()] == ["disk 3", "reading 2", "audit 2"]
    watch._until = watch._slow_until = 0.0
    failed = frozenset({"reading"})
    assert [each.message for each in watch.found()] == ["disk 4", "reading 5", "audit 5"]
    watch._until = 0.0
    assert [each.message for each in watch.found()] == ["disk 6", "reading 7", "audit 7"], "what failed is asked anew"
    quick, slow = alarms.SLOW_CHECKS, frozenset(CHECKS) - alarms.SLOW_CHECKS
    assert left == [quick, slow, quick, quick, slow, quick, slow], "what is left out: the slow ones come last"


def test_the_number_of_scans_that_came_today_leads_to_those_of_today(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))
    busy.weigh()
    tile = client.get("/desk").text.split('id="today-scans"')[1].split("</div>")[0]
    assert f'href="/desk/scans?since={busy.now():%Y-%m-%d}"' in tile
    busy.ahead = timedelta(days=3)
    later = busy.client(busy.person("op2", "operator")).get("/desk").text
    assert f'href="/desk/scans?since={busy.now():%Y-%m-%d}"' in later
    assert "/desk/scans?state=finished" not in later.split('id="today-records"')[1].split("</div>")[0]
