"""No reading that nobody meant: a held key sends nothing, and what nobody can have read so quickly is shown."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import expect

from flows.administration.anomalies import anomalies
from tests.transcribe.review.site import Enter, Site, set_pay
from tests.transcribe.review.test_work_page import all_sent, orders
from transcribe.store.facts import SentReading


@pytest.mark.browser
def test_an_empty_send_before_anybody_can_have_looked_asks_once_more(site: Site, enter: Enter) -> None:
    orders(site, 3)
    amina = site.person("amina")
    page = enter(amina)
    page.evaluate("() => { Date.now = () => 1e12; }")  # no time goes by on the page
    page.keyboard.type("BC-2025-1000")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("")

    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    expect(page.locator("#doubt")).to_contain_text("Nothing is typed")
    page.evaluate("() => { Date.now = () => 1e12 + 600; }")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    all_sent(page)
    assert site.texts_of(amina.id) == ["BC-2025-1000", ""]


@pytest.mark.promise("A reading that came", "No program takes pay")
def test_readings_quicker_than_anybody_looks_are_paid_and_shown_to_the_operator(site: Site) -> None:
    set_pay(site)
    orders(site, 4)
    ben = site.person("ben")
    for number in range(4):
        (task,) = site.store.lease(ben.id, 1, site.clock.now())
        slow = 0.0 if number < 3 else 30.0
        site.clock.forward += timedelta(seconds=slow)
        site.store.submit(task.id, ben.id, SentReading(text="", idem=f"idem-{number}", seconds=slow), site.clock.now())

    settings = SimpleNamespace(paid_waiting_minutes=60.0)
    found = anomalies(cast(Any, SimpleNamespace(store=site.store, settings=settings)))

    (quick,) = [each for each in found if each.kind == "implausibly quick"]
    assert (quick.handle, quick.question.split(",")[0]) == ("ben", "Readings that took less than 0.5 s: 2")
    pieces = [line.micro for line in site.store.ledger(ben.id) if line.kind == "reading"]
    assert pieces == [14_000] * 4, "marked, never docked"
