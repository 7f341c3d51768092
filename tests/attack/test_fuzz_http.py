"""Fuzz of what people and programs send: places that they draw, and every route with hostile paths, forms and JSON."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Literal
from urllib.parse import quote, urlencode

import numpy
import pytest
from starlette.testclient import TestClient

from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.serving.api import api
from flows.steps.layout_tasks import unread_annotations
from tests.attack.mutation import NASTY_AND_PLAIN, mutated
from tests.attack.test_fuzz import MOST_SECONDS, rounds
from tests.transcribe.review.access.test_guard import filled, routes
from tests.transcribe.review.site import Clock, Site
from tests.transcribe.review.test_requests import client_of
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import FieldKey, Page, Place, Scan, ScanPage, TaskKind, Word
from transcribe.people.tokens import SCOPES, new_token
from transcribe.recognition import DRAWN, read_annotated
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions

pytestmark = [pytest.mark.law, pytest.mark.timeout(3600)]
MOST_SECONDS_WITH_PEOPLE = 120.0
"""The same for a request before which people sign in, each with a password that takes a while to check."""

REQUESTS_COUNT = 100
"""So many requests are sent before the people, tasks and sessions are made anew. Chosen by hand."""

KINDS: tuple[TaskKind, ...] = ("read", "locate", "rows", "identify", "adjudicate", "audit", "whole form")
SENT_NAMES = (
    "idem action text reason seconds overrode x0 y0 x1 y1 page form turn edges box csrf handle password token language "
    "languages time_zone answer question words reading dispute check outcome roles paused rate amount currency email"
).split()
SENT_TEXTS = (
    "send",
    "skip",
    "illegible",
    "absent",
    "blank",
    "12.50",
    "idem-1234567",
    "1",
    "0",
    "receipt/1",
    "90",
    "fr",
)
PATHS = ("/work", "/work/x", "/in/abcdefghijklmnop", "/me", "/api/records/receipt", "/pictures/1", "/static/work.js")
NUMBERS = (0, 1, -1, 10**6, 10**19, 10**400, 2**63, 0.5, -1e308, 1e-300)


class Nothing:
    """An engine that sees one word in every box, and notes what it was asked for."""

    source = name = "nothing 1"
    view: Literal["writing"] = "writing"

    def stretches(self, page: Page) -> None:
        """None: it cannot tell without reading."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        for box in boxes or ():
            assert page.picture[box.y0 : box.y1, box.x0 : box.x1].size >= 0
        return [[Word(text="x", box=Box(0, 0, 9, 9), confidence=0.5)] for _ in boxes or (None,)]


@pytest.mark.parametrize("seed", [7])
@pytest.mark.parametrize("form", ["receipt", "bon-de-commande"])
def test_any_place_that_people_draw_is_read(seed: int, form: str) -> None:
    """A place outside the picture, without an area, or on a page that is none: read, or refused, never an accident."""
    of = definition.load(form)
    pages = [Page(number=1, picture=numpy.full((400, 300), 255, numpy.uint8))]
    scan = Scan(id="0" * 64, pages=(ScanPage(file="0" * 64, page=1),), form=of.name, form_version=of.version)
    for random in rounds(seed):
        corners = [random.choice((random.randint(-9, 500), random.choice((0, 1, 10**5, 300, 400)))) for _ in range(4)]
        (x0, x1), (y0, y1) = sorted(corners[::2]), sorted(corners[1::2])
        key = FieldKey(random.choice(of.fields).name)
        page = random.choice((1, 1, 1, 2, 10_000))
        drawn = Place(scan=scan.id, key=key, page=page, box=Box(x0, y0, x1 + 1, y1 + 1), confidence=DRAWN)
        found = read_annotated(scan, pages, of, [Nothing()], unread_annotations(of, [drawn], []), now())
        assert all(each.scan == scan.id for each in found.readings)


def site_at(folder: Path) -> tuple[Site, Home]:
    """The pages and the programs' routes over a new home."""
    home = open_home(configuration.load_settings(folder))
    options = ReviewOptions()
    app = create_app(home.store, home.archive, home.forms, options, now, lambda _: None, routers=[api(home)])
    return Site(store=home.store, archive=home.archive, app=app, clock=Clock(), options=options), home


