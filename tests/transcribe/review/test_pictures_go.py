"""Customers' pictures leave the browser when they are not needed: after the answer, a pause, a forgotten scan."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from tests.transcribe.review.site import DATE, NUMBER, Enter, Site
from transcribe.model import FieldKey, Transcriber

pytestmark = pytest.mark.browser

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


def test_a_picture_goes_with_the_answer(site: Site, page_with_pictures: tuple[Page, Transcriber, str]) -> None:
    page, _, _ = page_with_pictures
    page.locator("#text").fill("BC-2025-0001")
    page.keyboard.press("Enter")
    page.wait_for_function(KEPT, arg=2)


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


def test_pictures_of_a_forgotten_scan_go_when_the_browser_comes_again(
    site: Site, page_with_pictures: tuple[Page, Transcriber, str]
) -> None:
    page, _, scan = page_with_pictures
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
