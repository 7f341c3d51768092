"""The work page in a real Chromium: by keyboard, without a network, after a reload, without JavaScript."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.transcribe.review.cable import Cable
from tests.transcribe.review.site import DATE, MARK, NUMBER, Enter, Site, set_pay
from transcribe.geometry import Box
from transcribe.model import FieldKey, SnippetFrame, Transcriber
from transcribe.store import Rate

pytestmark = pytest.mark.browser


TOTAL = FieldKey("total")
ALL_SENT = "everything is sent"
WATCHED = """
  const ask = window.fetch;
  window.takenIn = [];
  window.fetch = async (address, options) => {
    const answer = await ask(address, options);
    const json = answer.json.bind(answer);
    answer.json = async () => {
      const said = await json();
      if (String(address).endsWith("/check")) setTimeout(() => takenIn.push(JSON.parse(options.body).text));
      return said;
    };
    return answer;
  };
"""
"""Notes the texts that were checked, each when the page has taken the answer in: what it does with it comes first."""
HAS_TAKEN_IN = """
  async (text) => {
    while (!takenIn.includes(text)) await new Promise((done) => setTimeout(done, 20));
  }
"""
ALL_HERE = """
  (count) => new Promise((done) => setInterval(async () => {
    const pictures = (await (await caches.open('fairhand-pictures-1')).keys()).length;
    if (pictures >= count && (await caches.match('/work'))) done();
  }, 50))
