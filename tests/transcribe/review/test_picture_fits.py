"""The picture of a field fits its writing: measured in Chromium on a phone, with a keyboard on the screen too."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.transcribe.review.read_site import FOUR_FORMS, add_read_scan, reads_of
from tests.transcribe.review.site import Enter, Site
from transcribe.model import FieldKey, Place

pytestmark = pytest.mark.browser


PHONES = ({"width": 360, "height": 640}, {"width": 360, "height": 380})
FIELDS_OF_A_FORM, FIELDS = 3, 12
LEAST_LETTER_PX = 14.0
MOST_ENLARGED = 6.0
"""CSS pixels for one of the picture's: beyond, nothing more is seen, so smaller letters are the picture's limit."""

BOXES = """
  () => {
    const of = (element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return [left, top, right, bottom];
    };
    const strips = [...document.querySelectorAll('#picture .strip')];
    const answers = ['send', 'blank', 'illegible', 'crossed_out', 'absent'].map((each) => `[value=${each}]`);
    const tapped = `#text:enabled, #mark:enabled, #skip summary, ${answers}`;
    return {
      figure: of(document.querySelector('#picture')),
      strips: strips.map((strip) => ({ shown: of(strip), image: of(strip.querySelector('img')) })),
      natural: document.querySelector('#picture img').naturalHeight,
      tapped: [...document.querySelectorAll(tapped)].filter((each) => each.checkVisibility()).map(of),
      screen: [innerWidth, innerHeight],
      sideways: document.documentElement.scrollWidth,
    };
  }
"""
"""Where the frame, the pieces of the picture and what is tapped lie on the screen: left, top, right, foot in pixels."""


def written_fields(name: str, count: int) -> list[Place]:
    """So many fields of a sample in which something is written, the longest and the first among them."""
    _, reads = reads_of(name)
    known = [each for each in reads.places if each.frame and each.snippet and each.confidence]
    written = [each for each in known if each.frame and (each.frame.writing != each.frame.field or not name.count("-"))]
    longest = max(written, key=lambda each: each.box.width / each.box.height)
    return [longest, *(each for each in written if each is not longest)][:count]


def on_screen(image: list[float], box: tuple[int, ...]) -> tuple[float, float, float, float]:
    left, top, right, foot = image
    across, down = (right - left) / 10_000, (foot - top) / 10_000
    return left + box[0] * across, top + box[1] * down, left + box[2] * across, top + box[3] * down


def faults(seen: dict[str, Any], place: Place) -> list[str]:
    """What is wrong with how a field stands on the screen."""
    frame, figure = place.frame, seen["figure"]
    assert frame is not None
    found, reached = [], None
    for strip in seen["strips"]:
        shown = strip["shown"]
        x0, y0, x1, y1 = on_screen(strip["image"], frame.writing)
        if y0 < shown[1] - 1 or y1 > shown[3] + 1:
            found.append(f"cut above or below: {y0:.0f}-{y1:.0f} in {shown[1]:.0f}-{shown[3]:.0f}")
        scale = x1 - x0
        start, end = (shown[0] - x0) / scale, (shown[2] - x0) / scale
        if start > (0.01 if reached is None else reached):
            found.append(f"a gap before {start:.2f} of the writing")
        reached = end
    if reached is None or reached < 0.99:
        found.append(f"the writing ends at {reached} of it")
    image = seen["strips"][0]["image"]
    zoom = (image[3] - image[1]) / seen["natural"]
    letter = frame.letter / 10_000 * (image[3] - image[1])
    if letter < LEAST_LETTER_PX - 0.1 and zoom < MOST_ENLARGED - 0.01:
        found.append(f"letters of {letter:.1f} px at {zoom:.1f} times the picture")
    if len(seen["tapped"]) != 7:
        found.append(f"{len(seen['tapped'])} of the box, Send and the five answers are there")
    for left, top, right, foot in (figure, *seen["tapped"]):
        if left < 0 or top < 0 or right > seen["screen"][0] or foot > seen["screen"][1]:
            found.append(f"off the screen: {left:.0f},{top:.0f} to {right:.0f},{foot:.0f}")
    if seen["sideways"] > seen["screen"][0]:
        found.append("the page scrolls sideways")
    return found


def test_fields_of_four_forms_are_whole_and_large_enough_on_a_phone(site: Site, enter: Enter) -> None:
    places: dict[tuple[str, FieldKey], Place] = {}
    for name in FOUR_FORMS:
        chosen = written_fields(name, FIELDS_OF_A_FORM)
        scan = add_read_scan(site, name, [each.key for each in chosen])
        places |= {(scan, each.key): each for each in chosen}
    amina = site.person("amina", language="fr")
    page = enter(amina)
    wrong: dict[tuple[str, str, int], list[str]] = {}
    boxes: set[tuple[int, int]] = set()
    seen_fields = 0
    while page.locator("#task").count() and page.locator("#text").is_enabled():
        task = str(page.locator("#task").get_attribute("action")).removeprefix("/work/")
        subject = site.store.task_subject(task)
        place = places[subject.scan, subject.key]
        for size in PHONES:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            seen = page.evaluate(BOXES)
            boxes.add((size["height"], round(seen["tapped"][0][1])))
            if found := faults(seen, place):
                wrong[subject.scan[:4], str(subject.key), size["height"]] = found
        seen_fields += 1
        page.keyboard.press("Alt+i")
        page.wait_for_function(
            "(before) => document.querySelector('#task')?.getAttribute('action') !== before", arg=f"/work/{task}"
        )

    assert not wrong, "\n".join(f"{where}: {found}" for where, found in wrong.items())
    assert seen_fields >= FIELDS
    assert len(boxes) <= 2, f"the text box moved from field to field: {sorted(boxes)}"


def test_a_zoom_is_kept_for_its_field_and_more_of_the_page_shows_the_field(site: Site, enter: Enter) -> None:
    names = ("order_number", "order_date", "order_number")
    add_read_scan(site, "bon-de-commande", [FieldKey(name) for name in names[:2]])
    page = enter(site.person("amina"))
    figure, box = page.locator("#picture"), page.locator("#text")
    before, stands = zoom(page), box.bounding_box()

    page.keyboard.press("Alt+ArrowUp")
    larger = zoom(page)
    assert larger > before
    page.reload()
    page.locator("html[data-ready]").wait_for()
    assert zoom(page) == larger
    page.keyboard.press("Alt+p")
    expect(page.locator("#picture img")).to_have_attribute("src", f"/surroundings/{task_of(page)}")
    page.wait_for_function("() => document.querySelector('#picture img').complete")
    assert box.bounding_box() == stands
    page.keyboard.press("Alt+p")
    page.keyboard.press("Alt+i")
    page.wait_for_function("() => document.querySelector('#label').innerText === 'Order date'")
    assert zoom(page) < larger

    area = figure.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 100, area["y"] + 50)
    now = zoom(page)
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"() => Number(document.querySelector('#picture').dataset.zoom) > {now}")
    left = page.locator("#picture img").bounding_box()
    page.mouse.down()
    page.mouse.move(area["x"] + 60, area["y"] + 50)
    page.mouse.up()
    moved = page.locator("#picture img").bounding_box()
    assert left is not None
    assert moved is not None
    assert moved["x"] < left["x"]
    expect(box).to_be_focused()


def zoom(page: Page) -> float:
    return float(str(page.locator("#picture").get_attribute("data-zoom")))


def task_of(page: Page) -> str:
    return str(page.locator("#task").get_attribute("action")).removeprefix("/work/")
