"""The section Forms in Chromium: a form drafted, drawn, tried and put in force; axe, small screens, keys, fingers."""

from __future__ import annotations

import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from flows.incoming.taking_in import Incoming
from flows.parts.drafting.draft_files import Draft, start_version
from flows.steps import publish_records
from flows.steps.read_scans import TakenScan, read_scan, take_in
from reconcile.records import query
from tests.flows.desk.desk_site import DeskSite
from tests.flows.desk.test_desk_in_browser import Enter, address, browser_type_launch_args, enter
from tests.flows.parts.drafting.own_form import COLUMNS, LINES, TEXTS, blank_page, filled_page, photo
from tests.in_turn import EVERY_LOOK, in_turn
from tests.transcribe.store.world import sent
from transcribe.model import Transcriber
from transcribe.store import Offer

__all__ = ["address", "browser_type_launch_args", "enter"]

HERE = "/desk/draft/bike"
PAGES = (
    "/desk/forms",
    "/desk/form/order",
    "/desk/form/bon-de-commande",
    "/desk/forms/new",
    HERE,
    f"{HERE}/text",
    f"{HERE}/try",
)


@pytest.fixture
def busy(site: DeskSite) -> DeskSite:
    """What the borrowed fixtures serve."""
    return site


def file_of(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def numbers(entry: Locator) -> tuple[int, ...]:
    """Where an entry says that it stands."""
    keys = ("x0", "y0", "x1", "y1")
    return tuple(int(entry.locator(f'.coordinates [data-key="{key}"]').first.input_value()) for key in keys)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def on_page(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the form's page is on the screen."""
    at = page.locator("#canvas svg").first.bounding_box()
    assert at
    wide = page.evaluate("document.querySelector('#canvas svg').viewBox.baseVal.width")
    return at["x"] + x * at["width"] / wide, at["y"] + y * at["width"] / wide


def test_a_form_that_no_sample_has_goes_from_a_photograph_to_records(
    site: DeskSite, enter: Enter, address: str, tmp_path: Path
) -> None:
    page = enter(viewport={"width": 1440, "height": 1000})
    page.goto(f"{address}/desk/forms")
    page.get_by_role("link", name="New form").click()
    page.locator("#file").set_input_files(file_of("slip.jpg", photo(blank_page(), seed=3)))
    page.locator("#title").fill("Bike hire")
    with page.expect_navigation():
        page.get_by_role("button", name="Find its fields").click()
    expect(page.locator(".drawn-entry")).to_have_count(8)

    page.locator('[data-for="field-0"]').click()
    page.locator("#field-0-pattern").fill(r"SL-\d{5}")
    page.locator('[name="field-0-required"]').check()
    page.locator('[data-for="field-4"]').click()
    page.locator("#field-4-label-en").fill("Wears a helmet")
    expect(page.locator("#field-4-name")).to_have_value("wears_a_helmet")
    page.locator("#rule-0-check").fill("total_to_pay == sum(lines.amount)")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and try it").click()

    page.locator("#files").set_input_files(file_of("first.jpg", photo(filled_page(), seed=11)))
    with page.expect_navigation():
        page.get_by_role("button", name="Read them").click()
    expect(page.locator(".tried")).to_have_count(1)
    for text in ("SL-48273", "Nora Quist", "Cargo bike"):
        expect(page.locator(".tried-fields")).to_contain_text(text)
    expect(page.locator(".tried .snippet").first).to_be_visible()

    page.get_by_role("link", name="Back to the draft").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Put version 1 in force").click()
    expect(page.locator("#done")).to_contain_text("in force")

    with page.expect_navigation():
        page.get_by_role("link", name="New batch of this form").click()
    page.locator("#name").fill("first week")
    expect(page.locator("#form")).to_have_value("bike-hire")
    page.locator("#files").set_input_files(file_of("0.jpg", photo(filled_page(), seed=21)))
    expect(page.locator("#chosen .advice")).to_have_count(1)
    page.locator("#upload button.main").click()
    page.wait_for_url("**/desk/batch?name=first+week&done=sent")

    take_all_in(site)
    page.goto(f"{address}/desk/scans?form=bike-hire")
    expect(page.locator("#scans tbody tr")).to_have_count(1)
    answered(site, TEXTS)
    page.goto(f"{address}/desk/form/bike-hire")
    expect(page.locator("main")).to_contain_text("1 scan")
    (row,) = [each.values for each in query.records(site.home.settings.records, "bike-hire")]
    assert (row["slip_number"], row["hirer"]) == ("SL-48273", "Nora Quist")
    assert (float(str(row["total_to_pay"])), row["wears_a_helmet"]) == (64.0, True)
    assert str(row["date_of_hire"]) == "2026-11-14"


def take_all_in(site: DeskSite) -> None:
    """What `serve` does with what was sent: take it in, read it, weigh it."""

    def read(paths: list[Path], form: str, batch: str, by: str) -> None:
        for taken in take_in(site.home, paths, form, batch):
            assert isinstance(taken, TakenScan)
            read_scan(site.home, taken.scan)

    Incoming(site.home, read).look()
    site.weigh()


def answered(site: DeskSite, truth: Mapping[str, str]) -> None:
    """People read all that is asked of them until nothing is, and records are published."""
    people = [site.person(name, "transcriber") for name in ("ann", "bea", "cleo")]
    while sum(answers(site, who, truth) for who in people):
        site.weigh()
    publish_records(site.home)


def answers(site: DeskSite, who: Transcriber, truth: Mapping[str, str]) -> int:
    """Have somebody read what is open for them; gives how much that was."""
    tasks = site.home.store.lease(who.id, 8, site.now(), 600.0, Offer(pools=("read",)))
    for task in tasks:
        key = task.key
        text = truth.get(key.name, "") if key.row is None else LINES[key.row][list(COLUMNS).index(key.name[6:])]
        site.home.store.submit(task.id, who.id, sent(text, secrets.token_hex(8), seconds=4.0), site.now())
    return len(tasks)


def test_fields_are_drawn_moved_resized_and_taken_out_by_pointer(draft: Draft, enter: Enter, address: str) -> None:
    page = enter(viewport={"width": 1440, "height": 1000})
    page.goto(address + HERE)
    before = draft.form()
    page.locator("#draw-field").click()
    drag(page, on_page(page, 800, 735), on_page(page, 1300, 800))
    drawn = page.locator("[data-entry=field].chosen")
    x0, y0, x1, y1 = numbers(drawn)
    assert (abs(x0 - 800) < 8, abs(y0 - 735) < 8, abs(x1 - 1300) < 8, abs(y1 - 800) < 8) == (True,) * 4
    page.keyboard.type("Own remarks")
    expect(drawn.locator("[data-key=name]")).to_have_value("own_remarks")

    drag(page, on_page(page, 1000, 760), on_page(page, 1050, 780))
    assert numbers(drawn)[0] > x0 + 30
    handle = page.locator(".chosen .handle[data-across=x1][data-down=y1]").bounding_box()
    assert handle
    at = (handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    drag(page, at, (at[0] + 30, at[1] + 8))
    assert numbers(drawn)[2] > x1 + 60

    edge = page.locator('[data-for="table-0"]')
    edge.click(position={"x": 5, "y": 5})
    first = page.locator('[data-id="column-0-0"] [data-key="x1"]')
    was = int(first.input_value())
    line = page.locator('[data-edge="column-0-0"]').bounding_box()
    assert line
    drag(page, (line["x"] + line["width"] / 2, line["y"] + 20), (line["x"] + line["width"] / 2 - 30, line["y"] + 20))
    assert int(first.input_value()) < was - 40
    assert page.locator('[data-id="column-0-1"] [data-key="x0"]').input_value() == first.input_value()

    page.locator('[data-for="field-6"]').click()
    page.locator("#take-out").click()
    expect(page.locator('[data-for="field-6"]')).to_have_count(0)
    with page.expect_navigation():
        page.get_by_role("button", name="Save the draft").click()
    assert draft.mistakes() == []
    after = draft.form()
    assert {each.name for each in after.fields} - {each.name for each in before.fields} == {"own_remarks"}
    assert {each.name for each in before.fields} - {each.name for each in after.fields} == {"signature"}
    assert after.tables[0].columns[0].span != before.tables[0].columns[0].span


def test_a_form_is_drawn_by_keyboard_alone(draft: Draft, enter: Enter, address: str) -> None:
    page = enter(viewport={"width": 1440, "height": 1000})
    page.goto(address + HERE)
    page.locator("#draw-field").focus()
    page.keyboard.press("Enter")
    drawn = page.locator("[data-entry=field].chosen")
    placed = numbers(drawn)
    expect(page.locator(".drawn-entry.chosen")).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    x0, y0, x1, y1 = placed
    assert numbers(drawn) == (x0 + 2, y0 + 4, x1 + 4, y1 + 6)
    page.keyboard.press("Enter")
    page.keyboard.type("Remarks")
    page.locator('[data-for="field-6"]').focus()
    page.keyboard.press("Delete")
    expect(page.locator('[data-for="field-6"]')).to_have_count(0)
    page.locator(".saving .main").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    names = [each["name"] for each in tomllib.loads(draft.text)["field"]]
    assert "remarks" in names
    assert "signature" not in names


def test_a_label_of_a_form_in_force_renames_no_column_of_its_records(
    site: DeskSite, enter: Enter, address: str
) -> None:
    start_version(site.home.settings, site.home.forms, "order")
    page = enter(viewport={"width": 1440, "height": 1000})
    page.goto(f"{address}/desk/draft/order")
    page.locator('[data-for="field-1"]').click()
    page.locator("#field-1-label-en").fill("Buyer")
    expect(page.locator("#field-1-name")).to_have_value("customer")
    expect(page.locator('[data-for="field-1"]')).to_have_attribute("aria-label", re.compile("^Buyer"))


def test_on_a_telephone_a_finger_draws_and_scrolls(draft: Draft, enter: Enter, address: str) -> None:
    page = enter(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page.goto(address + HERE)
    page.locator("#larger").tap()
    expect(page.locator("#canvas")).to_have_attribute("data-zoom", "1")
    page.locator('[data-for="field-1"]').tap()
    expect(page.locator('[data-for="field-1"]')).to_have_class("drawn-entry chosen")
    assert page.evaluate("getComputedStyle(document.querySelector('#canvas svg')).touchAction") != "none"
    page.locator("#draw-field").tap()
    assert page.evaluate("getComputedStyle(document.querySelector('#canvas svg')).touchAction") == "none"
    before, box = page.locator("[data-for]").count(), page.locator("#canvas").bounding_box()
    assert box is not None
    page.evaluate("addEventListener('touchmove', (event) => (window.isTaken = event.defaultPrevented))")
    fingers = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 40), ("touchMove", 90), ("touchMove", 140), ("touchEnd", None)):
        points = [] if x is None else [{"x": box["x"] + x, "y": box["y"] + x}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.locator("[data-for]")).to_have_count(before + 1)
    assert page.evaluate("isTaken"), "else the page glides on, and the next tap only stops that"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_unsaved_drawing_is_not_lost_to_another_button(draft: Draft, enter: Enter, address: str) -> None:
    page = enter(viewport={"width": 1440, "height": 1000})
    page.goto(address + HERE)
    page.locator('[data-for="field-1"]').focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#unsaved")).to_have_text("Not saved yet.")
    page.get_by_role("button", name="Put version 1 in force").click()
    expect(page.locator(".saving button.main")).to_be_focused()
    assert page.url == address + HERE
    assert draft.path.is_file()


LOOKS: tuple[tuple[str, int, Any], ...] = (("en", 1440, "light"), ("fr", 360, "dark"), ("es", 320, "light"))
"""Language, width of the screen, colours."""


@EVERY_LOOK
@pytest.mark.parametrize("turn", range(len(LOOKS)))
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    draft: Draft, enter: Enter, address: str, turn: int, every: bool
) -> None:
    language, width, scheme = LOOKS[turn]
    page = enter(language=language, viewport={"width": width, "height": 800}, color_scheme=scheme)
    faults = []
    broken = draft.text.replace('name = "hirer"', 'name = "phone"')
    walk = [*((path, "") for path in PAGES), (HERE, broken)]
    for each, text in in_turn(walk, turn, len(LOOKS), every):
        if text:
            draft.save(text)
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address + each)
        page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
        found: dict[str, Any] = Axe().run(page).response
        assert found["passes"], "axe looked at the page"
        faults += [f"{each} {it['id']}: {it['nodes'][0]['html'][:160]}" for it in found["violations"]]
        for _, wide, _ in LOOKS:
            page.set_viewport_size({"width": wide, "height": 800})
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                faults.append(f"{each} is wider than the screen of {wide}")
    assert faults == []
