"""What waits on a device is sent from whichever page comes first, and nobody signs out over it unasked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.transcribe.review.cable import Cable
from tests.transcribe.review.device import until_held, until_kept
from tests.transcribe.review.site import NUMBER, Enter, Site, set_pay
from transcribe.store.facts import SentReading

pytestmark = pytest.mark.browser


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


@pytest.mark.parametrize("days", [1, 9])
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
