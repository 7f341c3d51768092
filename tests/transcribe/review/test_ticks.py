"""Tick boxes: there is one way to say that nothing is marked, by button, by key and on every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.known_values import decided_by_people
from tests.transcribe.review.site import MARK, NUMBER, Enter, Site, as_a_whole

FORMS = as_a_whole


pytestmark = pytest.mark.browser


def shown_words(page: Page) -> list[str]:
    """What the buttons and choices for an answer say, those that are seen."""
    said = page.locator("#task button, #task .mark label").all()
    return [each.inner_text() for each in said if each.is_visible()]


def test_the_work_page_says_once_that_nothing_is_marked(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {MARK: "", NUMBER: "BC-1"})
    amina = site.person("amina")
    page = enter(amina)
    page.set_viewport_size({"width": 360, "height": 640})
    kinds = set()
    for left in (1, 0):
        kind = str(page.locator("#task").get_attribute("data-kind"))
        is_mark = page.locator("#mark").is_visible()
        kinds.add((kind, is_mark))
        words = " ".join(shown_words(page))
        assert ("Blank" in words, "No, empty" in words) == (not is_mark, is_mark), words
        if is_mark:
            page.locator("#mark label", has_text="No, empty").click()
            page.locator("#task button.main").click()
        else:
            page.locator("#blank").click()
        page.wait_for_function(
            f"() => document.querySelector('#no-work') || document.querySelector('#label') && {left}"
        )
        if left:
            expect(page.locator("#mark")).to_be_visible(visible=not is_mark)
    assert {mark for _, mark in kinds} == {True, False}
    page.locator("#no-work").wait_for()
    assert sorted(map(str, site.texts_of(amina.id))) == ["", "false"]


@pytest.mark.parametrize(("key", "focus"), [("0", "document.activeElement.blur()"), ("n", ""), ("Alt+b", "")])
def test_a_key_says_that_nothing_is_marked_wherever_the_focus_is(
    site: Site, enter: Enter, key: str, focus: str
) -> None:
    site.scan("bon-de-commande", {MARK: ""})
    amina = site.person("amina")
    page = enter(amina)
    assert [each.inner_text() for each in page.locator("#mark kbd").all()] == ["1", "0"], "the keys are printed"
    page.keyboard.press("1")
    expect(page.locator("#mark [value=true]")).to_be_checked()
    page.evaluate(focus or "null")
    page.keyboard.press(key)
    expect(page.locator("#mark [value=false]")).to_be_checked()
    assert site.texts_of(amina.id) == [], "it is chosen, and sent by Enter"
    page.keyboard.press("Enter")
    page.locator("#no-work").wait_for()
    assert site.texts_of(amina.id) == ["false"]


def test_on_the_whole_form_a_tick_is_blank_by_its_own_choice_alone(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {MARK: "", NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    page = enter(amina)
    page.goto(page.url.replace("/work", "/form"))
    page.locator("html[data-ready]").wait_for()
    tick = page.locator(".line:has([type=radio])")
    assert tick.locator("option[value=blank]").count() == 0
    assert page.locator(".line option[value=blank]").count() == 1
    tick.locator("[value=true]").focus()
    page.keyboard.press("Alt+b")
    expect(tick.locator("[value=false]")).to_be_checked()
    page.locator(".line .text").fill("BC-2025-0001")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/work")
    assert sorted(map(str, site.texts_of(amina.id))) == ["BC-2025-0001", "false"]


def test_practice_says_once_that_nothing_is_marked(site: Site, address: str, page: Page) -> None:
    now = site.clock.now
    site.store.put_parameters({}, now())
    scan = site.scan("bon-de-commande", {MARK: ""}, name="known tick")
    site.store.conclude(scan, 0, [decided_by_people(MARK, "false")], [], None, now())
    site.store.add_gold(scan, MARK, "false", "olga", "the order itself", now())
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    page.goto(f"{address}/practice")
    assert "Blank" not in " ".join(shown_words(page))
    page.keyboard.press("Alt+b")
    expect(page.locator("#mark [value=false]")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("section[data-same=yes]")).to_be_visible()
