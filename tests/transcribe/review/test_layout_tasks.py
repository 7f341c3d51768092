"""Tasks where the layout is in doubt: which form, where the field stands, which rows a table has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.transcribe.review.site import DATE, NUMBER, Enter, Site
from transcribe.model import WHOLE, FieldKey, Reading, ScanPage, Task, TaskKind, Transcriber
from transcribe.review.pages.work import CLICKED_WIDTH_PX
from transcribe.table_rows import rows_key

pytestmark = pytest.mark.browser


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


def test_a_frame_is_drawn_and_its_text_typed_and_the_page_has_its_room_before_its_picture_is_there(
    site: Site, address: str, page: Page
) -> None:
    """On a slow line a frame that was drawn before had no height, and Send went down as the picture came."""
    scan = ask(site, "locate", NUMBER)
    held: list[Route] = []
    page.route("**/page/*", lambda route: held.append(route))
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click(no_wait_after=True)
    page.locator("html[data-ready]").wait_for()
    shown, send = page.locator("#picture img").bounding_box(), page.locator("[value=send]").bounding_box()
    assert shown is not None
    assert not page.locator("#picture img").evaluate("image => image.naturalWidth")
    scale = shown["width"] / 1240
    page.mouse.move(shown["x"] + 60 * scale, shown["y"] + 60 * scale)
    page.mouse.down()
    page.mouse.move(shown["x"] + 460 * scale, shown["y"] + 110 * scale)
    page.mouse.up()
    assert [abs(a - b) <= 2 for a, b in zip(frame_of(page), (60, 60, 460, 110), strict=True)] == [True] * 4

    for route in held:
        route.continue_()
    page.wait_for_load_state()
    assert page.locator("#picture img").evaluate("image => image.naturalWidth")
    assert (page.locator("#picture img").bounding_box(), page.locator("[value=send]").bounding_box()) == (shown, send)
    page.locator("#text").fill("BC-2025-0001")
    page.locator("#text").press("Enter")
    expect(page.locator("#no-work")).to_be_visible()  # nobody reads one field twice
    reading = only(site, scan)
    assert reading.text == "BC-2025-0001"
    assert reading.box is not None
    assert [abs(a - b) <= 2 for a, b in zip(reading.box, (60, 60, 460, 110), strict=True)] == [True] * 4


def test_a_frame_is_clicked_without_javascript(site: Site, address: str, browser: Browser) -> None:
    scan = ask(site, "locate", NUMBER)
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    scale = CLICKED_WIDTH_PX / 1240
    for x, y in ((460, 110), (60, 60)):
        page.locator("input[name=at]").click(position={"x": x * scale, "y": y * scale})
    page.locator("#text").fill("BC-2025-0001")
    page.locator("#text").press("Enter")

    expect(page.locator("#no-work")).to_be_visible()
    box = only(site, scan).box
    assert box is not None
    assert [abs(a - b) <= 2 for a, b in zip(box, (60, 60, 460, 110), strict=True)] == [True] * 4


def test_rows_are_clicked_without_javascript(site: Site, address: str, browser: Browser) -> None:
    scan = ask(site, "rows", rows_key("lines"))
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    scale = CLICKED_WIDTH_PX / 1240
    for y in (300, 100, 200, 300):  # the last takes the first away
        page.locator("input[name=at]").click(position={"x": 50, "y": y * scale})
    page.locator("[value=send]").click()

    expect(page.locator("#task")).to_have_attribute("data-kind", "read")
    text = only(site, scan).text
    assert text is not None
    assert [abs(int(y) - wanted) <= 2 for y, wanted in zip(text.split(","), (100, 200), strict=True)] == [True, True]


def frame_of(page: Page) -> list[int]:
    """The frame that is drawn, in pixels of the page."""
    return [int(page.locator(f"#task [name={name}]").input_value() or -1) for name in ("x0", "y0", "x1", "y1")]


def test_a_frame_is_drawn_moved_and_resized_by_keyboard_alone(site: Site, enter: Enter) -> None:
    scan = ask(site, "locate", NUMBER)
    page = enter(site.person("amina"))
    expect(page.locator("#picture")).to_be_focused()
    page.keyboard.press("ArrowRight")
    first = frame_of(page)
    assert 0 < first[0] < first[2] < 1240
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    second = frame_of(page)
    assert second[0] < first[0]
    assert (second[2] - second[0], second[1]) == (first[2] - first[0], first[1])
    assert second[3] > first[3]
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("+")
    expect(page.locator("#picture")).to_have_attribute("data-zoom", "2.00")
    assert frame_of(page) == second, "enlarging moves no frame"
    page.keyboard.press("Enter")
    page.keyboard.type("BC-2025-0001")
    page.keyboard.press("Enter")

    expect(page.locator("#no-work")).to_be_visible()
    assert only(site, scan).box == tuple(second)


def test_a_frame_is_put_right_by_its_corner_and_moved_by_its_middle(site: Site, enter: Enter) -> None:
    ask(site, "locate", NUMBER)
    page = enter(site.person("amina"))
    shown = page.locator("#picture img").bounding_box()
    assert shown is not None
    scale = shown["width"] / 1240

    def drag(start: tuple[int, int], end: tuple[int, int]) -> None:
        page.mouse.move(shown["x"] + start[0] * scale, shown["y"] + start[1] * scale)
        page.mouse.down()
        page.mouse.move(shown["x"] + end[0] * scale, shown["y"] + end[1] * scale, steps=4)
        page.mouse.up()

    def is_at(*wanted: int) -> bool:
        return all(abs(a - b) <= 3 for a, b in zip(frame_of(page), wanted, strict=True))

    drag((100, 100), (400, 300))
    assert is_at(100, 100, 400, 300)
    drag((400, 300), (500, 350))
    assert is_at(100, 100, 500, 350)
    drag((300, 200), (350, 220))
    assert is_at(150, 120, 550, 370)
    page.mouse.click(shown["x"] + 900 * scale, shown["y"] + 500 * scale)
    assert is_at(150, 120, 550, 370), "a click draws nothing"


class Fingers:
    """Fingers on the screen, as the browser's own tools send them."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def __call__(self, kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


