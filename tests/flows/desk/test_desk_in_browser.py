"""The desk in Chromium: axe, narrow screens, dark, keyboard, parts that change by themselves, pictures to be sent."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Dialog, Page, Route, ViewportSize, expect

from flows.incoming import waiting_scans
from tests.chromium import FLAGS, chromium
from tests.flows.desk.all_pages import SECTIONS, pages
from tests.flows.desk.desk_site import DeskSite
from tests.in_turn import EVERY_LOOK, in_turn
from tests.transcribe.review.conftest import PATIENCE_MS
from tests.transcribe.review.site import served
from transcribe.model import OPERATOR_SOURCE, FieldKey

pytestmark = pytest.mark.slow

CASES = Path(__file__).parents[2] / "cases"
LOOK_MS = 100
POLL_MS = 10_000
"""How often a part of the desk asks for what is new."""

__all__ = ["browser_type_launch_args"]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": FLAGS, "headless": True}


@pytest.fixture
def address(busy: DeskSite) -> Iterator[str]:
    with served(busy.app) as url:
        yield url


Enter = Callable[..., Page]


@contextmanager
def entering(desk: DeskSite, address: str, browser: Browser) -> Iterator[Enter]:
    """Signs new operators in, and gives each a page on the desk."""
    with ExitStack() as contexts:

        def entered(language: str = "en", **how: Any) -> Page:
            context = contexts.enter_context(browser.new_context(**how))
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.goto(f"{address}/in/{desk.link(desk.person(secrets.token_hex(4), 'operator', language=language))}")
            page.locator("main button").click()
            page.wait_for_url("**/desk")
            return page

        yield entered


@pytest.fixture
def enter(busy: DeskSite, address: str, browser: Browser) -> Iterator[Enter]:
    with entering(busy, address, browser) as entered:
        yield entered


LOOKS = (
    # language, width, height, colours, forced colours
    ("en", 1440, 900, "light", "none"),
    ("fr", 360, 800, "dark", "none"),
    ("es", 320, 256, "light", "none"),  # a window of 1280 x 1024 at 400 % zoom
    ("en", 1440, 900, "dark", "active"),
)


FORCED = {**DEFAULT_OPTIONS, "rules": {"color-contrast": {"enabled": False}}}
"""With forced colours the system says the colours; axe reads -webkit-text-fill-color, which Chromium gives unforced."""


@pytest.fixture(scope="module")
def full_address(full: DeskSite) -> Iterator[str]:
    with served(full.app) as url:
        yield url


@pytest.fixture
def look(full: DeskSite, full_address: str, browser: Browser) -> Iterator[Enter]:
    """The same on the filled home."""
    with entering(full, full_address, browser) as entered:
        yield entered


@EVERY_LOOK
@pytest.mark.parametrize("turn", range(len(LOOKS)))
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    full: DeskSite, look: Enter, full_address: str, turn: int, every: bool
) -> None:
    language, width, height, scheme, forced = LOOKS[turn]
    viewport: ViewportSize = {"width": width, "height": height}
    page = look(language, viewport=viewport, color_scheme=scheme, forced_colors=forced)
    faults = []
    for each in in_turn(pages(full), turn, len(LOOKS), every):
        page.set_viewport_size(viewport)
        answer = page.goto(full_address + each)
        assert answer is not None
        assert answer.status == 200, each
        page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
        found: dict[str, Any] = Axe().run(page, options=FORCED if forced == "active" else DEFAULT_OPTIONS).response
        assert found["passes"], "axe looked at the page"
        faults += [f"{each} {it['id']}: {it['nodes'][0]['html'][:160]}" for it in found["violations"]]
        faults += [f"{each} {it}" for it in page.evaluate(UNSEEN)]
        for _, wide, high, *_ in LOOKS:
            page.set_viewport_size({"width": wide, "height": high})
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                faults.append(f"{each} is wider than the screen of {wide}")
    assert faults == []


UNSEEN = """() => [...document.querySelectorAll('.chart rect, .chart polyline')].filter((mark) => {
    const style = getComputedStyle(mark), drawn = mark.tagName === 'rect' ? style.fill : style.stroke
    const paper = getComputedStyle(mark.closest('.chart')).backgroundColor
    return drawn === 'none' || drawn === paper
}).map((mark) => 'a mark is not seen: ' + mark.outerHTML.slice(0, 80))"""
"""Marks of charts that have the colour of what they stand on."""


FOCUSABLE = """() => {
    const found = [...document.querySelectorAll('a[href], button, select, textarea, input, summary, [tabindex="0"]')]
        .filter((each) => each.checkVisibility() && !each.disabled && each.type !== 'hidden' && each.tabIndex >= 0)
    found.forEach((each, number) => { each.dataset.number = number })
    document.activeElement?.blur()
    return found.length
}"""
"""Numbers everything that the keyboard must reach, and says how much that is."""

FOCUSED = """() => {
    const here = document.activeElement, style = getComputedStyle(here)
    const inside = here.type === 'date' && !here.matches(':focus-visible')  // the browser's own button in it shows it
    const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || here.closest('svg') !== null || inside
    return [Number(here.dataset.number ?? -1), seen]
}"""
"""What has the focus now, and whether that is seen."""


def test_every_section_is_walked_by_keyboard_alone_and_the_focus_is_always_seen(
    full: DeskSite, look: Enter, full_address: str
) -> None:
    page = look(viewport={"width": 1440, "height": 900})
    for section in SECTIONS:
        page.goto(full_address + section)
        count = page.evaluate(FOCUSABLE)
        reached: set[int] = set()
        unseen: set[int] = set()
        for _ in range(2 * count):  # a field for a date takes several steps
            if reached >= set(range(count)):
                break
            page.keyboard.press("Tab")
            number, seen = page.evaluate(FOCUSED)
            reached.add(number)
            if number >= 0 and not seen:
                unseen.add(number)
        assert reached >= set(range(count)), (section, sorted(set(range(count)) - reached)[:5])
        assert unseen == set(), section


def test_a_section_is_chosen_and_a_deed_done_by_keyboard_alone(look: Enter) -> None:
    page = look(viewport={"width": 1440, "height": 900})
    page.locator(".sections a", has_text="Money").focus()
    with page.expect_navigation(url="**/desk/money"):
        page.keyboard.press("Enter")
    page.locator("#part-owed form button").focus()
    with page.expect_navigation(url="**/desk/money?done=count"):
        page.keyboard.press("Enter")
    expect(page.locator("#done")).to_be_visible()


def test_a_field_is_chosen_and_scans_are_walked_by_keyboard_alone(busy: DeskSite, enter: Enter, address: str) -> None:
    page = enter()
    scans = {each.scan.name: each.scan.id for each in busy.home.store.scan_states()}
    page.goto(f"{address}/desk/scan/{scans['doubt.png']}")
    page.locator(".drawing a").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#field h2")).to_have_text("Customer")
    page.keyboard.press("Alt+d")
    expect(page.locator("#field h2")).to_have_text("Total")
    page.keyboard.press("Alt+n")
    page.wait_for_url(f"**/desk/scan/{scans['agreed.png']}")
    page.keyboard.press("Alt+p")
    page.wait_for_url(f"**/desk/scan/{scans['doubt.png']}")


@pytest.mark.promise("every ten seconds, on")
def test_parts_change_by_themselves_and_a_hidden_tab_asks_nothing(busy: DeskSite, enter: Enter) -> None:
    page = enter()
    page.clock.install()
    page.reload()  # from now on its timers go by this clock, which is moved on below
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    people = page.locator("#live-waits #waits tbody tr", has_text="people").locator("td").nth(2)
    expect(people).to_have_text("6")
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.word == "waits for people")
    busy.home.store.put_scan_aside(scan, "op", "torn", busy.now())
    busy.weigh()
    page.clock.run_for(POLL_MS)
    expect(people).to_have_text("4")
    assert asked
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.wait_for_timeout(500)
    asked.clear()
    page.clock.run_for(10 * POLL_MS)
    page.wait_for_timeout(500)
    assert asked == []
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: false, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    waited = 0
    while not asked and (waited := waited + LOOK_MS) < PATIENCE_MS:
        page.wait_for_timeout(LOOK_MS)
    assert len(asked) == 1


@cache
def photograph(degrees: float = 0.0, blur: float = 0.0) -> bytes:
    """A photograph of a typed form as it lies in the cases, turned by so much, sharp or not."""
    out = io.BytesIO()
    with Image.open(CASES / "bon-de-commande-phone-typed-0002.jpg") as picture:
        turned = picture.convert("RGB").rotate(degrees)
        turned.filter(ImageFilter.GaussianBlur(blur * turned.width)).save(out, "JPEG", quality=88)
    return out.getvalue()


def choose(page: Page, address: str, batch: str, pictures: Mapping[str, bytes], kind: str = "image/jpeg") -> None:
    """A new batch with these files chosen to be sent."""
    page.goto(f"{address}/desk/batches/new")
    page.locator("#name").fill(batch)
    page.locator("#form").select_option("order")
    files = [{"name": name, "mimeType": kind, "buffer": content} for name, content in pictures.items()]
    page.locator("#files").set_input_files(files)  # type: ignore[arg-type]  # as Playwright documents it


def test_each_picture_is_looked_at_before_it_is_sent_and_all_arrive(busy: DeskSite, enter: Enter, address: str) -> None:
    page = enter()
    said = page.locator("#chosen .advice")
    pictures = {"good.jpg": photograph(), "blurred.jpg": photograph(blur=1 / 300)}
    choose(page, address, "photos", pictures)
    expect(said).to_have_count(2)
    expect(said.nth(1)).not_to_be_empty()
    assert said.nth(0).get_attribute("data-found") == "good"
    assert "blurred" in str(said.nth(1).get_attribute("data-found")).split()
    page.locator("#upload button.main").click()
    page.wait_for_url("**/desk/batch?name=photos&done=sent")
    assert sorted(each.path.name for each in waiting_scans(busy.home.settings)) == sorted(pictures)


def test_a_file_that_is_refused_says_why_and_not_to_send_it_again(busy: DeskSite, enter: Enter, address: str) -> None:
    page = enter()
    choose(page, address, "photos", {"notes.txt": b"no picture"}, "text/plain")
    said = page.locator("#chosen .advice")
    expect(said).to_have_count(1)
    page.locator("#upload button.main").click()
    expect(said).to_contain_text("notes.txt: only ")
    expect(page.locator("#upload")).not_to_contain_text("It did not arrive")
    assert waiting_scans(busy.home.settings) == []


def test_who_sends_while_pictures_are_still_looked_at_sends_all_of_them(
    busy: DeskSite, enter: Enter, address: str
) -> None:
    """Once 18 of 20 photographs arrived, and the page said that they had arrived."""
    page = enter()
    pictures = {f"{number}.jpg": photograph(number / 10) for number in range(4)}
    choose(page, address, "many", {**pictures, "empty.jpg": b""})
    page.locator("#upload button.main").click()
    expect(page.locator("#chosen li")).to_have_count(5)
    expect(page.locator("#sending")).to_contain_text("empty.jpg: the file is empty. All else has arrived.")
    assert sorted(each.path.name for each in waiting_scans(busy.home.settings)) == list(pictures)
    expect(page.locator("#chosen [data-state][data-found]")).to_have_count(0)
    page.get_by_role("button", name="Leave it out: empty.jpg").click()
    expect(page.locator("#sending")).to_have_text("All that is listed has arrived. Press Send to go to the batch.")
    page.locator("#upload button.main").click()
    page.wait_for_url("**/desk/batch?name=many&done=sent")


def test_who_leaves_while_pictures_are_being_sent_is_asked_first(busy: DeskSite, enter: Enter, address: str) -> None:
    """Once four of six arrived, and the batch looked whole."""
    page = enter()
    pictures = {"a.jpg": photograph(), "b.jpg": photograph(0.1)}
    choose(page, address, "left", pictures)
    expect(page.locator("#chosen [data-found]")).to_have_count(2)
    asked: list[str] = []
    held: list[Route] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.on("dialog", stay)
    page.route("**/desk/batches/new", hold)
    page.locator("#upload button.main").click()
    expect(page.locator("#sending")).to_contain_text("1/2")
    with page.expect_event("dialog"):
        page.locator(".sections a").first.click(no_wait_after=True)
    held[0].continue_()
    page.wait_for_url("**/desk/batch?name=left&done=sent")
    assert asked == ["beforeunload"]
    assert sorted(each.path.name for each in waiting_scans(busy.home.settings)) == list(pictures)


MOST_SECONDS = 4.0
"""From the list of scans to a value that is mended, by keyboard: typing a name is half of it."""


def test_a_value_in_doubt_is_mended_from_the_list_by_keyboard(busy: DeskSite, address: str, enter: Enter) -> None:
    page = enter(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/desk/scans?state=waits+for+people&q=doubt.png")
    scan = page.locator("#scans a[href*='/desk/scan/']").first.get_attribute("href")
    page.evaluate("() => navigator.serviceWorker")  # the page is loaded and quiet
    begun = time.monotonic()
    page.keyboard.press("Alt+n")
    page.wait_for_url(f"**{scan}*")
    box = page.locator("#edit [data-field=customer]")
    expect(box).to_be_focused()
    expect(page.locator(".drawing .looked")).to_have_attribute("data-drawn", "customer")
    page.keyboard.type("Mary Poole", delay=60)
    page.keyboard.press("Enter")
    page.locator("#done").wait_for()
    took = time.monotonic() - begun
    assert took < MOST_SECONDS, took
    expect(box).to_have_value("Mary Poole")
    expect(page.locator("#edit .doubtful [data-field=customer]")).to_have_count(0)
    expect(page.locator("#edit .doubtful [data-field]").first).to_be_focused()
    (act,) = busy.home.store.acts(scan=str(scan).rpartition("/")[2])
    assert (act.verb, act.reason) == ("value corrected", "It stands so on the paper.")
    assert Axe().run(page, options=DEFAULT_OPTIONS).response["violations"] == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_enter_alone_says_that_what_stands_in_doubt_is_right_and_of_an_empty_field_nothing(
    busy: DeskSite, address: str, enter: Enter
) -> None:
    store = busy.home.store
    scans = {each.scan.name: each.scan.id for each in store.scan_states()}
    store.ask_value(scans["agreed.png"], FieldKey("total"), "op", "is it a three?", busy.now())
    busy.weigh()
    page = enter()
    box, bar = page.locator("#edit [data-field=total]"), page.locator("#edit .save")
    for height in range(500, 820, 40):
        page.set_viewport_size({"width": 1280, "height": height})
        page.goto(f"{address}/desk/scan/{scans['agreed.png']}")
        expect(box).to_be_focused()
        field, below = box.bounding_box(), bar.bounding_box()
        assert field
        assert below
        assert 0 <= field["y"] <= field["y"] + field["height"] <= below["y"], f"under the bar at {height}"
    page.keyboard.press("Enter")
    page.wait_for_url("**done=correct")
    expect(page.locator("#edit .doubtful")).to_have_count(0)
    assert [each.text for each in store.readings(scans["agreed.png"]) if each.source == OPERATOR_SOURCE] == ["12.50"]
    page.goto(f"{address}/desk/scan/{scans['doubt.png']}")
    expect(page.locator("#edit [data-field=customer]")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#no-reason", has_text="Nothing was changed").wait_for()
    page.get_by_label("it is blank").first.check()
    page.keyboard.press("Enter")
    page.wait_for_url("**done=correct")
    assert [each.text for each in store.readings(scans["doubt.png"]) if each.source == OPERATOR_SOURCE] == [""]
