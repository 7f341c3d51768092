"""Every route of the app that `fairhand serve` makes, for programs and people: who gets in, and who does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import product
from typing import cast

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.serving.serve import Serving
from tests.transcribe.review.access import test_guard
from tests.transcribe.review.site import Names
from transcribe.model import Scan, SourceFile
from transcribe.people.tokens import OF_ONE_FORM, SCOPES, new_token
from transcribe.review.access.guard import SECURITY_HEADERS

OPEN = frozenset({"/api/v1/openapi.json"})
"""The description of the interface, which tells of nobody's orders."""

OPEN_PAGES = test_guard.OPEN | {"/healthz", "/readyz"}
"""Pages and answers that are for everybody."""

NAMES = {"form": "receipt", "scan": "0" * 64, "file": "0" * 64, "number": "1", "name": "erp"}


@pytest.fixture
def app(rooms: Home) -> Iterator[FastAPI]:
    rooms.use_form("receipt")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield cast("FastAPI", Serving(rooms.settings)._pages(rooms, listening).config.app)


def ways(app: FastAPI) -> list[tuple[str, str]]:
    """Each (method, address) for programs, its names filled in."""
    return sorted(
        (method, each.path.format_map(NAMES))
        for each in iter_route_contexts(app.routes)
        if each.path is not None and each.path.startswith("/api/") and each.path not in OPEN
        for method in (each.methods or set()) - {"HEAD"}
    )


@pytest.mark.promise("see webhooks and what", "see numbers of the", "see what people are")
@pytest.mark.needs("webhooks")
def test_each_route_for_programs_is_opened_by_one_scope_and_none_for_reading_opens_a_change(
    rooms: Home, app: FastAPI
) -> None:
    opened: dict[tuple[str, str], list[str]] = {way: [] for way in ways(app)}
    assert len(opened) >= 25
    for scope in sorted(SCOPES):
        secret = new_token(rooms.store, scope, [scope], now()).secret
        client = TestClient(app, raise_server_exceptions=False, headers={"authorization": f"Bearer {secret}"})
        for (method, address), scopes in opened.items():
            answer = client.request(method, address, json={})
            assert answer.status_code != 401, (method, address)
            assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS, (method, address)
            scopes += [] if answer.status_code == 403 else [scope]
    assert {len(scopes) for scopes in opened.values()} == {1}, opened
    changing = {scopes[0] for (method, _), scopes in opened.items() if method != "GET"}
    assert changing == {"records:write", "scans:write", "webhooks:manage"}
    hooks = {(method == "GET", scopes[0]) for (method, address), scopes in opened.items() if "/webhooks" in address}
    assert hooks == {(True, "webhooks:read"), (False, "webhooks:manage")}


@pytest.mark.promise("Of a form chosen")
def test_a_token_of_one_form_is_told_nothing_of_a_scan_of_another_by_any_route(rooms: Home, app: FastAPI) -> None:
    scan = Scan(id=NAMES["scan"], pages=(), form="facture", form_version=1, name="HIDDEN-march", batch="HIDDEN-batch")
    rooms.use_form("facture")
    file = SourceFile(sha256=NAMES["file"], name="HIDDEN-march.jpg", size=1, media_type="image/jpeg")
    rooms.store.put_scan(scan, [file], now())
    told = {"receipt": 0, "": 0}
    for scope, form in product(sorted(OF_ONE_FORM), told):
        limited = f"{scope}:{form}".rstrip(":")
        secret = new_token(rooms.store, limited, [limited], now()).secret
        client = TestClient(app, raise_server_exceptions=False, headers={"authorization": f"Bearer {secret}"})
        for method, address in ways(app):
            for there in {address, address.replace("receipt", "facture")}:
                answer = client.request(method, there, json={})
                assert answer.status_code < 500, (limited, method, there)
                told[form] += any(each in answer.text for each in ("HIDDEN", '"scans":["'))
                assert not (form and "facture" in there) or answer.status_code >= 400, (limited, method, there)
    assert (told["receipt"], told[""] > 0) == (0, True), "who may see every form is told of it"


@pytest.mark.parametrize("role", ["", "transcriber", "expert", "operator", "auditor"])
def test_nobody_opens_a_route_for_programs_without_a_token(rooms: Home, app: FastAPI, role: str) -> None:
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    if role:
        assert client.post(invite(rooms, "olga", [role]).link.partition("8484")[2]).status_code == 303
    said = [client.request(method, address, json={}).status_code for method, address in ways(app)]
    assert said == [401] * 10 + [429] * (len(said) - 10), "ten a minute from an address, whatever it asks for"


def test_without_a_session_no_page_of_the_served_app_answers(app: FastAPI) -> None:
    client, asked = TestClient(app, raise_server_exceptions=False, follow_redirects=False), 0
    for each in iter_route_contexts(app.routes):
        path = each.path or ""
        if path.startswith("/api/") or path in OPEN_PAGES or "/static" in path:
            continue
        for method in sorted((each.methods or set()) - {"HEAD"}):
            asked += 1
            answer = client.request(method, path.format_map(Names()))
            told = (answer.status_code, answer.headers.get("location"))
            assert told == (303, "/in") or answer.status_code == 401, (method, path, told)
    assert asked > 150, "with the desk"
