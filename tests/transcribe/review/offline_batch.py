"""A batch of fields read without a line in Chromium on a phone.

A person takes fields along, the line is cut, they read all of them with two reloads between, a day goes by on the
server's clock, the session ends, the line comes back and they sign in again. Each reading has to arrive once and be
paid once, and signing out has to leave no cache.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.transcribe.review.cable import cable
from tests.transcribe.review.site import Site, make_site, served
from transcribe.model import FieldKey
from transcribe.store import Rate

KEYS = ("order_number", "customer_name", "customer_no", "address", "city", "phone", "email", "comment", "total", "vat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What became of the batch: readings and lines of pay by task, and what was left on the device."""

    wanted: int
    taken: int
    readings: Counter[str]
    paid: Counter[str]
    caches: list[str]

    @property
    def is_good(self) -> bool:
        once = Counter(dict.fromkeys(self.readings, 1))
        return (
            len(self.readings) == self.taken == self.wanted and self.readings == once == self.paid and not self.caches
        )


def offline_batch(browser: Browser, count: int, *, script: str = "") -> Arrived:
    """Read `count` fields without a line, and count what arrived and was paid. Each page runs `script` first."""
    with tempfile.TemporaryDirectory() as folder:
        site = make_site(Path(folder))
        for number in range(-(-count // len(KEYS)) + 1):
            texts = {FieldKey(key): f"{key} {number}" for key in KEYS}
            site.scan("bon-de-commande", texts, name=f"order {number}")
        rate = Rate(form="bon-de-commande", per="reading", micro=50_000, currency="EUR", since=site.clock.now())
        site.store.put_rate(rate, site.clock.now())
        person = site.person("amina")
        phone = {"width": 360, "height": 640}
        page = browser.new_context(viewport=phone, has_touch=True, is_mobile=True).new_page()  # type: ignore[arg-type]
        page.add_init_script(script)
        with served(site.app) as address, cable(address) as line:
            page.goto(f"{line.address}/in/{site.link(person)}")
            page.locator("main button").click()
            page.locator("html[data-ready]").wait_for()
            _take_along(page, count)
            line.cut()
            taken = _read_all(page, count)
            site.clock.forward += timedelta(days=1)
            line.mend()
            page.goto(f"{line.address}/in/{site.link(person)}")
            page.locator("main button").click()
            page.locator("html[data-ready], #no-work").first.wait_for()
            if page.locator("#no-work").count():
                page.goto(f"{line.address}/work")
            _until_sent(page)
            caches = _sign_out(page)
            page.context.close()
        found = _arrived(site, person.id)
        site.store.close()
    return Arrived(wanted=count, taken=taken, readings=found[0], paid=found[1], caches=caches)


def _take_along(page: Page, count: int) -> None:
    page.locator("#along summary").click()
    page.locator("#along-count").select_option(str(count))
    page.locator("#along button").click()
    page.locator(f"#along[data-taken='{count}']").wait_for(state="attached", timeout=120_000)


def _read_all(page: Page, count: int) -> int:
    """Answer every field that is here, and load the page anew twice. How many there were."""
    read = 0
    while not page.locator("#over").is_visible():
        task = str(page.locator("#task").get_attribute("action"))
        page.locator("#text").fill(f"text {read}")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "(task) => !document.querySelector('#over').hidden || document.body.classList.contains('waiting')"
            " || document.querySelector('#task').getAttribute('action') !== task",
            arg=task,
        )
        read += 1
        if read in (count // 3, 2 * count // 3):
            page.reload()
            page.locator("html[data-ready]").wait_for()
        page.wait_for_function(
            "() => !document.querySelector('#over').hidden || !document.body.classList.contains('waiting')"
        )
    return read


def _until_sent(page: Page) -> None:
    """Waits as long as what is left becomes less: how many there are is no matter of patience."""
    status = page.locator("#status")
    while (left := str(status.get_attribute("data-count"))) != "0":
        expect(status).not_to_have_attribute("data-count", left, timeout=60_000)


def _sign_out(page: Page) -> list[str]:
    page.locator(".menu summary").click()
    page.locator("#out button").click()
    page.locator("#leave form button").click()
    page.wait_for_url("**/in*")
    page.wait_for_timeout(1_000)
    kept: list[str] = page.evaluate("caches.keys()")
    return kept


def _arrived(site: Site, who: str) -> tuple[Counter[str], Counter[str]]:
    own = [r for story in site.store.readings_of(who, 500) for r in story.readings if r.source == who]
    paid = [line for line in site.store.ledger(who) if line.kind == "reading"]
    return Counter(str(each.task) for each in own), Counter(str(line.task) for line in paid)
