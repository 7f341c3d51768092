"""A small site for the tests of the review pages: real store, real archive, real forms, drawn pictures."""

from __future__ import annotations

import asyncio
import hashlib
import io
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page
from starlette.types import ASGIApp

from tests.prompt_server import PromptServer
from transcribe.archive import Archive, FilePlace, Folder
from transcribe.forms import definition as definitions
from transcribe.geometry import Box
from transcribe.model import (
    FieldKey,
    Form,
    PagePicture,
    Place,
    ReadResult,
    Scan,
    ScanPage,
    SourceFile,
    Task,
    TaskKind,
    Transcriber,
)
from transcribe.people.tokens import secret_hash
from transcribe.review.access import passwords
from transcribe.review.app import create_app
from transcribe.review.context import Forms
from transcribe.review.options import ReviewOptions
from transcribe.store import open_store
from transcribe.store.facts import Floor, Rate
from transcribe.store.state_store import Store

PAGE = (1240, 1754)
LANGUAGES = ("en", "fr", "es")


class Names(dict[str, str]):
    """What the parts in braces of a route's path stand for: what is told, else something of nobody's."""

    def __missing__(self, name: str) -> str:
        return "0123456789abcdef"


def hashed(password: str) -> str:
    """A password as the store keeps it, made in a thread: where a browser test ran before, this one has a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, passwords.hash_password(password)).result()


@dataclass(kw_only=True)
class Clock:
    """A clock that tests move. Else it goes on by a millisecond a look, however long anything takes."""

    start: datetime = field(default_factory=lambda: datetime.now(UTC))
    forward: timedelta = timedelta()
    looks: int = 0

    def now(self) -> datetime:
        self.looks += 1
        return self.start + self.forward + timedelta(milliseconds=self.looks)


@dataclass(kw_only=True)
class Site:
    """The app with everything behind it, and what was told to `on_submit`."""

    store: Store
    archive: Archive
    app: FastAPI
    clock: Clock
    options: ReviewOptions
    submitted: list[str] = field(default_factory=list)

    def person(self, handle: str, *roles: str, language: str = "en") -> Transcriber:
        """A new person."""
        person = Transcriber(
            id=secrets.token_hex(8),
            handle=handle,
            roles=frozenset(roles or ("transcriber",)),  # type: ignore[arg-type]  # tests name real roles
            languages=("fr", "en"),
            interface_language=language,
            begun=True,
        )
        self.store.put_transcriber(person, self.clock.now())
        return person

    def link(self, person: Transcriber) -> str:
        """The token of a new sign-in link."""
        token = secrets.token_urlsafe(32)
        now = self.clock.now()
        self.store.put_link(person.id, secret_hash(token), now + timedelta(days=7), now)
        return token

    def scan(self, form: str, texts: dict[FieldKey, str], kind: TaskKind = "read", name: str = "") -> str:
        """A scan with one open task for each text; its pictures show the texts."""
        return add_scan(self, form_of(form), texts, kind, name)

    def put_pictures(self, scan: str, pictures: Sequence[PagePicture]) -> None:
        """Give a scan pictures of its pages and nothing that was read."""
        reads = ReadResult(places=(), readings=(), fit=None, quality={}, pictures=tuple(pictures))
        self.store.put_reads(scan, reads, self.clock.now())

    def texts_of(self, who: str) -> list[str | None]:
        """What a person has read so far, oldest first."""
        readings = [r for story in self.store.readings_of(who, 500) for r in story.readings if r.source == who]
        return [reading.text for reading in sorted(readings, key=lambda reading: reading.at)]


@cache
def form_of(name: str, version: int = 1) -> Form:
    """The shipped form of this name."""
    return definitions.load(name)


SignIn = Callable[[Transcriber], httpx.Client]
Enter = Callable[[Transcriber], Page]
NUMBER, DATE, MARK = FieldKey("order_number"), FieldKey("order_date"), FieldKey("express")


def as_a_whole(name: str, version: int) -> Form:
    """A shipped form that may be read as a whole."""
    return replace(form_of(name, version), options={"whole_form": True})


def csrf(client: httpx.Client | TestClient) -> str:
    """The token of a client's session, as it stands in every form."""
    return str(client.get("/me").text).split('name="csrf" value="')[1].split('"')[0]


