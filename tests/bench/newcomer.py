"""Somebody new on a telephone, from a link alone to a statement: `python -m tests.bench.newcomer` writes docs/walk.

What is said before, practice, five paid fields, a question, an appeal, pay, a statement and the way out, in French and
in Spanish: pages as they are, on photographs, with what really decides behind them.
"""

from __future__ import annotations

import io
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from flows.home import settings as configuration
from flows.home.home import Home, open_home
from tests.bench.newcomer_home import ASKED, KNOWN, OPEN, PRACTISED, furnished, now, others_read, person, texts_of
from tests.chromium import FLAGS, chromium
from tests.transcribe.review.site import served
from transcribe.model import Transcriber
from transcribe.people.tokens import secret_hash
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "walk"
SLIP = "customer_no"
"""What the newcomer reads otherwise than everybody else, and contests."""

PHONE = {"width": 360, "height": 640}
KEYBOARD = {"width": 360, "height": 380}
"""What a keyboard on the screen leaves of it."""

OPTIONS = ReviewOptions(pay_day=10, asked_by="Mairie de Villeneuve, 04 00 00 00 00")
WAIT = 15_000
"""Milliseconds for what is a matter of moments."""

COLOURS, COLUMNS = 24, 6
QUESTIONS = {"fr": "Faut-il garder les majuscules ?", "es": "¿Hay que mantener las mayúsculas?"}
WORDS = {"fr": "C’est bien un b.", "es": "Es una b."}


