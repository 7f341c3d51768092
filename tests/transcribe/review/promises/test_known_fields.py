"""Known fields walked for real: made, mixed in at the announced share, tested with, explained and withdrawn."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.known_values import decided_by_people
from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site, csrf, form_of, make_site, served, set_pay
from transcribe.codes import Reason
from transcribe.errors import LeaseLost
from transcribe.model import Transcriber
from transcribe.review.options import ReviewOptions
from transcribe.review.views.offers import task_view
from transcribe.store.facts import SentReading

SHARE = 0.2
KNOWN_COUNT, TASK_COUNT = 40, 250


def known_fields(site: Site, count: int) -> None:
    """So many decided fields that an operator says are known."""
    if site.store.parameters() is None:
        site.store.put_parameters({}, site.clock.now())
    for number in range(count):
        text = f"BC-2026-{number:04}"
        scan = site.scan("bon-de-commande", {NUMBER: text}, name=f"known {number}")
        decided = decided_by_people(NUMBER, text)
        site.store.conclude(scan, 0, [decided], [], None, site.clock.now())
        site.store.add_gold(scan, NUMBER, text, "olga", "the order itself", site.clock.now())


@pytest.mark.promise(
    "who asks (`#asked-by`), the",
    "like all others and",
    "look like all others.",
    "A test is a few fields of one kind whose text is known. You",
    "it can be taken",
)
def test_gold_makes_control_items_at_the_announced_share_and_a_test_that_can_be_passed(
    site: Site, sign_in: SignIn
) -> None:
    set_pay(site)
    known_fields(site, KNOWN_COUNT)
    for number in range(TASK_COUNT):
        site.scan("bon-de-commande", {NUMBER: f"BC-2025-{number:04}"}, name=f"new {number}")
    site.store.put_control_share(SHARE, site.clock.now())
    amina = site.person("amina")
    client = sign_in(amina)
    assert re.search(r'id="control">Up to 20% of the fields are known already', client.get("/before").text)

    known = 0
    for turn in range(100):
        (task,) = site.store.lease(amina.id, 1, site.clock.now())
        known += task.reason == Reason.CONTROL
        shown = task_view(site.store, form_of, task, "en", site.clock.now())
        assert (shown.kind, shown.label) == ("read", "Order number"), "it looks like all others"
        site.store.submit(task.id, amina.id, SentReading(text="BC", idem=f"turn-{turn:04}"), site.clock.now())

    assert 8 <= known <= 34, "the announced share of 100, within four standard deviations"
    pieces = [line.micro for line in site.store.ledger(amina.id) if line.kind == "reading"]
    assert pieces == [14_000] * 100, "paid like all others"

    ben = site.person("ben")
    client = sign_in(ben)
    kinds = re.findall(r'action="/test/(\w+)"', client.get("/test").text)
    assert kinds == ["code"]
    page = client.post("/test/code", data={"csrf": csrf(client)}, follow_redirects=True).text
    tasks = re.findall(r'name="text\.([^"]+)"', page)
    idem = re.search(r'name="idem" value="([^"]+)"', page)
    assert len(tasks) == 5
    assert idem
    right = {f"text.{task}": truth_of(site, task) for task in tasks}
    right[f"text.{tasks[0]}"] = "BC-0000-0000"

    sent = {"csrf": csrf(client), "idem": idem[1], **right}
    done = client.post("/test/code/answers", data=sent, follow_redirects=True).text

    assert 'data-passed="yes"' in done, "four of five"
    assert done.count('data-same="no"') == 1
    assert truth_of(site, tasks[0]) in done, "explained at once"
    assert "code" in site.store.transcriber(ben.id).qualifications
    assert [line.kind for line in site.store.ledger(ben.id)] == ["reading"] * 5
    assert "4 of 5 right" in client.get("/test").text


def truth_of(site: Site, task: str) -> str:
    scan = site.store.task_subject(task).scan
    return next(truth.text for truth in site.store.truths(scan))


@pytest.mark.promise("Nobody is tested by")
def test_a_wrong_known_field_is_withdrawn_and_who_answered_it_is_told(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 1)
    site.store.put_control_share(1.0, site.clock.now())
    amina = site.person("amina")
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    site.store.submit(task.id, amina.id, SentReading(text="BC", idem="the-only-one"), site.clock.now())

    site.store.withdraw_truth(task.scan, NUMBER, "op", "it was wrong", site.clock.now())

    assert (
        "The known answer of a field that you had read was itself wrong. It was withdrawn."
        in sign_in(amina).get("/readings").text
    )


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
    page.locator("#begin [value=no]").click()
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
def test_in_practice_the_guide_back_and_reload_send_nothing_and_lose_nothing_typed(
    site: Site, address: str, page: Page
) -> None:
    known_date(site)
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    page.goto(f"{address}/practice")
    page.keyboard.type("31.0")
    page.locator("#guide").click()
    page.locator('main a[href="/practice"]').click()
    expect(page.locator("#text")).to_have_value("31.0")  # what is half typed stands there again
    page.locator("#text").press_sequentially("2.2026")
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
    kept = page.evaluate("() => Object.keys(sessionStorage).filter((each) => each.startsWith('typed '))")
    assert kept == [], "what is sent is kept no longer"
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


@pytest.mark.promise("with `?check=1`, as the")
@pytest.mark.browser
def test_a_test_and_its_result_are_loaded_again_and_gone_back_from(site: Site, address: str, page: Page) -> None:
    known_fields(site, 2)
    amina = site.person("amina")
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.goto(f"{address}/test")
    page.locator("main form button").click()
    first, second = page.locator("input.typed"), page.locator("input.typed").nth(1)
    expect(second).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.reload()
    first.first.fill("BC-1")
    page.locator("#test button.main").click()
    expect(page.locator("#doubt")).to_be_visible()
    assert len(sent) == 1

    page.reload()
    expect(page.locator("#doubt")).to_be_visible()
    expect(first.first).to_have_value("BC-1")
    expect(second).to_be_focused()
    name = str(second.get_attribute("name")).removeprefix("text.")
    second.fill(truth_of(site, name))
    page.locator("#test button.main").click()
    expect(page.locator("#result")).to_contain_text("1 of 2 right")
    assert len(sent) == 2

    page.reload()
    expect(page.locator("#result")).to_contain_text("1 of 2 right")
    expect(page.locator("section[data-same]")).to_have_count(2)
    page.go_back()
    expect(page.locator("#tries")).to_contain_text("1 of 2 right")
    page.go_forward()
    expect(page.locator("#result")).to_have_attribute("data-passed", "no")
    assert len([each for each in sent if "/test/" in each]) == 2, "nothing is sent anew"
    assert len(site.store.qualification_tries(amina.id)) == 1
    assert "fairhand-sent" not in {str(each.get("name")) for each in page.context.cookies()}


def begun(client: httpx.Client) -> tuple[list[str], dict[str, str]]:
    """A test that was begun: its items, and what sends it with everything typed wrong."""
    page = client.post("/test/code", data={"csrf": csrf(client)}, follow_redirects=True).text
    tasks = re.findall(r'name="text\.([^"]+)"', page)
    return tasks, {"csrf": csrf(client), "idem": "testing-0001"} | {f"text.{task}": "BC-77" for task in tasks}


def test_a_test_that_is_sent_twice_leads_to_its_one_result(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 3)
    amina, ben = site.person("amina"), site.person("ben")
    client = sign_in(amina)
    tasks, sent = begun(client)
    first = client.post("/test/code/answers", data=sent)
    second = client.post("/test/code/answers", data=sent)

    assert first.status_code == 303
    assert second.headers["location"] == first.headers["location"]
    shown = client.get(first.headers["location"])
    assert 'id="result"' in shown.text
    assert shown.text.count('data-same="no"') == 3
    assert len(site.store.qualification_tries(amina.id)) == 1
    assert site.texts_of(amina.id) == ["BC-77"] * 3
    assert sign_in(ben).get(first.headers["location"]).status_code == 404, "it is nobody else's"
    assert client.get(f"/test/date/result?task={tasks[0]}").status_code == 404


def test_after_a_quarter_of_an_hour_a_result_stands_in_the_list_of_tests(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 2)
    client = sign_in(site.person("amina"))
    tasks, sent = begun(client)
    result = client.post("/test/code/answers", data=sent).headers["location"]
    site.clock.forward += timedelta(minutes=16)

    for address in (result, f"/test/explained/{tasks[0]}"):
        assert client.get(address).headers["location"] == "/test"
    assert "0 of 2 right" in client.get("/test").text


def test_a_test_whose_time_is_over_says_so_and_gives_back_what_was_typed(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 2)
    amina = site.person("amina")
    client = sign_in(amina)
    _, sent = begun(client)
    site.clock.forward += timedelta(minutes=11)

    late = client.post("/test/code/answers?check=1", data=sent)

    assert late.status_code == 409
    assert "The time of this test was over before you sent it." in late.text
    assert late.text.count('<q dir="auto">BC-77</q>') == 2
    assert site.texts_of(amina.id) == []


def test_an_item_of_a_test_that_was_answered_and_explained_is_not_taken_back(site: Site) -> None:
    """What is right was shown: read again, a test was passed without knowing anything."""
    known_fields(site, 2)
    amina = site.person("amina")
    task = site.store.lease_test(amina.id, "code", 2, site.clock.now())[0]
    site.store.submit(task.id, amina.id, SentReading(text="x", idem="an-answer-of-a-test"), site.clock.now())
    assert not site.store.may_undo(task.id, amina.id, site.clock.now())
    with pytest.raises(LeaseLost):
        site.store.undo(task.id, amina.id, site.clock.now())
