"""What is said of one's work agrees with itself: a field sent again is one, a contested time is that of the field."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from tests.transcribe.review.promises.test_known_fields import known_fields
from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site, csrf, set_pay
from tests.transcribe.review.test_fair_pages import read
from tests.transcribe.store.world import put
from transcribe.model import Task, Transcriber
from transcribe.review.views.formatting import certainty
from transcribe.store.facts import Offer, SentReading


def send(site: Site, who: Transcriber, task: str, text: str, seconds: float) -> None:
    site.clock.forward += timedelta(seconds=seconds + 1)
    sent = SentReading(text=text, idem=f"{task} {text}", seconds=seconds)
    site.store.submit(task, who.id, sent, site.clock.now())


@pytest.mark.promise("corrected: a field is")
def test_a_field_that_was_taken_back_and_sent_again_is_one_field_everywhere(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina = site.person("amina")
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-I", 20)
    assert client.post(f"/work/{task.id}/undo", data={"csrf": csrf(client)}).status_code == 303
    send(site, amina, task.id, "BC-1", 5)

    assert client.get("/day").json()["pieces"][0] == "1 field"
    pay = client.get("/pay").text
    assert "1 field ·" in pay
    assert pay.count("corrected: a field is paid once, its time counts") == 1
    assert re.search("Reading · corrected: a field is paid once, its time counts.*?5 seconds", pay, re.DOTALL)
    month = re.search(r"/pay/statement/[\d-]+", pay)
    assert month
    assert re.search(r"<td[^>]*>1</td>", client.get(month[0]).text)


@pytest.mark.parametrize("engagement", ["by reading", "volunteer"])
def test_the_bar_counts_what_was_just_sent_and_not_what_was_taken_back_for_who_is_paid_and_who_is_not(
    site: Site, sign_in: SignIn, engagement: Literal["by reading", "volunteer"]
) -> None:
    set_pay(site)
    scan = site.scan("bon-de-commande", {NUMBER: "BC-1", DATE: "1 May 2025"})
    amina = replace(site.person("amina"), engagement=engagement)
    put(site.store, amina, site.clock.now())
    client = sign_in(amina)

    def bar() -> tuple[str, str]:
        pieces = client.get("/day").json()["pieces"]
        return pieces[0], pieces[-1]

    assert bar() == ("0 fields", "2 open")
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-1", 5)
    assert bar() == ("1 field", "1 open")
    asked = Task(scan=scan, key=task.key, kind="read", reason="needs a person", slot=2)
    site.store.conclude(scan, 9, [], [asked], None, site.clock.now())
    assert site.store.open_tasks(Offer(), site.clock.now()) == 2
    assert bar() == ("1 field", "1 open"), "what others are to read is not open to who has read it"
    assert client.post(f"/work/{task.id}/undo", data={"csrf": csrf(client)}).status_code == 303
    assert bar()[0] == "0 fields"
    read(site, amina, "BC-1")
    assert bar()[0] == "1 field"
    site.clock.forward += timedelta(days=1)
    client = sign_in(amina)
    assert bar()[0] == "0 fields", "of today alone"


def test_practice_that_was_left_is_not_counted_as_open(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 3)
    amina = site.person("amina")
    client = sign_in(amina)
    client.get("/practice")
    client.post("/practice/leave", data={"csrf": csrf(client)})
    assert client.get("/day").json()["pieces"][-1] == "0 open"


@pytest.mark.promise("contested clocks with the")
def test_the_time_that_may_be_contested_is_that_of_the_field_and_what_an_operator_is_shown(
    site: Site, sign_in: SignIn
) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina = site.person("amina")
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-1", 20)
    site.clock.forward += timedelta(seconds=60)
    site.store.put_time_beside(task.id, amina.id, "explanation", 45, site.clock.now())

    option = re.search(rf'<option value="{task.id}"[^>]*>(.*?)</option>', client.get("/pay").text)

    assert option
    assert option[1].endswith("· 20 seconds")
    client.post("/pay/dispute", data={"csrf": csrf(client), "task": task.id, "minutes": "2"})
    (dispute,) = site.store.disputes()
    assert dispute.measured == 20


def test_an_hour_comes_to_the_same_on_my_pay_and_about_me(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina = site.person("amina")
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-1", 17)
    site.clock.forward += timedelta(seconds=60)
    site.store.put_time_beside(task.id, amina.id, "explanation", 45, site.clock.now())

    pay = re.search(r'data-fact="an_hour">(.*?)<', client.get("/pay").text)
    me = re.search(r'data-figure="an_hour">(.*?)<', client.get("/me").text)

    assert pay
    assert me
    assert pay[1] == me[1]
    assert any(map(str.isdigit, pay[1]))


def test_figures_that_are_not_known_yet_are_said_in_words(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina = site.person("amina")
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-1", 17)
    words = dict(re.findall(r'data-figure="(\w+)">(.*?)<', sign_in(amina).get("/me").text))

    assert words["skips"] == words["appeals"] == "none"
    assert words["wrong"] == "not measured yet"
    assert [name for name, said in words.items() if not re.search(r"\w", said)] == []


@pytest.mark.parametrize("engagement", ["staff", "volunteer"])
def test_who_is_not_paid_reads_nothing_of_pay_about_themselves(
    site: Site, sign_in: SignIn, engagement: Literal["staff", "volunteer"]
) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    vera = site.person("vera")
    put(site.store, replace(vera, engagement=engagement), site.clock.now())
    (task,) = site.store.lease(vera.id, 1, site.clock.now())
    send(site, vera, task.id, "BC-1", 17)
    said = re.search("<main.*</main>", sign_in(vera).get("/me").text, re.DOTALL)

    assert said
    assert 'data-figure="readings">1<' in said[0]
    assert re.findall(r"\b(?:pay|pays|paid|earned|due|hour)\b", said[0]) == []


def test_a_volunteer_who_was_paid_before_reads_that_what_is_due_is_still_paid(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    vera = site.person("vera")
    (task,) = site.store.lease(vera.id, 1, site.clock.now())
    send(site, vera, task.id, "BC-1", 17)
    put(site.store, replace(vera, engagement="volunteer"), site.clock.now())

    assert "what is due is still paid" in sign_in(vera).get("/me").text


def test_a_month_that_has_not_begun_has_no_statement(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina = site.person("amina")
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    send(site, amina, task.id, "BC-1", 20)
    client = sign_in(amina)
    assert client.get(f"/pay/statement/{site.clock.now():%Y-%m}").status_code == 200
    assert client.get("/pay/statement/2099-01").status_code == 404


@pytest.mark.parametrize(
    ("probability", "said"), [(1.0, "100%"), (0.999999, "99.9%"), (0.9996, "99.9%"), (0.95, "95%"), (0.999, "99.9%")]
)
def test_only_what_is_certain_has_a_probability_of_all(probability: float, said: str) -> None:
    assert certainty(probability, "en") == said
