"""The picture of a field fits its writing: measured in Chromium on a phone, with a keyboard on the screen too."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.in_turn import EVERY_LOOK, in_turn
from tests.known_values import decided_by_people
from tests.transcribe.review.read_site import FOUR_FORMS, add_read_scan, reads_of
from tests.transcribe.review.site import Enter, Site, set_pay
from transcribe.model import FieldKey, Place

pytestmark = pytest.mark.browser


PHONES = ({"width": 360, "height": 640}, {"width": 360, "height": 380})
FIELDS_OF_A_FORM = 3
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


@EVERY_LOOK
def test_fields_of_forms_are_whole_and_large_enough_on_a_phone(site: Site, enter: Enter, every: bool) -> None:
    places: dict[tuple[str, FieldKey], Place] = {}
    names = in_turn(FOUR_FORMS, 0, 2, every)  # one that has a blank, and one whose fields are found among the words
    for name in names:
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
            if not page.locator("form.long").count():  # several lines need more room
                boxes.add((size["height"], round(seen["tapped"][0][1])))
            if found := faults(seen, place):
                wrong[subject.scan[:4], str(subject.key), size["height"]] = found
        seen_fields += 1
        page.keyboard.press("Alt+i")
        page.wait_for_function(
            "(before) => document.querySelector('#task')?.getAttribute('action') !== before", arg=f"/work/{task}"
        )

    assert not wrong, "\n".join(f"{where}: {found}" for where, found in wrong.items())
    assert seen_fields >= FIELDS_OF_A_FORM * len(names)
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


def faults_of_stills(still: dict[str, Any], least: float) -> list[str]:
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
        assert [faults_of_stills(each, LEAST_LETTER_PX) for each in stills(page)] == [[]]
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
        assert [faults_of_stills(each, LEAST_LETTER_PX) for each in stills(page)] == [[]]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    page.goto(f"{address}/readings")
    page.locator(".thumb").first.scroll_into_view_if_needed()
    listed = stills(page)
    assert len(listed) == 3
    assert [faults_of_stills(each, 0.0) for each in listed] == [[]] * 3, "all of the writing is in each small picture"
    page.locator("a.thumb").first.evaluate("each => each.click()")
    page.wait_for_load_state()
    assert [faults_of_stills(each, LEAST_LETTER_PX) for each in stills(page)] == [[]]


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
    assert [faults_of_stills(each, LEAST_LETTER_PX) for each in found] == [[]] * len(found)
    expect(page.locator("#day")).to_contain_text("champ")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONES[0]["width"]
