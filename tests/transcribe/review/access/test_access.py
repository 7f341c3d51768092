"""For everybody: a telephone with its keyboard open, 200 % zoom, right to left, axe, and a first load that is small."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.chromium import said_by
from tests.in_turn import EVERY_LOOK, in_turn
from tests.looks_world import World, addresses, world
from tests.transcribe.review.site import DATE, MARK, NUMBER, Enter, Site
from transcribe.model import FieldKey
from transcribe.review.rendering import STATIC_FOLDER

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


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scheme"), [("fr", "dark"), pytest.param("en", "light", marks=pytest.mark.soak)])
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


@pytest.mark.browser
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


@pytest.mark.browser
def test_nothing_runs_out_of_a_narrow_or_enlarged_page(site: Site, enter: Enter, page: Page) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    enter(site.person("amina", language="fr"))

    for width, height in ((320, 640), (360, 640), (640, 400), (1280, 800)):  # 640 x 400 is 1280 x 800 at 200 %
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.locator("#text")).to_be_in_viewport()


@pytest.mark.browser
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


@pytest.mark.browser
def test_text_from_right_to_left_is_typed_and_kept(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {FieldKey("comment"): "?"})
    amina = site.person("amina")
    page = enter(amina)

    page.locator("#text").fill("شكرا جزيلا")
    assert page.locator("#text").evaluate("(input) => input.matches(':dir(rtl)')")
    page.keyboard.press("Enter")

    expect(page.locator("#no-work")).to_be_visible()
    assert site.texts_of(amina.id) == ["شكرا جزيلا"]


@pytest.mark.browser
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


@pytest.mark.browser
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


WORKING = ("work",)
"""The page whose layout its own tests hold."""

OPENED = 'document.querySelectorAll("main details").forEach((each) => { each.open = true; })'
WIDER = """(width) => [...document.querySelectorAll("main *")].filter((each) => !each.closest(".scroll"))
  .filter((each) => !each.closest(".unseen, .scan")).filter((each) => each.getBoundingClientRect().right > width + 1)
  .map((each) => each.outerHTML.slice(0, 100))"""
"""What reaches beyond the edge; tables of figures may be scrolled in their own frame."""

MOVING = """() => [...document.querySelectorAll("*")].filter((each) => {
  const style = getComputedStyle(each);
  return style.animationName !== "none" || style.transitionDuration.split(",").some((time) => parseFloat(time) > 0);
}).map((each) => each.outerHTML.slice(0, 80))"""

REACHABLE = 'main a[href]:not([tabindex="-1"]), main button, main input:not([type=hidden]), main select, main textarea'
TABBED = f"""() => {{
  const all = [...document.querySelectorAll({REACHABLE!r})].filter((each) => each.checkVisibility());
  return all.filter((each) => !each.matches("[type=radio]:not(:checked)")).length;
}}"""
HELD = f"""() => {{
  const held = document.activeElement;
  if (!held.matches({REACHABLE!r})) return held.matches("summary") ? "fold" : "";
  const box = held.getBoundingClientRect(), style = getComputedStyle(held);
  const seen = box.bottom > 0 && box.top < innerHeight && style.outlineStyle !== "none";
  return seen ? "seen" : "unseen " + held.outerHTML.slice(0, 100);
}}"""


@pytest.fixture
def known(site: Site, address: str, page: Page) -> World:
    """The world of the pictures, with somebody signed in who may see every page."""
    made = world(site)
    page.goto(f"{address}/in/{site.link(made.amina)}")
    page.locator("main button").click()
    page.wait_for_url("**/work")
    return made


LOOKS: tuple[tuple[str, Any], ...] = (
    ("en", {"color_scheme": "light"}),
    ("fr", {"color_scheme": "dark", "reduced_motion": "reduce"}),
    ("es", {"forced_colors": "active"}),
)
"""Language, and what the system says of colours and of motion."""


@pytest.mark.browser
@EVERY_LOOK
@pytest.mark.parametrize("turn", range(len(LOOKS)))
def test_every_page_is_for_everybody(known: World, address: str, page: Page, turn: int, every: bool) -> None:
    language, media = LOOKS[turn]
    known.site.store.set_interface_language(known.amina.id, language, known.site.clock.now(), known.amina.id)
    page.emulate_media(**media)
    faults: dict[str, list[str]] = {}

    for name, path in in_turn(addresses(known).items(), turn, len(LOOKS), every):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{address}{path}")
        page.evaluate(OPENED)
        found = faults_of(page)
        page.emulate_media(reduced_motion="reduce")
        found += page.evaluate(MOVING)
        page.emulate_media(reduced_motion=media.get("reduced_motion", "no-preference"))
        if name not in WORKING:
            for width in (640, 320):  # 1280 at 200 % and at 400 %
                page.set_viewport_size({"width": width, "height": 450})
                found += [f"at {width}: {each}" for each in page.evaluate(WIDER, width)]
        if found:
            faults[name] = found

    assert faults == {}, faults


@pytest.mark.browser
def test_the_tab_key_reaches_everything_and_it_is_seen(known: World, address: str, page: Page) -> None:
    for name in ("readings", "reading-outvoted", "pay", "clocks"):
        page.goto(f"{address}{addresses(known)[name]}")
        count, reached = page.evaluate(TABBED), []
        page.locator(".menu summary").focus()
        for _ in range(2 * count + 40):
            page.keyboard.press("Tab")
            held = page.evaluate(HELD)
            if held == "":
                break
            reached.append(held)
        assert [each for each in reached if each.startswith("unseen")] == [], name
        assert reached.count("seen") == count, name


@pytest.mark.browser
def test_the_printed_keys_work_wherever_the_focus_is(known: World, address: str, page: Page) -> None:
    page.goto(f"{address}{addresses(known)['reading-outvoted']}")
    page.locator("#words").focus()
    page.keyboard.press("Alt+t")
    page.wait_for_url("**/pay?task=*#dispute")
    page.goto(f"{address}{addresses(known)['reading-outvoted']}")
    page.locator("#words").fill("C’est un zéro barré.")
    page.keyboard.press("Alt+c")
    page.locator("#appeal-words").wait_for()


TOKENS = (STATIC_FOLDER / "tokens.css").read_text(encoding="utf-8")
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")

TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "faint", "green", "warn", "bad") for ground in ("paper", "sheet")),
    *((text, "soft") for text in ("ink", "faint", "green")),
    ("green-ink", "green"),
    ("warn", "warn-soft"),
    ("ink", "warn-soft"),
    ("bad", "bad-soft"),
    ("ink", "bad-soft"),
    ("paper", "ink"),
]
EDGE_PAIRS = [(edge, ground) for edge in ("line", "green", "focus", "bad", "warn") for ground in ("paper", "sheet")]


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text))


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_edges_stand_out_from_what_lies_behind_them(scheme: str) -> None:
    known = colours(LIGHT) | (colours(DARK) if scheme == "dark" else {})
    weak = [
        f"{front} on {ground}: {contrast(known[front], known[ground]):.2f}"
        for pairs, least in ((TEXT_PAIRS, 4.5), (EDGE_PAIRS, 3.0))
        for front, ground in pairs
        if contrast(known[front], known[ground]) < least
    ]
    assert weak == []
