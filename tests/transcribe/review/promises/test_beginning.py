"""Before the first task: what the work is, is shown and answered once; and a way back is offered."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from flows.administration.odd_reading import anomalies
from tests.known_values import decided_by_people
from tests.patience import PATIENCE
from tests.transcribe.review.site import (
    NUMBER,
    Enter,
    SignIn,
    Site,
    client_of,
    csrf,
    form_of,
    make_site,
    served,
    set_pay,
)
from tests.transcribe.review.test_work_page import all_sent, orders
from transcribe.model import Transcriber
from transcribe.review.options import ReviewOptions
from transcribe.store.facts import Floor, Rate, SentReading


def newcomer(site: Site, *roles: str) -> Transcriber:
    person = replace(site.person(f"known {roles}", *roles), id="newcomer", handle="nina", begun=False)
    site.store.put_transcriber(person, site.clock.now())
    return person


@pytest.mark.promise(
    "May machines learn from",
    "May your readings train machines, where a form allows it? Saying no costs you no work.",
    "Readings may train machines,",
    "Whether your readings may",
    "Until it is given",
    "everybody sees it before",
    "shown before the first task and at",
    "shown before the first task",
    "With a password you can come back",
)
@pytest.mark.parametrize(("answer", "kept"), [("yes", True), ("no", False)])
def test_before_the_first_task_it_is_shown_once_and_answered(site: Site, address: str, answer: str, kept: bool) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    nina = newcomer(site)
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        assert client.post(f"/in/{site.link(nina)}").headers["location"] == "/work"
        assert client.get("/work").headers["location"] == "/before"
        page = client.get("/before").text
        form = page.split('id="begin"')[1].split("</form>")[0]
        assert "checked" not in form, "nothing is preset"
        assert client.post("/before", data={"csrf": csrf(client)}).status_code == 422, "it wants an answer"
        assert site.store.transcriber(nina.id).training is False

        done = client.post("/before", data={"csrf": csrf(client), "training": answer})

        assert done.headers["location"] == "/password?first=1"
        assert site.store.transcriber(nina.id).training is kept
        offered = client.get("/password?first=1").text
        assert 'id="first"' in offered
        assert 'href="/work"' in offered, "it may wait"
        fields = dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', offered.split('action="/password"')[1])
        )
        refused = client.post("/password", data={**fields, "password": "aaaaaaaaaaaaaaa"})
        assert refused.status_code == 422
        assert 'id="first"' in refused.text, "who thought of a weak one may still leave it for later"
        assert 'id="task"' in client.get("/work").text
        assert 'id="begin"' not in client.get("/before").text, "asked once"
        chosen = re.search(r'<option value="(\w+)" selected>', client.get("/me").text.split("training-choice")[2])
        assert chosen
        assert chosen[1] == answer


MOST_WORDS, MOST_TAPS = 150, 3
"""What a newcomer reads, each sentence once, and taps on a telephone before the first field."""


@pytest.mark.promise(
    "An hour never pays less than %(amount)s.",
    "May machines learn from",
    "Nobody has set yet what an hour",
    "One field pays %(least)s",
    "One field pays %(price)s",
    "What you read and how",
    "You are paid for a month",
    "You are told the reason for",
    "Your pay does not depend on who agrees with you.",
)
@pytest.mark.browser
@pytest.mark.parametrize("language", ["fr", *(pytest.param(each, marks=pytest.mark.soak) for each in ("en", "es"))])
def test_from_the_link_to_the_first_field_little_is_read_and_tapped(tmp_path: Path, page: Page, language: str) -> None:
    options = ReviewOptions(pay_day=10, pay_way="SEPA.", asked_by="Mairie de Brest, 02 98 00 80 80", training=True)
    site = make_site(tmp_path, options)
    set_pay(site)
    site.store.put_floor(
        Floor(micro=12_020_000, currency="EUR", source="SMIC", since=site.clock.now()), site.clock.now()
    )
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    nina = newcomer(site)
    site.store.set_interface_language(nina.id, language, site.clock.now(), nina.id)
    page.set_viewport_size({"width": 390, "height": 844})
    taps: int = 0
    said: dict[str, None] = {}
    with served(site.app) as address:
        page.goto(f"{address}/in/{site.link(nina)}")
        while "/work" not in page.url:
            said |= dict.fromkeys(re.split(r"(?<=[.:?]) |\n", page.locator("main").inner_text()))
            assert page.evaluate("document.documentElement.scrollHeight") < 2 * 844, "one swipe"
            page.locator('main :is(.card > form button, #begin [value=no], .button[href="/work"])').first.click()
            page.wait_for_load_state()
            taps += 1
        page.locator("#task").wait_for()
    assert taps <= MOST_TAPS
    text = " ".join(said)
    assert len(re.findall(r"\w[\w’'.,-]*", text)) <= MOST_WORDS, text
    assert all(each in text for each in ("Brest", "SEPA", "0,014" if language != "en" else "0.014"))
    site.store.close()


@pytest.mark.promise("This work is not paid.")
def test_who_is_paid_nothing_and_where_no_floor_is_set_it_is_told_at_once(site: Site) -> None:
    nina = newcomer(site)
    page = client_of(site, nina).get("/before").text.split('id="all-rules"')[0]
    assert "This work is not paid." in page
    site.store.put_rate(
        Rate(form="bon-de-commande", micro=14_000, currency="EUR", since=site.clock.now()), site.clock.now()
    )
    site.store.put_form(form_of("bon-de-commande"), "", site.clock.now())
    page = client_of(site, nina).get("/before").text.split('id="all-rules"')[0]
    assert "Nobody has set yet what an hour pays at least." in page


def test_the_training_choice_is_preset_to_nothing_before(site: Site, sign_in: SignIn) -> None:
    page = sign_in(newcomer(site)).get("/me").text.split('id="training"')[1].split("</select>")[0]

    assert re.findall(r'<option value="(\w*)" selected>', page) == [""]


def test_an_operator_who_reads_nothing_is_not_stopped(site: Site, sign_in: SignIn) -> None:
    assert sign_in(newcomer(site, "operator")).get("/work").status_code == 200


@pytest.mark.promise("You have no password.", "everybody sees it before", "shown before the first task and at")
def test_whoever_signs_out_without_a_password_is_told_whom_to_ask(site: Site, sign_in: SignIn) -> None:
    client = sign_in(site.person("amina"))

    asked = client.post("/out", data={"csrf": csrf(client)})
    assert asked.headers["location"] == "/out", "before, not afterwards"
    assert client.get("/me").status_code == 200, "they are still signed in"
    warning = client.get("/out").text
    assert 'id="no-password"' in warning
    assert 'href="/password"' in warning
    assert "ask whoever sent you the link for a new one" in warning
    out = client.post("/out", data={"csrf": csrf(client), "sure": "yes"})

    assert out.headers["location"] == "/in?link=1"
    page = client.get(out.headers["location"]).text
    assert 'id="without"' in page
    assert page.count("ask whoever sent you the link for a new one") == 1, "once is enough"


REASON = "The next forms come <b>in May</b>."
PAUSED = "An operator paused your account on "


def read_one(site: Site, who: Transcriber) -> None:
    """One field is read by this person, and another waits."""
    for number in range(2):
        site.scan("bon-de-commande", {NUMBER: f"BC-{number}"}, name=f"s{number}")
    site.store.put_parameters({}, site.clock.now())
    (task,) = site.store.lease(who.id, 1, site.clock.now())
    site.store.submit(task.id, who.id, SentReading(text="BC-0", idem="the-first"), site.clock.now())
    site.store.conclude(task.scan, 9, [decided_by_people(NUMBER, "BC-9")], [], None, site.clock.now())


def pause(site: Site, who: Transcriber, reason: str = "") -> None:
    site.store.set_paused(who.id, paused=True, now=site.clock.now(), reason=reason)


@pytest.mark.promise(
    "Paused: they get no",
    "When the pause ends",
    "Who is paused stays",
    "Why they are paused,",
    "You get no work meanwhile,",
    "You get no work meanwhile.",
)
def test_who_is_paused_stays_signed_in_sees_what_is_theirs_and_works_on_afterwards(tmp_path: Path) -> None:
    site = make_site(tmp_path, ReviewOptions(asked_by="Olga, olga@example.org"))
    set_pay(site)
    amina = site.person("amina")
    read_one(site, amina)
    client = client_of(site, amina)
    assert client.get("/work").status_code == 200
    pause(site, amina, REASON)

    work = client.get("/work")
    assert work.status_code == 403
    for page in (work.text, *(client.get(each).text for each in ("/pay", "/readings", "/me", "/before", "/how"))):
        assert PAUSED in page
        assert 'The reason given: <q dir="auto">The next forms come &lt;b&gt;in May&lt;/b&gt;.</q>' in page
        assert "Ask Olga, olga@example.org what comes next." in page
    assert 'data-fact="due"' in client.get("/pay").text
    (address,) = set(re.findall(r"/readings/[A-Za-z0-9_-]{10,}", client.get("/readings").text))
    assert client.get(address.partition("?")[0]).status_code == 200
    appeal = client.post(f"{address}/appeal", data={"csrf": csrf(client), "words": "look again"})
    assert appeal.status_code == 303
    assert [each.words for each in site.store.appeals()] == ["look again"]
    assert client.get("/me.json").json()["person"]["pause_reason"] == REASON
    assert site.store.held(amina.id, site.clock.now()) == []
    assert client.get("/work/next").status_code == 403
    assert site.store.held(amina.id, site.clock.now()) == [], "no work"

    site.store.set_paused(amina.id, paused=False, now=site.clock.now())
    again = client.get("/work")
    assert (again.status_code, 'id="task"' in again.text, "paused" in again.text) == (200, True, False)
    site.store.close()


@pytest.mark.promise("When the pause ends", "Why they are paused,")
def test_who_is_paused_signs_in_by_link_and_is_told_the_same(site: Site) -> None:
    amina = site.person("amina")
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    pause(site, amina)
    client = client_of(site, amina)
    page = client.get("/work").text
    assert PAUSED in page
    assert "No reason was given." in page
    assert "Ask whoever invited you what comes next." in page
    wrong = TestClient(site.app).post("/in", data={"handle": "amina", "password": "another phrase"})
    assert (wrong.status_code, "paused" in wrong.text) == (401, False), "a pause is told to its person only"
    site.store.set_paused(amina.id, paused=False, now=site.clock.now())
    assert 'id="task"' in client.get("/work").text


NAMES = {"kind": "code", "version": "1", "number": "1"}
OPEN = {
    "/ /in /in/{token} /out /language /password /sessions /sessions/end /sessions/links/end /me /me.json /leave /code",
    "/before /how /day /pay /pay/dispute /pay/statement/{month} /news/{number} /readings /readings/{reading}",
    "/readings/{reading}/snippet /readings/{reading}/appeal",
    # what nobody has to be signed in for
    "/worker.js /manifest.webmanifest /offline/{language} /alive",
}


@pytest.mark.promise("Who is paused stays")
@pytest.mark.parametrize("role", ["transcriber", "operator"])
def test_every_other_page_is_shut_to_who_is_paused_whatever_their_role(site: Site, role: str) -> None:
    who = site.person("olga", "transcriber", role)
    client = client_of(site, who)
    token, shut = csrf(client), 0
    pause(site, who)
    opened = set(" ".join(OPEN).split())
    for route in iter_route_contexts(site.app.routes):
        path = str(route.path)
        if path in opened or path.startswith(("/static", "/docs")):
            continue
        address = re.sub(r"{(\w+)[^}]*}", lambda found: NAMES.get(found[1], "nobodys-0000"), path)
        for method in (route.methods or set()) & {"GET", "POST"}:
            answer = client.request(method, address, data={"csrf": token} if method == "POST" else None)
            assert answer.status_code == 403, (method, path)
            shut += 1
    assert shut > 25


@pytest.mark.browser
def test_an_empty_send_before_anybody_can_have_looked_asks_once_more(site: Site, enter: Enter) -> None:
    orders(site, 3)
    amina = site.person("amina")
    page = enter(amina)
    page.evaluate("() => { Date.now = () => 1e12; }")  # no time goes by on the page
    page.keyboard.type("BC-2025-1000")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("")

    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    expect(page.locator("#doubt")).to_contain_text("Nothing is typed")
    page.evaluate("() => { Date.now = () => 1e12 + 600; }")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    all_sent(page)
    assert site.texts_of(amina.id) == ["BC-2025-1000", ""]


@pytest.mark.promise("A reading that came", "No program takes pay")
def test_readings_quicker_than_anybody_looks_are_paid_and_shown_to_the_operator(site: Site) -> None:
    set_pay(site)
    orders(site, 4)
    ben = site.person("ben")
    for number in range(4):
        (task,) = site.store.lease(ben.id, 1, site.clock.now())
        slow = 0.0 if number < 3 else 30.0
        site.clock.forward += timedelta(seconds=slow)
        site.store.submit(task.id, ben.id, SentReading(text="", idem=f"idem-{number}", seconds=slow), site.clock.now())

    settings = SimpleNamespace(paid_waiting_minutes=60.0)
    found = anomalies(cast(Any, SimpleNamespace(store=site.store, settings=settings)))

    (quick,) = [each for each in found if each.kind == "implausibly quick"]
    assert (quick.handle, quick.question.split(",")[0]) == ("ben", "Readings that took less than 0.5 s: 2")
    pieces = [line.micro for line in site.store.ledger(ben.id) if line.kind == "reading"]
    assert pieces == [14_000] * 4, "marked, never docked"
