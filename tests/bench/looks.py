"""Pictures of review pages in every language and size, light and dark.

python -m tests.bench.looks FOLDER [PAGE ...]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import FLAGS, chromium
from tests.looks_world import World, addresses, forms, world
from tests.transcribe.review.site import make_site, served
from transcribe.model import Transcriber
from transcribe.review.options import ReviewOptions

SIZES = {"1440": (1440, 900), "1024": (1024, 768), "360": (360, 640), "360-keyboard": (360, 380)}
"""Screens in CSS pixels: two of a desk, a telephone, and one with its keyboard open."""

LANGUAGES = ("en", "fr", "es")
SCHEMES = ("light", "dark")
OPTIONS = ReviewOptions(pay_day=10, asked_by="Mairie de Villeneuve, 04 00 00 00 00")
"""A site that promises a day of payment and says who asks."""

WHY_OPENED = "const why = document.querySelector('#why'); if (why) why.open = true"
"""The reasons of a decision are looked at too."""

OUTSIDE = {"sign-in": "/in", "link-spent": "/in/0123456789abcdef", "before-outside": "/before"}
"""Pages of people who are not signed in."""


@contextmanager
def entered(
    browser: Browser, known: World, address: str, look: tuple[str, str, str], who: Transcriber
) -> Iterator[Page]:
    """A page of somebody who is signed in, in a size and a colour scheme."""
    language, size, scheme = look
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale=language)  # type: ignore[arg-type]  # light or dark
    page = context.new_page()
    known.site.store.set_interface_language(who.id, language, known.site.clock.now(), who.id)
    page.goto(f"{address}/in/{known.site.link(who)}")
    page.locator("main button").first.click()
    page.wait_for_load_state()
    yield page
    context.close()


def shown(browser: Browser, known: World, address: str, look: tuple[str, str, str]) -> Iterator[tuple[str, Page]]:
    """Each page with its name, as it shows itself in a language, a size and a colour scheme."""
    with entered(browser, known, address, look, known.amina) as page:
        for name, path in addresses(known).items():
            page.goto(f"{address}{path}")
            page.wait_for_timeout(150)
            page.evaluate(WHY_OPENED)
            yield name, page
        page.goto(f"{address}/test")
        page.locator("main form button").first.click()
        page.wait_for_timeout(150)
        yield "test", page
        for box in page.locator("#test input.typed").all():
            box.fill("BC-2O26-000")
        page.locator("#test button").first.click()
        page.wait_for_timeout(150)
        yield "tested", page
        page.context.clear_cookies()
        for name, path in OUTSIDE.items():
            page.goto(f"{address}{path}")
            yield name, page
    for name, (who, path) in known.others.items():
        with entered(browser, known, address, look, who) as page:
            page.goto(f"{address}{path}")
            page.wait_for_timeout(150)
            yield name, page


def main(target: str, *only: str) -> None:
    """Writes the pictures of the named pages, of all where none is named, to a folder."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        known = world(make_site(Path(home), OPTIONS, forms))
        with served(known.site.app) as address:
            for look in product(LANGUAGES, SIZES, SCHEMES):
                for name, page in shown(browser, known, address, look):
                    if not only or name in only:
                        page.screenshot(path=Path(target) / f"{name}-{'-'.join(look)}.png", full_page=True)
        known.site.store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