def test_on_a_phone_two_fingers_enlarge_and_one_draws(site: Site, address: str, browser: Browser) -> None:
    scan = ask(site, "locate", NUMBER)
    page = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").tap()
    page.locator("html[data-ready]").wait_for()
    box = page.locator("#picture").bounding_box()
    assert box is not None
    x, y, fingers = box["x"] + 100, box["y"] + 60, Fingers(page)
    fingers("touchStart", (x, y), (x + 40, y))
    fingers("touchMove", (x - 40, y), (x + 80, y))
    fingers("touchEnd")
    assert float(page.locator("#picture").get_attribute("data-zoom") or 1) > 2
    assert frame_of(page) == [-1] * 4, "two fingers draw nothing"

    fingers("touchStart", (x - 40, y - 20))
    fingers("touchMove", (x + 60, y))
    fingers("touchMove", (x + 120, y + 20))
    fingers("touchEnd")
    drawn = frame_of(page)
    assert 0 <= drawn[0] < drawn[2] <= 1240
    page.locator("#text").fill("BC-2025-0001")
    page.locator("[value=send]").tap()
    expect(page.locator("#no-work")).to_be_visible()
    assert only(site, scan).box == tuple(drawn)


NOTE_TOUCHES = """
  window.drawn = [];
  addEventListener('touchmove', (event) => drawn.push([event.cancelable, event.defaultPrevented]));
"""


@pytest.mark.parametrize("kind", ["read", pytest.param("locate", marks=pytest.mark.soak)])
def test_what_a_finger_draws_is_no_gesture_of_the_browser_that_would_take_the_next_tap(
    site: Site, address: str, browser: Browser, kind: TaskKind
) -> None:
    """A finger lifted while it moves lets a page glide on; one tap of ten on Send after it only stopped that."""
    ask(site, kind, NUMBER)
    page = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).new_page()
    page.add_init_script(NOTE_TOUCHES)
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").tap()
    page.locator("html[data-ready]").wait_for()
    box = page.locator("#picture").bounding_box()
    assert box is not None
    x, y, fingers = box["x"] + 60, box["y"] + 40, Fingers(page)
    fingers("touchStart", (x, y))
    fingers("touchMove", (x + 60, y + 10))
    fingers("touchMove", (x + 120, y + 20))
    fingers("touchEnd")
    page.wait_for_function("drawn.length")
    assert {tuple(each) for each in page.evaluate("drawn")} == {(True, True)}


def test_a_text_without_a_frame_is_asked_about_once_and_kept_in_the_box(site: Site, enter: Enter) -> None:
    scan = ask(site, "locate", NUMBER)
    page = enter(site.person("amina"))
    page.locator("#text").fill("BC-2025-0001")
    page.locator("#text").press("Enter")
    expect(page.locator("#doubt")).to_contain_text("No frame is drawn around the field yet.")
    expect(page.locator("#text")).to_have_value("BC-2025-0001")
    assert site.store.readings(scan) == []
    page.locator("#text").press("Enter")
    expect(page.locator("#no-work")).to_be_visible()
    assert (only(site, scan).text, only(site, scan).box) == ("BC-2025-0001", None)


