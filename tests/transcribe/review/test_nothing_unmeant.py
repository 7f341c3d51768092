"""Keys that are held, double clicks, two tabs, the back button, doubled sends: no reading that nobody meant is kept."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.transcribe.review.site import Enter, Site, set_pay
from tests.transcribe.review.test_work_page import all_sent
from transcribe.model import FieldKey, Transcriber

pytestmark = pytest.mark.browser

PIECE = 14_000
KEYS = ("city", "customer_name")
"""Fields in which no text looks odd, so that none is asked about before it is sent."""


def fields(site: Site, scans: int) -> None:
    set_pay(site)
    for number in range(scans):
        texts = {FieldKey(key): f"{key} {number}" for key in KEYS}
        site.scan("bon-de-commande", texts, name=f"order {number}")


TAP_SECONDS, DOUBLE_TAP_SECONDS = 0.05, 0.15
"""How long a finger stays, and how soon the second tap of one hand comes after the first. Chosen by hand."""


def hold(page: Page, key: str, times: int = 15) -> None:
    """Holds a key down: the browser repeats it."""
    for _ in range(times):
        page.keyboard.down(key)
    page.keyboard.up(key)


TWICE = """
  const ask = window.fetch;
  window.fetch = async (address, options) => {
    if (options?.method === "POST") await ask(address, options);
    return ask(address, options);
  };
