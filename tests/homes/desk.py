"""A home from outside: its commands, run in this process, and its review pages, asked as a browser asks them."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from typer.testing import CliRunner

from flows.cli.app import app, whole_command
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.serving.api import api
from flows.serving.serve import review_options
from transcribe.review.app import create_app

whole_command()

APPEAL_DAYS = 36_500.0
"""An appeal of an old home must still be open whenever its home is opened again."""

PORT = 8484


def command(home: Path, *words: str | Path) -> str:
    """What a command prints; AssertionError where it does not end well."""
    done = CliRunner().invoke(app, ["--home", str(home), *map(str, words)])
    assert done.exit_code == 0, f"{words}: {done.output} {done.exception!r}"
    return str(done.stdout)


def listed(home: Path, *words: str | Path) -> list[Any]:
    """What a command prints as JSON, one object a line."""
    return [json.loads(line) for line in command(home, *words, "--json").splitlines()]


def pages(rooms: Home) -> Any:
    """The review pages and the programs' interface over a home, as `fairhand serve` puts them together."""
    options = replace(review_options(rooms.settings, PORT), appeal_days=APPEAL_DAYS)
    return create_app(rooms.store, rooms.archive, rooms.forms, options, now, lambda _: None, routers=[api(rooms)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at the review pages."""

    client: TestClient

    def get(self, path: str) -> str:
        """A page's text."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.text)

    def post(self, path: str, **sent: str) -> None:
        """Send a form of our own; AssertionError where it is not taken."""
        answer = self.client.post(path, data={"csrf": self._token(), **sent})
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-500:])

    def next_task(self) -> str:
        """The id of the task that the work page shows; "" where there is none."""
        found = re.search(r'<form id="task"[^>]*action="/work/([^"?]+)"', self.get("/work"))
        return found[1] if found else ""

    def type_in(self, task: str, text: str) -> None:
        """Answer a task with this text."""
        self.post(f"/work/{task}", idem=secrets.token_hex(8), action="send", text=text, seconds="9")

    def _token(self) -> str:
        return str(re.findall(r'name="csrf" value="([^"]+)"', self.get("/me"))[0])


def signed_in(rooms: Home, link: str) -> Visitor:
    """Whose personal link this is, signed in with it."""
    client = TestClient(pages(rooms), follow_redirects=False)
    answer = client.post(f"/in/{link.rpartition('/')[2]}")
    assert answer.status_code == 303, answer.status_code
    visitor = Visitor(client=client)
    visitor.post("/before", training="no")
    return visitor


def by_password(rooms: Home, handle: str, password: str) -> Visitor | None:
    """Whose handle and password these are, signed in; None where the password is wrong."""
    client = TestClient(pages(rooms), follow_redirects=False)
    answer = client.post("/in", data={"handle": handle, "password": password})
    return Visitor(client=client) if answer.status_code == 303 else None


@contextmanager
def opened(home: Path) -> Iterator[Home]:
    """The rooms of a home, closed at the end."""
    rooms = open_home(configuration.load_settings(home))
    try:
        yield rooms
    finally:
        rooms.close()