@dataclass(kw_only=True)
class Walk:
    """One person on the way, with what the screen showed at each step."""

    home: Home
    page: Page
    address: str
    who: Transcriber
    shots: list[tuple[str, Image.Image]] = field(default_factory=list)

    def look(self, what: str) -> None:
        """A picture of the screen; nothing lies beside it."""
        self.page.wait_for_timeout(400)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], what
        self.shots.append((what, Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")))

    def tap(self, what: str) -> None:
        self.page.locator(what).first.tap()
        self.page.wait_for_load_state()

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def wanted(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """The field on the screen, and what stands in it."""
        task = str(self.page.locator("#task").get_attribute("action")).removeprefix("/work/")
        name = self.home.store.task_subject(task).key.name
        return name, texts[name]

    def read_count(self) -> int:
        stories = self.home.store.readings_of(self.who.id, 500)
        return sum(each.source == self.who.id for story in stories for each in story.readings)


def begin(walk: Walk) -> None:
    token = secrets.token_urlsafe(32)
    walk.home.store.put_link(walk.who.id, secret_hash(token), now().replace(year=now().year + 1), now())
    walk.go(f"/in/{token}")
    walk.look("the link")
    walk.tap("main button")
    walk.look("before the first task")
    walk.page.locator("[name=training][value=no]").tap()
    walk.look("training is asked, preset to nothing")
    walk.tap("#begin button")
    walk.look("a password is offered")
    walk.tap("#first a")


def practise(walk: Walk) -> None:
    for number in range(len(PRACTISED)):
        _, text = walk.wanted(texts_of(KNOWN))
        walk.page.locator("#text").fill(text.replace("0", "O") if number == 0 else text)
        if number in (0, len(PRACTISED) - 1):
            walk.look(f"practice {number + 1}")
        walk.tap(".entry button.main")
        walk.page.locator("#doubt:not(:empty), section[data-same]").first.wait_for()
        if walk.page.locator("#doubt").count():  # the slip looks odd: sent again it goes
            walk.tap(".entry button.main")
        expect(walk.page.locator("section[data-same]")).to_have_attribute("data-same", "yes" if number else "no")
        if number in (0, len(PRACTISED) - 1):
            walk.look(f"practice {number + 1} explained")
        walk.tap("#next")


def type_fields(walk: Walk, language: str) -> None:
    walk.page.locator("html[data-ready]").wait_for()
    walk.look("the first paid field")
    for number in range(len(OPEN)):
        if number == 2:
            ask(walk, language)
        walk.page.set_viewport_size(KEYBOARD)  # type: ignore[arg-type]  # width and height
        name, text = walk.wanted(texts_of(ASKED))
        before = walk.read_count()
        walk.page.locator("#text").tap()
        walk.page.keyboard.type(text.replace("6", "b") if name == SLIP else text)
        walk.look(f"field {number + 1}")
        walk.tap(".entry button.main")
        if name == SLIP:
            expect(walk.page.locator("#doubt")).not_to_be_empty()
            walk.look("it looks odd")
            walk.tap(".entry button.main")
        while walk.read_count() == before:
            walk.page.wait_for_timeout(50)
        walk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # width and height
    walk.look("nothing more to do")


def ask(walk: Walk, language: str) -> None:
    walk.tap("#guide")
    walk.page.locator("textarea").first.fill(QUESTIONS[language])
    walk.look("a question")
    walk.tap("main form button.main")
    walk.look("the question has arrived")
    walk.tap(".back a")
    walk.page.locator("html[data-ready]").wait_for()


def appeal(walk: Walk, language: str) -> None:
    walk.tap(".menu summary")
    walk.look("the menu")
    walk.tap('nav a[href="/readings"]')
    walk.look("my readings")
    walk.tap('a[href="/readings?show=outvoted"]')
    walk.page.locator("li").filter(has_text="C7b425").locator("a:not(.thumb)").first.tap()
    walk.page.wait_for_load_state()
    walk.look("what was decided, and why")
    walk.page.locator("#appeal-form [name=words]").fill(WORDS[language])
    walk.look("contested in words")
    walk.tap("#appeal-form button")
    walk.page.locator("main .doubt:visible").first.scroll_into_view_if_needed()
    walk.look("an expert hears it by a day")


def money(walk: Walk) -> None:
    walk.tap(".menu summary")
    walk.tap('nav a[href="/pay"]')
    walk.look("my pay")
    walk.tap("#statements a")
    walk.look("the statement of the month")
    walk.tap(".menu summary")
    walk.tap("#out button")
    walk.look("signing out without a password")


def sheet(shots: list[tuple[str, Image.Image]]) -> Image.Image:
    """Every step, in rows from left to right."""
    rows = -(-len(shots) // COLUMNS)
    whole = Image.new("RGB", (COLUMNS * (PHONE["width"] + 12) - 12, rows * (PHONE["height"] + 12) - 12), "#888")
    for at, (_, shot) in enumerate(shots):
        whole.paste(shot, (at % COLUMNS * (PHONE["width"] + 12), at // COLUMNS * (PHONE["height"] + 12)))
    return whole.quantize(COLOURS, dither=Image.Dither.NONE)


def walked(browser: Browser, language: str, folder: Path) -> list[tuple[str, Image.Image]]:
    """The whole way in a language, with a picture of each step."""
    home = open_home(configuration.load_settings(folder).model_copy(update={"audit_share": 0.0}))
    app = create_app(home.store, home.archive.hurried(), home.forms, OPTIONS, now, lambda _: None)
    scan, who = furnished(home), person(home, {"fr": "chloe", "es": "marta"}[language], language)
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, locale=language)  # type: ignore[arg-type]  # width and height
    context.set_default_timeout(WAIT)
    with served(app) as address:
        walk = Walk(home=home, page=context.new_page(), address=address, who=who)
        begin(walk)
        practise(walk)
        type_fields(walk, language)
        others_read(home, scan)
        appeal(walk, language)
        money(walk)
    context.close()
    lines = [line for line in home.store.ledger(who.id) if line.kind == "reading"]
    assert len(lines) == len(PRACTISED) + len(OPEN), "practice and work are paid, each field once"
    home.close()
    return walk.shots


def story(steps: list[str]) -> str:
    """The page of docs/walk."""
    lines = ["# From a link alone to a statement, on a telephone", ""]
    lines += [
        "Written by `python -m tests.bench.newcomer`: a telephone of 360 x 640, of 360 x 380 while one types, by touch."
    ]
    lines += ["From left to right, row by row:", ""]
    lines += [f"{number}. {step}" for number, step in enumerate(steps, 1)]
    for language, name in (("fr", "French"), ("es", "Spanish")):
        lines += ["", f"![Every step in {name}](newcomer-{language}.png)"]
    return "\n".join([*lines, ""])


def main() -> int:
    """Write both sheets and their page."""
    steps: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for language in QUESTIONS:
            with tempfile.TemporaryDirectory() as folder:
                shots = walked(browser, language, Path(folder))
            sheet(shots).save(PICTURES / f"newcomer-{language}.png", optimize=True)
            steps = [what for what, _ in shots]
    (PICTURES / "newcomer.md").write_text(story(steps), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
