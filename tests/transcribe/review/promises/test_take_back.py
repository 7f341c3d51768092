"""The last ten can be taken back: after a reload, from the whole form, and with a word when and why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.transcribe.review.cable import Cable
from tests.transcribe.review.device import until_kept
from tests.transcribe.review.site import Enter, SignIn, Site, as_a_whole
from tests.transcribe.review.test_layout_tasks import ask
from tests.transcribe.review.test_readings import decide
from tests.transcribe.review.test_whole_form import TEXTS, whole_form
from tests.transcribe.review.test_work_page import all_sent, orders, read, type_in
from transcribe.model import FieldKey
from transcribe.store.facts import SentReading

FORMS = as_a_whole


UNANSWERED = """
  const ask = window.fetch;
  window.fetch = (address, options) =>
    String(address).endsWith("/check") ? new Promise(() => null) : ask(address, options);
"""
"""What looks odd is not said while it is typed: the answer stays on its way."""


@pytest.mark.promise("It cannot be taken")
@pytest.mark.browser
def test_the_last_ten_can_be_taken_back_after_a_reload(site: Site, enter: Enter) -> None:
    texts = orders(site, 13)
    amina = site.person("amina")
    page = enter(amina)
    for text in texts[:11]:
        read(page, text)
    all_sent(page)
    page.reload()
    page.locator("html[data-ready]").wait_for()

    for text in reversed(texts[1:11]):
        page.keyboard.press("Alt+u")
        expect(page.locator("#text")).to_have_value(text)
    page.keyboard.press("Alt+u")
    expect(page.locator("#notice")).to_contain_text("not among your last ten")
    page.locator("#text").press("ControlOrMeta+a")
    type_in(page, "BC-2025-9999")

    all_sent(page)
    assert site.texts_of(amina.id)[-1] == "BC-2025-9999"


@pytest.mark.browser
@pytest.mark.parametrize("is_reloaded", [True, pytest.param(False, marks=pytest.mark.soak)])
def test_what_is_taken_back_is_mended_at_its_end(site: Site, enter: Enter, is_reloaded: bool) -> None:
    """All of it was selected: whoever put its last letter right sent that letter alone."""
    orders(site, 3)
    amina = site.person("amina")
    page = enter(amina)
    read(page, "BC-2025-1007")
    all_sent(page)
    if is_reloaded:
        page.reload()
        page.locator("html[data-ready]").wait_for()
    page.keyboard.press("Alt+u")
    expect(page.locator("#text")).to_have_value("BC-2025-1007")
    page.keyboard.press("Backspace")
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    all_sent(page)
    assert site.texts_of(amina.id) == ["BC-2025-1000"]


@pytest.mark.promise("It cannot be taken")
@pytest.mark.browser
def test_why_something_cannot_be_taken_back_is_said(site: Site, enter: Enter) -> None:
    orders(site, 3)
    page = enter(site.person("amina"))
    page.keyboard.press("Alt+u")
    expect(page.locator("#notice")).to_contain_text("There is nothing to take back")
    read(page, "BC-2025-1000")
    expect(page.locator("#notice")).not_to_contain_text("nothing to take back")  # that is not said of the next
    all_sent(page)
    site.clock.forward += timedelta(hours=1, minutes=1)
    page.reload()
    page.locator("html[data-ready]").wait_for()

    page.keyboard.press("Alt+u")

    expect(page.locator("#notice")).to_contain_text("more than an hour old")
    expect(page.locator("#notice a")).to_have_attribute("href", "/readings")


@pytest.mark.promise("It is still being")
@pytest.mark.browser
def test_what_a_slow_line_is_still_sending_is_taken_back_in_a_moment(site: Site, enter: Enter, line: Cable) -> None:
    """It was said that it had been decided, and after that it could not be taken back at all."""
    texts = orders(site, 3)
    amina = site.person("amina")
    page = enter(amina)
    line.hold()
    read(page, texts[0])
    line.until_held()  # else it is taken back before it is on its way
    page.keyboard.press("Alt+u")
    expect(page.locator("#notice")).to_have_text("It is still being sent. Take it back in a moment.")
    read(page, texts[1])
    line.goes_on()
    all_sent(page)

    for text in reversed(texts[:2]):
        page.keyboard.press("Alt+u")
        expect(page.locator("#text")).to_have_value(text)
    assert site.texts_of(amina.id) == []


@pytest.mark.browser
def test_what_was_sent_from_the_whole_form_is_taken_back_there(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", TEXTS)
    amina = site.person("amina")
    page = enter(amina)
    whole_form(page)
    page.keyboard.type("BC-2025-0001")
    with page.expect_navigation():
        page.locator("#lines button.main").click()
    page.locator("html[data-ready]").wait_for()
    expect(page.locator(".line")).to_have_count(len(TEXTS) - 1)

    page.locator("#undo").click()

    page.wait_for_url("**/form?task=*")
    expect(page.locator(".line")).to_have_count(len(TEXTS))
    expect(page.locator(".line .text").first).to_have_value("BC-2025-0001")
    assert site.texts_of(amina.id) == []


def test_the_last_one_is_taken_back_from_the_page_that_says_that_nothing_waits(site: Site, sign_in: SignIn) -> None:
    orders(site, 1)
    amina = site.person("amina")
    client = sign_in(amina)
    page = client.get("/work").text
    form = dict.fromkeys(("csrf", "idem"), "")
    form = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in form}
    task = page.split('action="/work/')[1].split('"')[0]
    assert client.post(f"/work/{task}", data={**form, "action": "send", "text": "BC"}).status_code == 303
    done = client.get("/work").text
    assert f'action="/work/{task}/undo"' in done

    back = client.post(f"/work/{task}/undo", data={"csrf": form["csrf"]})

    assert back.headers["location"] == f"/work?task={task}"
    assert site.texts_of(amina.id) == []


def test_it_is_offered_only_while_it_is_possible(site: Site, sign_in: SignIn) -> None:
    (text,) = orders(site, 1)
    amina = site.person("amina")
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    reading = site.store.submit(task.id, amina.id, SentReading(text=text, idem="the-only-one"), site.clock.now())
    assert 'id="undo"' in client.get("/work").text
    assert client.get("/day").json()["may_undo"] is True

    site.store.put_parameters({}, site.clock.now())
    decide(site, task.scan, text, amina, key=task.key, uses=(reading.reading,))

    assert 'id="undo"' not in client.get("/work").text
    assert client.get("/day").json()["may_undo"] is False


@pytest.mark.browser
def test_what_looks_odd_is_said_again_when_somebody_comes_back_and_taken_back_while_that_is_possible(
    site: Site, enter: Enter, page: Page, line: Cable
) -> None:
    """Whoever looked away for a minute was asked whether they still read, and the other notice was gone."""
    orders(site, 4, FieldKey("order_date"))
    amina = site.person("amina")
    page.add_init_script(UNANSWERED)
    enter(amina)
    page.clock.install()
    notice, button = page.locator("#notice"), page.locator("#notice button")
    read(page, "31/02/2025")
    expect(notice).to_contain_text("The field before looks odd")
    page.clock.run_for(65_000)
    expect(notice).to_contain_text("Still reading?")
    expect(notice).not_to_contain_text("looks odd")
    page.mouse.move(5, 5)
    expect(notice).to_contain_text("The field before looks odd")
    page.clock.run_for(65_000)
    expect(notice).to_contain_text("Still reading?")
    page.mouse.move(50, 50)
    button.click()
    expect(page.locator("#text")).to_have_value("31/02/2025")
    assert site.texts_of(amina.id) == []

    line.hold(b"GET /day ")  # else it may be told before it is decided
    read(page, "30/02/2025")
    expect(button).to_be_visible()
    (story,) = site.store.readings_of(amina.id)
    site.store.put_parameters({}, site.clock.now())
    decide(site, story.scan.id, "30/02/2025", amina, key=story.key, uses=(story.readings[-1].id,))
    line.goes_on()
    page.clock.run_for(6_000)
    expect(button).to_have_count(0)
    page.mouse.move(5, 5)  # where the machine was so slow that the page asked whether somebody is still reading
    expect(notice).to_contain_text("The field before looks odd")


@pytest.mark.browser
@pytest.mark.parametrize("after", ["a page", pytest.param("nothing", marks=pytest.mark.soak)])
def test_what_looks_odd_and_was_sent_at_once_is_said_on_the_next_page_too(
    site: Site, enter: Enter, page: Page, after: str
) -> None:
    """Where no other field of a box came after it, the notice went with its page, and what was taken back was lost."""
    orders(site, 1, FieldKey("order_date"))
    amina = site.person("amina")
    page.add_init_script(UNANSWERED)
    enter(amina)
    if after == "a page":
        ask(site, "locate", FieldKey("city"))
    page.keyboard.type("31/02/2025")
    page.keyboard.press("Enter")

    expect(page.locator("#odd")).to_contain_text("The field before looks odd: This is no date that exists.")
    expect(page.locator("#no-work, .paged").first).to_be_visible()
    until_kept(page, "answered")
    page.get_by_role("button", name="Take back the last one").click()
    page.locator("html[data-ready]").wait_for()
    expect(page.locator("#text")).to_have_value("31/02/2025")
    assert site.texts_of(amina.id) == []


PAGE_IS_HERE = "() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/page/'))"


@pytest.mark.browser
def test_before_a_field_with_a_page_of_its_own_what_was_typed_is_sent_once_and_looked_at(
    site: Site, enter: Enter, page: Page, line: Cable
) -> None:
    """Where that field was here already, it was not waited for: the page came first and said nothing of it."""
    orders(site, 1, FieldKey("order_date"))
    amina = site.person("amina")
    page.add_init_script(UNANSWERED)
    enter(amina)
    ask(site, "locate", FieldKey("city"))
    until_kept(page, "held", 2)
    page.wait_for_function(PAGE_IS_HERE)
    line.hold()
    page.keyboard.type("31/02/2025")
    page.keyboard.press("Enter")
    line.until_held()
    page.keyboard.press("Enter")
    line.let_one_go()  # what comes after it is still held, and counted

    expect(page.locator("#odd")).to_contain_text("The field before looks odd: This is no date that exists.")
    assert site.texts_of(amina.id) == ["31/02/2025"]
    assert line.held == [], "the second Enter sends nothing"


def test_who_insisted_is_not_told_again_that_it_looks_odd(site: Site, sign_in: SignIn) -> None:
    orders(site, 1, FieldKey("order_date"))
    amina = site.person("amina")
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    sent = SentReading(text="31/02/2025", idem="the-only-one", flags=frozenset({"overrode a check"}))
    site.store.submit(task.id, amina.id, sent, site.clock.now())
    page = client.get("/work").text
    assert 'id="undo"' in page
    assert 'id="odd"' not in page


@pytest.mark.browser
def test_on_the_whole_form_what_was_typed_last_is_looked_at_before_all_is_sent(site: Site, enter: Enter) -> None:
    """Who pressed Ctrl and Enter in the box was never told."""
    site.scan("bon-de-commande", {FieldKey("order_date"): "31/02/2025"})
    amina = site.person("amina")
    page = enter(amina)
    whole_form(page)
    page.keyboard.type("31/02/2025")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".line .doubt")).to_contain_text("This is no date that exists.")
    expect(page.locator(".line .text")).to_be_focused()
    assert site.texts_of(amina.id) == []

    page.keyboard.press("Control+Enter")

    expect(page.locator("#no-work")).to_be_visible()
    (story,) = site.store.readings_of(amina.id)
    assert [(each.text, each.flags) for each in story.readings] == [("31/02/2025", frozenset({"overrode a check"}))]
