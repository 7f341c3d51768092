"""Pay drawn without work: each request that an account could send is sent, through the real pages.

Beside each stands what an honest person on a bad line sends: that goes on to be kept and paid.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from flows.administration import anomalies
from tests.transcribe.review.site import Site, csrf, make_site
from transcribe.model import FieldKey, Transcriber, Truth
from transcribe.review.options import ReviewOptions
from transcribe.store import Floor, PayLine, Rate, SentReading

NUMBER, DATE, MARK = FieldKey("order_number"), FieldKey("order_date"), FieldKey("express")
PIECE, HOUR = 50_000, 12_000_000
SIGNED_IN = Callable[[Transcriber], "Thief"]


class Thief:
    """Somebody with an account and a script."""

    def __init__(self, site: Site, person: Transcriber, client: httpx.Client, csrf: str) -> None:
        self.site, self.person, self.client, self.csrf = site, person, client, csrf

    def lease(self, count: int = 1) -> list[str]:
        found = self.client.get("/work/next", params={"count": count}).json()
        return [each["task"] for each in found["tasks"]]

    def post(self, task: str, action: str = "send", text: str = "12", seconds: float = 1.0, **more: Any) -> Any:
        body = {"idem": secrets.token_hex(8), "action": action, "text": text, "seconds": seconds, **more}
        return self.client.post(f"/work/{task}", json=body, headers={"x-csrf-token": self.csrf})

    def form(self, path: str, **values: str) -> httpx.Response:
        return self.client.post(path, data={"csrf": self.csrf, **values}, follow_redirects=False)

    def lines(self) -> list[PayLine]:
        return self.site.store.ledger(self.person.id)

    @property
    def seconds(self) -> float:
        return sum(line.seconds for line in self.lines())

    @property
    def micro(self) -> int:
        return sum(line.micro for line in self.lines())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = make_site(tmp_path, ReviewOptions(public_url="http://testserver"))
    now = made.clock.now()
    made.store.put_rate(Rate(form="", micro=PIECE, currency="EUR", since=now), now)
    made.store.put_floor(Floor(micro=HOUR, currency="EUR", source="made up", since=now), now)
    yield made
    made.store.close()


@pytest.fixture
def enter(site: Site) -> Iterator[SIGNED_IN]:
    clients: list[TestClient] = []

    def signed_in(person: Transcriber) -> Thief:
        client = TestClient(site.app, follow_redirects=False)
        client.__enter__()
        clients.append(client)
        assert client.post(f"/in/{site.link(person)}").status_code == 303
        return Thief(site, person, client, csrf(client))

    yield signed_in
    for client in clients:
        client.__exit__(None, None, None)


def wait(site: Site, seconds: float) -> None:
    site.clock.forward += timedelta(seconds=seconds)


@pytest.mark.promise("A field is paid", "You are paid once")
def test_one_task_sent_three_hundred_times_with_new_idems_is_paid_once(site: Site, enter: SIGNED_IN) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "BC-1"})
    thief = enter(site.person("amina"))
    (task,) = thief.lease()
    wait(site, 5)
    answers = [thief.post(task, text=f"{number}").status_code for number in range(300)]
    assert thief.micro == PIECE
    assert [line.kind for line in thief.lines()] == ["reading"]
    assert set(answers) == {200, 409}
    assert answers.count(200) <= 12
    assert len([each for each in site.store.readings(scan) if each.kind == "person"]) == answers.count(200)


def test_other_words_of_an_illegible_field_are_a_correction_and_are_kept(site: Site, enter: SIGNED_IN) -> None:
    """Nothing is typed is lost: what is legible stands beside a reading without a text."""
    scan = site.scan("bon-de-commande", {NUMBER: "BC-1"})
    honest = enter(site.person("amina"))
    (task,) = honest.lease()
    wait(site, 5)
    said = [honest.post(task, "illegible", text=text).json()["outcome"] for text in ("B?", "BC?", "BC?")]
    assert said == ["kept", "kept", "again"]
    assert [each.legible for each in site.store.readings(scan) if each.kind == "person"] == ["B?", "BC?"]
    assert honest.micro == PIECE


def test_one_skip_sent_fifty_times_is_one_skip(site: Site, enter: SIGNED_IN) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    thief = enter(site.person("amina"))
    (task,) = thief.lease()
    wait(site, 6)
    for reason in ("rather not", "other", "hard to see") * 17:
        assert thief.post(task, "skip", reason=reason, seconds=3600.0).status_code == 200
    assert len(thief.lines()) == 1
    assert 6 <= thief.seconds < 7


@pytest.mark.promise("kept times", "It is more than")
def test_kept_time_stands_on_my_pay_and_is_claimed_with_one_press(site: Site, enter: SIGNED_IN) -> None:
    site.scan("bon-de-commande", {NUMBER: "x"})
    honest = enter(site.person("amina"))
    (task,) = honest.lease()
    wait(site, 6 * 86_400)
    honest = enter(honest.person)
    assert (
        honest.form(f"/work/{task}", idem=secrets.token_hex(8), action="send", text="12", seconds="").status_code == 303
    )
    assert honest.seconds < 180, "not the days of nothing"
    page = honest.client.get("/pay").text
    assert "I worked on it" in page
    minutes = re.search(r'name="minutes" value="([0-9.]+)"', page)
    assert minutes
    assert honest.form("/pay/dispute", task=task, minutes=minutes[1]).status_code == 303
    assert "I worked on it" not in honest.client.get("/pay").text
    (dispute,) = site.store.disputes(open_only=True)
    assert (dispute.claimed, dispute.task) == (36_000.0, task), "as much as a working day has"


def test_json_without_seconds_counts_what_passed_since_the_last_act(site: Site, enter: SIGNED_IN) -> None:
    site.scan("bon-de-commande", {NUMBER: "x"})
    honest = enter(site.person("amina"))
    (task,) = honest.lease()
    wait(site, 40)
    body = {"idem": secrets.token_hex(8), "action": "send", "text": "12"}
    assert honest.client.post(f"/work/{task}", json=body, headers={"x-csrf-token": honest.csrf}).status_code == 200
    assert honest.seconds == pytest.approx(40, abs=1)


@pytest.mark.promise("In 24 hours, the", "the seconds are paid", "questions of one person", "Of questions and of")
def test_questions_above_the_measure_of_a_day_are_kept_and_not_paid(site: Site) -> None:
    measure = replace(site.options, paid_questions=2).measure
    site.scan("bon-de-commande", {NUMBER: "x", DATE: "y", MARK: "z"})
    who = site.person("amina").id
    for task in site.store.lease(who, 3, site.clock.now()):
        wait(site, 10)
        site.store.put_question(task.id, who, "what?", 5.0, site.clock.now(), measure)
    assert [line.seconds for line in site.store.ledger(who)] == [5.0, 5.0]
    assert len(site.store.questions()) == 3


@pytest.mark.promise(
    "A test is a few fields of one kind whose text is known. It",
    "In 24 hours, %(tests)s",
    "The time is paid, whatever",
    "each answer is a",
    "items of tests of",
    "Of questions and of",
)
def test_tests_in_a_loop_are_paid_up_to_the_measure_of_a_day(site: Site, enter: SIGNED_IN) -> None:
    now = site.clock.now()
    for number in range(6):
        scan = site.scan("bon-de-commande", {NUMBER: "BC-1"}, name=f"s{number}")
        site.store.put_truth(Truth(scan=scan, key=NUMBER, text="BC-1", origin="gold", at=now), now)
    thief = enter(site.person("amina"))
    kind = "code"
    taken = 0
    for number in range(9):
        thief.form(f"/test/{kind}")
        page = thief.client.get(f"/test/{kind}")
        tasks = re.findall(r'name="text\.([^"]+)"', page.text)
        assert tasks
        answers = {f"text.{task}": "wrong" for task in tasks}
        assert thief.form(f"/test/{kind}/answers", idem=f"looping-{number:04}", **answers).status_code == 303
        taken += len(tasks)
    assert taken > 40
    assert len(thief.lines()) == site.options.paid_tests
    wait(site, 25 * 3600)
    rested = enter(thief.person)
    rested.form(f"/test/{kind}")
    page = rested.client.get(f"/test/{kind}")
    (first, *_) = re.findall(r'name="text\.([^"]+)"', page.text)
    rested.form(f"/test/{kind}/answers", idem="tomorrow-1", **{f"text.{first}": "BC-1"})
    assert len(thief.lines()) == site.options.paid_tests + 1


@pytest.mark.promise("You get no work meanwhile,")
def test_a_paused_account_earns_nothing_by_whatever_door(site: Site) -> None:
    site.scan("bon-de-commande", {NUMBER: "x", DATE: "y", MARK: "z"})
    person = site.person("amina")
    first, second, third = site.store.lease(person.id, 3, site.clock.now())
    wait(site, 5)
    site.store.set_paused(person.id, paused=True, now=site.clock.now())
    kept = [each for each in (first, second) if _kept(site, each.id, person.id, site.clock.now())]
    assert kept == [first, second], "what was typed under a lease is kept, and not paid"
    site.store.skip(third.id, person.id, "other", 5.0, site.clock.now())
    site.store.put_question(first.id, person.id, "what?", 5.0, site.clock.now())
    site.store.put_time(person.id, 60.0, "appeal", site.clock.now())
    assert site.store.ledger(person.id) == []


def _kept(site: Site, task: str, who: str, now: datetime) -> bool:
    sent = SentReading(text="x", idem=f"paused-{task}", seconds=2.0)
    return site.store.submit(task, who, sent, now, site.options.measure).kind == "late"


@pytest.mark.promise("a reading typed under")
def test_a_task_is_not_written_to_for_ever(site: Site, enter: SIGNED_IN) -> None:
    site.scan("bon-de-commande", {NUMBER: "x", DATE: "y"})
    thief = enter(site.person("amina"))
    read, late = thief.lease(2)
    wait(site, 5)
    thief.post(read, text="x")
    wait(site, 3700)
    assert thief.post(read, text="y").status_code == 409, "after undo's time"
    wait(site, 6 * 86_400)
    fresh = enter(thief.person)
    assert fresh.post(late, text="12/03/2025").json()["outcome"] == "late"
    assert thief.micro == 2 * PIECE


@pytest.mark.promise("A reading that comes", "Too many days have", "404 where the task", "a late reading is")
def test_a_first_reading_that_comes_after_the_days_that_the_page_says_is_refused(site: Site, enter: SIGNED_IN) -> None:
    site.scan("bon-de-commande", {NUMBER: "x"})
    thief = enter(site.person("amina"))
    (task,) = thief.lease()
    wait(site, 8 * 86_400)
    back = enter(thief.person)
    refused = back.post(task, text="x")
    assert refused.status_code == 409
    assert "Too many days" in refused.json()["error"]
    assert "up to 7 days" in back.client.get("/pay").text


def test_a_skip_and_a_reading_of_one_task_are_paid_as_one(site: Site, enter: SIGNED_IN) -> None:
    site.scan("bon-de-commande", {NUMBER: "x"})
    thief = enter(site.person("amina"))
    (task,) = thief.lease()
    wait(site, 10)
    thief.post(task, "skip", reason="other", seconds=10.0)
    thief.post(task, text="x", seconds=10.0)
    assert thief.micro == PIECE
    assert thief.seconds <= 10.1


def test_a_clock_that_stood_ahead_locks_nothing_and_costs_nobody_their_pay(site: Site) -> None:
    site.scan("bon-de-commande", {NUMBER: "x", DATE: "y"})
    amina, boris = site.person("amina").id, site.person("boris").id
    site.clock.forward += timedelta(days=2)
    tasks = site.store.lease(amina, 2, site.clock.now())
    site.clock.forward -= timedelta(days=2)
    wait(site, 10)
    assert len(site.store.lease(boris, 2, site.clock.now())) == 2
    assert _sends(site, tasks[0].id, amina) == "late"
    (line,) = site.store.ledger(amina)
    assert (line.micro, line.seconds) == (PIECE, 7.0)
    wait(site, 2 * 86_400)
    site.scan("bon-de-commande", {NUMBER: "x"}, name="later")
    (task,) = site.store.lease(amina, 1, site.clock.now())
    wait(site, 10)
    _sends(site, task.id, amina)
    assert site.store.ledger(amina)[-1].seconds == 7.0


def _sends(site: Site, task: str, who: str) -> str:
    return site.store.submit(task, who, SentReading(text="x", idem=f"i-{task}", seconds=7.0), site.clock.now()).kind


@pytest.mark.promise("By the piece: the", "time that is paid")
def test_an_hour_is_not_paid_by_a_skip_sent_first_and_by_the_pieces_typed_meanwhile(
    site: Site, enter: SIGNED_IN
) -> None:
    for number in range(14):
        site.scan("bon-de-commande", {NUMBER: "x", DATE: "y", MARK: "z"}, name=f"s{number}")
    thief = enter(site.person("amina"))
    kept, *others = thief.lease(31)
    wait(site, 600)
    assert thief.post(kept, "skip", text="", seconds=600.0, reason="hard to see").status_code == 200
    assert {thief.post(task, seconds=20.0).json()["outcome"] for task in others} <= {"kept", "late"}
    once = 600 * HOUR / 3600 + len(others) * HOUR / 3600
    assert thief.micro <= once, "but for a begun second each"
    assert "time that is paid already" in thief.client.get("/pay").text


def test_a_plain_form_is_paid_for_a_skip_what_passed_since_the_last_sending(site: Site, enter: SIGNED_IN) -> None:
    """Not all the time since a first lease days ago, which would be all that a day has."""
    site.scan("bon-de-commande", {NUMBER: "x", DATE: "y"})
    honest = enter(site.person("amina"))
    honest.lease(2)
    wait(site, 2 * 86_400)
    honest = enter(honest.person)
    first, second = honest.lease(2)
    wait(site, 12)
    honest.form(f"/work/{first}", idem="plain-form-1", action="send", text="x", seconds="")
    wait(site, 7)
    honest.form(f"/work/{second}", idem="plain-form-2", action="skip", text="", reason="other", seconds="")
    assert [round(line.seconds) for line in honest.lines()] == [12, 7]


@pytest.mark.promise(
    "By the hour: in",
    "minutes of waiting paid",
    "Who is paid by the hour is paid for 60",
)
def test_waiting_is_paid_up_to_the_measure_of_a_day_and_the_operator_sees_who_reaches_it(
    site: Site, enter: SIGNED_IN
) -> None:
    person = site.person("hal")
    site.store.set_engagement(person.id, "hourly", site.clock.now())
    thief = enter(person)
    for _ in range(24):
        wait(site, 299)
        thief.client.get("/work")
    assert thief.seconds == pytest.approx(3600)
    assert site.store.waiting_seconds(person.id) > 6000, "what is above it stands beside the pay"
    assert "60 minutes of waiting" in re.sub(r"\s+", " ", thief.client.get("/pay").text)
    assert "60 minutes of waiting" in re.sub(r"\s+", " ", thief.client.get("/before").text)
    home: Any = SimpleNamespace(store=site.store, settings=SimpleNamespace(paid_waiting_minutes=60.0))
    (asked,) = anomalies(home)
    assert asked.kind == "waiting"
    assert "60 minutes" in asked.question
    wait(site, 25 * 3600)
    rested = enter(person)
    for _ in range(3):
        rested.client.get("/work")
        wait(site, 299)
    assert rested.seconds > 3600


@pytest.mark.promise("By the hour: in", "chosen by hand), and")
def test_waiting_beside_work_that_was_passed_on_is_not_paid(site: Site, enter: SIGNED_IN) -> None:
    person = site.person("hal")
    site.store.set_engagement(person.id, "hourly", site.clock.now())
    site.scan("bon-de-commande", {NUMBER: "x"})
    thief, other = enter(person), enter(site.person("boris"))
    (task,) = thief.lease()
    wait(site, 10)
    thief.post(task, "skip", text="", seconds=10.0, reason="rather not")
    for _ in range(3):
        thief.client.get("/work")
        wait(site, 299)
    assert thief.seconds == pytest.approx(10, abs=0.5)
    (same,) = other.lease()
    other.post(same, text="x")
    for _ in range(3):
        thief.client.get("/work")
        wait(site, 200)
    assert thief.seconds > 400, "somebody has read it: there is nothing left that they passed on"
