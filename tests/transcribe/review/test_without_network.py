"""Without a network: pages that need one say so, signing out says at once what it does, the sign-in page what waits."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.transcribe.review.cable import Cable
from tests.transcribe.review.device import until_held, until_kept
from tests.transcribe.review.offline_batch import offline_batch
from tests.transcribe.review.site import DATE, NUMBER, Enter, Site, hashed, set_pay
from transcribe.model import FieldKey, Transcriber
from transcribe.store.facts import SentReading

pytestmark = pytest.mark.browser


AWAY_IS_HERE = """
  () => new Promise((done) => setInterval(async () => {
    const kept = await caches.match("/offline") && await caches.match("/work");
    if (kept) done();
  }, 50))
"""


def worker(site: Site, enter: Enter, language: str) -> tuple[Transcriber, Page]:
    for number in range(3):
        site.scan("bon-de-commande", {NUMBER: f"BC-{number}"}, name=f"order {number}")
    person = site.person("amina canary", language=language)
    site.store.put_password(person.id, hashed("a long enough word"), site.clock.now())
    page = enter(person)
    page.evaluate(AWAY_IS_HERE)
    until_held(page, 3)
    return person, page


def stop_time(page: Page) -> None:
    """From now on time on the page goes by our word only: what waits for a while waits for ever."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 1)


def read_without_line(page: Page, line: Cable) -> None:
    line.cut()
    page.keyboard.type("BC-canary")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_attribute("data-count", "1")


@pytest.mark.promise("The work page is:")
def test_a_page_of_the_menu_says_in_ones_language_that_it_needs_a_network(
    site: Site, enter: Enter, line: Cable
) -> None:
    person, page = worker(site, enter, "fr")
    line.cut()
    page.locator(".menu summary").click()
    page.locator(".menu a[href='/pay']").click()

    expect(page.locator("#offline h1")).to_have_text("Cette page n’est pas disponible sans réseau")
    assert page.url == f"{line.address}/pay"
    assert person.handle not in page.content()
    line.mend()
    page.get_by_role("link").nth(-1).click()
    expect(page.locator("#offline")).to_have_count(0)
    expect(page.locator(".menu .handle")).to_have_text(person.handle)
    page.goto(f"{line.address}/readings")
    line.cut()
    page.reload()
    page.locator("#offline a.main").click()
    page.locator("html[data-ready]").wait_for()
    expect(page.locator("#text")).to_be_visible()


STILL_IN = (
    "No network: the server cannot sign you out. "
    "You are still signed in on this device, and what you typed is kept here."
)


@pytest.mark.promise("No network: the server")
def test_without_a_line_nobody_is_signed_out_and_it_is_said_and_nothing_is_lost(
    site: Site, enter: Enter, line: Cable
) -> None:
    """The device was wiped, readings and all, and the browser's page of errors shown; the session went on."""
    person, page = worker(site, enter, "en")
    read_without_line(page, line)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(".menu summary").click()
    stop_time(page)
    page.locator("#out button").click()

    expect(page.locator("#out [role=status]")).to_have_text(
        "Readings not sent yet: 1. They are sent before you are signed out…"
    )
    page.clock.resume()
    expect(page.locator("#out [role=status]")).to_have_text(STILL_IN)
    line.mend()
    page.locator("#out button").click()
    page.wait_for_url("**/in")
    assert site.texts_of(person.id) == ["BC-canary"]
    page.goto(f"{line.address}/work")
    expect(page).to_have_url(f"{line.address}/in")


def test_where_the_browser_knows_of_no_network_signing_out_says_so_at_once(
    site: Site, enter: Enter, line: Cable
) -> None:
    _, page = worker(site, enter, "en")
    page.context.set_offline(True)
    read_without_line(page, line)
    page.locator(".menu summary").click()
    stop_time(page)
    page.locator("#out button").click()
    expect(page.locator("#out [role=status]")).to_have_text(STILL_IN)


