"""Without a network: pages that need one say so, signing out says at once what it does, the sign-in page what waits."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.transcribe.review.cable import Cable
from tests.transcribe.review.device import until_held
from tests.transcribe.review.site import NUMBER, Enter, Site, hashed
from transcribe.model import Transcriber

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


@pytest.mark.promise("Readings on this device")
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
