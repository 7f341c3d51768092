"""A newcomer's first minutes, in Chromium on a sample photo: `python -m tests.walk` writes the pictures of docs/walk.

It prints the seconds from the invite link to the first reading, at the speed of somebody who types with two fingers.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.transcribe.review.conftest import FLAGS
from tests.transcribe.review.site import Site, make_site, served
from transcribe import form as definitions
from transcribe.limits import Limits
from transcribe.model import FieldKey, Task
from transcribe.read import read
from transcribe.scan import Scanned, pages, scans

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "walk"
PHOTO = ROOT / "tests" / "cases" / "bon-de-commande-phone-block-0006.jpg"
ASKED = ("order_number", "customer_name", "order_date")
KEY_MS = 350
"""Two fingers: about three letters a second."""


def fill(site: Site) -> None:
    """The sample photo laid onto its form, with a few of its fields open."""
    form, now, limits = definitions.load("bon-de-commande"), datetime.now(UTC), Limits()
    site.store.put_form(form, "", now)
    for scanned in scans([PHOTO], form, site.archive, limits):
        assert isinstance(scanned, Scanned), scanned
        site.store.put_scan(scanned.scan, scanned.files, now)
        reads = read(scanned.scan, pages(scanned.scan, site.archive, limits), form, [], now)
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
    page.screenshot(path=PICTURES / f"{name}-1-link.png")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURES / f"{name}-2-field.png")
    page.keyboard.type(text, delay=KEY_MS)
    page.screenshot(path=PICTURES / f"{name}-3-typed.png")
    page.keyboard.press("Enter")
    while not site.texts_of(person.id):
        page.wait_for_timeout(50)
    took = time.monotonic() - began
    page.keyboard.press("Alt+p")
    page.wait_for_timeout(700)
    page.screenshot(path=PICTURES / f"{name}-4-next.png")
    return took


def main() -> None:
    """Write the pictures for a screen and a telephone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, width, height in (("amina", 1200, 760), ("ben", 360, 640)):
            with tempfile.TemporaryDirectory() as folder:
                site = make_site(Path(folder))
                fill(site)
                with served(site.app) as address:
                    page = browser.new_page(viewport={"width": width, "height": height})
                    took = walk(site, address, page, name, "BC-2026-9538")
                print(f"{name}: {took:.0f} s from the link to the first reading")
                site.store.close()


if __name__ == "__main__":
    main()
