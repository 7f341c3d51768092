"""The whole form at once, where an operator allows it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.known_values import decided_by_people
from tests.transcribe.review.cable import Cable
from tests.transcribe.review.device import until_drafted
from tests.transcribe.review.site import DATE, MARK, NUMBER, Enter, SignIn, Site, as_a_whole, csrf, form_of
from transcribe.geometry import Box
from transcribe.model import FieldKey, Place, ReadResult, Task
from transcribe.review.pages.whole_form import paper_order
from transcribe.store.facts import SentReading

FORMS = as_a_whole


FIRST, SECOND = FieldKey("lines.quantity", 0), FieldKey("lines.quantity", 1)
TEXTS = {DATE: "14/03/2025", NUMBER: "BC-2025-0001", MARK: "x", SECOND: "7", FIRST: "3"}


def test_every_open_field_of_one_scan_stands_in_the_order_of_the_paper(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", TEXTS, name="one")
    site.scan("bon-de-commande", TEXTS, name="two")
    client = sign_in(site.person("amina"))

    page = client.get("/form").text

    labels = re.findall(r"<legend>(.*?)</legend>", page)
    assert labels == ["Order number", "Order date", "Express delivery", "Qty · row 1", "Qty · row 2"]
    assert 'href="/form"' in client.get("/work").text


def test_the_form_of_a_field_that_is_held_is_shown_where_it_is_asked_for(site: Site, sign_in: SignIn) -> None:
    for name in ("one", "two"):
        site.scan("bon-de-commande", {NUMBER: f"BC {name}"}, name=name)
    amina = site.person("amina")
    client = sign_in(amina)
    tasks = [task.id for task in site.store.lease(amina.id, 4, site.clock.now())]
    assert len(tasks) == 2

    shown = [re.findall(r'data-task="([^"]+)"', client.get(f"/form?task={task}").text) for task in tasks]

    assert shown == [[task] for task in tasks], "as after one was taken back while another is held"
    assert re.findall(r'data-task="([^"]+)"', client.get("/form?task=nobody-has-it").text) in shown


def test_a_table_stands_between_the_fields_above_and_below_it() -> None:
    def at(name: str, y: int, row: int | None = None) -> tuple[FieldKey, Place]:
        key = FieldKey(name, row)
        return key, Place(scan="", key=key, page=1, box=Box(0, y, 100, y + 40))

    places = dict(
        [
            at("total", 900),
            at("lines.quantity", 560, 1),
            at("lines.reference", 500, 0),
            at("lines.quantity", 500, 0),
            at("order_number", 100),
            at("lines.reference", 560, 1),
        ]
    )

    order = [str(key) for key in paper_order(form_of("bon-de-commande", 1), places)]

    cells = ["lines.reference[0]", "lines.quantity[0]", "lines.reference[1]", "lines.quantity[1]"]
    assert order == ["order_number", *cells, "total"]


def test_each_page_has_the_size_of_its_own_picture(site: Site, sign_in: SignIn) -> None:
    """All had that of the first field's page: on a page of another size the frame stood beside the field."""
    scan = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "14/03/2025"})
    number, date = site.store.places(scan)
    (first,) = site.store.pictures(scan)
    pictures = (first, replace(first, number=2, size=(620, 900)))
    reads = ReadResult(places=(number, replace(date, page=2)), readings=(), fit=1.0, quality={}, pictures=pictures)
    site.store.put_reads(scan, reads, site.clock.now())

    page = sign_in(site.person("amina")).get("/form").text

    assert re.findall(r'data-page="(\d)" data-width="(\d+)" data-height="(\d+)"', page) == [
        ("1", "1240", "1754"),
        ("2", "620", "900"),
    ]


