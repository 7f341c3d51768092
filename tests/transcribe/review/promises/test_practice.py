"""Practice: who is new reads five known fields first, each explained at once in their language, and paid."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.known_values import decided_by_people
from tests.transcribe.review.promises.test_known_fields import known_fields, truth_of
from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site, csrf, make_site, served, set_pay
from transcribe.model import Transcriber
from transcribe.review.options import ReviewOptions
from transcribe.store.facts import SentReading

PRACTISED = 5


def new_person(site: Site, language: str = "en", *roles: str) -> Transcriber:
    """Somebody who has not yet said that they know what the work is."""
    person = replace(site.person("known", *roles, language=language), id="newcomer", handle="nora", begun=False)
    site.store.put_transcriber(person, site.clock.now())
    return person


def open_fields(site: Site, count: int) -> None:
    for number in range(count):
        site.scan("bon-de-commande", {NUMBER: f"BC-2025-{number:04}"}, name=f"new {number}")


@pytest.mark.promise("Practice, field %(number)s of", "That was the practice.", "up to five known")
@pytest.mark.browser
def test_five_fields_are_explained_in_the_persons_language_before_the_first_ordinary_one(
    site: Site, address: str, page: Page
) -> None:
    set_pay(site)
    known_fields(site, 8)
    open_fields(site, 3)
    nora = new_person(site, "fr")
    page.goto(f"{address}/in/{site.link(nora)}")
    page.locator("main button").click()
    page.locator("[name=training][value=no]").check()
    page.locator("#begin button").click()
    page.goto(f"{address}/work")
    for number in range(1, PRACTISED + 1):
        expect(page.locator("#practice")).to_have_attribute("data-number", str(number))
        expect(page.locator("#practice")).to_have_attribute("data-count", str(PRACTISED))
        task = str(page.locator("#task").get_attribute("action")).removeprefix("/work/")
        right = truth_of(site, task)
        expect(page.locator("#text")).to_be_focused()
        page.keyboard.type(right if number > 1 else right.replace("0", "O"))
        page.keyboard.press("Enter")
        if number == 1:
            expect(page.locator("#doubt")).not_to_be_empty()
            page.keyboard.press("Enter")
        section = page.locator("section[data-same]")
        expect(section).to_have_attribute("data-same", "no" if number == 1 else "yes")
        expect(section).to_contain_text("juste" if number > 1 else "Ce qui est écrit")
        if number == 1:
            assert page.locator(".pair.differs").count() > 0, "what differs is marked"
        expect(page.locator("#next")).to_be_focused()
        page.keyboard.press("Enter")

    page.locator("html[data-ready]").wait_for()
    expect(page.locator("#task")).to_have_attribute("data-kind", "read")
    lines = site.store.ledger(nora.id)
    assert [line.micro for line in lines if line.kind == "reading"] == [14_000] * PRACTISED, "paid, right or not"
    page.goto(f"{address}/practice")
    page.wait_for_url("**/work")


def test_who_wants_goes_straight_to_work_and_who_reads_already_never_practises(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 8)
    open_fields(site, 2)
    amina = site.person("amina")
    client = sign_in(amina)
    assert client.get("/work").headers["location"] == "/practice"
    assert client.post("/practice/leave", data={"csrf": csrf(client)}).headers["location"] == "/work"
    assert client.get("/work").status_code == 200, "the choice is remembered"
    assert sign_in(amina).get("/work").status_code == 200, "on another device too"
    assert 'href="/practice"' in client.get("/test").text, "there is a way back"
    assert client.get("/practice").status_code == 200
    (task,) = [each for each in site.store.held(amina.id, site.clock.now()) if each.kind == "read"]
    site.store.submit(task.id, amina.id, SentReading(text="BC", idem="the-first-one"), site.clock.now())
    assert client.get("/work").status_code == 200
    assert client.get("/practice").headers["location"] == "/work"


def test_who_leaves_practice_and_finds_nothing_is_told_of_no_field_that_went_back(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 8)
    amina = site.person("amina")
    client = sign_in(amina)
    assert client.get("/practice").status_code == 200
    client.post("/practice/leave", data={"csrf": csrf(client)})

    page = client.get("/work").text

    assert 'id="no-work"' in page
    assert 'id="gone"' not in page
    assert site.store.held(amina.id, site.clock.now()) == []


def test_without_known_fields_there_is_no_practice(site: Site, sign_in: SignIn) -> None:
    open_fields(site, 1)
    client = sign_in(site.person("amina"))
    assert client.get("/work").status_code == 200
    assert client.get("/practice").headers["location"] == "/work"


def test_with_fewer_known_fields_the_practice_is_shorter(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 2)
    client = sign_in(site.person("amina"))
    assert 'data-number="1" data-count="2"' in client.get("/practice").text


def test_who_goes_away_in_the_middle_goes_on_where_they_were(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 8)
    amina = site.person("amina")
    client = sign_in(amina)
    page = client.get("/practice").text
    (task,) = re.findall(r' action="/work/([^"]+)"', page)
    sent = {"csrf": csrf(client), "idem": "practice-1", "text": "", "action": "illegible"}
    assert client.post(f"/work/{task}", data=sent).headers["location"] == f"/test/explained/{task}"
    explained = client.get(f"/test/explained/{task}").text
    assert "cannot be read" in explained
    assert 'data-same="no"' in explained
    assert client.post(f"/work/{task}", data=sent).status_code == 303, "sent twice is one reading"
    assert 'data-number="2" data-count="5"' in sign_in(amina).get("/practice").text
    assert site.texts_of(amina.id) == [None]


@pytest.mark.parametrize(("action", "words"), [("crossed_out", "crossed out"), ("illegible", "cannot be read")])
def test_practice_says_the_button_that_was_pressed(site: Site, sign_in: SignIn, action: str, words: str) -> None:
    known_fields(site, 1)
    client = sign_in(site.person("amina"))
    (task,) = re.findall(r' action="/work/([^"]+)"', client.get("/practice").text)
    client.post(f"/work/{task}", data={"csrf": csrf(client), "idem": "practice-1", "text": "", "action": action})
    assert f"<em>{words}</em>" in client.get(f"/test/explained/{task}").text


@pytest.mark.promise("up to five known")
def test_no_field_is_practised_on_that_would_not_be_paid(tmp_path: Path) -> None:
    site = make_site(tmp_path, ReviewOptions(paid_tests=2))
    known_fields(site, 8)
    with served(site.app) as address, httpx.Client(base_url=address) as client:
        client.post(f"/in/{site.link(site.person('amina'))}")
        assert 'data-count="2"' in client.get("/practice").text
    site.store.close()


def known_date(site: Site) -> None:
    """One known field, a date."""
    site.store.put_parameters({}, site.clock.now())
    scan = site.scan("bon-de-commande", {DATE: "20.11.2026"}, name="known date")
    site.store.conclude(scan, 0, [decided_by_people(DATE, "20.11.2026")], [], None, site.clock.now())
    site.store.add_gold(scan, DATE, "20.11.2026", "olga", "the order itself", site.clock.now())


@pytest.mark.promise("up to five known")
@pytest.mark.parametrize(
    ("typed", "asked"), [("31.02.2026", "no date that exists"), ("", "Nothing is typed. Send again"), ("3" * 200, "")]
)
def test_practice_asks_about_what_is_odd_or_empty_as_the_work_does(
    site: Site, sign_in: SignIn, typed: str, asked: str
) -> None:
    known_date(site)
    amina = site.person("amina")
    client = sign_in(amina)
    page = client.get("/practice").text
    (action,) = re.findall(r'value="send" formaction="(/work/[^"]+)"', page)
    sent = {"csrf": csrf(client), "idem": "practice-odd-1", "action": "send", "text": typed}

    answered = client.post(action, data=sent, follow_redirects=True)

    assert len(answered.history) == (0 if answered.status_code == 422 else 1), "it is a page to look at"
    said = re.search(r'id="doubt"[^>]*>([^<]*)<', answered.text)
    assert said
    assert asked in said[1]
    assert said[1]
    assert f'value="{typed}"' in answered.text, "what was typed stands there again"
    assert 'id="practice" data-number="1" data-count="1"' in answered.text
    assert site.texts_of(amina.id) == []
    assert "formaction" not in answered.text, "sent again it is taken"
    again = client.post(action.partition("?")[0], data={**sent, "overrode": "1"})
    assert again.headers["location"].startswith("/test/explained/")


@pytest.mark.browser
def test_after_a_doubt_in_practice_back_and_reload_send_nothing_and_lose_nothing(
    site: Site, address: str, page: Page
) -> None:
    known_date(site)
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    page.goto(f"{address}/practice")
    page.keyboard.type("31.02.2026")
    page.keyboard.press("Enter")
    expect(page.locator("#doubt")).to_contain_text("no date that exists")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    page.reload()
    expect(page.locator("#doubt")).to_contain_text("no date that exists")
    expect(page.locator("#text")).to_have_value("31.02.2026")
    page.go_back()
    page.go_forward()
    expect(page.locator("#text")).to_have_value("31.02.2026")
    assert [each for each in sent if "/work/" in each] == []
    page.locator("#text").fill("20.11.2026")
    page.keyboard.press("Enter")
    expect(page.locator("section[data-same=yes]")).to_be_visible()
    assert "fairhand-sent" not in {str(each.get("name")) for each in page.context.cookies()}


@pytest.mark.promise("Ticks, audits, control items,")
def test_nothing_is_shown_in_the_box_in_practice_where_a_form_lets_values_be_shown(site: Site) -> None:
    known_date(site)
    (task,) = site.store.lease_practice(site.person("amina").id, 5, site.clock.now()).tasks
    assert task.prefill == ""


def test_the_guide_of_a_field_that_is_practised_on_leads_back_to_the_practice(site: Site, sign_in: SignIn) -> None:
    """It led to the work page, on which nothing is explained."""
    known_fields(site, 3)
    client = sign_in(site.person("amina"))
    (task,) = re.findall(r' action="/work/([^"]+)"', client.get("/practice").text)
    guide = client.get(f"/guide/{task}").text
    assert '<a href="/practice">' in guide
    assert "/work?task" not in guide
    assert f'action="/work/{task}"' in client.get("/practice").text, "the same field"


@pytest.mark.browser
def test_what_was_half_typed_in_practice_stands_there_again_after_the_guide_was_read(
    site: Site, address: str, page: Page
) -> None:
    known_fields(site, 3)
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    page.goto(f"{address}/practice")
    box = page.locator("#text")
    box.press_sequentially("BC-4")
    page.locator("#guide").click()
    page.locator('main a[href="/practice"]').click()
    expect(box).to_have_value("BC-4")
    box.press_sequentially("2")
    page.reload()
    expect(box).to_have_value("BC-42")
    page.locator("#task button[value=illegible]").click()
    expect(page.locator("section[data-same]")).to_be_visible()
    kept = page.evaluate("() => Object.keys(sessionStorage).filter((each) => each.startsWith('typed '))")
    assert kept == [], "what is sent is kept no longer"
