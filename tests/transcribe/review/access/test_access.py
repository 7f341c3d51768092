"""For everybody: a telephone with its keyboard open, 200 % zoom, right to left, axe, and a first load that is small."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.chromium import said_by
from tests.transcribe.review.site import DATE, MARK, NUMBER, Enter, Site
from transcribe.model import FieldKey

pytestmark = pytest.mark.browser


FIRST_LOAD = 90_000
"""Bytes on the line, with the letters of the text box."""
TARGET = 44

PHONE_WITH_KEYBOARD = {"width": 360, "height": 320}
"""What a keyboard of 320 pixels leaves of a screen of 360 x 640."""

BY_THE_GUIDELINES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
"""Every rule of WCAG. Of what passes axe tells one element each: telling all takes longer than looking."""


def faults_of(page: Page) -> list[str]:
    found: dict[str, Any] = Axe().run(page, options=BY_THE_GUIDELINES).response
    assert found["passes"], "axe looked at the page"
    return [f"{fault['id']}: {node['html'][:120]}" for fault in found["violations"] for node in fault["nodes"]]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("fr", "dark")])
def test_axe_finds_nothing_on_any_page(site: Site, address: str, page: Page, scheme: Any, language: str) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1", MARK: "x"})
    page.emulate_media(color_scheme=scheme)
    token = site.link(site.person("amina", language=language))
    found: dict[str, list[str]] = {}

    for path in ("/in", "/in/0123456789abcdef", f"/in/{token}"):
        page.goto(f"{address}{path}")
        found[path] = faults_of(page)
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    found["/work"] = faults_of(page)
    page.locator(".menu summary").click()
    found["/work with its menu"] = faults_of(page)
    page.locator(".menu summary").click()
    page.locator("#skip summary").click()
    found["/work with reasons to skip"] = faults_of(page)
    page.keyboard.press("Escape")
    page.locator("#text").fill("")
    page.locator("#text").press("Enter")
    found["/work in doubt"] = faults_of(page)
    page.goto(f"{address}/snippet/0123456789abcdef")
    found["what is not theirs"] = faults_of(page)

    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize(("key", "language"), [(NUMBER, "fr"), (NUMBER, "es"), (MARK, "es")])
def test_on_a_phone_with_its_keyboard_open_everything_needed_is_visible(
    site: Site, enter: Enter, page: Page, key: FieldKey, language: str
) -> None:
    site.scan("bon-de-commande", {key: "BC-2025-0001"})
    page.set_viewport_size(PHONE_WITH_KEYBOARD)  # type: ignore[arg-type]  # a literal of the right shape
    enter(site.person("amina", language=language))

    for selector in (
        "#picture",
        "#text, #mark",
        "[value=send]",
        "[value=blank], #mark label:has([value=false])",
        "[value=illegible]",
        "#skip summary",
    ):
        box = page.locator(selector).locator("visible=true").bounding_box()
        assert box is not None, selector
        assert box["x"] >= 0, selector
        assert box["x"] + box["width"] <= PHONE_WITH_KEYBOARD["width"], selector
        assert box["y"] >= 0, selector
        assert box["y"] + box["height"] <= PHONE_WITH_KEYBOARD["height"], selector
        if selector != "#picture":
            assert min(box["width"], box["height"]) >= TARGET, (selector, box)


def test_nothing_runs_out_of_a_narrow_or_enlarged_page(site: Site, enter: Enter, page: Page) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    enter(site.person("amina", language="fr"))

    for width, height in ((320, 640), (360, 640), (640, 400), (1280, 800)):  # 640 x 400 is 1280 x 800 at 200 %
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.locator("#text")).to_be_in_viewport()


def test_the_input_suits_what_is_typed(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {FieldKey("total"): "1 234,50"})
    text = enter(site.person("amina")).locator("#text")

    for name, value in {
        "inputmode": "decimal",
        "enterkeyhint": "send",
        "autocomplete": "off",
        "autocorrect": "off",
        "autocapitalize": "none",
        "spellcheck": "false",
        "lang": "fr",
        "dir": "auto",
    }.items():
        expect(text).to_have_attribute(name, value)


def test_text_from_right_to_left_is_typed_and_kept(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {FieldKey("comment"): "?"})
    amina = site.person("amina")
    page = enter(amina)

    page.locator("#text").fill("شكرا جزيلا")
    assert page.locator("#text").evaluate("(input) => input.matches(':dir(rtl)')")
    page.keyboard.press("Enter")

    expect(page.locator("#no-work")).to_be_visible()
    assert site.texts_of(amina.id) == ["شكرا جزيلا"]


def test_the_first_load_is_small(site: Site, address: str, browser: Browser) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    page = browser.new_context().new_page()
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    loaded: list[float] = []
    line.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))

    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    page.wait_for_load_state("networkidle")

    assert page.evaluate("document.fonts.check('1.6rem Hyperlegible', '0O1lI')")
    assert 5_000 < sum(loaded) <= FIRST_LOAD
    print(f"first load: {sum(loaded):.0f} bytes")


def test_the_page_reports_nothing_against_its_own_policy(site: Site, page: Page, enter: Enter) -> None:
    said = said_by(page)
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: '"><img src=x onerror=alert(1)>'})
    enter(site.person("<b onclick=alert(1)>amina</b>"))
    for tool in ("Alt+ArrowUp", "Alt+c", "Alt+v", "Alt+t"):
        page.keyboard.press(tool)
    page.keyboard.type('"><script>alert(1)</script>')
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)

    assert said == []