@pytest.mark.promise("`POST /form` keeps each", "Enter goes to the")
def test_what_is_filled_in_is_kept_and_the_rest_stays_open(site: Site, sign_in: SignIn) -> None:
    scan = site.scan("bon-de-commande", TEXTS)
    client = sign_in(site.person("amina"))
    page = client.get("/form").text
    tasks = re.findall(r'data-task="([^"]+)"', page)
    sent = dict(re.findall(r'name="(idem\.[^"]+)" value="([^"]+)"', page))
    sent |= {
        "csrf": csrf(client),
        f"text.{tasks[0]}": "BC-2025-0001",
        f"action.{tasks[1]}": "illegible",
        f"text.{tasks[2]}": "true",
    }

    for _ in range(2):  # sent twice, kept once
        answered = client.post("/form", data=sent)
        assert (answered.status_code, answered.headers["location"]) == (303, "/form")

    readings = {str(reading.key): (reading.text, set(reading.flags)) for reading in site.store.readings(scan)}
    assert readings == {
        "order_number": ("BC-2025-0001", set()),
        "order_date": (None, {"illegible"}),
        "express": ("true", set()),
    }
    assert len(site.store.readings(scan)) == 3
    assert len(re.findall("data-task=", client.get("/form").text)) == 2


def test_the_page_is_seen_as_a_whole_but_for_personal_fields_of_others(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", TEXTS)
    amina, ben = sign_in(site.person("amina")), sign_in(site.person("ben"))
    task = re.findall(r'data-task="([^"]+)"', amina.get("/form").text)[0]

    assert amina.get(f"/whole/{task}").headers["content-type"] == "image/jpeg"
    assert ben.get(f"/whole/{task}").status_code == 404


def test_where_no_form_allows_it_there_is_only_the_work_page(site: Site, sign_in: SignIn) -> None:
    client = sign_in(site.person("amina"))

    assert client.get("/form").headers["location"] == "/work"


@pytest.mark.promise("Enter goes to the")
@pytest.mark.browser
def test_by_keyboard_from_field_to_field_with_a_frame_on_the_page(site: Site, enter: Enter, address: str) -> None:
    scan = site.scan("bon-de-commande", TEXTS)
    page = enter(site.person("amina"))
    page.get_by_role("link", name="Whole form").click()
    page.locator("html[data-ready]").wait_for()

    page.keyboard.type("BC-2025-0001")
    page.keyboard.press("Enter")
    expect(page.locator(".shapes .ruler")).to_have_count(1)
    page.keyboard.type("31/02/2025")
    page.keyboard.press("Enter")
    expect(page.locator(".line .doubt").nth(1)).to_have_text("This is no date that exists.")
    page.keyboard.press("Alt+x")
    page.keyboard.press("Alt+b")
    page.keyboard.type("7")
    assert Axe().run(page).response["violations"] == []
    page.locator("#lines button.main").focus()  # wherever the focus is
    page.keyboard.press("Control+Enter")

    expect(page.locator("#no-work")).to_be_visible()
    readings = {str(reading.key): (reading.text, set(reading.flags)) for reading in site.store.readings(scan)}
    assert readings == {
        "order_number": ("BC-2025-0001", set()),
        "order_date": ("31/02/2025", {"overrode a check"}),
        "express": (None, {"crossed out"}),
        "lines.quantity[0]": ("", set()),
        "lines.quantity[1]": ("7", set()),
    }


def whole_form(page: Page) -> None:
    page.get_by_role("link", name="Whole form").click()
    page.wait_for_url("**/form")
    page.locator("html[data-ready]").wait_for()


@pytest.mark.browser
@pytest.mark.parametrize("more", [False, True])
def test_the_next_form_comes_on_a_slow_line_too_unless_more_is_typed(
    site: Site, enter: Enter, line: Cable, more: bool
) -> None:
    """What took more than five seconds to be sent left the page as it was, with what was sent, until all was."""
    site.scan("bon-de-commande", TEXTS)
    amina = site.person("amina")
    page = enter(amina)
    whole_form(page)
    line.hold()
    page.clock.install()
    page.keyboard.type("BC-2025-0001")
    page.keyboard.press("Control+Enter")
    line.until_held()
    page.clock.run_for(6_000)
    expect(page.locator(".line .text").nth(1)).to_be_focused()
    if more:
        page.keyboard.type("14/03")
    line.goes_on()

    expect(page.locator("#status")).to_have_text("everything is sent")
    expect(page.locator(".line")).to_have_count(len(TEXTS) - (not more))
    expect(page.locator(".line .text").nth(1 if more else 0)).to_have_value("14/03" if more else "")
    assert site.texts_of(amina.id) == ["BC-2025-0001"]


FORM_IS_HERE = """
  () => new Promise((done) => setInterval(async () => (await caches.match('/form')) && done(), 50))
"""


@pytest.mark.browser
def test_what_is_sent_without_a_network_survives_a_reload_and_arrives_once(
    site: Site, enter: Enter, line: Cable
) -> None:
    scan = site.scan("bon-de-commande", TEXTS)
    page = enter(site.person("amina"))
    whole_form(page)
    page.evaluate(FORM_IS_HERE)
    line.cut()

    page.keyboard.type("BC-2025-0001")
    page.keyboard.press("Enter")
    page.keyboard.type("14/03/2025")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_have_text("2 not sent yet")
    expect(page.locator("#notice")).to_contain_text("No network")
    page.reload()
    page.locator("html[data-ready]").wait_for()
    expect(page.locator("#status")).to_have_text("2 not sent yet")
    expect(page.locator(".line.done")).to_have_count(2)
    page.keyboard.press("Alt+b")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.keyboard.type("7")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_have_text("5 not sent yet")
    assert site.store.readings(scan) == []
    line.mend()

    expect(page.locator("#no-work")).to_be_visible()
    readings = sorted((str(reading.key), reading.text) for reading in site.store.readings(scan))
    assert readings == [
        ("express", "false"),
        ("lines.quantity[0]", "3"),
        ("lines.quantity[1]", "7"),
        ("order_date", "14/03/2025"),
        ("order_number", "BC-2025-0001"),
    ]


@pytest.mark.browser
def test_on_a_phone_no_box_moves_as_the_picture_of_the_page_comes(
    site: Site, enter: Enter, page: Page, line: Cable
) -> None:
    """On a slow line the boxes went down by a third of the screen under the finger that was about to tap one."""
    site.scan("bon-de-commande", TEXTS)
    page.set_viewport_size({"width": 360, "height": 740})
    enter(site.person("amina"))
    line.hold(b"GET /whole/")
    page.goto(page.url.replace("/work", "/form"), wait_until="commit")
    page.locator("html[data-ready]").wait_for()
    picture, boxes = page.locator(".picture.whole img"), page.locator(".line .text")
    before = [each.bounding_box() for each in boxes.all()]
    assert not picture.evaluate("image => image.naturalWidth")
    line.goes_on()
    page.wait_for_load_state()
    assert picture.evaluate("image => image.naturalWidth")
    assert [each.bounding_box() for each in boxes.all()] == before


@pytest.mark.browser
def test_what_is_chosen_is_still_there_after_a_reload(site: Site, enter: Enter) -> None:
    scan = site.scan("bon-de-commande", TEXTS)
    page = enter(site.person("amina"))
    whole_form(page)
    page.keyboard.press("Alt+i")
    page.locator(".line select").nth(1).select_option("blank")
    page.locator(".line [type=radio]").first.check()
    until_drafted(page, "true")
    page.reload()
    page.locator("html[data-ready]").wait_for()

    chosen = [select.input_value() for select in page.locator(".line select").all()]
    assert chosen == ["illegible", "blank", "", "", ""]
    expect(page.locator(".line [type=radio]").first).to_be_checked()
    page.locator(".line select").nth(1).select_option("")
    page.reload()
    page.locator("html[data-ready]").wait_for()
    expect(page.locator(".line select").nth(1)).to_have_value("")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".line")).to_have_count(3)
    readings = {str(reading.key): (reading.text, set(reading.flags)) for reading in site.store.readings(scan)}
    assert readings == {"order_number": (None, {"illegible"}), "express": ("true", set())}