"""
"""Waits until the page and so many pictures are kept on the device."""


def orders(site: Site, count: int, key: FieldKey = NUMBER) -> list[str]:
    """So many scans with one open field each; what their pictures say."""
    texts = [f"BC-2025-{1000 + number}" for number in range(count)]
    for number, text in enumerate(texts):
        site.scan("bon-de-commande", {key: text}, name=f"order {number}")
    return texts


def type_in(page: Page, text: str, key: str = "Enter") -> None:
    page.keyboard.type(text)
    page.keyboard.press(key)


def read(page: Page, text: str) -> None:
    """Types a text and waits for the next field: Chromium types faster than any server answers."""
    before = page.locator("#task").get_attribute("action")
    type_in(page, text)
    expect(page.locator("#task")).not_to_have_attribute("action", str(before))
    expect(page.locator("body")).not_to_have_class("working waiting")


def type_and_pause(page: Page, text: str) -> None:
    """Types a text and waits until the page knows what the server says of all of it: of less it asks where typing
    halts, as it does on a busy machine. WATCHED must have been told to the page before."""
    page.keyboard.type(text)
    page.evaluate(HAS_TAKEN_IN, text)


def all_sent(page: Page) -> None:
    expect(page.locator("#status")).to_have_text(ALL_SENT)


@pytest.mark.promise("Mina opens her link,")
def test_keyboard_alone_does_the_whole_loop(site: Site, enter: Enter) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "14/03/2025", TOTAL: "1 234,50", MARK: "x"})
    amina = site.person("amina")
    page = enter(amina)
    said = {"Order number": "BC-2025-0001", "Order date": "14/03/2025", "Express delivery": "x"}

    for _ in range(3):
        read(page, said.get(page.locator("#label").inner_text(), "1 234,50"))
    type_in(page, said.get(page.locator("#label").inner_text(), "1 234,50"))

    expect(page.locator("#no-work")).to_be_visible()
    readings = {str(reading.key): reading.text for reading in site.store.readings(scan)}
    assert readings == {
        "order_number": "BC-2025-0001",
        "order_date": "14/03/2025",
        "total": "1 234,50",
        "express": "true",
    }


def test_each_chord_answers(site: Site, enter: Enter) -> None:
    orders(site, 6)
    amina = site.person("amina")
    page = enter(amina)
    for chords in (("Alt+b",), ("Alt+i",), ("Alt+x",), ("Alt+n",), ("Alt+s", "Tab", "Enter")):  # the last skips it
        before = page.locator("#task").get_attribute("action")
        for chord in chords:
            page.keyboard.press(chord)
        expect(page.locator("#task")).not_to_have_attribute("action", str(before))
    expect(page.locator("#text")).to_be_focused()
    all_sent(page)
    own = [each for story in site.store.readings_of(amina.id) for each in story.readings]
    assert len(own) == 4
    assert {(each.text, *each.flags) for each in own} == {
        ("",),
        (None, "illegible"),
        (None, "crossed out"),
        (None, "absent"),
    }


def test_the_bar_says_what_was_read_and_earned_today_and_marks_news(site: Site, enter: Enter) -> None:
    texts, now = orders(site, 3), site.clock.now()
    site.store.put_rate(Rate(form="bon-de-commande", micro=50_000, currency="EUR", since=now), now)
    page = enter(site.person("amina"))
    expect(page.locator("#day")).to_have_text(re.compile(r"^0 fields · 0 min · \d open$"))
    expect(page.locator(".menu .news")).to_be_hidden()

    read(page, texts[0])
    read(page, texts[1])

    expect(page.locator("#day")).to_have_text(re.compile(r"^2 fields · \d min · €0\.10 · \d open$"))
    page.keyboard.press("Alt+r")
    expect(page.locator("#text")).to_have_value(texts[1])  # what was sent last for this field


def test_enter_on_an_odd_text_warns_once_and_the_override_is_kept(site: Site, enter: Enter, page: Page) -> None:
    page.add_init_script(WATCHED)
    scan = site.scan("bon-de-commande", {DATE: "31/02/2025"})
    orders(site, 2)
    enter(site.person("amina"))
    type_and_pause(page, "31/02/2025")

    page.keyboard.press("Enter")
    expect(page.locator("#doubt")).to_contain_text("This is no date that exists.")
    assert site.store.readings(scan) == []
    page.keyboard.press("Enter")

    expect(page.locator("#label")).to_have_text("Order number")
    all_sent(page)
    (reading,) = site.store.readings(scan)
    assert (reading.text, reading.flags) == ("31/02/2025", frozenset({"overrode a check"}))


def test_enter_on_a_mark_that_is_not_chosen_asks_in_words_for_marks(site: Site, enter: Enter) -> None:
    """It said that nothing was typed, and that the field might be blank; what was sent was then called so too."""
    scan = site.scan("bon-de-commande", {MARK: ""})
    orders(site, 1)
    page = enter(site.person("amina"))
    page.wait_for_timeout(500)

    page.keyboard.press("Enter")
    expect(page.locator("#doubt")).to_have_text("Nothing is chosen. Send again if there is no mark.")
    page.keyboard.press("Enter")

    all_sent(page)
    assert [reading.text for reading in site.store.readings(scan)] == [""]
    page.goto(page.url.replace("/work", "/readings"))
    expect(page.locator(".readings")).to_contain_text("No, empty")


def test_work_goes_on_without_a_network_and_survives_a_reload(site: Site, enter: Enter, line: Cable) -> None:
    texts = orders(site, 4)
    amina = site.person("amina")
    page = enter(amina)
    page.evaluate(ALL_HERE, 4)

    line.cut()
    read(page, texts[0])
    read(page, texts[1])
    expect(page.locator("#status")).to_have_text("2 not sent yet")
    page.keyboard.type("BC-20")
    page.reload()  # at once: the database of the device may not have had the time to keep what was sent last
    page.locator("html[data-ready]").wait_for()
    expect(page.locator("#status")).to_have_text("2 not sent yet")
    expect(page.locator("#text")).to_have_value("BC-20")
    type_in(page, "25-1002")
    expect(page.locator("#status")).to_have_text("3 not sent yet")
    assert site.texts_of(amina.id) == []
    line.mend()

    all_sent(page)
    type_in(page, texts[3])
    expect(page.locator("#no-work")).to_be_visible()
    assert site.texts_of(amina.id) == texts


def test_signing_out_sends_first_and_leaves_nothing_on_the_device(site: Site, enter: Enter) -> None:
    texts = orders(site, 3)
    amina = site.person("amina")
    page = enter(amina)
    type_in(page, texts[0])

    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.locator("#leave form button").click()

    page.wait_for_url("**/in?link=1")
    assert site.texts_of(amina.id) == texts[:1]
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert page.evaluate("caches.keys().then((all) => all.length)") == 0


def let_the_line_come_back(page: Page) -> None:
    """A request that met a connection just being closed makes the page say that there is no network until it asks
    again; with the clock in our hands that takes our word."""
    for _ in range(100):
        if "No network" not in page.locator("#notice").inner_text():
            return
        page.clock.run_for(5_000)
        page.wait_for_timeout(50)


@pytest.mark.promise("Still reading? The clock")
def test_the_page_asks_before_the_clock_stops(site: Site, enter: Enter, page: Page) -> None:
    page.clock.install()
    scan = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    enter(site.person("amina"))
    orders(site, 1)
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 30)  # from now on it goes by our word only

    page.clock.run_for(40_000)
    expect(page.locator("#notice")).to_contain_text("Still reading?")
    page.clock.run_for(300_000)
    let_the_line_come_back(page)
    expect(page.locator("#notice")).to_contain_text("The clock has stopped")
    site.clock.forward += site.clock.forward.resolution * 400_000_000  # as long on the server
    type_in(page, "BC-2025-0001")

    page.clock.run_for(2_000)
    all_sent(page)
    (reading,) = site.store.readings(scan)
    assert reading.seconds is not None
    assert 120 <= reading.seconds <= 125, "the minute before the question and the minute to answer count"


@pytest.mark.promise("The clock counts your")
def test_a_page_claims_no_second_of_two_tasks(site: Site, enter: Enter) -> None:
    """A begun second is whole, and is taken off the next task: the sum is never a second more than there was."""
    orders(site, 1)
    page = enter(site.person("amina"))
    took = [6300, 200, 6300, 1, 2500, 900, 4100]
    said = page.evaluate(
        """async (took) => {
            const { Clock } = await import(new URL('clock.js', document.querySelector('script[src]').src));
            const now = Date.now;
            let at = now();
            Date.now = () => at;
            try {
                const clock = new Clock(() => {});
                return took.map((each) => ((at += each), clock.take()));
            } finally {
                Date.now = now;
            }
        }""",
        took,
    )
    for count in range(1, len(took) + 1):
        assert 0 <= sum(said[:count]) - sum(took[:count]) / 1000 < 1


def test_a_doubt_goes_as_soon_as_somebody_types_and_a_button_leaves_the_focus_in_the_box(
    site: Site, enter: Enter
) -> None:
    orders(site, 3)
    page = enter(site.person("amina"))
    page.keyboard.press("Enter")
    expect(page.locator("#doubt")).to_contain_text("Nothing is typed")
    page.keyboard.type("B")
    expect(page.locator("#doubt")).to_be_empty()  # it stayed until the field was sent
    page.evaluate("document.getElementById('text').addEventListener('blur', () => { window.left = true; })")
    before = page.locator("#task").get_attribute("action")

    page.locator("[value=blank]").click()

    expect(page.locator("#task")).not_to_have_attribute("action", str(before))
    expect(page.locator("#text")).to_be_focused()
    assert page.evaluate("window.left") is None


PIECE = 14_000
KEYS = ("city", "customer_name")
"""Fields in which no text looks odd, so that none is asked about before it is sent."""


def fields(site: Site, scans: int) -> None:
    set_pay(site)
    for number in range(scans):
        texts = {FieldKey(key): f"{key} {number}" for key in KEYS}
        site.scan("bon-de-commande", texts, name=f"order {number}")


TAP_SECONDS, DOUBLE_TAP_SECONDS = 0.05, 0.15
"""How long a finger stays, and how soon the second tap of one hand comes after the first. Chosen by hand."""


def hold(page: Page, key: str, times: int = 15) -> None:
    """Holds a key down: the browser repeats it."""
    for _ in range(times):
        page.keyboard.down(key)
    page.keyboard.up(key)


TWICE = """
  const ask = window.fetch;
  window.fetch = async (address, options) => {
    if (options?.method === "POST") await ask(address, options);
    return ask(address, options);
  };
