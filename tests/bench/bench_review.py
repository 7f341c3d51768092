"""From Enter to the next decoded snippet in Chromium.

The delay is added by the server to every answer, so that it holds for the service worker too (Chromium's own network
emulation does not). A person is imitated who types a field a second.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.bench.rows import Row
from tests.chromium import FLAGS, chromium
from tests.transcribe.review.site import make_site, served
from transcribe.model import FieldKey

P50, MOST = 20.0, 60.0
"""Milliseconds: below a frame and a half, and below four; nobody feels either."""

WATCH = """
  window.times = [];
  let pressed = null;
  const press = (event) => { if (event.type === 'pointerup' || event.key === 'Enter') pressed = event.timeStamp; };
  addEventListener('keydown', press, true);
  addEventListener('pointerup', press, true);
  new MutationObserver(async () => {
    const from = pressed;
    pressed = null;
    if (from === null) return;
    const image = document.querySelector('#picture img');
    await image.decode();
    requestAnimationFrame(() => window.times.push(performance.now() - from));
  }).observe(document.getElementById('picture'), { childList: true });
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One way of working, and the bar for it (p50 and max, milliseconds)."""

    name: str
    delay: float
    phone: bool = False
    bar: float = 1.0


ROUNDS = (
    Round(name="0 ms added", delay=0.0),
    Round(name="100 ms added", delay=0.1),
    Round(name="300 ms added", delay=0.3),
    Round(name="phone, touch, CPU 6 x slower, 100 ms", delay=0.1, phone=True, bar=5.0),
)


class Delayed:
    """An app whose every answer starts later."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def later(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(self._seconds)
            await send(message)

        await self._app(scope, receive, later)


def measure(browser: Browser, each: Round, count: int) -> tuple[list[float], int]:
    """Milliseconds of each answer, and how many readings arrived."""
    with tempfile.TemporaryDirectory() as folder:
        site = make_site(Path(folder))
        for number in range(count + 1):
            site.scan("bon-de-commande", {FieldKey("order_number"): f"BC-2025-{1000 + number}"}, name=f"order {number}")
        person = site.person("amina")
        with served(Delayed(site.app, each.delay)) as address:
            page = _page(browser, each)
            page.goto(f"{address}/in/{site.link(person)}")
            page.locator("main button").click()
            page.locator("html[data-ready]").wait_for()
            page.wait_for_timeout(2_000)
            page.evaluate(WATCH)
            for number in range(count):
                _answer(page, f"BC-2025-{1000 + number}", touch=each.phone)
            expect(page.locator("#status")).to_have_attribute("data-count", "0", timeout=60_000)
            times: list[float] = page.evaluate("window.times")
            page.context.close()
        arrived = len(site.texts_of(person.id))
        site.store.close()
    return times, arrived


def _page(browser: Browser, each: Round) -> Page:
    if not each.phone:
        return browser.new_page()
    page = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    return page


def _answer(page: Page, text: str, *, touch: bool) -> None:
    page.keyboard.type(text, delay=60)
    page.wait_for_timeout(200)
    if touch:
        page.locator("[value=send]").tap()
    else:
        page.keyboard.press("Enter")


def rows(small: bool) -> Iterator[Row]:
    """A row for each round; a bar is missed too where a reading is not there exactly once."""
    count = 10 if small else 50
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for each in ROUNDS:
            times, arrived = measure(browser, each, count)
            middle, most = statistics.median(times), max(times)
            good = middle <= P50 * each.bar and most <= MOST * each.bar and arrived == len(times) == count
            figure = f"{middle:.0f}, {most:.0f}, {arrived} of {count}"
            bar = f"{P50 * each.bar:.0f}, {MOST * each.bar:.0f}"
            yield Row(of=f"{each.name}: p50 and max ms, readings kept", figure=figure, bar=bar, holds=good)
