"""What the server does not take: the person is told what to do, and what they typed stays in sight."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.transcribe.review.cable import Cable
from tests.transcribe.review.device import until_held
from tests.transcribe.review.site import DATE, NUMBER, Enter, SignIn, Site, as_a_whole, csrf
from transcribe.model import Transcriber
from transcribe.store import Rate, SentReading

FORMS = as_a_whole


COUNTS = "Your first reading of this field is kept, paid, and counts already."
WAY_ON = "If the outcome is wrong, contest it under My readings."


def read_elsewhere(site: Site, who: Transcriber, text: str) -> str:
    """This person's own reading of the field that they hold, sent from another device two hours ago. The task."""
    (task, *_) = site.store.held(who.id, site.clock.now())
    site.store.submit(task.id, who.id, SentReading(text=text, idem="elsewhere"), site.clock.now())
    site.clock.forward += timedelta(hours=2)
    return task.id


@pytest.mark.promise("Your first reading of", "Not taken by the")
@pytest.mark.browser
def test_who_sends_an_old_reading_anew_is_told_to_contest_and_loses_no_word(
    site: Site, enter: Enter, line: Cable
) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"}, name="one")
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0002"}, name="two")
    amina = site.person("amina")
    page = enter(amina)
    until_held(page, 2)
    line.cut()
    before = str(page.locator("#task").get_attribute("action"))
    page.keyboard.type("BC-1 <b>bis</b>")
    page.keyboard.press("Enter")
    expect(page.locator("#task")).not_to_have_attribute("action", before)
    read_elsewhere(site, amina, "BC-2025-0001")
    line.mend()

    refused = page.locator("#refused")
    expect(refused).to_be_visible()
    expect(refused).to_contain_text(COUNTS)
    expect(refused).to_contain_text(WAY_ON)
    expect(refused.locator("q")).to_have_text("BC-1 <b>bis</b>")
    expect(refused.get_by_role("link", name="My readings")).to_have_attribute("href", "/readings")
    assert Axe().run(page).response["violations"] == []
    page.keyboard.type("BC-2025-0002")
    page.keyboard.press("Enter")
    expect(page.locator("#no-work")).to_be_visible()
    page.goto(f"{line.address}/work")
    site.scan("bon-de-commande", {NUMBER: "BC-3"}, name="three")
    page.goto(f"{line.address}/work")
    expect(refused.locator("q")).to_have_text("BC-1 <b>bis</b>")

    refused.get_by_role("button", name="Put it away").click()
    expect(refused).not_to_be_visible()
    page.reload()
    page.locator("html[data-ready]").wait_for()
    expect(refused).not_to_be_visible()
    assert sorted(str(each) for each in site.texts_of(amina.id)) == ["BC-2025-0001", "BC-2025-0002"]


@pytest.mark.promise("It cannot be taken")
@pytest.mark.browser
def test_who_takes_back_an_old_reading_is_told_to_contest(site: Site, enter: Enter) -> None:
    for name in ("one", "two"):
        site.scan("bon-de-commande", {NUMBER: name}, name=name)
    page = enter(site.person("amina"))
    before = str(page.locator("#task").get_attribute("action"))
    page.keyboard.type("BC-2025-0001")
    page.keyboard.press("Enter")
    expect(page.locator("#task")).not_to_have_attribute("action", before)
    expect(page.locator("#status")).to_have_text("everything is sent")
    site.clock.forward += timedelta(hours=2)
    page.keyboard.type("half a te")
    page.keyboard.press("Alt+u")

    expect(page.locator("#notice")).to_contain_text(WAY_ON)
    expect(page.locator("#notice a")).to_have_attribute("href", "/readings")
    assert page.locator("#text").input_value() == "half a te"


@pytest.mark.browser
def test_without_javascript_the_answer_gives_back_what_was_typed(site: Site, address: str, browser: Browser) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.wait_for_url("**/work")
    read_elsewhere(site, amina, "BC-2025-0001")
    page.locator("#text").fill("BC-1 <b>bis</b>")
    page.locator("button.main").first.click()

    expect(page.locator("h1")).to_contain_text(COUNTS)
    expect(page.locator("h1")).to_contain_text(WAY_ON)
    expect(page.locator("#typed q")).to_have_text("BC-1 <b>bis</b>")
    page.locator("main a[href='/readings']").click()
    expect(page.locator("#readings")).to_contain_text("BC-2025-0001")


@pytest.mark.promise("`POST /form` keeps each")
def test_of_a_whole_form_what_can_be_kept_is_kept_and_the_rest_given_back(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "14/03/2025"})
    amina = site.person("amina")
    client = sign_in(amina)
    assert client.get("/form").status_code == 200
    token = csrf(client)
    tasks = {task.key: task.id for task in site.store.held(amina.id, site.clock.now())}
    old = read_elsewhere(site, amina, "first")
    (other,) = set(tasks.values()) - {old}
    sent = {"csrf": token}
    for task, text in ((old, "second"), (other, "right")):  # the one that is refused comes first
        sent |= {f"idem.{task}": f"idem-{task[:12]}", f"text.{task}": text}
    answer = client.post("/form", data=sent)
    assert (answer.status_code, COUNTS in answer.text, WAY_ON in answer.text) == (409, True, True)
    assert '<q dir="auto">second</q>' in answer.text
    assert "right" not in answer.text
    assert sorted(str(each) for each in site.texts_of(amina.id)) == ["first", "right"]


