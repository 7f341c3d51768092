"""Boxes that show what a machine read, where a form allows it: it is kept as shown, and easily written over."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.transcribe.review.site import NUMBER, Enter, SignIn, Site
from transcribe.model import FieldKey, Reading, Task

NAME = FieldKey("customer_name")
SHOWN = "BC-2025-0001"


def prefilled(site: Site, *names: str) -> list[str]:
    """Scans whose order number is asked for with a value in its box."""
    scans = [site.scan("bon-de-commande", {NAME: ""}, name=name) for name in names]
    for scan in scans:
        task = Task(scan=scan, key=NUMBER, kind="read", reason="one engine", prefill=SHOWN, priority=1)
        site.store.conclude(scan, 0, [], [task], None, site.clock.now())
    return scans


def reading(site: Site, scan: str) -> Reading:
    (kept,) = [each for each in site.store.readings(scan) if each.key == NUMBER]
    return kept


@pytest.mark.promise(
    "You were shown a", "{source} was shown a", "Where the form lets", "the store keeps it", "The reading keeps what"
)
def test_what_was_shown_is_kept_with_the_reading_whatever_a_program_sends(site: Site, sign_in: SignIn) -> None:
    (scan,) = prefilled(site, "one")
    client = sign_in(site.person("amina"))
    page = client.get("/work").text
    assert f'value="{SHOWN}"' in page
    assert "A machine read this" in page
    sent = dict(re.findall(r'name="(csrf|idem)" value="([^"]+)"', page))
    address = re.search(r'action="(/work/[^"/]+)"', page)
    assert address

    client.post(address[1], data={**sent, "action": "send", "text": "BC-2025-0007"})

    assert (reading(site, scan).text, reading(site, scan).shown) == ("BC-2025-0007", SHOWN)


def test_a_field_that_is_read_blind_shows_nothing(site: Site, sign_in: SignIn) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: SHOWN})
    client = sign_in(site.person("amina"))
    (sheet,) = client.get("/work/next").json()["tasks"]
    assert sheet["prefill"] == ""
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/work").text)
    assert csrf

    client.post(
        f"/work/{sheet['task']}",
        json={"idem": "idem-idem", "action": "send", "text": SHOWN, "seconds": 1},
        headers={"x-csrf-token": csrf[1]},
    )

    assert reading(site, scan).shown is None


def test_what_is_shown_goes_with_the_scan_that_is_forgotten(site: Site, sign_in: SignIn) -> None:
    (scan,) = prefilled(site, "one")
    client = sign_in(site.person("amina"))
    assert client.get("/work/next").json()["tasks"][0]["prefill"] == SHOWN

    site.store.forget(scan, site.clock.now())

    assert SHOWN not in client.get("/work").text


@pytest.mark.browser
def test_enter_takes_what_is_shown_and_typing_takes_its_place(site: Site, enter: Enter) -> None:
    scans = prefilled(site, "one", "two")
    page = enter(site.person("amina"))
    expect(page.locator("#text")).to_have_value(SHOWN)
    expect(page.locator("#prefilled")).to_contain_text("A machine read this")
    assert Axe().run(page).response["violations"] == []

    before = page.locator("#task").get_attribute("action")
    page.keyboard.press("Enter")
    expect(page.locator("#task")).not_to_have_attribute("action", str(before))
    expect(page.locator("#text")).to_have_value(SHOWN)
    page.keyboard.type("BC-2025-0002")
    page.keyboard.press("Enter")

    expect(page.locator("#label")).to_have_text("Customer")
    expect(page.locator("#text")).to_have_value("")
    expect(page.locator("#prefilled")).to_have_text("")
    expect(page.locator("#status")).to_have_text("everything is sent")
    kept = {reading(site, scan).text for scan in scans}
    assert kept == {SHOWN, "BC-2025-0002"}
    assert {reading(site, scan).shown for scan in scans} == {SHOWN}


@pytest.mark.browser
def test_what_was_typed_over_it_survives_a_reload(site: Site, enter: Enter) -> None:
    prefilled(site, "one")
    page = enter(site.person("amina"))
    page.keyboard.type("BC-20")

    page.reload()
    page.locator("html[data-ready]").wait_for()

    expect(page.locator("#text")).to_have_value("BC-20")
