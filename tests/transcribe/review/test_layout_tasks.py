"""Tasks where the layout is in doubt: which form, where the field stands, which rows a table has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.transcribe.review.site import Site
from transcribe.model import WHOLE, FieldKey, Reading, ScanPage, Task, TaskKind, Transcriber
from transcribe.table_rows import rows_key

pytestmark = pytest.mark.browser

Enter = Callable[[Transcriber], Page]

NUMBER, DATE = FieldKey("order_number"), FieldKey("order_date")


def ask(site: Site, kind: TaskKind, key: FieldKey) -> str:
    """One open task of this kind, of a scan whose form is known or, to identify it, is not."""
    scan = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"}, "read", "known")
    if kind == "identify":
        known = site.store.scan(scan)
        pictures, turned = site.store.pictures(scan), ScanPage(file=known.pages[0].file, page=1, turn=90)
        unknown = replace(known, id="f" * 64, form="", form_version=0, pages=(turned,))
        site.store.put_scan(unknown, [], site.clock.now())
        site.put_pictures(unknown.id, pictures)
        scan = unknown.id
    site.store.conclude(
        scan, 0, [], [Task(scan=scan, key=key, kind=kind, reason="layout", priority=9)], None, site.clock.now()
    )
    return scan


def only(site: Site, scan: str) -> Reading:
    (reading,) = site.store.readings(scan)
    return reading


def test_a_frame_is_drawn_around_a_field_and_its_text_typed(site: Site, enter: Enter) -> None:
    scan = ask(site, "locate", NUMBER)
    page = enter(site.person("amina"))
    shown = page.locator("#picture img").bounding_box()
    assert shown is not None
    scale = shown["width"] / 1240

    page.mouse.move(shown["x"] + 60 * scale, shown["y"] + 60 * scale)
    page.mouse.down()
    page.mouse.move(shown["x"] + 460 * scale, shown["y"] + 110 * scale)
    page.mouse.up()
    page.keyboard.type("BC-2025-0001")
    page.keyboard.press("Enter")

    expect(page.locator("#no-work")).to_be_visible()  # nobody reads one field twice
    reading = only(site, scan)
    assert reading.text == "BC-2025-0001"
    assert reading.box is not None
    assert [abs(a - b) <= 2 for a, b in zip(reading.box, (60, 60, 460, 110), strict=True)] == [True] * 4


def test_a_frame_is_typed_without_javascript(site: Site, address: str, browser: Browser) -> None:
    scan = ask(site, "locate", NUMBER)
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    for name, value in {"x0": "60", "y0": "60", "x1": "460", "y1": "110"}.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#text").fill("BC-2025-0001")
    page.locator("#text").press("Enter")

    assert only(site, scan).box == (60, 60, 460, 110)


def test_a_person_says_which_form_a_scan_is_and_how_it_lies(site: Site, enter: Enter) -> None:
    scan = ask(site, "identify", WHOLE)
    page = enter(site.person("amina"))

    page.locator("#form").select_option("bon-de-commande/1")
    page.locator("#turn").select_option("270")
    page.locator("[value=send]").click()

    expect(page.locator("#task")).to_have_attribute("data-kind", "read")
    assert only(site, scan).text == "bon-de-commande/1 270"


def test_a_form_that_nobody_knows_is_none_of_these(site: Site, enter: Enter) -> None:
    scan = ask(site, "identify", WHOLE)
    page = enter(site.person("amina"))
    page.locator("#form").select_option("none")
    page.locator("[value=send]").click()

    reading = only(site, scan)
    assert (reading.text, reading.flags) == (None, frozenset({"absent"}))


def test_rows_are_marked_by_their_lines(site: Site, enter: Enter) -> None:
    scan = ask(site, "rows", rows_key("lines"))
    page = enter(site.person("amina"))
    expect(page.locator("#label")).to_have_text("Mark the rows of the table Lines")
    figure = page.locator("#picture img")
    shown = figure.bounding_box()
    assert shown is not None
    scale = shown["width"] / 1240

    for y in (100, 300, 200, 300):  # the last takes the second away
        figure.click(position={"x": 50, "y": y * scale})
    page.locator("[value=send]").click()

    expect(page.locator("#task")).to_have_attribute("data-kind", "read")
    text = only(site, scan).text
    assert text is not None
    assert [abs(int(y) - wanted) <= 2 for y, wanted in zip(text.split(","), (100, 200), strict=True)] == [True, True]


def two_orders(site: Site) -> list[str]:
    """A scan with two open fields, and another one with one."""
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"}, name="a cat")
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0002"}, name="an order")
    return [state.scan.id for state in site.store.scan_states()]


def test_a_picture_of_another_paper_is_said_with_two_keys(site: Site, enter: Enter) -> None:
    two_orders(site)
    page = enter(site.person("amina"))
    page.keyboard.press("Alt+f")
    expect(page.locator("#what")).to_be_focused()
    page.keyboard.type("a cat")
    page.keyboard.press("Enter")

    expect(page.locator("#label")).to_have_text("Order number")
    expect(page.locator("#text")).to_be_editable()
    page.keyboard.type("BC-2025-0002")
    page.keyboard.press("Enter")
    expect(page.locator("#no-work")).to_be_visible()
    said = [each for state in site.store.scan_states() for each in site.store.readings(state.scan.id)]
    assert sorted((str(each.key), each.text, each.legible) for each in said) == [
        ("", None, "a cat"),
        ("order_number", "BC-2025-0002", ""),
    ]


def test_it_is_said_by_touch_too(site: Site, address: str, browser: Browser) -> None:
    two_orders(site)
    page = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True).new_page()
    page.goto(f"{address}/in/{site.link(site.person('amina', language='fr'))}")
    page.locator("main button").tap()
    page.locator("html[data-ready]").wait_for()
    page.locator("#other-paper summary").tap()
    page.get_by_role("button", name="Ce n’est pas ce formulaire").tap()

    expect(page.locator("#text")).to_be_editable()
    assert any(each.key == WHOLE for state in site.store.scan_states() for each in site.store.readings(state.scan.id))


@pytest.mark.parametrize("kind", ["read", "locate"])
def test_it_is_said_without_javascript(site: Site, address: str, browser: Browser, kind: TaskKind) -> None:
    scan = ask(site, kind, NUMBER)
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    page.locator("#other-paper summary").click()
    page.locator("#what").fill("a blank sheet")
    page.locator("#what").press("Enter")

    expect(page.locator("#no-work")).to_be_visible()
    assert (only(site, scan).legible, only(site, scan).flags) == (
        "a blank sheet",
        frozenset({"absent", "not this form"}),
    )
    page.locator("#undo button").click()
    expect(page.locator("main form[action^='/work/']").first).to_be_visible()
    assert [each for each in site.store.readings(scan) if each.key == WHOLE] == [], "they took it back"


def test_who_is_asked_after_that_is_not_told_what_the_scan_was_taken_for(site: Site, enter: Enter) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    question = Task(scan=scan, key=WHOLE, kind="identify", reason="form doubted", priority=9)
    site.store.conclude(scan, 0, [], [question], None, site.clock.now())
    page = enter(site.person("amina"))
    expect(page.locator("#label")).to_have_text("Which form is this?")
    expect(page.locator("#title")).to_have_text("")
    expect(page.locator("#other-paper")).to_have_count(0)

    page.locator("[value=send]").click()
    assert site.store.readings(scan) == [], "nothing is said by Enter alone"
    page.locator("#form").select_option("none")
    page.locator("[value=send]").click()
    page.wait_for_url("**/work")
    assert only(site, scan).text is None