@pytest.mark.promise("Tab goes from box")
@pytest.mark.browser
def test_tab_goes_from_box_to_box_as_on_paper_with_a_ruler_under_each_row(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", TEXTS)
    page = enter(site.person("amina"))
    whole_form(page)
    labels, rulers = [], []
    for _ in range(5):
        labels.append(page.evaluate("document.activeElement.closest('.line').querySelector('legend').textContent"))
        rulers.append(page.locator(".shapes .ruler").evaluate("(ruler) => parseFloat(ruler.style.top)"))
        page.keyboard.press("Tab")

    assert labels == ["Order number", "Order date", "Express delivery", "Qty · row 1", "Qty · row 2"]
    assert rulers[3] != rulers[4], "each row has a ruler of its own"
    expect(page.locator("button.main")).to_be_focused()


@pytest.mark.promise("Tab goes from box")
@pytest.mark.browser
def test_a_value_that_is_shown_and_was_never_looked_at_is_not_sent(site: Site, enter: Enter) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    (place,) = site.store.places(scan)
    values = {FieldKey("order_date"): "14/03/2025", FieldKey("total"): "12,50"}
    site.store.put_places(scan, [place, *(replace(place, key=key) for key in values)], site.clock.now())
    number = Task(scan=scan, key=NUMBER, kind="read", reason="one engine")
    shown = [replace(number, key=key, prefill=text) for key, text in values.items()]
    site.store.conclude(scan, 0, [], [number, *shown], None, site.clock.now())
    page = enter(site.person("amina"))
    whole_form(page)
    expect(page.locator("legend")).to_have_count(3)

    page.keyboard.type("BC-2025-0001")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")

    expect(page.locator("legend")).to_have_text(["Total"])
    readings = {str(reading.key): (reading.text, reading.shown) for reading in site.store.readings(scan)}
    assert readings == {"order_number": ("BC-2025-0001", None), "order_date": ("14/03/2025", "14/03/2025")}


@pytest.mark.browser
def test_it_is_said_of_a_whole_form_that_it_is_another_paper(site: Site, enter: Enter) -> None:
    scan = site.scan("bon-de-commande", TEXTS, name="a cat")
    page = enter(site.person("amina"))
    page.goto(page.url.replace("/work", "/form"))
    page.locator("html[data-ready]").wait_for()
    page.keyboard.press("Alt+f")
    page.keyboard.type("a cat")
    page.keyboard.press("Enter")

    expect(page.locator("#no-work")).to_be_visible()
    (said,) = site.store.readings(scan)
    assert (said.legible, said.text) == ("a cat", None)
    assert site.store.lease(said.source, 9, site.clock.now()) == []


def shown_words(page: Page) -> list[str]:
    """What the buttons and choices for an answer say, those that are seen."""
    said = page.locator("#task button, #task .mark label").all()
    return [each.inner_text() for each in said if each.is_visible()]


@pytest.mark.browser
def test_the_work_page_says_once_that_nothing_is_marked(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {MARK: "", NUMBER: "BC-1"})
    amina = site.person("amina")
    page = enter(amina)
    page.set_viewport_size({"width": 360, "height": 640})
    kinds = set()
    for left in (1, 0):
        kind = str(page.locator("#task").get_attribute("data-kind"))
        is_mark = page.locator("#mark").is_visible()
        kinds.add((kind, is_mark))
        words = " ".join(shown_words(page))
        assert ("Blank" in words, "No, empty" in words) == (not is_mark, is_mark), words
        if is_mark:
            page.wait_for_timeout(600)  # a tap sooner is of the field before
            page.locator("#mark label", has_text="No, empty").click()
        else:
            page.locator("#blank").click()
        page.wait_for_function(
            f"() => document.querySelector('#no-work') || document.querySelector('#label') && {left}"
        )
        if left:
            expect(page.locator("#mark")).to_be_visible(visible=not is_mark)
    assert {mark for _, mark in kinds} == {True, False}
    page.locator("#no-work").wait_for()
    assert sorted(map(str, site.texts_of(amina.id))) == ["", "false"]


@pytest.mark.browser
def test_a_key_says_that_nothing_is_marked_wherever_the_focus_is(site: Site, enter: Enter) -> None:
    turns = (("0", "document.activeElement.blur()"), ("n", "null"), ("Alt+b", "null"))
    for key, _ in turns:
        site.scan("bon-de-commande", {MARK: ""}, name=key)
    amina = site.person("amina")
    page = enter(amina)
    assert [each.inner_text() for each in page.locator("#mark kbd").all()] == ["1", "0"], "the keys are printed"
    for done, (key, focus) in enumerate(turns):
        before = str(page.locator("#task").get_attribute("action"))
        page.keyboard.press("1")
        expect(page.locator("#mark [value=true]"), key).to_be_checked()
        page.evaluate(focus)
        page.keyboard.press(key)
        expect(page.locator("#mark [value=false]"), key).to_be_checked()
        assert len(site.texts_of(amina.id)) <= done, "it is chosen, and sent by Enter"
        page.keyboard.press("Enter")
        if done + 1 < len(turns):
            expect(page.locator("#task")).not_to_have_attribute("action", before)
    page.locator("#no-work").wait_for()
    assert site.texts_of(amina.id) == ["false"] * len(turns)


@pytest.mark.browser
def test_on_the_whole_form_a_tick_is_blank_by_its_own_choice_alone(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {MARK: "", NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    page = enter(amina)
    page.goto(page.url.replace("/work", "/form"))
    page.locator("html[data-ready]").wait_for()
    tick = page.locator(".line:has([type=radio])")
    assert tick.locator("option[value=blank]").count() == 0
    assert page.locator(".line option[value=blank]").count() == 1
    tick.locator("[value=true]").focus()
    page.keyboard.press("Alt+b")
    expect(tick.locator("[value=false]")).to_be_checked()
    page.locator(".line .text").fill("BC-2025-0001")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/work")
    assert sorted(map(str, site.texts_of(amina.id))) == ["BC-2025-0001", "false"]


@pytest.mark.browser
def test_practice_says_once_that_nothing_is_marked(site: Site, address: str, page: Page) -> None:
    now = site.clock.now
    site.store.put_parameters({}, now())
    scan = site.scan("bon-de-commande", {MARK: ""}, name="known tick")
    site.store.conclude(scan, 0, [decided_by_people(MARK, "false")], [], None, now())
    site.store.add_gold(scan, MARK, "false", "olga", "the order itself", now())
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    page.goto(f"{address}/practice")
    assert "Blank" not in " ".join(shown_words(page))
    page.keyboard.press("Alt+b")
    expect(page.locator("#mark [value=false]")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("section[data-same=yes]")).to_be_visible()


MAC = "Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })"


def shown_keys(page: Page) -> set[str]:
    return set(page.locator("kbd").all_text_contents())


@pytest.mark.browser
@pytest.mark.parametrize("mac", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_every_page_prints_the_keys_of_this_machine(site: Site, address: str, browser: Browser, mac: bool) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    amina = site.person("amina")
    page = browser.new_context().new_page()
    if mac:
        page.add_init_script(MAC)
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    found = {"work": shown_keys(page)}
    page.goto(f"{address}/form")
    page.locator("html[data-ready]").wait_for()
    found["form"] = shown_keys(page)
    page.locator(".text").first.fill("BC-2025-0001")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.locator("html[data-ready]").wait_for()
    page.goto(f"{address}/readings")
    with page.expect_navigation():
        page.locator("#readings a").first.click()
    found["reading"] = shown_keys(page)
    page.goto(f"{address}/pay")
    found["pay"] = shown_keys(page)
    task = Task(scan=site.store.scan_states()[0].scan.id, key=FieldKey("comment"), kind="locate", reason="layout")
    site.store.conclude(task.scan, 1, [], [replace(task, priority=9)], None, site.clock.now())
    site.store.give_back(amina.id, site.clock.now())
    page.goto(f"{address}/work")
    expect(page.locator("#task")).to_have_attribute("data-kind", "locate")
    found["locate"] = shown_keys(page)

    strange = ("Alt", "Ctrl") if mac else ("⌥", "⌘", "⌃")
    assert all(found[each] for each in ("work", "form", "locate")), found
    assert [key for keys in found.values() for key in keys if any(name in key for name in strange)] == []
    assert ("⌥ B" if mac else "Alt B") in found["work"]
    assert ("⌘ ↵" if mac else "Ctrl ↵") in found["form"]


@pytest.mark.browser
def test_no_key_is_shown_where_there_is_no_keyboard(site: Site, address: str, browser: Browser) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    amina = site.person("amina")
    page = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    site.store.submit(
        site.store.held(amina.id, site.clock.now())[0].id,
        amina.id,
        SentReading(text="BC-2025-0001", idem="first-one"),
        site.clock.now(),
    )
    (story,) = site.store.readings_of(amina.id)
    for path in ("/work", "/form", f"/readings/{story.readings[0].id}", "/pay"):
        page.goto(f"{address}{path}")
        for width, height in ((360, 640), (800, 360)):
            page.set_viewport_size({"width": width, "height": height})
            assert "Alt" not in page.locator("body").inner_text(), path
            assert [key for key in page.locator("kbd").all() if key.is_visible()] == [], path
    page.goto(f"{address}/form")
    assert "Crossed out ·" not in page.locator(".answers").last.inner_text(), "names of keys without their keys"


FOCUSES = (
    "document.activeElement.blur()",
    "document.querySelector('.menu summary').focus()",
    "document.querySelector('.brand').focus()",
    "document.querySelector('#picture').focus()",
    "document.querySelector('#same').focus()",
)


@pytest.mark.browser
def test_on_the_work_page_keys_work_wherever_the_focus_is(site: Site, enter: Enter) -> None:
    """Each key with the focus elsewhere."""
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "1 May 2025"})
    amina = site.person("amina")
    page = enter(amina)
    first = str(page.locator("#task").get_attribute("action"))
    page.evaluate(FOCUSES[0])
    page.keyboard.press("Alt+s")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.press("Escape")
    page.evaluate(FOCUSES[1])
    page.keyboard.press("Alt+f")
    expect(page.locator("#what")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#text")).to_be_focused()
    page.evaluate(FOCUSES[0])
    page.keyboard.type("BC-2025-0001")
    expect(page.locator("#text")).to_have_value("BC-2025-0001")
    page.evaluate(FOCUSES[2])
    page.keyboard.press("Alt+c")
    expect(page.locator("#picture.strong")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#task")).not_to_have_attribute("action", first)
    page.evaluate(FOCUSES[3])
    page.keyboard.press("Alt+u")
    expect(page.locator("#task")).to_have_attribute("action", first)
    expect(page.locator("#text")).to_have_value("BC-2025-0001")
    page.evaluate(FOCUSES[4])
    page.keyboard.press("Alt+i")
    expect(page.locator("#task")).not_to_have_attribute("action", first)


@pytest.mark.browser
def test_control_and_enter_send_the_whole_form_from_everywhere(site: Site, enter: Enter, page: Page) -> None:
    amina = site.person("amina")
    ways: list[str] = []
    page.on("request", lambda asked: ways.append(asked.url) if asked.is_navigation_request() else None)
    for number, where in enumerate(("#lines button.main", ".line select", ".menu summary")):
        site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "01/05/2025"}, name=str(number))
        if not number:
            enter(amina)
        page.goto(page.url.replace("/work", "/form"))
        page.locator("html[data-ready]").wait_for()
        page.locator(".text").nth(0).fill("BC-2025-0001")
        page.locator(".text").nth(1).fill("01/05/2025")
        page.locator(where).first.focus()
        ways.clear()
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/work")
        assert len([way for way in ways if way.endswith("/form")]) == 1, (
            where
        )  # a second way there breaks off the first
        assert len(site.texts_of(amina.id)) == 2 * (number + 1), where


@pytest.mark.browser
def test_shift_and_enter_stay_in_the_box_of_a_whole_form(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {FieldKey("comment"): "one line and the next"})
    page = enter(site.person("amina"))
    whole_form(page)
    box = page.locator("input.text").first
    box.click()
    page.keyboard.type("one line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(" and the next")
    expect(box).to_have_value("one line and the next")