def client_of(site: Site, person: Transcriber) -> TestClient:
    """A client without a server, signed in as this person."""
    client = TestClient(site.app, "http://127.0.0.1:8080", follow_redirects=False)
    assert client.post(f"/in/{site.link(person)}").status_code == 303
    return client


def set_pay(site: Site, floor: Floor | None = None) -> None:
    """A piece of 0.014 EUR and, unless another is named, a floor of 12 EUR an hour."""
    now = site.clock.now()
    site.store.put_rate(Rate(form="bon-de-commande", micro=14_000, currency="EUR", since=now), now)
    honest = Floor(micro=12_000_000, currency="EUR", source="SMIC horaire brut", since=now)
    site.store.put_floor(floor or honest, now)


def make_site(
    folder: Path, options: ReviewOptions | None = None, forms: Forms = form_of, place: FilePlace | None = None
) -> Site:
    """A new site in an empty folder, its pictures there too or in another place."""
    archive = Archive(place or Folder(folder / "archive"))
    store, clock = open_store(folder / "state.db"), Clock()
    chosen = options or ReviewOptions()
    submitted: list[str] = []
    app = create_app(store, archive.hurried(), forms, chosen, clock.now, submitted.append)
    return Site(store=store, archive=archive, app=app, clock=clock, options=chosen, submitted=submitted)


def speak(site: Site, page: Page, who: Transcriber, language: str) -> None:
    """The page is shown again in another language."""
    site.store.set_interface_language(who.id, language, site.clock.now(), who.id)
    page.reload()
    page.locator(f"html[data-ready][lang={language}]").wait_for()


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The app on a free port of this machine."""
    server = PromptServer(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def add_scan(site: Site, form: Form, texts: dict[FieldKey, str], kind: TaskKind, name: str) -> str:
    now = site.clock.now()
    site.store.put_form(form, "", now)
    page = picture(
        [(f"{key}: {text}", (60, 60 + 60 * number)) for number, (key, text) in enumerate(texts.items())], PAGE
    )
    file = SourceFile(
        sha256=hashlib.sha256(page).hexdigest(), name=f"{name}.png", size=len(page), media_type="image/png"
    )
    scan = Scan(
        id=hashlib.sha256(page + name.encode()).hexdigest(),
        pages=(ScanPage(file=file.sha256, page=1),),
        form=form.name,
        form_version=form.version,
        name=name,
    )
    site.store.put_scan(scan, [file], now)
    places = [_place(site.archive, scan.id, key, text, number) for number, (key, text) in enumerate(texts.items())]
    pictures = (PagePicture(number=1, sha256=site.archive.put(page), size=PAGE),)
    reads = ReadResult(places=tuple(places), readings=(), fit=1.0, quality={}, pictures=pictures)
    site.store.put_reads(scan.id, reads, now)
    tasks = [Task(scan=scan.id, key=key, kind=kind, reason="one engine", pool=_pool(kind)) for key in texts]
    site.store.conclude(scan.id, 0, [], tasks, None, now)
    return scan.id


def picture(lines: Sequence[tuple[str, tuple[int, int]]], size: tuple[int, int]) -> bytes:
    """A white picture with texts, as a JPEG of the size that snippets have."""
    return _drawn(tuple(lines), size)


@cache
def _drawn(lines: Sequence[tuple[str, tuple[int, int]]], size: tuple[int, int]) -> bytes:
    image = Image.new("L", size, 250)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(30)
    for text, where in lines:
        draw.text(where, text, fill=30, font=font)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=60)
    return content.getvalue()


def _place(archive: Archive, scan: str, key: FieldKey, text: str, number: int) -> Place:
    box = Box(60, 60 + 60 * number, 460, 110 + 60 * number)
    snippet = archive.put(picture([(text, (16, 14))], (440, 64)))
    return Place(scan=scan, key=key, page=1, box=box, snippet=snippet, confidence=1.0)


def _pool(kind: TaskKind) -> str:
    return "adjudicate" if kind == "adjudicate" else "read"
