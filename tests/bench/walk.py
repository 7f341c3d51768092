"""A newcomer's first minutes, in Chromium on a sample photo: `python -m tests.bench.walk` writes docs/walk.

It says how many seconds lie between the invite link and the first reading, at the speed of somebody who types with two
fingers and looks at each new page for a while.
"""

from __future__ import annotations

import io
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.chromium import FLAGS, chromium
from tests.transcribe.review.site import Site, make_site, served
from transcribe.forms import definition as definitions
from transcribe.intake.load_pages import load_pages
from transcribe.intake.scans import Scanned, scans_of
from transcribe.model import FieldKey, Task
from transcribe.recognition.read import read
from transcribe.sandbox.limits import Limits

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "walk"
PHOTO = ROOT / "tests" / "cases" / "bon-de-commande-phone-block-0006.jpg"
ASKED = ("order_number", "customer_name", "order_date")
KEY_MS = 350
"""Two fingers: about three letters a second."""

LOOK_MS = 5_000
"""How long somebody looks at a page that they have never seen."""

MOST_SECONDS = 120.0
COLOURS = 20
"""Enough for our few colours and the greys of a photo; pictures stay small with it."""

STEPS = {
    "1-link": "The link that came by message: one button",
    "2-field": "The first field",
    "3-typed": "Typed",
    "4-next": "Sent with Enter; the next field, with its surroundings one key away",
}


def fill(site: Site) -> None:
    """The sample photo laid onto its form, with a few of its fields open."""
    form, now, limits = definitions.load("bon-de-commande"), datetime.now(UTC), Limits()
    site.store.put_form(form, "", now)
    for scanned in scans_of([PHOTO], form, site.archive, limits):
        assert isinstance(scanned, Scanned), scanned
        site.store.put_scan(scanned.scan, scanned.files, now)
        reads = read(scanned.scan, load_pages(scanned.scan, site.archive, limits), form, [], now)
        for content in reads.files.values():
            site.archive.put(content)
        site.store.put_reads(scanned.scan.id, reads, now)
        tasks = [Task(scan=scanned.scan.id, key=FieldKey(name), kind="read", reason="handwriting") for name in ASKED]
        site.store.conclude(scanned.scan.id, 0, [], tasks, None, now)


def walk(site: Site, address: str, page: Page, name: str, text: str) -> float:
    """From the link to the first reading; the seconds it took."""
    person = site.person(name, language="fr" if name == "amina" else "en")
    began = time.monotonic()
    page.goto(f"{address}/in/{site.link(person)}")
    look(page, f"{name}-1-link")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    look(page, f"{name}-2-field")
    page.keyboard.type(text, delay=KEY_MS)
    shoot(page, f"{name}-3-typed")
    page.keyboard.press("Enter")
    while not site.texts_of(person.id):
        page.wait_for_timeout(50)
    took = time.monotonic() - began
    page.keyboard.press("Alt+p")
    page.wait_for_timeout(700)
    shoot(page, f"{name}-4-next")
    return took


def look(page: Page, name: str) -> None:
    page.wait_for_timeout(LOOK_MS)
    shoot(page, name)


def shoot(page: Page, name: str) -> None:
    """A picture of the page, in few colours."""
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        few = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(PICTURES / f"{name}.png", optimize=True)


def story(took: dict[str, float]) -> str:
    """The page of docs/walk: what was seen and how long it took."""
    lines = ["# The first minutes of somebody who has never seen it", ""]
    lines += [
        "Written by `python -m tests.bench.walk`: real pages, a sample photo, two fingers, and five seconds of looking"
    ]
    lines += ["at each new page.", ""]
    for name, seconds in took.items():
        device = "a screen, in French" if name == "amina" else "a telephone of 360 x 640"
        lines += [f"## On {device}: {seconds:.0f} seconds from the invite link to the first reading", ""]
        for step, words in STEPS.items():
            lines += [f"![{words}]({name}-{step}.png)", ""]
    lines += ["The whole way of somebody new, in French and Spanish: [newcomer.md](newcomer.md).", ""]
    lines += ["Every page, made by `python -m tests.bench.looks`: [pages.md](pages.md).", ""]
    return "\n".join(lines)


def main() -> int:
    """Write the pictures for a screen and a telephone; 1 where it took too long."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    took: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name, width, height in (("amina", 1000, 680), ("ben", 360, 640)):
            with tempfile.TemporaryDirectory() as folder:
                site = make_site(Path(folder))
                fill(site)
                with served(site.app) as address:
                    page = browser.new_page(viewport={"width": width, "height": height})
                    took[name] = walk(site, address, page, name, "BC-2026-9538")
                print(f"{name}: {took[name]:.0f} s from the link to the first reading")
                site.store.close()
    (PICTURES / "README.md").write_text(story(took), encoding="utf-8")
    return int(max(took.values()) > MOST_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
