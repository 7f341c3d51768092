"""What looked wrong on a telephone: folds without room, times that jumped to the end of a line, a stale question."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.transcribe.review.promises.test_known_fields import known_fields
from tests.transcribe.review.site import Site
from tests.transcribe.review.test_fair_pages import set_pay
from transcribe.model import FieldKey, Transcriber
from transcribe.store.facts import SentReading

pytestmark = pytest.mark.browser

Enter = Callable[[Transcriber], Page]
NUMBER = FieldKey("order_number")


def test_folds_have_room_and_every_time_begins_its_line(site: Site, enter: Enter, page: Page) -> None:
    set_pay(site)
    for number in range(3):
        site.scan("bon-de-commande", {NUMBER: f"BC-{number}"}, name=f"order {number}")
    amina = site.person("amina", language="fr")
    for number, task in enumerate(site.store.lease(amina.id, 2, site.clock.now())):
        sent = SentReading(text="BC", idem=f"reading-{number}", seconds=9.0 * number)
        site.store.submit(task.id, amina.id, sent, site.clock.now())
    page.set_viewport_size({"width": 390, "height": 844})
    enter(amina)
    page.goto(page.url.replace("/work", "/pay"))

    room = page.locator(".payday > summary, summary:has-text('toutes les règles')").evaluate_all(
        """all => all.map(each => { const words = document.createRange(); words.selectNodeContents(each);
        return words.getBoundingClientRect().top - each.getBoundingClientRect().top; })"""
    )
    assert len(room) == 2
    assert min(room) >= 4
    times = page.locator(".payday li:has(time)").evaluate_all(
        """all => all.map(each => { const time = each.querySelector('time');
        return time.getBoundingClientRect().left - each.getBoundingClientRect().left; })"""
    )
    assert times == [0, 0]


def test_the_help_of_practice_stands_on_one_line(site: Site, address: str, page: Page) -> None:
    known_fields(site, 1)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/in/{site.link(site.person('amina', language='fr'))}")
    page.locator("main button").click()
    page.goto(f"{address}/practice")
    lines = page.locator("#guide").evaluate(
        """link => { const words = document.createRange(); words.selectNodeContents(link.firstChild);
        return new Set([...words.getClientRects()].map(({ top }) => top)).size; }"""
    )
    assert lines == 1


def test_what_asks_about_an_empty_box_goes_as_soon_as_somebody_types(site: Site, enter: Enter) -> None:
    """It stayed where nobody could have looked yet, until the field was sent."""
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    page = enter(site.person("amina"))
    page.keyboard.press("Enter")
    expect(page.locator("#doubt")).to_contain_text("Nothing is typed")
    page.keyboard.type("B")
    expect(page.locator("#doubt")).to_be_empty()