def test_a_text_that_comes_back_keeps_its_frame(site: Site, enter: Enter) -> None:
    ask(site, "locate", DATE)
    page = enter(site.person("amina"))
    page.keyboard.press("ArrowRight")
    drawn = frame_of(page)
    page.locator("#text").fill("31/02/2025")
    page.locator("#text").press("Enter")
    expect(page.locator("#doubt")).to_contain_text("This is no date that exists.")
    assert frame_of(page) == drawn
    expect(page.locator(".shapes rect")).to_have_count(1)


def test_rows_are_marked_by_keyboard_alone(site: Site, enter: Enter) -> None:
    scan = ask(site, "rows", rows_key("lines"))
    page = enter(site.person("amina"))
    page.locator("#picture").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("[value=send]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#task")).to_have_attribute("data-kind", "read")
    text = only(site, scan).text
    assert text is not None
    assert text.count(",") == 1


def test_blanks_are_shown_to_nobody_else(site: Site, sign_in: Callable[[Transcriber], httpx.Client]) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    client = sign_in(amina)
    client.get("/work")
    (task,) = site.store.held(amina.id, site.clock.now())
    assert client.get(f"/blank/{task.id}/bon-de-commande/1").status_code == 404


def test_of_forms_nothing_is_chosen_what_is_missing_is_said_and_what_was_chosen_stays(site: Site, enter: Enter) -> None:
    scan = ask(site, "identify", WHOLE)
    page = enter(site.person("amina"))
    expect(page.locator("#task input:checked")).to_have_count(0)
    blank = page.locator(".thumb img[src^='/blank/']")
    expect(blank).to_have_count(1)
    assert blank.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320

    with page.expect_navigation():
        page.locator("[value=send]").click()
    expect(page.locator("#doubt")).to_have_text("Nothing is sent yet: choose a form, or “None of these”.")
    page.locator("[name=form][value='bon-de-commande/1']").check()
    with page.expect_navigation():
        page.locator("[value=send]").click()
    expect(page.locator("#doubt")).to_have_text(
        "Nothing is sent yet: choose also which of the pictures stands upright."
    )
    expect(page.locator("[name=form][value='bon-de-commande/1']")).to_be_checked()
    assert site.store.field_history(scan, WHOLE).readings == ()
    page.locator("[name=turn][value='90']").check()
    page.locator("[value=send]").click()

    expect(page.locator("#task")).to_have_attribute("data-kind", "read")
    assert only(site, scan).text == "bon-de-commande/1 90"


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


@pytest.mark.promise("Until it is set")
@pytest.mark.parametrize("kind", ["locate", pytest.param("read", marks=pytest.mark.soak)])
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
    page.locator("[name=form][value=none]").check()
    with page.expect_navigation():
        page.locator("[value=send]").click()
    page.wait_for_url("**/work")
    assert only(site, scan).text is None


NOTED = """
  async (person) => {
    const { tasks } = await (await fetch("/work/next?count=9")).json();
    const base = await new Promise((done) => {
      const request = indexedDB.open(`fairhand-${person}`);
      request.onsuccess = () => done(request.result);
    });
    const writing = base.transaction("held", "readwrite");
    writing.objectStore("held").clear();
    tasks.forEach((sheet, at) => writing.objectStore("held").put({ ...sheet, until: Date.now() + 600_000 }, at));
    await new Promise((done) => (writing.oncomplete = done));
    base.close();
    return tasks.map(({ input }) => input);
  }
"""


def test_a_field_that_was_answered_on_a_page_of_its_own_is_not_opened_again(site: Site, enter: Enter) -> None:
    """Where the work page had noted it as held, it led there once more, and said that somebody else had the field."""
    amina = site.person("amina")
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"}, name="before")
    site.scan("bon-de-commande", {DATE: "1 May 2025"}, "locate", "located")
    after = [site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"}, name=f"after {number}") for number in range(3)]
    page = enter(amina)
    page.keyboard.type("BC-2025-0001")
    page.keyboard.press("Enter")
    page.locator("#picture.drawn").wait_for()
    assert "place" in page.evaluate(NOTED, amina.id), "as the work page does while it sends what was typed last"
    page.locator("button[value=absent]").click()
    for _ in after:
        page.locator("html[data-ready]").wait_for()
        page.keyboard.type("BC-2025-0001")
        page.keyboard.press("Enter")
        page.wait_for_function("() => !document.getElementById('text')?.value")
    expect(page.locator("#no-work")).to_be_visible()
    expect(page.locator("#gone")).to_have_count(0)
    assert [len(site.store.readings(scan)) for scan in after] == [1, 1, 1]
