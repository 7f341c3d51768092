"""What docs/security.md promises of every route, on the routes that the app really has."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, given
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import status_code_conformance
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from tests.aside import run_aside
from tests.examples import examples
from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site, csrf, make_site
from tests.transcribe.review.test_readings import KEY
from tests.transcribe.store.world import put, sqlite_of
from transcribe.model import Decision, Transcriber
from transcribe.people.tokens import secret_hash
from transcribe.review.access.guard import SECURITY_HEADERS
from transcribe.review.failures import typed_in
from transcribe.review.options import ReviewOptions
from transcribe.store.facts import Offer, SentReading
from transcribe.store.state_store import Store

SECURE = ReviewOptions(public_url="https://work.example", sign_in_tries=1000)

OPEN = frozenset(
    ("/ /in /in/{token} /before /language /worker.js /offline/{language} /alive /manifest.webmanifest").split()
)
"""Paths for people who are not signed in."""

OPERATORS = frozenset(
    (
        "/people /people/{person} /people/{person}/link /questions /questions/{question} "
        "/questions/{question}/snippet /examples/{example}/take-out /appeals /clocks /clocks/{dispute}"
    ).split()
)
ENDING = frozenset({"/out", "/leave", "/people/{person}", "/password"})
"""Routes that would end the session of whoever calls all of them."""

EXPERTS = frozenset({"/second-look", "/second-look/{task}"})


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Site]:
    """A site behind https."""
    made = make_site(tmp_path, SECURE)
    yield made
    made.store.close()


def routes(site: Site) -> list[tuple[str, str]]:
    """Every (method, path) that the app has, but static files."""
    found = {
        (method, each.path)
        for each in iter_route_contexts(site.app.routes)
        for method in each.methods or ()
        if each.path is not None and method != "HEAD"
    }
    return sorted(found)


def filled(path: str, **names: str) -> str:
    """A path with ids that nobody has, or with those given."""
    values = {
        "task": "nobodys-task-0000",
        "name": "bon-de-commande",
        "version": "1",
        "reading": "nobodys-reading-0",
        "question": "nobodys-question",
        "example": "nobodys-example",
        "number": "1",
        "dispute": "nobodys-dispute-0",
        "person": "nobody",
        "token": "0123456789abcdef",
        "month": "2026-01",
        "kind": "code",
        "language": "xx",
        **names,
    }
    return path.format(**values)


def client_of(site: Site, person: Transcriber | None = None) -> TestClient:
    """A client, signed in as this person where one is named. The app's own errors are answered, not raised."""
    client = TestClient(site.app, "https://work.example", raise_server_exceptions=False, follow_redirects=False)
    if person is not None:
        assert client.post(f"/in/{site.link(person)}").status_code == 303
    return client


def test_every_route_sends_every_header_whatever_it_answers(secured: Site) -> None:
    client, anonymous = client_of(secured, secured.person("amina")), client_of(secured)
    asked = [*routes(secured), ("GET", "/nothing/here"), ("DELETE", "/work")]

    for who in (client, anonymous):
        for method, path in asked:
            answer = who.request(method, filled(path))
            assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS, (method, path)
            assert "max-age=63072000" in answer.headers["strict-transport-security"], (method, path)
            assert answer.headers["cache-control"], (method, path)
            assert answer.status_code < 500, (method, path)
    assert "'unsafe" not in SECURITY_HEADERS["content-security-policy"]


def test_every_answer_has_the_id_of_its_request(secured: Site) -> None:
    client = client_of(secured, secured.person("amina"))
    asked = ("/work", "/nothing/here", "/in/nobodys-link", "/api/v1/nothing", "/alive")
    found = [client.get(path) for path in asked]
    ids = [each.headers["x-request-id"] for each in found]
    assert len(set(ids)) == len(asked)
    assert f'id="error-id">{ids[1]}<' in found[1].text
    assert found[3].json()["instance"] == f"urn:{ids[3]}"

    def back(brought: str) -> str:
        return str(client.get("/work", headers={"x-request-id": brought}).headers["x-request-id"])

    assert back("3f2a-of-a-proxy.1") == "3f2a-of-a-proxy.1"
    for brought in ("short", 'a"quote-in-it', "x" * 65, "two words here"):
        assert back(brought) != brought


def test_without_a_session_only_the_open_paths_answer(secured: Site) -> None:
    client = client_of(secured)

    for method, path in routes(secured):
        answer = client.request(method, filled(path))
        if path in OPEN:
            continue
        assert answer.status_code in (303, 401), (method, path)
        if answer.status_code == 303:
            assert answer.headers["location"] == "/in", (method, path)


