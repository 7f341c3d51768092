"""Pictures of every review page: `python -m tests.bench.looks` writes one sheet of each page in docs/walk.

`python -m tests.bench.looks FOLDER` writes each page by itself in every language and size, light and dark, to a folder.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import FLAGS, chromium
from tests.looks_world import World, addresses, forms, world
from tests.transcribe.review.site import make_site, served
from transcribe.model import Transcriber
from transcribe.review.options import ReviewOptions

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "walk"

SIZES = {"1440": (1440, 900), "1024": (1024, 768), "360": (360, 640), "360-keyboard": (360, 380)}
"""Screens in CSS pixels: two of a desk, a telephone, and one with its keyboard open."""

LANGUAGES = ("en", "fr", "es")
SCHEMES = ("light", "dark")
MOST_HEIGHT = 2600
"""The most pixels of a page that a picture shows. Chosen by hand."""

OPTIONS = ReviewOptions(pay_day=10, asked_by="Mairie de Villeneuve, 04 00 00 00 00")
"""A site that promises a day of payment and says who asks."""

SHEET = (("fr", "1024", "light"), ("es", "360", "dark"))
"""What stands on the sheet of a page in docs/walk: a desk in French and a telephone in Spanish."""
SHEET_HEIGHT = 1000
"""The most pixels of each picture on a sheet."""
COLOURS = 48
"""Enough for our few colours and the greys of a picture of paper; sheets stay small with it."""


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


def shot(page: Page) -> Image.Image:
    """What the whole page shows, up to a height."""
    size = page.viewport_size or {"width": 0, "height": 0}
    tall = min(MOST_HEIGHT, max(size["height"], page.evaluate("document.documentElement.scrollHeight")))
    content = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": size["width"], "height": tall})
    return Image.open(io.BytesIO(content)).convert("RGB")


def pictures(
    browser: Browser, known: World, address: str, look: tuple[str, str, str], only: Sequence[str]
) -> dict[str, Image.Image]:
    """Every page in a language, size and colour scheme, by its name."""
    found = {}
    with entered(browser, known, address, look, known.amina) as page:
        for name, path in addresses(known).items():
            if only and name not in only:
                continue
            page.goto(f"{address}{path}")
            page.wait_for_timeout(150)
            page.evaluate(WHY_OPENED)
            found[name] = shot(page)
        if not only or "tested" in only:
            page.goto(f"{address}/test")
            page.locator("main form button").first.click()
            page.wait_for_timeout(150)
            found["test"] = shot(page)
            for box in page.locator("#test input.typed").all():
                box.fill("BC-2O26-000")
            page.locator("#test button").first.click()
            page.wait_for_timeout(150)
            found["tested"] = shot(page)
        page.context.clear_cookies()
        for name, path in OUTSIDE.items():
            if not only or name in only:
                page.goto(f"{address}{path}")
                found[name] = shot(page)
    for name, (who, path) in known.others.items():
        if not only or name in only:
            with entered(browser, known, address, look, who) as page:
                page.goto(f"{address}{path}")
                page.wait_for_timeout(150)
                found[name] = shot(page)
    return found


def sheet_of(shots: Sequence[Image.Image]) -> Image.Image:
    """Pictures side by side, each cut to a height."""
    cut = [each.crop((0, 0, each.width, min(each.height, SHEET_HEIGHT))) for each in shots]
    sheet = Image.new(
        "RGB", (sum(each.width for each in cut) + 20 * (len(cut) - 1), max(each.height for each in cut)), "#888"
    )
    left = 0
    for each in cut:
        sheet.paste(each, (left, 0))
        left += each.width + 20
    return sheet.quantize(COLOURS, dither=Image.Dither.NONE)


def gallery(names: Sequence[str]) -> str:
    """The page of docs/walk that shows the sheets."""
    lines = ["# What every page looks like", ""]
    lines += [
        "Written by `python -m tests.bench.looks`:",
        "a desk of 1024 pixels in French, a telephone of 360 in Spanish and dark.",
    ]
    lines += [
        "`python -m tests.bench.looks FOLDER [PAGE ...]` writes them in every language and size, light and dark.",
        "",
    ]
    for name in names:
        lines += [f"## {name.replace('-', ' ')}", "", f"![The page {name.replace('-', ' ')}](page-{name}.png)", ""]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Writes the sheets of docs/walk, or every picture to the folder that is named; names of pages choose some."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        known = world(make_site(Path(folder), OPTIONS, forms))
        with served(known.site.app) as address:
            if arguments:
                target = Path(arguments[0])
                target.mkdir(parents=True, exist_ok=True)
                looks = [(a, b, c) for a in LANGUAGES for b in SIZES for c in SCHEMES]
                for look in looks:
                    for name, picture in pictures(browser, known, address, look, arguments[1:]).items():
                        picture.save(target / f"{name}-{'-'.join(look)}.png")
            else:
                taken = [pictures(browser, known, address, look, ()) for look in SHEET]
                for name in taken[0]:
                    sheet_of([each[name] for each in taken]).save(PICTURES / f"page-{name}.png", optimize=True)
                (PICTURES / "pages.md").write_text(gallery(list(taken[0])), encoding="utf-8")
        known.site.store.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
