"""The interface for other programs: records in order, tokens with scopes, limits, a line of audit for each delivery."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import status_code_conformance
from starlette.testclient import TestClient

from flows.administration.people import invite
from flows.administration.records import forget_scan
from flows.home.home import Home, now
from flows.serving.api import api
from flows.steps.erasures import publish_records
from tests.examples import examples
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from transcribe.model import Decision, FieldKey, Record, Task
from transcribe.people.tokens import SCOPES, new_token
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions
from transcribe.store.facts import Offer, SentReading


def app_of(rooms: Home, **options: Any) -> FastAPI:
    made = ReviewOptions(**options)
    return create_app(rooms.store, rooms.archive, rooms.forms, made, now, lambda _: None, routers=[api(rooms)])


@pytest.fixture
def app(rooms: Home) -> FastAPI:
    return app_of(rooms)


def program(app: FastAPI, rooms: Home, *scopes: str) -> TestClient:
    """A program with a token of these scopes."""
    secret = new_token(rooms.store, "till", scopes, now()).secret
    return TestClient(app, raise_server_exceptions=False, headers={"authorization": f"Bearer {secret}"})


def recorded(rooms: Home, total: str = "12.50", scan: str = "", probability: float = 0.99) -> str:
    """A receipt with its record (a new version where the scan is given), published; the scan."""
    found = scan or received(rooms).id
    texts = {**RECEIPT, "total": total}
    readings = rooms.store.readings(found)
    decisions = tuple(
        Decision(
            key=FieldKey(name),
            value="2025-03-12" if name == "date" else text,
            text=text,
            probability=probability,
            method="machines",
            evidence=(),
            readings=tuple(each.id for each in readings if each.key.name == name),
            parameters=0,
        )
        for name, text in texts.items()
    )
    record = Record(scan=found, form="receipt", form_version=1, decisions=decisions)
    up_to = max([each.up_to for each in rooms.store.claim_waiting(99, now()) if each.scan.id == found], default=10**9)
    rooms.store.conclude(found, up_to, decisions, [], record, now())
    publish_records(rooms)
    return found


def totals(answer: dict[str, Any]) -> list[str]:
    return [each["values"]["total"] for each in answer["records"]]


def test_records_come_in_order_and_a_program_goes_on_where_it_stopped(rooms: Home, app: FastAPI) -> None:
    client = program(app, rooms, "records:read")
    first, second = recorded(rooms, "1.00"), recorded(rooms, "2.00")
    assert client.get("/api/records").json() == {"forms": ["receipt"]}

    answer = client.get("/api/records/receipt").json()
    assert (totals(answer), answer["more"], answer["erased"]) == (["1.00", "2.00"], False, [])
    (total,) = (each for each in answer["records"][0]["fields"] if each["name"] == "total")
    assert (total["probability"], total["machines"], total["people"]) == (0.99, ["rapidocr 3", "tesseract 5 fra"], 0)
    position = answer["position"]
    assert client.get("/api/records/receipt", params={"after": position}).json() == {
        "records": [],
        "erased": [],
        "position": position,
        "epoch": 0,
        "more": False,
    }

    recorded(rooms, "1.50", first)
    forget_scan(rooms, second)
    third = recorded(rooms, "3.00")
    answer = client.get("/api/records/receipt", params={"after": position}).json()
    assert [(each["scan"], each["record_version"]) for each in answer["records"]] == [(first, 2), (third, 1)]
    assert [each["scan"] for each in answer["erased"]] == [second]
    assert answer["position"] > position


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_small_pages_bring_everything_once_and_erasures_in_their_place(rooms: Home, app: FastAPI, limit: int) -> None:
    scans = [recorded(rooms, f"{number}.00") for number in range(1, 6)]
    forget_scan(rooms, scans[2])
    recorded(rooms, "9.00")
    client = program(app, rooms, "records:read")
    copy: dict[str, str] = {}
    position, more, pages = 0, True, 0
    while more:
        answer = client.get("/api/records/receipt", params={"after": position, "limit": limit}).json()
        for each in answer["records"]:
            assert each["scan"] not in copy
            copy[each["scan"]] = each["values"]["total"]
        for each in answer["erased"]:
            copy.pop(each["scan"], None)
        assert answer["position"] > position
        position, more, pages = answer["position"], answer["more"], pages + 1
    assert sorted(copy.values()) == ["1.00", "2.00", "4.00", "5.00", "9.00"]
    assert pages == -(-5 // limit)


def test_what_is_not_there_is_said_in_words(rooms: Home, app: FastAPI) -> None:
    client = program(app, rooms, *SCOPES)
    assert "no record database" in client.get("/api/records/receipt").json()["error"]
    recorded(rooms)
    missing = client.get("/api/records/invoice")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/json")
    assert "Published forms: receipt" in missing.json()["error"]
    assert client.get(f"/api/scans/{'0' * 64}/explain").status_code == 404
    for address in ("/api/records/receipt?limit=0", "/api/records/receipt?after=-1", "/api/scans/..%2f/explain"):
        assert client.get(address).status_code in (404, 422), address
    wrong = client.get("/api/records/receipt?limit=501&after=x").json()["error"]
    assert "limit: " in wrong
    assert "after: " in wrong


def test_a_token_that_ended_or_is_shown_otherwise_is_none(rooms: Home, app: FastAPI) -> None:
    recorded(rooms)
    short = new_token(rooms.store, "short", ["records:read"], now() - timedelta(days=2), timedelta(days=1))
    ended = new_token(rooms.store, "ended", ["records:read"], now())
    good = new_token(rooms.store, "good", ["records:read"], now()).secret
    rooms.store.revoke_token(ended.token.prefix, now())
    client = TestClient(app)
    for said in ("", f"Bearer {short.secret}", f"Bearer {ended.secret}", f"Basic {good}", good, f"Bearer {good}x"):
        headers = {"authorization": said} if said else {}
        assert client.get("/api/records", headers=headers).status_code == 401, said
    assert client.get("/api/records", params={"access_token": good}).status_code == 401
    assert client.get("/api/records", headers={"authorization": f"bearer {good}"}).status_code == 200


def test_one_program_that_asks_too_often_waits_and_others_do_not(rooms: Home) -> None:
    app = app_of(rooms, program_requests_a_minute=3)
    recorded(rooms)
    busy, other = program(app, rooms, "records:read"), program(app, rooms, "records:read")
    assert [busy.get("/api/records").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert int(busy.get("/api/records").headers["retry-after"]) > 0
    assert other.get("/api/records").status_code == 200
    wrong = TestClient(app, headers={"authorization": "Bearer fh_guess"})
    assert [wrong.get("/api/records").status_code for _ in range(11)] == [401] * 10 + [429]
    assert other.get("/api/records").status_code == 200, "who has a token is not shut out by who guesses"


@pytest.mark.promise("Each record, history, explanation,")
def test_what_is_delivered_stands_in_the_audit_log_without_its_text(rooms: Home, app: FastAPI) -> None:
    scan = recorded(rooms, "4711.00")
    client = program(app, rooms, *SCOPES)
    (token,) = rooms.store.tokens()
    before = rooms.store.audit()[-1].number
    client.get("/api/records/receipt")
    client.get("/api/records/receipt", params={"after": 10**6})  # nothing is delivered
    client.get(f"/api/scans/{scan[:12]}/explain", params={"field": "total"})
    client.get("/api/pay")
    lines = rooms.store.audit(before)
    assert [(line.actor, line.action, line.subject) for line in lines] == [
        (f"token {token.prefix}", "records read", "receipt"),
        (f"token {token.prefix}", "explanation read", scan),
        (f"token {token.prefix}", "pay read", ""),
    ]
    assert lines[0].detail["records"] == 1
    assert "4711" not in str(lines)
    assert rooms.store.verify_audit().broken_at is None


@pytest.mark.promise("as `fairhand scan explain")
def test_an_explanation_names_nobody_and_tells_nobodys_time(rooms: Home, app: FastAPI) -> None:
    scan = received(rooms).id
    mina = invite(rooms, "mina-secret-handle", ["expert"]).person
    task = Task(scan=scan, key=FieldKey("total"), kind="adjudicate", reason="readers split", pool="expert")
    rooms.store.conclude(scan, 10**9, [], [task], None, now())
    (held,) = rooms.store.lease(mina.id, 1, now(), offer=Offer(pools=("expert",)))
    sent = SentReading(text="12.50", idem=secrets.token_hex(8), seconds=7.0, reason="the dot is there")
    rooms.store.submit(held.id, mina.id, sent, now())
    client = program(app, rooms, "explain:read")

    (total,) = client.get(f"/api/scans/{scan}/explain", params={"field": "total"}).json()["fields"]
    whole = client.get(f"/api/scans/{scan}/explain").json()

    assert total["readings"][-1]["source"] == "reader 1"
    assert total["readings"][-1]["reason"] == "the dot is there"
    assert [each["field"] for each in whole["fields"]] == ["address", "company", "date", "total"]
    for text in (str(total), str(whole)):
        assert mina.handle not in text
        assert mina.id not in text
        assert "'seconds'" not in text


@pytest.mark.law
def test_random_requests_find_no_server_error_and_nothing_undocumented(rooms: Home, app: FastAPI) -> None:
    recorded(rooms)
    secret = new_token(rooms.store, "fuzz", SCOPES, now()).secret
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    asked = set()
    for found in schema.include(path_regex="^/api/").get_all_operations():
        assert isinstance(found, Ok), found

        @examples(25, *HealthCheck, database=None)
        @given(case=found.ok().as_strategy())
        def sends(case: schemathesis.Case[Any]) -> None:
            asked.add(case.path)
            case.call_and_validate(
                headers={"authorization": f"Bearer {secret}"}, checks=[not_a_server_error, status_code_conformance]
            )

        sends()
    assert len(asked) == 4
