"""A small home with the desk over it: a form, scans in every state, people in every role, and a client for each."""

from __future__ import annotations

import io
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from PIL import Image, ImageDraw, ImageFont

from flows.desk import DESK_ADDRESS, add_desk
from flows.home.home import Home, now, open_home
from flows.home.settings import load_settings
from flows.steps.reconcile_scans import reconcile_to_the_end
from tests.transcribe.store.world import sent, sha
from transcribe.codes import Flag
from transcribe.geometry import Box
from transcribe.model import (
    FieldKey,
    Form,
    PagePicture,
    Place,
    Reading,
    ReadResult,
    Role,
    Scan,
    ScanPage,
    SourceFile,
    Transcriber,
)
from transcribe.people.tokens import secret_hash
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions
from transcribe.store import Offer

SIZE = (620, 877)
DEFINITION = """
name = "{name}"
version = 1
title = {{ en = "Order", fr = "Commande", es = "Pedido" }}
languages = ["eng"]
locale = "en_GB"
currency = "EUR"
blank = "{name}.png"
[[field]]
name = "number"
label = {{ en = "Order number", fr = "Numéro", es = "Número" }}
type = "code"
box = [40, 80, 300, 130]
[[field]]
name = "customer"
label = {{ en = "Customer", fr = "Client", es = "Cliente" }}
type = "name"
box = [40, 180, 400, 230]
[[field]]
name = "total"
label = {{ en = "Total", fr = "Total", es = "Total" }}
type = "amount"
box = [40, 280, 300, 330]
"""
BOXES = {"number": Box(40, 80, 300, 130), "customer": Box(40, 180, 400, 230), "total": Box(40, 280, 300, 330)}
TEXTS = {"number": "473962", "customer": "Mary Poole", "total": "12.50"}
ENGINES = ("tesseract 5.3", "rapidocr 3.10")


def page(texts: Mapping[str, str | None]) -> bytes:
    """A page of the form with texts in its frames, as PNG."""
    return _drawn(tuple(texts.items()))


@cache
def _drawn(shown: tuple[tuple[str, str | None], ...]) -> bytes:
    texts = dict(shown)
    picture = Image.new("L", SIZE, 250)
    pencil = ImageDraw.Draw(picture)
    for name, box in BOXES.items():
        pencil.text((box.x0, box.y0 - 24), name, fill=90, font=ImageFont.load_default(18))
        pencil.rectangle((box.x0, box.y0, box.x1, box.y1), outline=60, width=2)
        if texts.get(name):
            pencil.text((box.x0 + 8, box.y0 + 10), str(texts[name]), fill=20, font=ImageFont.load_default(26))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@dataclass(kw_only=True)
