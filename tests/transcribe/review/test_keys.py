"""Keys: wherever the focus is, on every page that has them, and printed as this machine has them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.transcribe.review.site import DATE, NUMBER, Enter, Site, as_a_whole
from transcribe.model import FieldKey, Task
from transcribe.store.facts import SentReading

FORMS = as_a_whole


pytestmark = pytest.mark.browser

MAC = "Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })"


def shown_keys(page: Page) -> set[str]:
    return set(page.locator("kbd").all_text_contents())


@pytest.mark.parametrize("mac", [False, True])
def test_every_page_prints_the_keys_of_this_machine(site: Site, address: str, browser: Browser, mac: bool) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    amina = site.person("amina")
    page = browser.new_context().new_page()
    if mac:
        page.add_init_script(MAC)
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    found = {"work": shown_keys(page)}
    page.goto(f"{address}/form")
    page.locator("html[data-ready]").wait_for()
    found["form"] = shown_keys(page)
    page.locator(".text").first.fill("BC-2025-0001")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.locator("html[data-ready]").wait_for()
    page.goto(f"{address}/readings")
    with page.expect_navigation():
        page.locator("#readings a").first.click()
    found["reading"] = shown_keys(page)
    page.goto(f"{address}/pay")
    found["pay"] = shown_keys(page)
    task = Task(scan=site.store.scan_states()[0].scan.id, key=FieldKey("comment"), kind="locate", reason="layout")
    site.store.conclude(task.scan, 1, [], [replace(task, priority=9)], None, site.clock.now())
    site.store.give_back(amina.id, site.clock.now())
    page.goto(f"{address}/work")
    expect(page.locator("#task")).to_have_attribute("data-kind", "locate")
    found["locate"] = shown_keys(page)

    strange = ("Alt", "Ctrl") if mac else ("⌥", "⌘", "⌃")
    assert all(found[each] for each in ("work", "form", "locate")), found
    assert [key for keys in found.values() for key in keys if any(name in key for name in strange)] == []
    assert ("⌥ B" if mac else "Alt B") in found["work"]
    assert ("⌘ ↵" if mac else "Ctrl ↵") in found["form"]


@pytest.mark.parametrize(("width", "height"), [(360, 640), (800, 360)])
def test_no_key_is_shown_where_there_is_no_keyboard(
    site: Site, address: str, browser: Browser, width: int, height: int
) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    amina = site.person("amina")
    page = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    site.store.submit(
        site.store.held(amina.id, site.clock.now())[0].id,
        amina.id,
        SentReading(text="BC-2025-0001", idem="first-one"),
        site.clock.now(),
    )
    (story,) = site.store.readings_of(amina.id)
    for path in ("/work", "/form", f"/readings/{story.readings[0].id}", "/pay"):
        page.goto(f"{address}{path}")
        assert "Alt" not in page.locator("body").inner_text(), path
        assert [key for key in page.locator("kbd").all() if key.is_visible()] == [], path
    page.goto(f"{address}/form")
    assert "Crossed out ·" not in page.locator(".answers").last.inner_text(), "names of keys without their keys"


FOCUSES = (
    "document.activeElement.blur()",
    "document.querySelector('.menu summary').focus()",
    "document.querySelector('.brand').focus()",
    "document.querySelector('#picture').focus()",
    "document.querySelector('#same').focus()",
)


def test_on_the_work_page_keys_work_wherever_the_focus_is(site: Site, enter: Enter) -> None:
    """Each key with the focus elsewhere."""
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    amina = site.person("amina")
    page = enter(amina)
    first = str(page.locator("#task").get_attribute("action"))
    page.evaluate(FOCUSES[0])
    page.keyboard.press("Alt+s")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.press("Escape")
    page.evaluate(FOCUSES[1])
    page.keyboard.press("Alt+f")
    expect(page.locator("#what")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("BC-2025-0001")
    page.evaluate(FOCUSES[2])
    page.keyboard.press("Alt+c")
    expect(page.locator("#picture.strong")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#task")).not_to_have_attribute("action", first)
    page.evaluate(FOCUSES[3])
    page.keyboard.press("Alt+u")
    expect(page.locator("#task")).to_have_attribute("action", first)
    expect(page.locator("#text")).to_have_value("BC-2025-0001")
    page.evaluate(FOCUSES[4])
    page.keyboard.press("Alt+i")
    expect(page.locator("#task")).not_to_have_attribute("action", first)


def test_what_is_typed_with_the_focus_nowhere_goes_into_the_box(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    page = enter(site.person("amina"))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("BC-2025-0001")
    expect(page.locator("#text")).to_have_value("BC-2025-0001")


@pytest.mark.parametrize(
    "where",
    [
        "document.querySelector('#lines button.main').focus()",
        "document.querySelector('.line select').focus()",
    ],
)
def test_control_and_enter_send_the_whole_form_from_everywhere(site: Site, enter: Enter, where: str) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "01/05/2025"})
    amina = site.person("amina")
    page = enter(amina)
    page.goto(page.url.replace("/work", "/form"))
    page.locator("html[data-ready]").wait_for()
    page.locator(".text").nth(0).fill("BC-2025-0001")
    page.locator(".text").nth(1).fill("01/05/2025")
    page.evaluate(where)
    ways: list[str] = []
    page.on("request", lambda request: ways.append(request.url) if request.is_navigation_request() else None)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/work")
    assert len([way for way in ways if way.endswith("/form")]) == 1  # a second way there breaks off the first
    assert sorted(map(str, site.texts_of(amina.id))) == ["01/05/2025", "BC-2025-0001"]