def test_nothing_changes_without_the_token_of_the_session_or_from_another_site(secured: Site) -> None:
    client = client_of(secured, secured.person("olga", "operator", "expert"))
    other = csrf(client_of(secured, secured.person("ben")))
    before = len(secured.store.audit())
    checked = 0

    for method, path in routes(secured):
        if method == "GET":
            continue
        checked += 1
        address = filled(path)
        for headers in ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}):
            assert client.request(method, address, headers=headers).status_code == 403, (path, headers)
        if path in ("/in", "/in/{token}", "/code"):  # nobody is signed in there: there is no session to misuse
            continue
        for token in ("", other):
            assert client.post(address, data={"csrf": token, "language": "fr"}).status_code == 403, path
            headers = {"x-csrf-token": token}
            answer = client.post(address, json={}, headers=headers)
            # a form route with its own inputs may refuse JSON for what it lacks before it looks who sent it
            assert answer.status_code == 403 or (answer.status_code == 422 and path == "/language"), path
        assert client.post(address, content=b"x", headers={"content-type": "text/plain"}).status_code in (415, 422)

    assert checked > 15
    assert len(secured.store.audit()) == before, "nothing was changed"


def owned(site: Site, who: Transcriber) -> dict[str, str]:
    """One of everything that can be somebody's: a task, a reading that counts, a question."""
    scan = site.scan("bon-de-commande", {NUMBER: "1", DATE: "2"}, name=who.handle)
    now = site.clock.now()
    held, read = sorted(site.store.lease(who.id, 2, now), key=lambda task: task.key.name != "order_date")
    site.store.put_question(held.id, who.id, "?", 1.0, now)
    outcome = site.store.submit(read.id, who.id, SentReading(text="a", idem="00000000" + who.handle), now)
    decided = Decision(
        key=read.key, value="b", text="b", probability=0.99, method="people", evidence=(), readings=(), parameters=1
    )
    site.store.conclude(scan, 10**9, [decided], [], None, now)
    (question,) = (each for each in site.store.questions() if each.transcriber == who.id)
    dispute = site.store.dispute_time(read.id, who.id, 600.0, "?", now).id
    return {"task": held.id, "reading": outcome.reading, "question": question.id, "person": who.id, "dispute": dispute}


@pytest.mark.parametrize("role", ["transcriber", "expert", "operator"])
def test_nobody_reaches_what_is_somebody_elses_or_for_another_role(secured: Site, role: str) -> None:
    amina, visitor = secured.person("amina"), secured.person("ben", role)
    hers = owned(secured, amina)
    client, owner = client_of(secured, visitor), client_of(secured, amina)
    token = csrf(client)
    readings = len(secured.texts_of(amina.id))
    tried = 0

    for method, path in routes(secured):
        theirs = any(f"{{{name}}}" in path for name in ("task", "reading"))
        closed = (path in OPERATORS and role != "operator") or (path in EXPERTS and role != "expert")
        if not theirs and not closed:
            continue
        tried += 1
        sent = {
            "csrf": token,
            "idem": secrets.token_urlsafe(16),
            "text": "x",
            "words": "x",
            "answer": "x",
            "reason": "other",
        }
        sent |= {"handle": "zoe", "role": "operator", "choice": "measured", "seconds": "1"}
        sent |= {"at.x": "1", "at.y": "1", "page": "1"}
        data = None if method == "GET" else sent
        if path == "/work/{task}/check":
            answer = client.post(filled(path, **hers), json={"text": "x"}, headers={"x-csrf-token": token})
            assert answer.json() == {"faults": []}, "it says nothing about a task that is not theirs"
            continue
        answer = client.request(method, filled(path, **hers), data=data)
        # that there is a second look is no secret, what stands there is
        refused = (403, 404) if path in EXPERTS else (404,)
        assert answer.status_code in refused, (role, method, path, answer.status_code)

    assert tried > 10
    assert len(secured.texts_of(amina.id)) == readings
    for path in ("/guide/{task}", "/snippet/{task}", "/readings/{reading}", "/readings/{reading}/snippet"):
        assert owner.get(filled(path, **hers)).status_code == 200, f"{path} is hers"