"""
"""A line that sends what is sent once more, as a proxy does that had no answer."""


def shown(page: Page) -> str:
    return str(page.locator("#task").get_attribute("action"))


def next_is_shown(page: Page, before: str) -> str:
    expect(page.locator("#task")).not_to_have_attribute("action", before)
    return shown(page)


def is_exact(site: Site, who: Transcriber, meant: list[str | None]) -> bool:
    """Whether what was read is what was meant, nothing else, and each is paid once."""
    own = [each for story in site.store.readings_of(who.id, 500) for each in story.readings if each.source == who.id]
    lines = [line for line in site.store.ledger(who.id) if line.kind == "reading"]
    assert sorted(map(str, site.texts_of(who.id))) == sorted(map(str, meant))
    assert Counter(each.task for each in own) == Counter({each.task: 1 for each in own})
    assert [line.micro for line in lines] == [PIECE] * len(meant)
    assert Counter(str(line.task) for line in lines) == Counter({str(line.task): 1 for line in lines})
    return True


def test_whatever_a_hand_or_a_line_doubles_is_read_and_paid_once(site: Site, enter: Enter, page: Page) -> None:
    fields(site, 4)
    amina = site.person("amina")
    page.add_init_script(TWICE)
    enter(amina)
    at = shown(page)
    page.keyboard.type("held")
    hold(page, "Enter")
    at = next_is_shown(page, at)
    page.wait_for_timeout(600)
    hold(page, "Enter")
    assert shown(page) == at, "an empty box is asked about, however long the key is held"
    page.keyboard.type("double click")
    page.locator("[value=send]").dblclick()
    at = next_is_shown(page, at)
    page.locator("[value=illegible]").dblclick()
    at = next_is_shown(page, at)
    page.keyboard.down("Alt")
    hold(page, "b", 6)
    page.keyboard.up("Alt")
    at = next_is_shown(page, at)
    page.keyboard.type("before the others")
    page.keyboard.press("Enter")
    at = next_is_shown(page, at)
    all_sent(page)

    page.goto(page.url.replace("/work", "/readings"))
    page.go_back()
    page.locator("html[data-ready]").wait_for()
    assert shown(page) == at, "what was answered does not come back"
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    assert shown(page) == at
    page.keyboard.type("after going back")
    page.keyboard.press("Enter")
    next_is_shown(page, at)
    all_sent(page)
    assert is_exact(site, amina, ["held", "double click", None, "", "before the others", "after going back"])


@pytest.mark.promise("The same fields would")
def test_of_two_tabs_one_works_and_both_together_read_each_field_once(site: Site, enter: Enter) -> None:
    fields(site, 3)
    amina = site.person("amina")
    first = enter(amina)
    at = shown(first)
    first.keyboard.type("in the first tab")
    second = first.context.new_page()
    second.goto(first.url)
    second.locator("html[data-ready]").wait_for()
    expect(second.locator("#elsewhere")).to_be_visible()
    second.keyboard.type("wall")
    second.locator("#elsewhere button").click()
    second.locator("#elsewhere").wait_for(state="hidden")
    second.locator("html[data-ready]").wait_for()
    expect(second.locator("#text")).to_have_value("in the first tab")
    second.keyboard.press("Enter")
    at = next_is_shown(second, at)
    expect(first.locator("#elsewhere")).to_be_visible()
    hold(first, "Escape", 2)
    first.keyboard.type("wall")
    expect(first.locator("#elsewhere")).to_be_visible()
    second.keyboard.type("in the second tab")
    second.keyboard.press("Enter")
    at = next_is_shown(second, at)
    all_sent(second)
    first.locator("#elsewhere button").click()
    first.locator("#elsewhere").wait_for(state="hidden")
    first.locator("html[data-ready]").wait_for()
    first.keyboard.type("in the first again")
    first.keyboard.press("Enter")
    all_sent(first)
    assert is_exact(site, amina, ["in the first tab", "in the second tab", "in the first again"])


def test_two_taps_on_a_phone_are_one_answer(site: Site, address: str, browser: Browser) -> None:
    fields(site, 2)
    amina = site.person("amina")
    page = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").tap()
    page.locator("html[data-ready]").wait_for()
    page.evaluate("addEventListener('click', (event) => (window.taps = event.detail))")
    box, at, began = page.locator("[value=illegible]").bounding_box(), shown(page), time.time()
    assert box is not None
    fingers, place = page.context.new_cdp_session(page), {"x": box["x"] + 20, "y": box["y"] + 15}
    for number in range(2):  # at the times of a hand, however long this machine takes: the next field is there already
        for kind, points, late in (("touchStart", [place], 0.0), ("touchEnd", [], TAP_SECONDS)):
            when = began + number * DOUBLE_TAP_SECONDS + late
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points, "timestamp": when})
        page.wait_for_function("taps => window.taps === taps", arg=number + 1)
        at = shown(page) if number else next_is_shown(page, at)
    all_sent(page)
    assert shown(page) == at
    assert is_exact(site, amina, [None])


def test_without_javascript_back_and_double_sends_are_one_reading(site: Site, address: str, browser: Browser) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {FieldKey(key): key for key in ("city", "customer_name", "comment")})
    amina = site.person("amina")
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.wait_for_url("**/work")
    expect(page.locator("#tools button[type=button]:visible")).to_have_count(0)  # they would do nothing
    page.locator("#text").fill("first")
    page.locator("[value=send]").click()
    page.wait_for_url("**/work")
    page.go_back()
    page.go_forward()
    page.locator("#text").fill("second")
    page.locator("[value=send]").dblclick()
    page.wait_for_url("**/work")
    page.locator("#text").wait_for()
    assert is_exact(site, amina, ["first", "second"])


def test_shift_and_enter_send_no_half_of_a_comment(site: Site, enter: Enter) -> None:
    for name in ("first", "second"):
        site.scan("bon-de-commande", {FieldKey("comment"): name}, name=name)
    amina = site.person("amina")
    page = enter(amina)
    page.keyboard.type("Laisser au portier.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(" Merci")
    page.keyboard.press("Enter")
    all_sent(page)
    assert site.texts_of(amina.id) == ["Laisser au portier. Merci"]


COMMENT = FieldKey("comment")
FIRST, SECOND = "Leave it with the caretaker,", "and ring twice."


def comment_of_lines(site: Site, name: str) -> None:
    """A comment in which a detector saw two lines."""
    scan = site.scan("bon-de-commande", {COMMENT: f"{FIRST} {SECOND}"}, name=name)
    (place,) = site.store.places(scan)
    frame = SnippetFrame(
        field=Box(0, 0, 10_000, 10_000),
        writing=Box(100, 1000, 9900, 9000),
        letter=1500,
        lines=((1000, 4500), (5500, 9000)),
    )
    site.store.put_places(scan, [replace(place, frame=frame)], site.clock.now())


def test_lines_are_typed_as_they_stand_and_survive_offline_reload_and_a_lost_lease(
    site: Site, enter: Enter, line: Cable
) -> None:
    comment_of_lines(site, "one")
    amina = site.person("amina")
    page = enter(amina)
    box, ruler = page.locator("#text"), page.locator("#picture .ruler")
    above = ruler.bounding_box()
    page.keyboard.type(FIRST)
    page.keyboard.press("Enter")
    page.keyboard.type(SECOND[:5])
    below = ruler.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] > above["y"] + above["height"] / 2, "the ruler is at the line that is typed"
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Backspace")

    line.cut()
    page.reload()
    page.locator("html[data-ready]").wait_for()
    expect(box).to_have_value(f"{FIRST}\n{SECOND[:5]}")
    line.mend()
    site.clock.forward += timedelta(hours=3)
    page.reload()
    page.locator("html[data-ready]").wait_for()
    expect(box).to_have_value(f"{FIRST}\n{SECOND[:5]}")
    page.keyboard.press("Control+End")
    page.keyboard.type(SECOND[5:])
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Control+Enter")

    page.locator("#no-work").wait_for()
    assert site.texts_of(amina.id) == [f"{FIRST}\n{SECOND}"]


def test_after_a_field_of_several_lines_enter_sends_again_and_a_pasted_line_end_is_a_space(
    site: Site, enter: Enter
) -> None:
    comment_of_lines(site, "one")
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0002"}, name="two")
    amina = site.person("amina")
    page = enter(amina)
    page.locator("form.long #text").wait_for()
    page.keyboard.type(FIRST)
    page.locator("#task button[value=send]").click()
    expect(page.locator("#label")).to_have_text("Order number")
    page.keyboard.insert_text("BC-2025-\n0002")
    expect(page.locator("#text")).to_have_value("BC-2025- 0002")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator("#no-work").wait_for()
    assert site.texts_of(amina.id) == [FIRST, "BC-2025- 0002"]


def test_letters_of_the_forms_language_are_tapped_into_the_box(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {FieldKey("city"): "Saint-Étienne"})
    amina = site.person("amina")
    page = enter(amina)
    page.keyboard.type("Saint-tienne")
    for _ in "tienne":
        page.keyboard.press("ArrowLeft")
    page.locator("#letters").get_by_role("button", name="É", exact=True).click()
    expect(page.locator("#text")).to_have_value("Saint-Étienne")
    expect(page.locator("#text")).to_be_focused()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Enter")
    page.locator("#no-work").wait_for()
    assert site.texts_of(amina.id) == ["Saint-Étienne"]


def test_one_tap_answers_a_tick_and_a_second_at_once_answers_nothing(site: Site, enter: Enter) -> None:
    for name in ("one", "two"):
        site.scan("bon-de-commande", {MARK: "x"}, name=name)
    amina = site.person("amina")
    page = enter(amina)
    page.wait_for_timeout(600)
    page.locator("#mark label").first.dblclick()
    page.wait_for_timeout(600)
    expect(page.locator("#mark")).to_be_visible()
    assert site.texts_of(amina.id) == ["true"]
    page.locator("#mark label").last.click()
    page.locator("#no-work").wait_for()
    assert site.texts_of(amina.id) == ["true", "false"]


@pytest.mark.promise("Nothing is written: choose", "One letter cannot be read", "What the form asks for comes first")
def test_eight_rules_of_how_to_transcribe_stand_on_one_page(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    page = enter(site.person("amina", language="fr"))
    page.goto(page.url.replace("/work", "/transcribing"))
    expect(page.locator("#rules > li")).to_have_count(8)
    assert Axe().run(page).response["violations"] == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
