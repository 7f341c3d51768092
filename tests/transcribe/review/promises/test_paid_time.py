"""Time beside readings is paid, as the pages promise: appeals, contested clocks, questions, tests, explanations."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest

from tests.patience import PATIENCE
from tests.transcribe.review.site import Enter, SignIn, Site, csrf, set_pay
from tests.transcribe.review.test_readings import KEY, ask, decide, read
from tests.transcribe.store.world import put
from transcribe.model import FieldKey, Transcriber
from transcribe.store.facts import PayLine


@pytest.fixture
def contested(site: Site) -> tuple[Transcriber, str]:
    """Ann, paid 12 EUR an hour at least, whose reading was outvoted an hour ago; and that reading."""
    set_pay(site)
    site.store.put_parameters({}, site.clock.now())
    scan = site.scan("bon-de-commande", {KEY: "Durand"})
    ann, ben = site.person("ann"), site.person("ben")
    reading = read(site, ann, "Durand")
    ask(site, scan, 2)
    read(site, ben, "Durant")
    decide(site, scan, "Durant", ben)
    site.clock.forward += timedelta(hours=1)
    return ann, reading


def lines(site: Site, who: Transcriber, what: str) -> list[PayLine]:
    return [line for line in site.store.ledger(who.id) if line.kind == "time" and line.reference == what]


@pytest.mark.promise(
    "Time that you spend", "one appeal a reading,", "The time it takes", "appeals, contested clocks and explanations,"
)
def test_the_time_of_an_appeal_is_paid(site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]) -> None:
    ann, reading = contested
    client = sign_in(ann)
    assert "The time it takes you is paid" in client.get(f"/readings/{reading}").text
    sent = {"csrf": csrf(client), "words": "the last letter", "seconds": "45"}

    assert client.post(f"/readings/{reading}/appeal", data=sent).status_code == 303
    assert client.post(f"/readings/{reading}/appeal", data=sent).status_code == 303

    (line,) = lines(site, ann, "appeal")
    assert (line.seconds, line.micro) == (45.0, 150_000), "45 seconds at 12 EUR an hour, once"
    assert re.search(r'data-kind="time".*?appeal.*?€0.15', client.get("/pay").text, re.S)


@pytest.mark.promise("Time that you spend")
def test_an_appeal_from_a_page_that_measures_nothing_counts_a_minute(
    site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]
) -> None:
    ann, reading = contested
    client = sign_in(ann)

    client.post(f"/readings/{reading}/appeal", data={"csrf": csrf(client), "seconds": ""})

    assert [line.seconds for line in lines(site, ann, "appeal")] == [60.0]


@pytest.mark.promise("Time that you spend", "one dispute a task,")
def test_the_time_of_contesting_a_clock_is_paid(
    site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]
) -> None:
    ann, reading = contested
    (task,) = (each.task for story in site.store.readings_of(ann.id) for each in story.readings if each.id == reading)
    client = sign_in(ann)
    sent = {"csrf": csrf(client), "task": str(task), "minutes": "4", "seconds": "30"}

    for _ in range(2):
        assert client.post("/pay/dispute", data=sent).status_code == 303

    assert [line.seconds for line in lines(site, ann, "dispute")] == [30.0], "once, however often it is sent"
    assert "time contested" in client.get("/pay").text


@pytest.mark.promise("Time that you spend", "up to ten minutes a", "appeals, contested clocks and explanations,")
def test_the_time_of_reading_an_explanation_is_paid_up_to_ten_minutes_a_field(
    site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]
) -> None:
    ann, reading = contested
    client = sign_in(ann)
    page = client.get(f"/readings/{reading}").text
    address = re.search(r'data-time="([^"]+)"', page)
    assert address

    for seconds in ("20", "400", "400"):
        site.clock.forward += timedelta(minutes=10)
        sent = client.post(address[1], data={"csrf": csrf(client), "seconds": seconds})
        assert sent.status_code == 204

    assert [line.seconds for line in lines(site, ann, "explanation")] == [20.0, 400.0, 180.0]
    stranger = sign_in(site.person("vic"))
    assert stranger.post(address[1], data={"csrf": csrf(stranger), "seconds": "20"}).status_code == 404
    assert "explanation read" in client.get("/pay").text


@pytest.mark.promise("By the piece: in")
def test_time_beside_readings_ends_at_the_measure_of_a_day(
    site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]
) -> None:
    ann, reading = contested
    client = sign_in(ann)
    (task,) = (each.task for story in site.store.readings_of(ann.id) for each in story.readings if each.id == reading)
    measure = replace(site.options.measure, skip_minutes_a_day=1)
    site.store.put_time_beside(str(task), ann.id, "explanation", 50.0, site.clock.now(), measure)
    site.clock.forward += timedelta(minutes=10)
    site.store.put_time_beside(str(task), ann.id, "appeal", 50.0, site.clock.now(), measure)

    assert [line.seconds for line in lines(site, ann, "appeal")] == [10.0]
    assert "60 minutes of skips, questions, appeals, contested times and explanations are paid" in (
        client.get("/pay").text
    )


def test_volunteers_and_a_pause_have_no_line(site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]) -> None:
    ann, reading = contested
    put(site.store, replace(ann, engagement="volunteer"), site.clock.now())
    client = sign_in(ann)

    client.post(f"/readings/{reading}/appeal", data={"csrf": csrf(client), "seconds": "45"})

    assert lines(site, ann, "appeal") == []


@pytest.mark.promise("Time that you spend")
def test_the_pages_measure_by_themselves(site: Site, enter: Enter, contested: tuple[Transcriber, str]) -> None:
    ann, reading = contested
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-2025-0101"}, name="more")
    page = enter(ann)
    began = monotonic()
    page.goto(page.url.replace("/work", f"/readings/{reading}"))
    page.wait_for_timeout(2_100)
    page.goto(page.url.replace(f"/readings/{reading}", "/readings"))
    until = monotonic() + PATIENCE  # the page tells its time when it is left, beside what follows
    while not lines(site, ann, "explanation") and monotonic() < until:
        page.wait_for_timeout(50)
    assert 2 <= sum(line.seconds for line in lines(site, ann, "explanation")) <= 1 + monotonic() - began

    began = monotonic()
    page.goto(page.url.replace("/readings", f"/readings/{reading}"))
    site.clock.forward += timedelta(minutes=10)
    page.wait_for_timeout(1_100)
    page.locator("#appeal-form button").click()
    page.locator("#appeal").wait_for()
    (line,) = lines(site, ann, "appeal")
    assert 1 <= line.seconds <= 1 + monotonic() - began


@pytest.mark.browser
def test_a_double_click_sends_once_and_its_time_counts(
    site: Site, enter: Enter, contested: tuple[Transcriber, str]
) -> None:
    ann, reading = contested
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-2025-0101"}, name="more")
    page = enter(ann)
    page.goto(page.url.replace("/work", f"/readings/{reading}"))
    page.wait_for_timeout(2_500)
    page.locator("#appeal-form button").dblclick()
    page.locator("#appeal").wait_for()
    (line,) = lines(site, ann, "appeal")
    assert line.seconds >= 2
