"""News keep until they are read, name the field, and lead to it."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.transcribe.review.site import NUMBER, SignIn, Site, csrf
from transcribe.model import FieldKey, Transcriber
from transcribe.store.facts import SentReading


def told(page: str) -> list[tuple[str, str]]:
    """Each piece of news on a page: its kind, and the address of its button."""
    section = page.split('id="notices"')[1].split("</section>")[0] if 'id="notices"' in page else ""
    return re.findall(r'<li data-kind="([^"]+)">.*?action="(/news/\d+)"', section, re.DOTALL)


def with_news(site: Site, sign_in: SignIn) -> tuple[httpx.Client, Transcriber, str]:
    """A person whose question was answered and whose contested time was decided; their reading."""
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina, now = site.person("amina"), site.clock.now()
    (task,) = site.store.lease(amina.id, 1, now)
    question = site.store.put_question(task.id, amina.id, "With the dash?", 5.0, now)
    site.store.submit(task.id, amina.id, SentReading(text="BC-1", idem="the-only-1", seconds=4.0), now)
    dispute = site.store.dispute_time(task.id, amina.id, 60.0, "", now)
    site.store.answer_question(question.id, "Yes, with it.", "olga", now)
    site.store.answer_dispute(dispute.id, 30.0, now, by="olga", reason="half of it")
    (reading,) = site.store.readings(task.scan)
    return sign_in(amina), amina, reading.id


@pytest.mark.promise("News stand above them")
def test_news_name_the_field_and_stay_until_each_is_read(site: Site, sign_in: SignIn) -> None:
    client, _, reading = with_news(site, sign_in)
    for _ in range(2):
        page = client.get("/readings").text
        assert [kind for kind, _ in told(page)] == ["time answered", "question answered"], "looking reads nothing"
    assert page.split('id="notices"')[1].split("</section>")[0].count("Order number") == 2
    assert "With the dash?" in page
    assert "Yes, with it." in page
    assert client.get("/day").json()["has_news"] is True

    (_, time), (_, question) = told(page)
    sent = {"csrf": csrf(client)}
    assert client.post(question, data=sent).headers["location"] == f"/readings/{reading}"
    assert [kind for kind, _ in told(client.get("/readings").text)] == ["time answered"]
    assert client.post(time, data=sent).headers["location"] == "/pay"
    assert told(client.get("/readings").text) == []
    assert client.get("/day").json()["has_news"] is False
    assert client.post(time, data=sent).status_code == 404


def test_nobody_reads_the_news_of_another(site: Site, sign_in: SignIn) -> None:
    client, amina, _ = with_news(site, sign_in)
    (_, first), _ = told(client.get("/readings").text)
    stranger = sign_in(site.person("eve"))
    assert stranger.post(first, data={"csrf": csrf(stranger)}).status_code == 404
    assert len(site.store.notices(amina.id, unseen_only=True)) == 2


def test_news_of_a_forgotten_scan_still_say_what_happened(site: Site, sign_in: SignIn) -> None:
    client, _, _ = with_news(site, sign_in)
    (state,) = site.store.scan_states()
    site.store.forget(state.scan.id, site.clock.now())
    page = client.get("/readings").text
    assert len(told(page)) == 2


def test_what_a_person_holds_counts_as_open_to_them(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-1", FieldKey("order_date"): "1 May 2025"})
    amina = site.person("amina")
    client = sign_in(amina)
    assert client.get("/day").json()["pieces"][-1] == "2 open"
    site.store.lease(amina.id, 9, site.clock.now())
    assert client.get("/day").json()["pieces"][-1] == "2 open"


@pytest.mark.promise("An operator corrected a")
def test_who_read_a_field_is_told_that_an_operator_corrected_it(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina, other, now = site.person("amina"), site.person("omar"), site.clock.now()
    (task,) = site.store.lease(amina.id, 1, now)
    site.store.submit(task.id, amina.id, SentReading(text="BC-1", idem="the-only-1", seconds=4.0), now)
    due = [each.due for each in site.store.pay_states(now, amina.id)]
    (reading,) = site.store.readings(task.scan)
    site.store.correct_value(task.scan, NUMBER, "BC-7", "olga", "the customer called", now)

    client = sign_in(amina)
    page = client.get("/readings").text
    ((kind, address),) = told(page)
    assert kind == "value corrected"
    assert "An operator corrected a field that you had read." in page
    assert client.post(address, data={"csrf": csrf(client)}).headers["location"] == f"/readings/{reading.id}"
    assert [each.due for each in site.store.pay_states(now, amina.id)] == due
    assert told(sign_in(other).get("/readings").text) == [], "who did not read it hears nothing"
