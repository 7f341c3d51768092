"""Fuzz of what people and programs send to every route: requests outside its schema, and any body."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from starlette.testclient import TestClient

from flows.home.home import now, open_home
from flows.home.settings import load_settings
from flows.serving.api import api
from tests.attack.test_fuzz import texts
from tests.examples import examples
from tests.transcribe.review.access.test_guard import filled, routes
from tests.transcribe.review.site import Clock, Site
from transcribe.forms import definition
from transcribe.model import FieldKey, TaskKind
from transcribe.people import secret_hash
from transcribe.people.tokens import SCOPES, new_token
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions

pytestmark = [pytest.mark.law, pytest.mark.timeout(3600)]

OPTIONS = ReviewOptions(sign_in_tries=1_000_000, requests_a_minute=1_000_000, program_requests_a_minute=1_000_000)
MOST_SECONDS = 10.0
"""No request may take longer than this."""

KINDS: tuple[TaskKind, ...] = ("read", "locate", "rows", "identify", "adjudicate", "audit", "whole form")
ROLES = ((), ("expert", "transcriber"), ("operator", "expert", "transcriber"))
SENDERS = st.integers(0, 4)
"""A stranger, a program, and a person of each of these roles."""

ANSWER = {"idem": "idem-1234", "action": "send", "text": "12.50", "seconds": 5.0, "box": [0, 0, 300, 300], "page": 1}
FORM = dict.fromkeys("x0 y0 x1 y1 page turn box minutes limit paused rate amount check seconds".split(), "1") | {
    "idem": "idem-1234", "action": "illegible", "text": "12.50", "reason": "other", "form": "receipt/1", "edges": "1,2",
    "handle": "ana", "password": "unDouxNuage7 vert", "language": "fr", "languages": "fr", "time_zone": "UTC",
    "answer": "x", "question": "x", "words": "x", "reading": "x", "dispute": "x", "outcome": "upheld", "role": "expert",
}  # fmt: skip
PART = '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n12.50\r\n--x--\r\n'
SEEDS = {
    "application/json": json.dumps(ANSWER),
    "application/x-www-form-urlencoded": urlencode(FORM),
    "multipart/form-data; boundary=x": PART,
}
TYPES = st.sampled_from((*SEEDS, *SEEDS, "multipart/form-data", "text/plain", "", "application/json; charset=utf-7"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pages and the programs' routes over a new home with work of every kind."""
    home = open_home(load_settings(tmp_path_factory.mktemp("fuzzed")))
    app = create_app(home.store, home.archive, home.forms, OPTIONS, now, lambda _: None, routers=[api(home)])
    made = Site(store=home.store, archive=home.archive, app=app, clock=Clock(), options=OPTIONS)
    fields = definition.load("receipt").fields
    for kind in KINDS * 5:
        made.scan("receipt", {FieldKey(each.name): "12.50" for each in fields}, kind, name=secrets.token_hex(4))
    yield made
    home.close()


def sender(site: Site, who: int) -> tuple[dict[str, str], str]:
    """The headers of this sender's requests, and a task: one that they hold where there is one."""
    if who == 0:
        return {}, "nobodys-task-0000"
    if who == 1:
        token = new_token(site.store, secrets.token_hex(4), tuple(SCOPES), now()).secret
        return {"authorization": f"Bearer {token}"}, "nobodys-task-0000"
    person = site.person(secrets.token_hex(4), *ROLES[who - 2])
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    site.store.put_session(person.id, secret_hash(token), csrf, now() + timedelta(days=1), now())
    held = site.store.lease(person.id, 1, now())
    return {"cookie": f"{OPTIONS.cookie}={token}", "x-csrf-token": csrf}, held[0].id if held else "nobodys-task-0000"


@examples(200, *HealthCheck)
@given(who=SENDERS, seed=st.sampled_from(sorted(SEEDS)), kind=st.none() | TYPES, data=st.data())
def test_no_body_makes_an_error_of_the_server(
    site: Site, who: int, seed: str, kind: str | None, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from([path for method, path in routes(site) if method not in ("GET", "OPTIONS")]))
    content = data.draw(texts((SEEDS[seed],))).encode("utf-8", errors="surrogatepass")
    headers, task = sender(site, who)
    headers |= {"content-type": seed if kind is None else kind}
    begun = time.monotonic()
    where = filled(path, task=task, form="receipt", scan="0" * 64, page="1")
    answer = TestClient(site.app).post(where, content=content, headers=headers, follow_redirects=False)
    assert time.monotonic() - begun < MOST_SECONDS, (path, content)
    assert answer.status_code < 500, (path, content, answer.text)


def test_no_request_outside_its_schema_makes_an_error_of_the_server(site: Site) -> None:
    schema = schemathesis.openapi.from_dict(site.app.openapi())
    schema.app = site.app
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        senders = [sender(site, who) for who in range(5)]
        known = {"task": senders[-1][1]} if "{task}" in operation.path else None
        if not (operation.body or operation.query or (operation.path_parameters and not known)):
            continue  # nothing of it can be outside its schema

        @examples(3, *HealthCheck, database=None)
        @given(
            headers=st.sampled_from([headers for headers, _ in senders]),
            case=operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=known),
        )
        def sends(headers: dict[str, str], case: schemathesis.Case[Any]) -> None:
            begun = time.monotonic()
            answer = case.call(headers=headers)
            assert time.monotonic() - begun < MOST_SECONDS, case
            assert answer.status_code < 500, (case, answer.text)

        sends()