@pytest.mark.promise("Readings on this device", "You are signed out.")
def test_the_sign_in_page_says_how_many_readings_wait_on_this_device_and_nothing_of_them(
    site: Site, enter: Enter, line: Cable
) -> None:
    person, page = worker(site, enter, "en")
    waiting = page.locator("#waiting")
    site.store.end_sessions(person.id, site.clock.now())
    page.keyboard.type("BC-canary")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("signed out")
    page.goto(f"{line.address}/in")

    expect(waiting).to_have_text(
        "Readings on this device that are not sent yet: 1. "
        "They are kept, and sent when whoever typed them signs in here again."
    )
    assert "canary" not in page.content()
    page.goto(f"{line.address}/in/{site.link(person)}")
    expect(waiting).to_be_visible()
    page.locator("main button").click()
    page.wait_for_url("**/work")
    expect(page.locator("#status")).to_have_text("everything is sent")
    assert site.texts_of(person.id) == ["BC-canary"]
    page.goto(f"{line.address}/in")
    page.wait_for_timeout(500)
    expect(waiting).to_be_hidden()


OVER = """
  async (name) => {
    const open = indexedDB.open(name);
    const base = await new Promise((done) => { open.onsuccess = () => done(open.result); });
    const held = base.transaction("held", "readwrite").objectStore("held");
    const all = await new Promise((done) => { const got = held.getAll(); got.onsuccess = () => done(got.result); });
    all.forEach((sheet, at) => held.put({ ...sheet, until: Date.now() - 1, ends: Date.now() - 1 }, at));
    await new Promise((done) => { held.transaction.oncomplete = done; });
    base.close();
  }
"""
"""Makes the time of everything that is lent to this person be over, as a night does."""

FAILS_AT_FIRST = """
  const decode = HTMLImageElement.prototype.decode;
  const seen = new Map();
  HTMLImageElement.prototype.decode = function () {
    const times = (seen.get(this.src) ?? 0) + 1;
    seen.set(this.src, times);
    return times === 1 && seen.size % 3 === 2 ? Promise.reject(new Error("broken off")) : decode.call(this);
  };
"""
"""Lets every third picture fail at first, as those do that a page was fetching when it was loaded again."""

PICTURES = """
  async () => (await caches.has("fairhand-pictures-1"))
    ? (await (await caches.open("fairhand-pictures-1")).keys()).length : 0
"""


@pytest.mark.promise(
    "%(count)s fields are on this device until %(until)s. The",
    "%(count)s fields are on this device until %(until)s. You",
    "All fields that were",
    "So many fields are",
)
@pytest.mark.parametrize(
    ("fields", "script"),
    [(20, FAILS_AT_FIRST), pytest.param(100, "", marks=pytest.mark.soak)],
    ids=["few", "many"],
)
def test_a_batch_read_without_a_line_arrives_once_and_is_paid_once(browser: Browser, fields: int, script: str) -> None:
    """Fields whose pictures fail at first are read too."""
    found = offline_batch(browser, fields, script=script)

    assert found.taken == fields
    assert found.caches == []
    assert found.is_good, found


def take_along(site: Site, enter: Enter, person: Transcriber) -> Page:
    for number in range(6):
        texts = {FieldKey(key): f"{key} {number}" for key in ("order_number", "customer_name", "city", "email")}
        site.scan("bon-de-commande", texts, name=f"order {number}")
    page = enter(person)
    page.locator("#along summary").click()
    page.locator("#along button").click()
    page.locator("#along[data-taken='20']").wait_for(state="attached")
    return page