def clients(site: Site, home: Home) -> list[TestClient]:
    """A stranger, three people and a program, and work for them."""
    form = definition.load("receipt")
    for kind in KINDS:
        site.scan("receipt", {FieldKey(each.name): "12.50" for each in form.fields}, kind)
    roles = ((), ("expert", "transcriber"), ("operator", "expert", "transcriber"))
    people = [client_of(site, site.person(f"p{secrets.token_hex(4)}", *each)) for each in roles]
    for each in people:
        each.get("/work")
    token = new_token(home.store, "till", tuple(SCOPES), now()).secret
    return [client_of(site), TestClient(site.app, headers={"authorization": f"Bearer {token}"}), *people]


def value(random: Random, depth: int = 0) -> object:
    """Any value of JSON."""
    kind = random.randint(0, 5 if depth < 3 else 3)
    if kind == 0:
        return random.choice(NUMBERS)
    if kind == 1:
        return random.choice((None, True, False, [], {}))
    if kind < 4:
        return mutated(SENT_TEXTS, random)
    if kind == 4:
        return [value(random, depth + 1) for _ in range(random.randint(0, 5))]
    return {random.choice(SENT_NAMES): value(random, depth + 1) for _ in range(random.randint(0, 4))}


def plausible(random: Random) -> dict[str, object]:
    """An answer as the page sends it, with a place."""
    action = random.choice(("send", "skip", "illegible", "absent", "blank"))
    box = [random.choice((*range(0, 1500, 300), -1, 100_001)) for _ in range(4)]
    idem, text = secrets.token_hex(8), mutated(SENT_TEXTS, random)
    return {"idem": idem, "action": action, "text": text, "seconds": random.choice((0.0, 5.0)), "box": box, "page": 1}


def body(random: Random) -> tuple[bytes, str]:
    """A body, and what it says that it is."""
    fields = {name: value(random) for name in random.sample(SENT_NAMES, random.randint(0, 8))}
    said = random.choice((fields, plausible(random), plausible(random) | fields, value(random)))
    kind = random.choice(("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"))
    if "json" in kind:
        content = json.dumps(said)
    elif "urlencoded" in kind and isinstance(said, dict):
        content = urlencode({name: str(each) for name, each in said.items()}, errors="replace")
    else:
        content = f'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n{said}\r\n--x--\r\n'
    if random.random() < 0.2:
        content = mutated((content,), random)
    if random.random() < 0.1:
        kind = random.choice(("text/plain", "", "application/json; charset=utf-7", "multipart/form-data"))
    return content.encode("utf-8", errors="surrogatepass"), kind


def path_of(random: Random, template: str, tasks: list[str]) -> str:
    """The path of a route with ids that are there, with hostile ones, or something else altogether."""
    if random.random() < 0.1:
        return quote(mutated(PATHS, random), safe=random.choice(("", "/?&=%.")), errors="replace") or "/"
    path = template
    for name in [piece.partition("}")[0] for piece in template.split("{")[1:]]:
        hostile = quote(random.choice((*NASTY_AND_PLAIN, "1" * 30)), safe="", errors="replace")
        known = (
            random.choice(tasks)
            if name.startswith("task") and tasks
            else filled("{" + name + "}", form="receipt", scan="0" * 64, page="1")
        )
        path = path.replace("{" + name + "}", random.choice((known, known, hostile)))
    words = {random.choice((*SENT_NAMES, "check", "cursor", "limit", "since")): str(value(random)) for _ in range(2)}
    return path + (f"?{urlencode(words, errors='replace')}" if random.random() < 0.5 else "")


@pytest.mark.parametrize("seed", [8])
def test_no_request_makes_an_error_of_the_server(seed: int, tmp_path: Path) -> None:
    site, home = site_at(tmp_path)
    ways, senders, tasks = routes(site), list[TestClient](), list[str]()
    for number, random in enumerate(rounds(seed, MOST_SECONDS_WITH_PEOPLE)):
        if number % REQUESTS_COUNT == 0:
            senders = clients(site, home)
            tasks = [task.id for task in site.store.lease(site.person(secrets.token_hex(4)).id, 5, now())]
        sender = random.choice(senders)
        method, template = random.choice(ways)
        path = path_of(random, template, tasks)
        content, kind = body(random) if method not in ("GET", "OPTIONS") else (b"", "")
        headers = {"content-type": kind} if kind else {}
        if random.random() < 0.2:
            headers |= {
                random.choice(("accept-language", "cookie", "range", "if-none-match", "x-csrf-token")): "a=\x01;q"
            }
        begun = time.monotonic()
        answer = sender.request(method, f"http://testserver/{path.removeprefix('/')}", content=content, headers=headers)
        assert time.monotonic() - begun < MOST_SECONDS, (method, path, content)
        assert answer.status_code < 500, (method, path, content, answer.text)
    home.close()