@pytest.mark.promise("passwords, links, sessions and")
def test_the_cookie_is_bound_to_the_host_and_out_of_reach_of_scripts(secured: Site) -> None:
    client = client_of(secured)
    answers = [client.post(f"/in/{secured.link(secured.person(name))}") for name in ("amina", "ben")]
    (first, language), (second, _) = (each.headers.get_list("set-cookie") for each in answers)
    assert language.startswith("fairhand-language=en")
    assert "Secure" in language

    name, _, attributes = first.partition("; ")
    assert name.startswith("__Host-fairhand=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(attributes.split("; "))
    assert "domain" not in first.lower()
    assert name != second.partition("; ")[0], "signing in makes a new token"
    assert isinstance(secured.store, Store)
    kept = "\n".join(sqlite_of(secured.store).connection.iterdump())
    token = name.partition("=")[2]
    assert token not in kept
    assert secret_hash(token) in kept


def test_a_session_that_ended_is_not_taken_up_again(secured: Site) -> None:
    client = client_of(secured, secured.person("amina"))
    kept, token = dict(client.cookies), csrf(client)
    assert client.post("/out", data={"csrf": token, "sure": "yes"}).status_code == 303

    replayed = client_of(secured)
    replayed.cookies.update(kept)

    assert replayed.get("/me").headers["location"] == "/in"
    assert replayed.post("/me", data={"csrf": token, "training": "no"}).status_code == 401


@pytest.mark.parametrize("later", [timedelta(hours=12, minutes=1), timedelta(days=31)])
def test_a_session_ends_by_itself(secured: Site, later: timedelta) -> None:
    client = client_of(secured, secured.person("amina"))

    secured.clock.forward = later

    assert client.get("/me").headers["location"] == "/in"


def test_bodies_are_limited_whatever_they_say_of_their_length(secured: Site) -> None:
    client = client_of(secured, secured.person("amina"))
    token = csrf(client)
    form = {"content-type": "application/x-www-form-urlencoded"}
    chunks = (b"x" * 1000 for _ in range(200))

    assert client.post("/me", data={"csrf": token, "training": "x" * 70_000}).status_code == 413
    assert client.post("/me", content=chunks, headers=form).status_code == 413
    assert client.post("/me", content=b"a&" * 30_000, headers=form).status_code in (400, 403)
    assert client.post("/me", content=b"x", headers={**form, "content-length": "-1"}).status_code in (400, 403)


def test_pictures_are_given_whole_so_that_many_ranges_cost_nothing(secured: Site) -> None:
    amina = secured.person("amina")
    hers = owned(secured, amina)
    ranges = ",".join(f"{each}-{each}" for each in range(1000))

    answer = client_of(secured, amina).get(f"/snippet/{hers['task']}", headers={"range": f"bytes={ranges}"})

    assert answer.status_code == 200


def test_an_error_whose_form_was_read_already_is_answered_all_the_same() -> None:
    async def nothing_comes() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    head = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"9")]
    scope = {"type": "http", "method": "POST", "path": "/work/x", "query_string": b"", "headers": head}
    assert run_aside(typed_in(Request(scope, nothing_comes))) == ()


def test_the_log_holds_no_text_that_a_person_typed(secured: Site, caplog: pytest.LogCaptureFixture) -> None:
    canary = "canary-7Q4Z"
    amina = secured.person("amina")
    secured.scan("bon-de-commande", {NUMBER: "1"})
    client = client_of(secured, amina)
    token = csrf(client)

    with caplog.at_level(logging.DEBUG):
        task = client.get("/work/next").json()["tasks"][0]["task"]
        sent = {"csrf": token, "idem": secrets.token_urlsafe(16), "action": "send", "text": canary}
        assert client.post(f"/work/{task}", data=sent).status_code == 303
        assert client.post(f"/work/{task}", data={**sent, "action": canary}).status_code == 422
        client.post(f"/work/{task}/ask", data={"csrf": token, "words": canary})
        client.post("/in", data={"handle": canary, "password": canary})
        secured.store.close()
        client.post(f"/work/{task}", data=sent)

    said = [record for record in caplog.records if not record.name.startswith("httpx")]
    assert said
    assert canary not in "\n".join(logging.Formatter("%(message)s").format(record) for record in said)


@pytest.mark.law
def test_random_requests_find_no_server_error_and_no_status_that_is_not_documented(secured: Site) -> None:
    amina = secured.person("olga", "operator", "expert")
    owned(secured, amina)
    client = client_of(secured, amina)
    token = csrf(client)
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"cookie": cookie, "x-csrf-token": token}
    schema = schemathesis.openapi.from_asgi("/openapi.json", secured.app, headers=headers)
    asked = set()

    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path in ENDING:
            continue

        @examples(4, *HealthCheck, database=None)
        @given(case=operation.as_strategy())
        def sends(case: schemathesis.Case[Any]) -> None:
            asked.add((case.method, case.path))
            case.call_and_validate(headers=headers, checks=[not_a_server_error, status_code_conformance])

        sends()
    assert len(asked) == len(routes(secured)) - 1 - len(ENDING) - 2, "but the schema; /password and /out are two"


@pytest.mark.promise("passwords, links, sessions and")
def test_a_password_is_kept_as_argon2id_and_an_unknown_name_is_told_the_same(secured: Site) -> None:
    amina = secured.person("amina")
    client, phrase = client_of(secured, amina), "unDouxNuage7 vert"
    assert client.post("/password", data={"csrf": csrf(client), "password": phrase}).status_code == 303
    anonymous = client_of(secured)

    wrong = anonymous.post("/in", data={"handle": "amina", "password": "something else"})
    unknown = anonymous.post("/in", data={"handle": "nobody", "password": "something else"})

    assert (secured.store.password(amina.id) or "").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)
    assert anonymous.post("/in", data={"handle": "amina", "password": phrase}).headers["location"] == "/work"


