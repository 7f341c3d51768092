"""Every page with something on it, for everybody: axe, 200 and 400 % zoom, forced colours, no motion, the Tab key."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.in_turn import EVERY_LOOK, in_turn
from tests.looks import addresses
from tests.looks_world import World, world
from tests.transcribe.review.access.test_access import faults_of
from tests.transcribe.review.site import Site

pytestmark = pytest.mark.browser

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


def test_the_printed_keys_work_wherever_the_focus_is(known: World, address: str, page: Page) -> None:
    page.goto(f"{address}{addresses(known)['reading-outvoted']}")
    page.locator("#words").focus()
    page.keyboard.press("Alt+t")
    page.wait_for_url("**/pay?task=*#dispute")
    page.goto(f"{address}{addresses(known)['reading-outvoted']}")
    page.locator("#words").fill("C’est un zéro barré.")
    page.keyboard.press("Alt+c")
    page.locator("#appeal-words").wait_for()