class DeskSite:
    """The home, the app over it, and what its clock is ahead of ours."""

    home: Home
    app: FastAPI
    ahead: timedelta = timedelta()
    woken: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return now() + self.ahead

    def person(self, handle: str, *roles: Role, language: str = "en", forms: tuple[str, ...] = ()) -> Transcriber:
        """A new person, limited to some forms where any are named."""
        made = Transcriber(
            id=secrets.token_hex(8),
            handle=handle,
            roles=frozenset(roles),
            languages=("en",),
            interface_language=language,
            begun=True,
        )
        self.home.store.put_transcriber(made, self.now())
        if forms:
            self.home.store.set_forms_of_person(made.id, forms, self.now(), "test")
        return made

    def link(self, person: Transcriber) -> str:
        token = secrets.token_urlsafe(32)
        self.home.store.put_link(person.id, secret_hash(token), self.now() + timedelta(days=7), self.now())
        return token

    def client(self, person: Transcriber) -> TestClient:
        """A client that is signed in as this person."""
        client = TestClient(self.app, base_url="http://127.0.0.1:8080", follow_redirects=False)
        assert client.post(f"/in/{self.link(person)}").status_code == 303
        return client

    def scan(
        self,
        name: str,
        texts: Mapping[str, tuple[str | None, str | None]] | None = None,
        *,
        batch: str = "monday",
        form: str = "order",
    ) -> Scan:
        """A scan with what both engines read in each field; without any its machines have not read it yet."""
        shown = {key: pair[0] or pair[1] for key, pair in (texts or {}).items()} or dict(TEXTS)
        picture = self.home.archive.put(page({**shown, "number": f"{shown.get('number')} {name}"}))
        known = Scan(
            id=sha(f"{name} {form} {batch}"),
            pages=(ScanPage(file=picture, page=1),),
            form=form,
            form_version=1,
            name=name,
            batch=batch,
        )
        file = SourceFile(sha256=picture, name=name, size=100, media_type="image/png")
        self.home.store.put_scan(known, [file], self.now())
        if texts is not None:
            self.home.store.put_reads(known.id, self._reads(known, picture, texts), self.now())
        return known

    def _reads(self, scan: Scan, picture: str, texts: Mapping[str, tuple[str | None, str | None]]) -> ReadResult:
        readings = tuple(
            Reading(
                id="",
                scan=scan.id,
                key=FieldKey(name),
                source=source,
                kind="machine",
                text=text,
                at=self.now(),
                confidence=0.97 if text else None,
                flags=frozenset() if text is not None else frozenset({Flag.ILLEGIBLE}),
            )
            for name, pair in texts.items()
            for source, text in zip(ENGINES, pair, strict=True)
        )
        places = tuple(
            Place(scan=scan.id, key=FieldKey(name), page=1, box=box, snippet=picture, confidence=0.99)
            for name, box in BOXES.items()
        )
        pictures = (PagePicture(number=1, sha256=picture, size=SIZE),)
        return ReadResult(
            seconds={"tesseract": 0.8, "rapidocr": 1.6},
            places=places,
            readings=readings,
            fit=0.97,
            quality={"sharpness": 0.8},
            advice=(),
            pictures=pictures,
        )

    def read(self, who: Transcriber, text: str, *, seconds: float = 4.0) -> str:
        """Have somebody read what they are offered next; gives the field's name."""
        (task,) = self.home.store.lease(who.id, 1, self.now(), 600.0, Offer(pools=("read",)))
        self.home.store.submit(task.id, who.id, sent(text, secrets.token_hex(8), seconds=seconds), self.now())
        return task.key.name

    def weigh(self) -> None:
        """What the worker of `serve` does: weigh all that waits, and sum it up."""
        reconcile_to_the_end(self.home)
        while self.home.store.sum_up(self.now()):
            pass


def csrf(client: TestClient) -> str:
    """The token that the forms of this client's session send."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/me").text)
    assert found
    return found[1]


def post(client: TestClient, address: str, **values: object) -> Response:
    """Send a form as a browser without JavaScript does."""
    answer: Response = client.post(address, data={"csrf": csrf(client), **values})
    return answer


AGREED = {name: (text, text) for name, text in TEXTS.items()}
DOUBTED = {**AGREED, "customer": ("Mary Poole", "Mary Paole"), "total": ("12.50", "72.50")}


def use_form(home: Home, folder: Path, name: str) -> Form:
    """A form of this name, kept in the home."""
    (folder / f"{name}.toml").write_text(DEFINITION.format(name=name), encoding="utf-8")
    (folder / f"{name}.png").write_bytes(page({}))
    return home.use_form(str(folder / f"{name}.toml"))


@contextmanager
def desk_site(folder: Path) -> Iterator[DeskSite]:
    """An empty home with two forms, and the pages over it."""
    home = open_home(load_settings(folder / "home").model_copy(update={"audit_share": 0.0}))
    for name in ("order", "invoice2"):
        use_form(home, folder, name)
    site = DeskSite(home=home, app=FastAPI())
    options = ReviewOptions(desk=DESK_ADDRESS)
    site.app = create_app(home.store, home.archive, home.forms, options, site.now, site.woken.append)
    add_desk(site.app, home)
    yield site
    home.close()


@contextmanager
def copied_site(made: Path, folder: Path) -> Iterator[DeskSite]:
    """The pages over a copy of a home that was made once in another folder."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    with desk_site(folder) as site:
        yield site
