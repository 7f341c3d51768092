"""Fields taken along: read without a line, sent once; what was lent goes when its hours are over."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bench.bench_offline import FIELDS, SMALL, offline_batch
from tests.transcribe.review.cable import Cable
from tests.transcribe.review.site import Enter, Site
from transcribe.model import FieldKey, Transcriber

pytestmark = pytest.mark.browser


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
def test_a_batch_read_without_a_line_arrives_once_and_is_paid_once(browser: Browser) -> None:
    found = offline_batch(browser, FIELDS)

    assert found.taken == FIELDS
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


def test_what_takes_fields_along_looks_like_a_button_and_leads_back_to_the_box(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-1"})
    page = enter(site.person("amina"))
    page.locator("#along summary").click()
    edge = page.locator("#along button").evaluate("button => getComputedStyle(button).borderTopColor")
    assert edge == page.locator("button[value=blank]").evaluate("button => getComputedStyle(button).borderTopColor")
    page.locator("#along button").click()
    page.locator("#along[data-taken]").wait_for(state="attached")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("BC-1")
    expect(page.locator("#text")).to_have_value("BC-1")


def test_fields_whose_pictures_fail_at_first_are_read_too(browser: Browser) -> None:
    found = offline_batch(browser, SMALL, script=FAILS_AT_FIRST)

    assert found.taken == SMALL
    assert found.is_good, found


@pytest.mark.promise("So many fields are")
def test_what_was_lent_goes_when_its_hours_are_over_also_without_a_line(site: Site, enter: Enter, line: Cable) -> None:
    amina = site.person("amina")
    page = take_along(site, enter, amina)
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


def test_no_more_is_lent_than_the_operator_allows(site: Site, enter: Enter) -> None:
    page = take_along(site, enter, site.person("amina"))
    offered = page.locator("#along-count option").all_text_contents()
    assert offered == ["20", "50", str(site.options.most_along)]