"""
"""A line that sends what is sent once more, as a proxy does that had no answer."""


def shown(page: Page) -> str:
    return str(page.locator("#task").get_attribute("action"))


def next_is_shown(page: Page, before: str) -> str:
    expect(page.locator("#task")).not_to_have_attribute("action", before)
    return shown(page)


def is_exact(site: Site, who: Transcriber, meant: list[str | None]) -> bool:
    """Whether what was read is what was meant, nothing else, and each is paid once."""
    own = [each for story in site.store.readings_of(who.id, 500) for each in story.readings if each.source == who.id]
    lines = [line for line in site.store.ledger(who.id) if line.kind == "reading"]
    assert sorted(map(str, site.texts_of(who.id))) == sorted(map(str, meant))
    assert Counter(each.task for each in own) == Counter({each.task: 1 for each in own})
    assert [line.micro for line in lines] == [PIECE] * len(meant)
    assert Counter(str(line.task) for line in lines) == Counter({str(line.task): 1 for line in lines})
    return True


def test_whatever_a_hand_or_a_line_doubles_is_read_and_paid_once(site: Site, enter: Enter, page: Page) -> None:
    fields(site, 4)
    amina = site.person("amina")
    page.add_init_script(TWICE)
    enter(amina)
    at = shown(page)
    page.keyboard.type("held")
    hold(page, "Enter")
    at = next_is_shown(page, at)
    page.wait_for_timeout(600)
    hold(page, "Enter")
    assert shown(page) == at, "an empty box is asked about, however long the key is held"
    page.keyboard.type("double click")
    page.locator("[value=send]").dblclick()
    at = next_is_shown(page, at)
    page.locator("[value=illegible]").dblclick()
    at = next_is_shown(page, at)
    page.keyboard.down("Alt")
    hold(page, "b", 6)
    page.keyboard.up("Alt")
    at = next_is_shown(page, at)
    page.keyboard.type("before the others")
    page.keyboard.press("Enter")
    at = next_is_shown(page, at)
    all_sent(page)

    page.goto(page.url.replace("/work", "/readings"))
    page.go_back()
    page.locator("html[data-ready]").wait_for()
    assert shown(page) == at, "what was answered does not come back"
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    assert shown(page) == at
    page.keyboard.type("after going back")
    page.keyboard.press("Enter")
    next_is_shown(page, at)
    all_sent(page)
    assert is_exact(site, amina, ["held", "double click", None, "", "before the others", "after going back"])


def test_of_two_tabs_one_works_and_both_together_read_each_field_once(site: Site, enter: Enter) -> None:
    fields(site, 3)
    amina = site.person("amina")
    first = enter(amina)
    at = shown(first)
    first.keyboard.type("in the first tab")
    second = first.context.new_page()
    second.goto(first.url)
    second.locator("html[data-ready]").wait_for()
    expect(second.locator("#elsewhere")).to_be_visible()
    second.keyboard.type("wall")
    second.locator("#elsewhere button").click()
    second.locator("#elsewhere").wait_for(state="hidden")
    second.locator("html[data-ready]").wait_for()
    expect(second.locator("#text")).to_have_value("in the first tab")
    second.keyboard.press("Enter")
    at = next_is_shown(second, at)
    expect(first.locator("#elsewhere")).to_be_visible()
    hold(first, "Escape", 2)
    first.keyboard.type("wall")
    expect(first.locator("#elsewhere")).to_be_visible()
    second.keyboard.type("in the second tab")
    second.keyboard.press("Enter")
    at = next_is_shown(second, at)
    all_sent(second)
    first.locator("#elsewhere button").click()
    first.locator("#elsewhere").wait_for(state="hidden")
    first.locator("html[data-ready]").wait_for()
    first.keyboard.type("in the first again")
    first.keyboard.press("Enter")
    all_sent(first)
    assert is_exact(site, amina, ["in the first tab", "in the second tab", "in the first again"])


def test_two_taps_on_a_phone_are_one_answer(site: Site, address: str, browser: Browser) -> None:
    fields(site, 2)
    amina = site.person("amina")
    page = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").tap()
    page.locator("html[data-ready]").wait_for()
    page.evaluate("addEventListener('click', (event) => (window.taps = event.detail))")
    box, at, began = page.locator("[value=illegible]").bounding_box(), shown(page), time.time()
    assert box is not None
    fingers, place = page.context.new_cdp_session(page), {"x": box["x"] + 20, "y": box["y"] + 15}
    for number in range(2):  # at the times of a hand, however long this machine takes: the next field is there already
        for kind, points, late in (("touchStart", [place], 0.0), ("touchEnd", [], TAP_SECONDS)):
            when = began + number * DOUBLE_TAP_SECONDS + late
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points, "timestamp": when})
        page.wait_for_function("taps => window.taps === taps", arg=number + 1)
        at = shown(page) if number else next_is_shown(page, at)
    all_sent(page)
    assert shown(page) == at
    assert is_exact(site, amina, [None])


def test_without_javascript_back_and_double_sends_are_one_reading(site: Site, address: str, browser: Browser) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {FieldKey(key): key for key in ("city", "customer_name", "comment")})
    amina = site.person("amina")
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.wait_for_url("**/work")
    page.locator("#text").fill("first")
    page.locator("[value=send]").click()
    page.wait_for_url("**/work")
    page.go_back()
    page.go_forward()
    page.locator("#text").fill("second")
    page.locator("[value=send]").dblclick()
    page.wait_for_url("**/work")
    page.locator("#text").wait_for()
    assert is_exact(site, amina, ["first", "second"])


def test_shift_and_enter_send_no_half_of_a_comment(site: Site, enter: Enter) -> None:
    for name in ("first", "second"):
        site.scan("bon-de-commande", {FieldKey("comment"): name}, name=name)
    amina = site.person("amina")
    page = enter(amina)
    page.keyboard.type("Laisser au portier.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(" Merci")
    page.keyboard.press("Enter")
    all_sent(page)
    assert site.texts_of(amina.id) == ["Laisser au portier. Merci"]


def test_shift_and_enter_stay_in_the_box_of_a_whole_form(site: Site, enter: Enter) -> None:
    fields(site, 1)
    page = enter(site.person("amina"))
    page.goto(page.url.replace("/work", "/form"))
    page.locator("html[data-ready]").wait_for()
    box = page.locator("input.text").first
    box.click()
    page.keyboard.type("one line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(" and the next")
    expect(box).to_have_value("one line and the next")
