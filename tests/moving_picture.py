"""The moving picture of the README, drawn from real pages: `python -m tests.moving_picture` writes it anew.

Receipts are read, a person reads fields of them, an operator mends what is in doubt, and their records are there.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from flows.steps import TakenScan, publish_records, read_scan, take_in
from tests.chromium import FLAGS, chromium
from tests.flows.desk.desk_site import DeskSite, desk_site
from tests.house_rules import ROOT
from tests.transcribe.review.site import served

FILE = ROOT / "docs" / "first-minute.webp"
CASES = ROOT / "tests" / "cases"
FILES = ("receipt-007.jpg", "receipt-035.jpg", "receipt-217.jpg")
READ_COUNT = 2
SETTLE_MS = 600
"""How long a page is left until it is drawn. Chosen by hand."""
SIZE = {"width": 1280, "height": 720}
SHOWN_SIZE = (960, 540)
QUALITY = 60
"""Of WebP, of 100: letters are sharp, and the file stays under a megabyte. Chosen by hand."""

Frame = tuple[Image.Image, int]
"""A picture, and for how many milliseconds it is shown."""


def frames(desk: DeskSite, browser: Browser) -> Iterator[Frame]:
    """What is seen, in order."""
    truth = {each["file"]: each["fields"] for each in map(json.loads, (CASES / "truth.jsonl").open(encoding="utf-8"))}
    for file in FILES:
        (taken,) = take_in(desk.home, [CASES / file], "receipt", "monday")
        assert isinstance(taken, TakenScan)
        read_scan(desk.home, taken.scan)
    desk.weigh()
    with served(desk.app) as address:
        reader = _entered(desk, browser, address, "Mina", "transcriber")
        reader.goto(f"{address}/work")
        for _ in range(READ_COUNT):
            reader.locator("html[data-ready]").wait_for()
            reader.wait_for_timeout(SETTLE_MS)
            yield _seen(reader), 1600
            task = str(reader.locator("#task").get_attribute("action")).removeprefix("/work/")
            subject = desk.home.store.task_subject(task)
            for letter in truth[desk.home.store.scan(subject.scan).name][str(subject.key)]:
                reader.keyboard.type(letter)
                yield _seen(reader), 90
            reader.keyboard.press("Enter")
        operator = _entered(desk, browser, address, "Olga", "operator")
        operator.goto(f"{address}/desk/batch?name=monday")
        yield _seen(operator), 2500
        open_scan = next(each.scan for each in desk.home.store.scan_states() if each.word == "waits for people")
        operator.goto(f"{address}/desk/scan/{open_scan.id}")
        while (doubt := operator.locator("#edit .doubtful [data-field]:focus")).count():
            yield _seen(operator), 1800
            doubt.fill(truth[open_scan.name][str(doubt.get_attribute("data-field"))])
            yield _seen(operator), 1200
            operator.keyboard.press("Enter")
            operator.locator("#done").wait_for()
            operator.wait_for_timeout(SETTLE_MS)
            desk.weigh()
            operator.goto(f"{address}/desk/scan/{open_scan.id}")
        yield _seen(operator), 1800
        publish_records(desk.home)
        operator.goto(f"{address}/desk/records/list?form=receipt")
        yield _seen(operator), 3000


def _entered(desk: DeskSite, browser: Browser, address: str, name: str, role: str) -> Page:
    page = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]  # width and height
    page.goto(f"{address}/in/{desk.link(desk.person(name, role))}")  # type: ignore[arg-type]  # one of the roles
    page.locator("main button").click()
    page.wait_for_load_state()
    return page


def _seen(page: Page) -> Image.Image:
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return picture.resize(SHOWN_SIZE, Image.Resampling.LANCZOS)


def draw(file: Path) -> None:
    """Write the picture."""
    with TemporaryDirectory() as folder, sync_playwright() as play, desk_site(Path(folder)) as desk:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        shown = list(frames(desk, browser))
        browser.close()
    first, *others = (picture for picture, _ in shown)
    times = [milliseconds for _, milliseconds in shown]
    first.save(file, save_all=True, append_images=others, duration=times, loop=0, quality=QUALITY, method=6)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if sys.argv[1:] else FILE)