def limited(site: Site, handle: str, *forms: str) -> Transcriber:
    person = site.person(handle, "operator")
    site.store.set_forms_of_person(person.id, forms, site.clock.now(), "test")
    return person


@pytest.mark.promise("They invite and change")
def test_who_is_limited_to_some_forms_has_no_page_of_people_makes_no_link_and_decides_no_contested_time(
    site: Site, sign_in: SignIn
) -> None:
    site.scan("bon-de-commande", {KEY: "Durand"})
    olga, half, ann = site.person("olga", "operator"), limited(site, "half", "order-form"), site.person("ann")
    (task,) = site.store.lease(ann.id, 1, site.clock.now())
    dispute = site.store.dispute_time(task.id, ann.id, 60.0, "slow", site.clock.now())
    client = sign_in(half)
    token = csrf(client)
    for path in ("/people", "/clocks"):
        assert client.get(path).status_code == 404, path
        assert f'href="{path}"' not in client.get("/questions").text
        assert f'href="{path}"' in sign_in(olga).get("/questions").text
    for path in (f"/people/{olga.id}/link", f"/people/{half.id}", "/people", f"/clocks/{dispute.id}"):
        sent = {"csrf": token, "role": "operator", "handle": "zoe", "paused": "0", "choice": "theirs"}
        assert client.post(path, data=sent).status_code == 404, path
    assert {each.handle for each in site.store.transcribers()} == {"olga", "half", "ann"}
    assert [each.answered_at for each in site.store.disputes()] == [None]


@pytest.mark.promise("They invite and change")
def test_who_is_limited_to_some_forms_sees_and_answers_questions_about_these_alone(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {KEY: "Durand"})
    now, ann = site.clock.now(), site.person("ann")
    (task,) = site.store.lease(ann.id, 1, now)
    site.store.put_question(task.id, ann.id, "is it a D", 5.0, now)
    (question,) = site.store.questions()
    other, its = sign_in(limited(site, "half", "order-form")), sign_in(limited(site, "whole", "bon-de-commande"))
    assert "is it a D" in its.get("/questions").text
    assert "is it a D" not in other.get("/questions").text
    assert (other.get(f"/questions/{question.id}/snippet").status_code, its.get("/questions").status_code) == (404, 200)
    sent = {"answer": "a D"}
    assert other.post(f"/questions/{question.id}", data={**sent, "csrf": csrf(other)}).status_code == 404
    assert its.post(f"/questions/{question.id}", data={**sent, "csrf": csrf(its)}).status_code == 303
    assert [each.answer for each in site.store.questions()] == ["a D"]


def test_who_is_limited_to_some_forms_takes_no_picture_of_another_out_of_the_guide(site: Site, sign_in: SignIn) -> None:
    scan, now = site.scan("bon-de-commande", {KEY: "Durand"}), site.clock.now()
    site.store.put_guide_example(scan, KEY, "right", "Durand", "so", "test", now)
    (example,) = site.store.guide_examples()
    other = sign_in(limited(site, "half", "order-form"))
    assert example.id not in other.get("/questions").text
    assert other.post(f"/examples/{example.id}/take-out", data={"csrf": csrf(other)}).status_code == 404
    assert [each.id for each in site.store.guide_examples()] == [example.id]


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_who_does_not_read_is_given_nothing(site: Site, sign_in: SignIn, role: str) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    person, now = site.person(role, role), site.clock.now()
    client = sign_in(person)
    assert '<a href="/work">Work</a>' not in client.get("/readings").text
    client.get("/work")
    assert client.get("/work/next?count=9").json()["tasks"] == []
    client.post("/along", json={"count": 20, "minutes": 60}, headers={"x-csrf-token": csrf(client)})
    client.get("/form")
    client.get("/test")
    assert site.store.lease(person.id, 9, now, offer=Offer(pools=("expert", "read"))) == []
    assert site.store.lease_practice(person.id, 5, now).tasks == ()
    assert site.store.held(person.id, now) == []
    assert "0 open" in client.get("/day").json()["pieces"]


def test_who_operates_and_reads_is_given_work(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    person = site.person("both", "operator")
    both = replace(person, roles=frozenset({"operator", "transcriber"}))
    put(site.store, both, site.clock.now())
    assert '<a href="/work">Work</a>' in sign_in(both).get("/readings").text
    assert len(site.store.lease(both.id, 9, site.clock.now())) == 1