def test_what_takes_fields_along_looks_like_a_button_answers_in_sight_and_leads_back_to_the_box(
    site: Site, enter: Enter, page: Page
) -> None:
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-1"})
    page.set_viewport_size({"width": 360, "height": 640})
    enter(site.person("amina"))
    page.evaluate("scrollTo(0, 9999)")
    page.locator("#along summary").click()
    edge = page.locator("#along button").evaluate("button => getComputedStyle(button).borderTopColor")
    assert edge == page.locator("button[value=blank]").evaluate("button => getComputedStyle(button).borderTopColor")
    page.locator("#along button").click()
    page.locator("#along[data-taken]").wait_for(state="attached")
    expect(page.locator("#notice")).to_contain_text("on this device")
    expect(page.locator("#notice")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("BC-1")
    expect(page.locator("#text")).to_have_value("BC-1")


@pytest.mark.promise("So many fields are")
def test_what_was_lent_goes_when_its_hours_are_over_also_without_a_line(site: Site, enter: Enter, line: Cable) -> None:
    amina = site.person("amina")
    page = take_along(site, enter, amina)
    assert page.locator("#along-count option").all_text_contents() == ["20", "50", str(site.options.most_along)]
    assert page.evaluate(PICTURES) == 20
    address = page.url
    page.goto(address.replace("/work", "/readings"))  # the work page itself would note anew until when each is lent
    page.evaluate(OVER, f"fairhand-{amina.id}")

    line.cut()
    page.goto(address)

    expect(page.locator("#over")).to_be_visible()
    expect(page.locator("#task")).to_be_hidden()
    assert page.evaluate(PICTURES) == 0


def test_signing_out_on_any_page_leaves_nothing_of_what_was_taken_along(site: Site, enter: Enter) -> None:
    amina = site.person("amina")
    page = take_along(site, enter, amina)
    page.goto(page.url.replace("/work", "/readings"))

    page.locator(".menu summary").click()
    page.locator("#out button").click()
    page.locator("#leave form button").click()
    page.wait_for_url("**/in*")

    assert page.evaluate("caches.keys()") == []
    assert site.store.held(amina.id, site.clock.now()) == []
    page.reload()
    assert page.evaluate("caches.keys()") == []


def read_without_a_line(site: Site, page: Page, line: Cable) -> None:
    """Two orders are read, and neither reaches the server."""
    until_held(page, 2)
    line.cut()
    for number in range(2):
        page.keyboard.type(f"BC-2025-000{number}")
        page.keyboard.press("Enter")
        expect(page.locator("#status")).to_have_attribute("data-count", str(number + 1))
    until_kept(page, "unsent", 2)


def other_reads_all(site: Site) -> None:
    """Somebody else reads what went back meanwhile."""
    ben, now = site.person("ben"), site.clock.now()
    for task in site.store.lease(ben.id, 30, now):
        site.store.submit(task.id, ben.id, SentReading(text="BC-9", idem=f"ben-{task.id}"), now)


@pytest.mark.parametrize("days", [9, pytest.param(1, marks=pytest.mark.soak)])
def test_what_waits_is_sent_where_there_is_no_work_any_more(
    site: Site, enter: Enter, line: Cable, page: Page, days: int
) -> None:
    """It was sent by the next page with a field alone: where others had read all, it waited for ever."""
    set_pay(site)
    for number in range(2):
        site.scan("bon-de-commande", {NUMBER: f"BC-2025-000{number}"}, name=f"order {number}")
    amina = site.person("amina", language="es")
    enter(amina)
    read_without_a_line(site, page, line)
    site.clock.forward += timedelta(days=days)
    other_reads_all(site)
    line.mend()

    page.goto(f"{line.address}/in/{site.link(amina)}")
    page.locator("main button").first.click()

    page.locator("#no-work").wait_for()
    if days < 7:
        expect(page.locator("#rest")).to_contain_text("Se guardan igualmente y se pagan como las demás.")
        assert site.texts_of(amina.id) == ["BC-2025-0000", "BC-2025-0001"]
        assert [each.micro for each in site.store.ledger(amina.id)] == [14_000] * 2
    else:
        expect(page.locator("#rest-refused li")).to_have_count(2)
        expect(page.locator("#rest-refused")).to_contain_text("BC-2025-0001")
        expect(page.locator("#rest-refused")).to_contain_text("Han pasado demasiados días")
        expect(page.locator("#rest")).to_be_hidden()
        assert site.texts_of(amina.id) == []


def test_who_signs_out_on_another_page_is_asked_about_what_waits(
    site: Site, enter: Enter, page: Page, line: Cable
) -> None:
    """The server has the browser forget everything then: what waited was lost without a word."""
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    enter(amina)
    line.hold()
    page.keyboard.type("BC-2025-0001")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_attribute("data-count", "1")
    until_kept(page, "unsent")
    page.goto(page.url.replace("/work", "/readings"))
    expect(page.locator("#rest")).to_have_text("1 not sent yet")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator(".menu summary").click()
    with page.expect_event("dialog"):  # after the five seconds that it tries to send
        page.locator("#out button").click()

    assert len(asked) == 1
    assert "The server does not have 1 of your readings" in asked[0]
    line.goes_on()
    expect(page.locator("#rest")).to_have_text("everything is sent")
    assert site.texts_of(amina.id) == ["BC-2025-0001"]
    page.locator("#out button").click()
    page.wait_for_url("**/out")
    assert len(asked) == 1, "nothing waits any more"


TOTAL = FieldKey("total")

COUNT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  }
  return found.filter((path) => path.startsWith("/snippet/") || path === "/work").sort();
}"""
"""The pictures and pages of work that this browser keeps."""

KEPT = """(count) => new Promise((done) => setInterval(async () => {
  if ((await (await caches.open("fairhand-pictures-1")).keys()).length === count) done();
}, 50))"""


@pytest.fixture
def page_with_pictures(site: Site, enter: Enter) -> tuple[Page, Transcriber, str]:
    """A work page whose service worker keeps three pictures."""
    scan = site.scan("bon-de-commande", {NUMBER: "BC-1", DATE: "1", TOTAL: "2"})
    amina = site.person("amina")
    page = enter(amina)
    page.wait_for_function(KEPT, arg=3)
    return page, amina, scan


@pytest.mark.promise("An operator has paused")
def test_a_pause_takes_pictures_and_pages_and_leaves_what_was_not_sent(
    site: Site, page_with_pictures: tuple[Page, Transcriber, str]
) -> None:
    page, amina, _ = page_with_pictures
    page.locator("#text").fill("BC-2025-0001")
    site.store.set_paused(amina.id, paused=True, now=site.clock.now())
    page.keyboard.press("Enter")
    page.wait_for_function(KEPT, arg=0)
    answer = page.goto(page.url)
    assert answer is not None
    assert answer.status == 403
    assert page.evaluate(COUNT) == []
    unsent = page.evaluate(f"""() => new Promise((done) => {{
      const request = indexedDB.open("fairhand-{amina.id}", 1);
      request.onsuccess = () => {{
        const all = request.result.transaction("unsent").objectStore("unsent").getAll();
        all.onsuccess = () => done(JSON.stringify(all.result));
      }};
    }})""")
    assert [each["text"] for each in json.loads(unsent)] == ["BC-2025-0001"], "nothing typed is ever lost"


def test_a_picture_goes_with_the_answer_and_those_of_a_forgotten_scan_when_the_browser_comes_again(
    site: Site, page_with_pictures: tuple[Page, Transcriber, str]
) -> None:
    page, _, scan = page_with_pictures
    page.locator("#text").fill("BC-2025-0001")
    page.keyboard.press("Enter")
    page.wait_for_function(KEPT, arg=2)
    site.store.forget(scan, site.clock.now())
    page.goto(page.url)
    page.locator("#no-work").wait_for()
    assert [path for path in page.evaluate(COUNT) if path.startswith("/snippet/")] == []


def test_a_session_that_ended_takes_the_pictures_with_it(
    site: Site, page_with_pictures: tuple[Page, Transcriber, str]
) -> None:
    page, amina, _ = page_with_pictures
    site.store.end_sessions(amina.id, site.clock.now())
    page.goto(page.url)
    page.wait_for_url("**/in")
    assert page.evaluate(COUNT) == []