@pytest.mark.parametrize("ended", ["session", "token", "pause"])
def test_whatever_refuses_a_form_its_words_are_given_back_and_never_a_password(
    site: Site, sign_in: SignIn, ended: str
) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    client = sign_in(amina)
    client.get("/work")
    token = csrf(client)
    (task,) = site.store.held(amina.id, site.clock.now())
    if ended == "session":
        site.store.end_sessions(amina.id, site.clock.now())
    elif ended == "pause":
        site.store.set_paused(amina.id, paused=True, now=site.clock.now())
    else:
        token = "older"
    sent = {
        "csrf": token,
        "idem": "idem-1234",
        "text": "a long \x01 <b>text</b>",
        "password": "canary",
        "code": "canary",
    }
    answer = client.post(f"/work/{task.id}", data=sent)
    assert answer.status_code == (401 if ended == "session" else 403)
    assert "a long \ufffd &lt;b&gt;text&lt;/b&gt;" in answer.text
    assert "canary" not in answer.text


@pytest.mark.promise(
    "- What a person",
    "The time of that field was over when your reading came. It is kept all the same,",
    "to `/work?late=1`, which says",
    "404 where the task",
)
def test_a_plain_form_that_comes_late_is_kept_and_paid_as_the_module_s_is(site: Site, sign_in: SignIn) -> None:
    scan, now = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"}), site.clock.now
    site.store.put_rate(Rate(form="", micro=50_000, currency="EUR", since=now()), now())
    amina, ben = site.person("amina"), site.person("ben")
    client = sign_in(amina)
    client.get("/work")
    token = csrf(client)
    (task,) = site.store.held(amina.id, now())
    site.clock.forward += timedelta(minutes=40)
    (taken,) = site.store.lease(ben.id, 1, now())
    assert taken.id == task.id
    site.store.submit(task.id, ben.id, SentReading(text="BC-2025-0001", idem="ben's-one"), now())
    sent = {"csrf": token, "idem": "idem-1234", "text": "BC-1 bis"}
    answer = client.post(f"/work/{task.id}?check=1", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/work?late=1")
    assert site.texts_of(amina.id) == ["BC-1 bis"]
    assert [line.micro for line in site.store.ledger(amina.id)] == [50_000]
    strange = sign_in(site.person("eve"))
    token = csrf(strange)
    assert strange.post(f"/work/{task.id}", data={**sent, "csrf": token}).status_code == 404, "it was never hers"
    assert len([each for each in site.store.readings(scan) if each.kind == "person"]) == 2


LONG_WORD = "BC" + "1" * 299
"""One letter more than a word may have."""


def sent_as_a_whole(page: Page, line: Cable, text: str) -> None:
    page.goto(f"{line.address}/form")
    page.locator("html[data-ready]").wait_for()
    page.locator(".line .text").first.fill(text)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".line .doubt").first).not_to_be_empty()
    page.keyboard.press("Control+Enter")  # it looks odd too: whoever means it sends it again


@pytest.mark.promise("Not taken by the")
@pytest.mark.browser
def test_a_field_of_the_whole_form_whose_reading_is_to_be_corrected_is_open_with_it(
    site: Site, enter: Enter, line: Cable
) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "14/03/2025"})
    amina = site.person("amina")
    page = enter(amina)
    sent_as_a_whole(page, line, LONG_WORD)
    refused, box = page.locator("#refused"), page.locator(".line .text").first
    expect(refused).to_contain_text("send it again")
    expect(box).to_be_enabled()
    expect(box).to_have_value(LONG_WORD)
    expect(box).to_be_focused()
    page.reload()
    page.locator("html[data-ready]").wait_for()
    expect(box).to_be_enabled()
    expect(box).to_have_value(LONG_WORD)

    box.fill("BC-2025-0001")
    page.keyboard.press("Control+Enter")

    expect(page.locator("legend")).to_have_text(["Order date"])
    expect(refused).not_to_be_visible()
    assert site.texts_of(amina.id) == ["BC-2025-0001"]


@pytest.mark.promise("Not taken by the")
@pytest.mark.browser
def test_a_field_whose_reading_is_to_be_corrected_comes_next_with_it_and_all_of_its_time(
    site: Site, enter: Enter
) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    page = enter(amina)
    page.wait_for_timeout(2_500)
    page.locator("#text").fill(LONG_WORD)
    page.keyboard.press("Enter")
    expect(page.locator("#text[aria-invalid=true], #refused:has-text('send it again')").first).to_be_visible()
    page.keyboard.press("Enter")  # it looks odd too: whoever means it sends it again
    expect(page.locator("#refused")).to_contain_text("send it again")
    expect(page.locator("#text")).to_have_value(LONG_WORD)

    page.locator("#text").fill("BC-2025-0001")
    task = re.compile(r"/work/[^/]+$")  # what was typed may be looked at before, at /work/{task}/check
    with page.expect_request(lambda asked: asked.method == "POST" and bool(task.search(asked.url))) as sent:
        page.keyboard.press("Enter")

    expect(page.locator("#no-work")).to_be_visible()
    assert site.texts_of(amina.id) == ["BC-2025-0001"]
    assert json.loads(sent.value.post_data or "")["seconds"] >= 3, "the seconds of the first attempt count too"
