"""Pictures of fields beside the work page: their writing is whole and large enough too, and paid work has its bar."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.known_values import decided_by_people
from tests.transcribe.review.read_site import FOUR_FORMS, add_read_scan
from tests.transcribe.review.site import Site, set_pay
from tests.transcribe.review.test_picture_fits import LEAST_LETTER_PX, MOST_ENLARGED, PHONES, written_fields

pytestmark = pytest.mark.browser

TEXT, SLIP = "BC-2026-3904", "BC-2O26-39O4"
FORM = next(iter(FOUR_FORMS))
WAIT = 15_000
"""Milliseconds for what is a matter of moments."""

STILLS = """
  () => [...document.querySelectorAll('[data-frame]')].map((figure) => {
    const [, , , , x0, y0, x1, y1] = figure.dataset.frame.split(',').map(Number);
    const seen = [...figure.querySelectorAll('.strip')].map((strip) => {
      const [shown, image] = [strip, strip.querySelector('img')].map((each) => each.getBoundingClientRect());
      const across = (part) => image.left + part / 10000 * image.width;
      const down = (part) => image.top + part / 10000 * image.height;
      const length = across(x1) - across(x0);
      return {
        from: (shown.left - across(x0)) / length, to: (shown.right - across(x0)) / length,
        cut: Math.max(shown.top - down(y0), down(y1) - shown.bottom),
      };
    });
    return { seen, letter: Number(figure.dataset.letter), zoom: Number(figure.dataset.zoom) };
  })
"""
"""Of each still picture: how much of its writing each piece shows, what is cut above or below, letters in pixels."""


LINES = """
  () => new Set([...document.querySelectorAll('.pairs > .pair')].map((each) => each.getBoundingClientRect().top)).size
"""
"""How many lines the texts take that lie over each other."""


def known_fields(site: Site, name: str, count: int) -> None:
    """Fields of a sample whose text is known, the longest among them."""
    site.store.put_parameters({}, site.clock.now())
    chosen = written_fields(name, count)
    scan = add_read_scan(site, name, [])
    decided = [decided_by_people(each.key, TEXT) for each in chosen]
    site.store.conclude(scan, 0, decided, [], None, site.clock.now())
    for each in chosen:
        site.store.add_gold(scan, each.key, TEXT, "olga", "the order itself", site.clock.now())


def entered(site: Site, address: str, page: Page, language: str) -> None:
    """Somebody new is signed in, and practises."""
    page.set_default_timeout(WAIT)
    page.goto(f"{address}/in/{site.link(site.person('nora', language=language))}")
    page.locator("main button").first.click()
    page.wait_for_url("**/practice")


def stills(page: Page) -> list[dict[str, Any]]:
    page.wait_for_function("() => [...document.querySelectorAll('[data-frame]')].every((each) => each.dataset.letter)")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found: list[dict[str, Any]] = page.evaluate(STILLS)
    return found


def faults(still: dict[str, Any], least: float) -> list[str]:
    found, reached = [], 0.01
    for piece in still["seen"]:
        if piece["cut"] > 1:
            found.append(f"{piece['cut']:.0f} px are cut above or below")
        if piece["from"] > reached:
            found.append(f"a gap before {piece['from']:.2f}")
        reached = piece["to"]
    if reached < 0.99:
        found.append(f"the writing ends at {reached:.2f} of it")
    if still["letter"] < least - 0.1 and still["zoom"] < MOST_ENLARGED - 0.01:
        found.append(f"letters of {still['letter']} px")
    return found


@pytest.mark.parametrize("size", PHONES[1:], ids=lambda size: str(size["height"]))
def test_writing_is_whole_and_large_enough_in_practice_in_what_is_explained_and_in_my_readings(
    site: Site, address: str, page: Page, size: dict[str, int]
) -> None:
    set_pay(site)
    known_fields(site, FORM, 5)
    entered(site, address, page, "es")
    page.set_viewport_size(size)  # type: ignore[arg-type]
    for _ in range(3):
        page.goto(f"{address}/practice")
        assert [faults(each, LEAST_LETTER_PX) for each in stills(page)] == [[]]
        expect(page.locator("#day")).to_contain_text("campo")
        box = page.locator("#task .entry button").bounding_box()
        assert box
        assert box["y"] + box["height"] <= size["height"], "the box and Send are in sight"
        page.locator("#text").fill(SLIP)
        page.keyboard.press("Enter")
        expect(page.locator("#doubt, section[data-same=no]").first).not_to_be_empty()
        if page.locator("#doubt").count():  # it looks odd: sent again it goes
            page.keyboard.press("Enter")
        page.locator("section[data-same=no]").wait_for()
        assert page.evaluate(LINES) == 1, "both texts stand over each other, from end to end"
        assert [faults(each, LEAST_LETTER_PX) for each in stills(page)] == [[]]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    page.goto(f"{address}/readings")
    page.locator(".thumb").first.scroll_into_view_if_needed()
    listed = stills(page)
    assert len(listed) == 3
    assert [faults(each, 0.0) for each in listed] == [[]] * 3, "all of the writing is in each small picture"
    page.locator("a.thumb").first.evaluate("each => each.click()")
    page.wait_for_load_state()
    assert [faults(each, LEAST_LETTER_PX) for each in stills(page)] == [[]]


def test_a_test_shows_its_fields_as_large_and_the_bar_above_them(site: Site, address: str, page: Page) -> None:
    set_pay(site)
    known_fields(site, FORM, 5)
    entered(site, address, page, "fr")
    page.set_viewport_size(PHONES[0])  # type: ignore[arg-type]
    page.goto(f"{address}/test")
    page.locator("main form button").first.click()
    page.locator("#test").wait_for()

    found = stills(page)

    assert found
    assert [faults(each, LEAST_LETTER_PX) for each in found] == [[]] * len(found)
    expect(page.locator("#day")).to_contain_text("champ")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONES[0]["width"]
