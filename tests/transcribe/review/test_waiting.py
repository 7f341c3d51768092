"""When there is no work: what is to come, and waiting counted; questions within measure; tests explained at once."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site, csrf
from tests.transcribe.store.world import put
from transcribe.model import Truth
from transcribe.review.views.formatting import moment
from transcribe.store.facts import ExpectedWork, Floor
from transcribe.store.machines.machines import MAX_COUNTED_WAIT


def later(site: Site, **time: float) -> None:
    site.clock.forward += timedelta(**time)


@pytest.mark.promise("You have waited for")
def test_the_time_between_looks_that_found_nothing_stands_beside_the_pay(site: Site, sign_in: SignIn) -> None:
    amina = site.person("amina")
    client = sign_in(amina)
    assert 'id="no-work"' in client.get("/work").text
    assert site.store.waiting_seconds(amina.id) == 0
    later(site, minutes=3)
    assert client.get("/work/next").json()["tasks"] == []
    assert site.store.waiting_seconds(amina.id) == pytest.approx(180, abs=1)
    later(site, hours=2)
    client.get("/work")
    assert site.store.waiting_seconds(amina.id) == pytest.approx(180 + MAX_COUNTED_WAIT.total_seconds(), abs=1)
    site.scan("bon-de-commande", {NUMBER: "1"})
    later(site, minutes=1)
    assert 'id="task"' in client.get("/work").text
    later(site, minutes=4)
    client.get("/work")  # who has work waits no more
    assert site.store.waiting_seconds(amina.id) == pytest.approx(240 + MAX_COUNTED_WAIT.total_seconds(), abs=1)
    assert site.store.ledger(amina.id) == [], "waiting is no line of pay by the piece"


@pytest.mark.promise("There is no rate", "Who is paid by the hour is paid for `paid_waiting_minutes`")
def test_who_is_paid_by_the_hour_is_paid_for_waiting_and_volunteers_have_no_clock(site: Site, sign_in: SignIn) -> None:
    now = site.clock.now()
    site.store.put_floor(Floor(micro=12_000_000, currency="EUR", source="law", since=now), now)
    hourly = replace(site.person("hana"), engagement="hourly")
    free = replace(site.person("vera"), engagement="volunteer")
    for who in (hourly, free):
        put(site.store, who, now)
        client = sign_in(who)
        client.get("/work")
        later(site, minutes=5)
        assert ('id="waited"' in client.get("/work").text) == (who is hourly)
    (line,) = site.store.ledger()
    assert (line.transcriber, line.reference) == (hourly.id, "waiting")
    assert line.micro == pytest.approx(1_000_000, rel=0.005)
    assert site.store.waiting_seconds(free.id) == 0


def test_who_finds_no_work_is_told_what_is_to_come_in_their_own_time(site: Site, sign_in: SignIn) -> None:
    amina = replace(site.person("amina", language="fr"), time_zone="Indian/Antananarivo")
    now = site.clock.now()
    put(site.store, amina, now)
    client = sign_in(amina)
    assert "Aucun nouveau travail" in client.get("/work").text
    at = datetime(now.year + 1, 1, 5, 22, 30, tzinfo=now.tzinfo)
    site.store.put_expected_work(ExpectedWork(id="later", at=at, hours=12.5, form="bon-de-commande"), now)
    site.store.put_expected_work(ExpectedWork(id="gone", at=now + timedelta(minutes=1), hours=1), now)
    later(site, minutes=2)
    for path in ("/work", "/pay"):
        page = client.get(path).text
        assert moment(at, "Indian/Antananarivo", "fr") in page
        assert "12,5 heures" in page
        assert page.count("heures de travail") == 1, "what was to come and is past is not told"
    site.store.end_expected_work("later", site.clock.now())
    assert "12,5 heures" not in client.get("/work").text


@pytest.mark.promise("Thank you for asking", "422 where there are")
def test_after_many_questions_within_an_hour_a_kind_word_says_when_to_ask_again(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    client = sign_in(amina)
    task = client.get("/work/next?count=1").json()["tasks"][0]["task"]
    said = {"csrf": csrf(client), "words": "With dashes?", "seconds": "5"}
    for number in range(site.options.questions_an_hour):
        another = {**said, "words": f"With {number} dashes?"}
        assert client.post(f"/work/{task}/ask", data=another).status_code == 303
        later(site, seconds=30)
    refused = client.post(f"/work/{task}/ask", data=said)
    assert refused.status_code == 429
    assert "Thank you for asking so carefully" in refused.text
    assert 3600 - 30 * 10 - 5 < int(refused.headers["retry-after"]) <= 3600 - 30 * 9
    assert len(site.store.questions()) == site.options.questions_an_hour
    assert len(site.store.ledger(amina.id)) == 1, "the time of the first on a field is paid"
    later(site, seconds=int(refused.headers["retry-after"]) - 450)
    client.get("/work")  # the task is leased for ten minutes
    later(site, seconds=451)
    task = client.get("/work/next?count=1").json()["tasks"][0]["task"]
    assert client.post(f"/work/{task}/ask", data=said).status_code == 303


def test_an_item_of_a_test_is_explained_at_once_wherever_it_is_answered(site: Site, sign_in: SignIn) -> None:
    now = site.clock.now()
    known = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"}, name="known")
    for task in site.store.lease(site.person("setter").id, 9, now):
        site.store.skip(task.id, site.store.transcriber("setter").id, "other", 0.0, now)
    site.store.conclude(known, 10**9, [], [], None, now)
    site.store.put_truth(Truth(scan=known, key=NUMBER, text="BC-2025-0001", origin="gold", at=now), now)
    site.scan("bon-de-commande", {DATE: "1"}, name="work")
    amina, ben = site.person("amina"), site.person("ben")
    client = sign_in(amina)
    page = client.post("/test/code", data={"csrf": csrf(client)}, follow_redirects=True).text
    item = re.findall(r'name="text\.([^"]+)"', page)[0]
    shown = {task["task"] for task in client.get("/work/next?count=10").json()["tasks"]}
    assert item not in shown, "items of a test stay on its page"
    assert len(shown) >= 1

    sent = {"csrf": csrf(client), "idem": secrets.token_urlsafe(16), "action": "send", "text": "BC-2025-0007"}
    answered = client.post(f"/work/{item}", data=sent)

    assert (answered.status_code, answered.headers["location"]) == (303, f"/test/explained/{item}")
    told = client.get(answered.headers["location"]).text
    assert 'data-same="no"' in told
    assert "BC-2025-0001" in told
    assert "BC-2025-0007" in told
    assert sign_in(ben).get(f"/test/explained/{item}").status_code == 404
    (other, *_) = shown
    assert client.get(f"/test/explained/{other}").status_code == 404, "only items of a test are explained"
