"""`/api/v1`: filters, versions, as of, pictures, corrections, receipts, problems, its contract, and a frozen client."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from jsonschema import Draft202012Validator
from PIL import Image
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from starlette.testclient import TestClient

from flows.administration.records import forget_scan
from flows.home.home import Home, now
from flows.serving import records_pages
from flows.serving.api import api
from flows.serving.records_api import LOOK_SECONDS, add_document, records_api, records_changes_api
from flows.serving.scans_api import scans_api
from flows.steps import publish_records, reconcile_to_the_end
from reconcile.records import LAYOUT_VERSION, query
from tests.examples import examples
from tests.flows.serving.test_api import recorded
from tests.flows.steps.test_reconcile_scans import reads_of
from tests.flows.test_values import published
from tests.transcribe.review.site import picture
from transcribe.geometry import Box
from transcribe.model import EventType, FieldKey, PagePicture, Place, Scan
from transcribe.people.tokens import new_token
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions

FROZEN = Path(__file__).parent / "records_v1.json"
"""What version 1 answered when it was made: every key that was there then is there for ever, with its type."""

SCOPES = ("records:read", "records:write", "pictures:read", "scans:write")
PAGE = "/api/v1/records/receipt"


def app_of_records(rooms: Home) -> FastAPI:
    """The app with all routes of `/api/v1` but those of webhooks."""
    programs = [records_api(rooms), records_changes_api(rooms), scans_api(rooms)]
    options = ReviewOptions(program_requests_a_minute=10_000)
    made = create_app(
        rooms.store, rooms.archive, rooms.forms, options, now, lambda _: None, routers=[api(rooms), *programs]
    )
    add_document(made, programs)
    return made


@pytest.fixture
def app(rooms: Home) -> FastAPI:
    return app_of_records(rooms)


def program(app: FastAPI, rooms: Home, *scopes: str) -> TestClient:
    secret = new_token(rooms.store, "till", scopes or SCOPES, now()).secret
    return TestClient(app, raise_server_exceptions=False, headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def client(app: FastAPI, rooms: Home) -> Iterator[TestClient]:
    with program(app, rooms) as made:
        yield made


def test_records_are_filtered_by_typed_values_state_and_probability(rooms: Home, client: TestClient) -> None:
    scan = recorded(rooms, "10987.49")

    def found(**asked: Any) -> list[str]:
        answer = client.get(PAGE, params=asked)
        assert answer.status_code == 200, answer.text
        return [each["scan"] for each in answer.json()["records"]]

    assert found() == [scan]
    assert found(filter="total:gt:500") == [scan]
    assert found(filter=["total:gt:500", "date:eq:2025-03-12"]) == [scan]
    assert found(filter=["total:gt:500", "date:lt:2025-03-12"]) == []
    assert found(filter="total:le:500") == []
    assert found(filter="total:ne:") == [scan]
    assert (found(below=0.9), found(below=0.999)) == ([], [scan])
    assert (found(state="provisional"), found(state="final")) == ([], [scan])
    assert (found(exception="any"), found(exception="one key")) == ([], [])
    assert found(since="2100-01-01T00:00:00Z") == []
    page = client.get(PAGE, params={"limit": 1}).json()
    assert (page["more"], found(after=page["next"])) == (False, [])


NOT_ALLOWED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"filter": "total:over:500"}, "write field:comparison:value, with one of eq"),
    ({"filter": "sum:gt:500"}, "receipt has no plain field 'sum'. Use one of"),
    ({"filter": "total:gt:much"}, "'much' is no number"),
    ({"filter": "date:ge:yesterday"}, "'yesterday' is no day, such as 2026-01-31"),
    ({"filter": "date:ge:2026-01-01T00:00:00Z"}, "is no day"),
    ({"filter": "date:ge:2026-02-30"}, "'2026-02-30' is no day"),
    ({"filter": "date:lt:2026-13"}, "'2026-13' is no day"),
    ({"filter": "date:le:2026-02"}, "'2026-02' is no day"),
    ({"limit": 0}, "limit:"),
    ({"as_of": "yesterday"}, "as_of:"),
    ({"after": 10**9}, "was never given by the records"),
)


def test_what_is_not_allowed_is_a_problem_that_says_what_is(rooms: Home, client: TestClient) -> None:
    recorded(rooms)
    for asked, said in NOT_ALLOWED:
        answer = client.get(PAGE, params=asked)
        assert answer.status_code == (410 if "after" in asked else 422)
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert said in problem["detail"]
        assert (problem["status"], problem["type"]) == (answer.status_code, "about:blank")


BEYOND = (
    ("since=0001-01-01T00:00:00%2B14:00", 1),
    ("since=9999-12-31T23:59:59-14:00", 0),
    ("as_of=0001-01-01T00:00:00%2B14:00", 0),
    ("as_of=9999-12-31T23:59:59-14:00", 1),
)


def test_a_time_beyond_all_years_is_their_end(rooms: Home, client: TestClient) -> None:
    """Year 1 east of Greenwich is in no year of UTC, nor is the end of 9999 west of it."""
    published(rooms)
    for asked, found in BEYOND:
        answer = client.get(f"{PAGE}?{asked}")
        assert (answer.status_code, len(answer.json().get("records", []))) == (200, found)


@pytest.mark.promise("from when until when")
def test_a_record_is_shown_whole_as_it_was_and_with_what_changed(rooms: Home, client: TestClient) -> None:
    scan = recorded(rooms, "12.50")
    recorded(rooms, "13.50", scan)
    base = f"{PAGE}/{scan[:12]}"
    assert client.get(base).json()["values"]["total"] == "13.50"
    assert client.get(base, params={"version": 1}).json()["values"]["total"] == "12.50"
    first, second = client.get(f"{base}/versions").json()["versions"]
    assert (first["valid_to"], second["valid_to"]) == (second["valid_from"], None)
    (change,) = client.get(f"{base}/history").json()["changes"]
    assert (change["key"], change["value_before"], change["value_after"]) == ("total", "12.50", "13.50")
    answer = client.get(PAGE, params={"as_of": second["valid_from"], "filter": "total:gt:13"}).json()
    assert [each["values"]["total"] for each in answer["records"]] == ["13.50"]
    assert client.get(PAGE, params={"as_of": "2020-01-01T00:00:00Z"}).json()["records"] == []
    assert client.get(base, params={"version": 9}).status_code == 404


TOLD_TAGS = ("{0}", "W/{0}", '"other", {0}', 'W/"other",W/{0}', "*")


def test_an_answer_that_is_known_is_not_sent_again_also_where_proxies_changed_its_etag(
    rooms: Home, client: TestClient
) -> None:
    scan = recorded(rooms)
    for address in (PAGE, f"{PAGE}/{scan}", f"{PAGE}/{scan[:12]}"):
        first = client.get(address)
        etag = first.headers["etag"]
        for told in TOLD_TAGS:
            again = client.get(address, headers={"if-none-match": told.format(etag)})
            assert (again.status_code, again.headers["cache-control"]) == (304, first.headers["cache-control"]), told
        assert client.get(address, headers={"if-none-match": '"other", "more"'}).status_code == 200
    assert etag == client.get(f"{PAGE}/{scan}").headers["etag"], "by the beginning of its id it is the same"
    recorded(rooms, "14.00", scan)
    assert client.get(address, headers={"if-none-match": etag}).json()["values"]["total"] == "14.00"


def test_a_body_that_is_too_large_is_a_problem_too(rooms: Home, client: TestClient) -> None:
    address = f"{PAGE}/{recorded(rooms)}/corrections"
    answer = client.post(address, json={"key": "total", "text": "1" * 100_000, "reason": "x"})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert answer.json()["detail"] == "The body is too large."


@pytest.mark.promise("A copy is kept", "a record that no")
def test_a_filter_hides_no_erasure_and_tells_nothing_of_what_no_longer_fits(rooms: Home, client: TestClient) -> None:
    gone, changed = recorded(rooms, "700.00"), recorded(rooms, "800.00")
    asked = {"filter": "total:gt:500"}
    first = client.get(PAGE, params=asked).json()
    assert {each["scan"] for each in first["records"]} == {gone, changed}
    forget_scan(rooms, gone)
    recorded(rooms, "3.00", changed)
    assert client.get(f"{PAGE}/{gone}").status_code == 404
    later = client.get(PAGE, params={**asked, "after": first["next"]}).json()
    assert (later["records"], [each["scan"] for each in later["erased"]]) == ([], [gone])


@pytest.mark.promise("It asks, and each", "up to 30 seconds")
def test_who_waits_for_news_is_told_a_moment_after_it_is_published(rooms: Home, client: TestClient) -> None:
    recorded(rooms)
    seen = client.get(PAGE).json()["next"]
    told: list[tuple[float, list[str]]] = []

    def ask() -> None:
        page = client.get(PAGE, params={"after": seen, "wait": 30}).json()
        told.append((time.monotonic(), [each["scan"] for each in page["records"]]))

    waiting = threading.Thread(target=ask)
    waiting.start()
    scan = recorded(rooms, "7.00")
    published_at = time.monotonic()
    waiting.join()
    assert told[0][1] == [scan]
    assert told[0][0] - published_at < 15, "long before the end of the wait"
    assert LOOK_SECONDS < 1


def test_a_token_that_is_revoked_while_it_waits_for_news_is_told_none(rooms: Home, client: TestClient) -> None:
    recorded(rooms)
    seen = client.get(PAGE).json()["next"]
    told: list[tuple[int, str]] = []

    def ask() -> None:
        answer = client.get(PAGE, params={"after": seen, "wait": 30})
        told.append((answer.status_code, answer.text))

    waiting = threading.Thread(target=ask)
    waiting.start()
    time.sleep(2 * LOOK_SECONDS)
    (token,) = rooms.store.tokens()
    rooms.store.revoke_token(token.prefix, now())
    scan = recorded(rooms, "7.00")
    waiting.join()
    assert (told[0][0], scan in told[0][1]) == (401, False)


def test_an_address_says_all_methods_that_it_takes_and_errors_of_version_one_are_problems(client: TestClient) -> None:
    refused = client.put(PAGE)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert "OpenAPI document lists all" in client.get("/api/v1/recordz").json()["detail"]
    odd = client.get(f"{PAGE}/../{PAGE.rpartition('/')[2]}/not-a-scan").json()
    assert (odd["status"], "not written as it must be" in odd["detail"]) == (422, True), odd
    assert refused.json()["detail"] == "This address takes GET, HEAD and nothing else."
    assert client.put(f"{PAGE}/{'a' * 64}/receipts").headers["allow"] == "POST"
    for address in ("/api/v1", "/api/v1/", "/api/v1/nothing"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), address
    assert client.get("/api/v12").headers["content-type"] == "application/json"


def test_who_waits_for_news_is_answered_as_the_pages_end(rooms: Home, app: FastAPI, client: TestClient) -> None:
    recorded(rooms)
    seen = client.get(PAGE).json()["next"]
    ending = iter([False, True])
    app.state.is_ending = lambda: next(ending)
    asked_at = time.monotonic()
    page = client.get(PAGE, params={"after": seen, "wait": 30})
    assert (page.status_code, page.json()["next"]) == (200, seen)
    assert time.monotonic() - asked_at < 15, "long before the end of the wait"


@pytest.mark.parametrize("address", [PAGE, "/api/records/receipt"])
def test_a_home_that_is_restored_while_a_page_is_read_is_told_by_the_next_one(
    rooms: Home, client: TestClient, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    recorded(rooms, "1.00")
    seen = query.position(rooms.settings.records)
    require_position = query.require_position

    def restored_then(path: Path, after: int) -> None:
        require_position(path, after)
        rooms.store.begin_epoch(now(), now())
        publish_records(rooms)

    with monkeypatch.context() as patched:
        patched.setattr(query, "require_position", restored_then)
        page = client.get(address, params={"after": seen}).json()
    reached = page["next"] if address == PAGE else page["position"]
    assert (page["records"], reached, page["epoch"]) == ([], seen, 0)
    assert client.get(address, params={"after": reached}).status_code == 410


@pytest.mark.parametrize("where", ["text", "reason"])
def test_a_text_that_no_database_keeps_is_refused(rooms: Home, client: TestClient, where: str) -> None:
    scan = published(rooms).id
    sent = {"key": "company", "text": "ACME", "reason": "the till says so"}
    sent[where] += "\0"
    answer = client.post(f"{PAGE}/{scan}/corrections", json=sent)
    assert (answer.status_code, "NUL" in answer.json()["detail"]) == (422, True)
    rejected = {"status": "rejected", "key": "total", "reason": "it is\0 wrong", "record_version": 1}
    assert client.post(f"{PAGE}/{scan}/receipts", json=rejected).status_code == 422
    assert rooms.store.values_asked_again(scan) == frozenset()


@pytest.mark.promise("What you know to", "The record has a")
def test_a_correction_makes_a_new_version_with_its_reason(rooms: Home, client: TestClient) -> None:
    scan = published(rooms).id
    sent = {"key": "total", "text": "15.00", "reason": "the till says so"}
    answer = client.post(f"{PAGE}/{scan}/corrections", json=sent)
    assert answer.status_code == 202, answer.text
    reconcile_to_the_end(rooms)
    assert client.get(f"{PAGE}/{scan}").json()["values"]["total"] == "15.00"
    (change,) = [each for each in client.get(f"{PAGE}/{scan}/history").json()["changes"] if each["key"] == "total"]
    assert (change["method"], change["why"]) == ("operator", "the till says so")
    wrong = client.post(f"{PAGE}/{scan}/corrections", json={**sent, "text": "much"})
    assert (wrong.status_code, "is no value that the field total can have" in wrong.json()["detail"]) == (422, True)
    unknown = client.post(f"{PAGE}/{scan}/corrections", json={**sent, "key": "sum"})
    assert (unknown.status_code, "Use one of " in unknown.json()["detail"]) == (404, True)


@pytest.mark.promise("its text stays as")
def test_every_value_of_a_record_is_sent_back_as_it_is_and_nothing_is_another(rooms: Home, client: TestClient) -> None:
    scan = published(rooms).id
    before = client.get(f"{PAGE}/{scan}").json()
    written = {each["key"]: each["text"] for each in before["fields"]}
    assert len(before["values"]) > 3
    for said in (before["values"], {each["key"]: each["value"] for each in before["fields"]}):
        for key, value in said.items():
            sent = {"key": key, "value": value, "reason": "as it is"}
            answer = client.post(f"{PAGE}/{scan}/corrections", json=sent)
            assert answer.status_code == 202, answer.text
        reconcile_to_the_end(rooms)
        after = client.get(f"{PAGE}/{scan}").json()
        assert after["values"] == before["values"]
        assert {each["key"]: each["text"] for each in after["fields"]} == written
    for wrong in ({"value": True}, {"value": "much"}, {"value": "1.00", "text": "1.00"}, {}):
        refused = client.post(f"{PAGE}/{scan}/corrections", json={"key": "total", "reason": "a slip", **wrong})
        assert refused.status_code == 422, wrong


def test_a_day_that_does_not_exist_is_taken_as_it_is_written_when_who_corrects_says_so(
    rooms: Home, client: TestClient
) -> None:
    scan = published(rooms).id
    sent = {"key": "date", "text": "31.02.2026", "reason": "the paper says so"}
    refused = client.post(f"{PAGE}/{scan}/corrections", json=sent)
    assert (refused.status_code, "send as_written" in refused.json()["detail"]) == (422, True)
    assert client.post(f"{PAGE}/{scan}/corrections", json={**sent, "as_written": True}).status_code == 202
    reconcile_to_the_end(rooms)
    record = client.get(f"{PAGE}/{scan}").json()
    said = [each for each in record["exceptions"] if each["rule"] == "a value of its type"]
    assert [(each["fields"], each["expected"], each["found"]) for each in said] == [(["date"], "date", "31.02.2026")]
    assert record["values"]["date"] is None


@pytest.mark.promise("sent again with it")
def test_a_request_that_is_sent_again_does_nothing_twice(rooms: Home, client: TestClient) -> None:
    scan = published(rooms).id
    ways = f"{PAGE}/{scan}/corrections"
    sent = {"key": "total", "text": "15.00", "reason": "the till says so"}
    key = {"idempotency-key": "5f0c1a"}
    first, again = (client.post(ways, json=sent, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert [line.action for line in rooms.store.audit()].count("value corrected") == 2, "the act, and the request"
    other = client.post(ways, json={**sent, "text": "16.00"}, headers=key)
    assert (other.status_code, "with another request" in other.json()["detail"]) == (422, True)
    alike = client.post(ways, json=sent, headers={"idempotency-key": "another"})
    assert (alike.json(), "idempotency-replayed" in alike.headers) == (first.json(), False), "the same word is there"
    newly = client.post(ways, json={**sent, "reason": "and the slip"}, headers={"idempotency-key": "a third"})
    assert newly.json() != first.json()
    receipt = {"status": "rejected", "record_version": 1, "key": "total", "reason": "no such sum"}
    kept = [client.post(f"{PAGE}/{scan}/receipts", json=receipt, headers={"idempotency-key": "r"}) for _ in range(2)]
    assert kept[0].json() == kept[1].json() == {"asked_again": "total", "newer_version": None}
    assert [line.action for line in rooms.store.audit()].count("record rejected") == 1


def test_a_correction_of_a_version_that_is_not_the_last_is_refused(rooms: Home, client: TestClient) -> None:
    scan = published(rooms).id
    ways = f"{PAGE}/{scan}/corrections"
    sent = {"key": "total", "text": "15.00", "reason": "the till says so"}
    tag = client.get(f"{PAGE}/{scan}").headers["etag"]
    first = client.post(ways, json={**sent, "record_version": 1}, headers={"if-match": tag})
    assert first.status_code == 202, first.text
    at_once = client.post(ways, json={**sent, "text": "16.00"}, headers={"if-match": tag})
    assert (at_once.status_code, "was corrected" in at_once.json()["detail"]) == (412, True)
    reconcile_to_the_end(rooms)
    for late in ({"headers": {"if-match": tag}, "json": sent}, {"json": {**sent, "record_version": 1}}):
        refused = client.post(ways, **late)
        assert (refused.status_code, "has version 2 now, not 1" in refused.json()["detail"]) == (412, True)
    assert client.get(f"{PAGE}/{scan}").json()["record_version"] == 2
    differing = client.post(ways, json={**sent, "record_version": 2}, headers={"if-match": tag})
    assert differing.status_code == 422


@pytest.mark.promise("Changes of one version")
def test_what_was_corrected_in_all_records_of_a_form_is_one_call(rooms: Home, client: TestClient) -> None:
    one, two = recorded(rooms, "1.00"), recorded(rooms, "2.00")
    for scan, total in ((two, "2.50"), (one, "1.50"), (two, "2.75")):
        recorded(rooms, total, scan)
    ways = "/api/v1/forms/receipt/history"
    answer = client.get(ways).json()
    told = [(each["scan"], each["value_after"]) for each in answer["changes"]]
    assert told == [(two, "2.50"), (one, "1.50"), (two, "2.75")]
    assert answer["more"] is False
    pages, after = [], 0
    while True:
        page = client.get(ways, params={"after": after, "limit": 1}).json()
        pages += [(each["scan"], each["value_after"]) for each in page["changes"]]
        after = page["next"]
        if not page["more"]:
            break
    assert pages == told
    assert client.get(ways, params={"after": answer["next"]}).json()["changes"] == []
    assert client.get("/api/v1/forms/nothing/history").status_code == 404


def test_what_was_corrected_is_paged_after_a_restore_too(rooms: Home, client: TestClient) -> None:
    """What was changed before keeps its number, which is below those that count since."""
    scan = recorded(rooms, "1.00")
    for total in ("2.00", "3.00"):
        recorded(rooms, total, scan)
    rooms.store.begin_epoch(now(), now())
    publish_records(rooms)
    recorded(rooms, "4.00", scan)
    ways, told, after = "/api/v1/forms/receipt/history", [], 0
    for _ in range(4):
        page = client.get(ways, params={"after": after, "limit": 1})
        assert page.status_code == 200, page.text
        told += [each["value_after"] for each in page.json()["changes"]]
        after = page.json()["next"]
    assert told == ["2.00", "3.00", "4.00"]
    assert client.get(ways, params={"after": 1}).status_code == 410, "a number of the home of before"


MISTYPED = (
    (f"{PAGE}?filters=total:gt:500", "There is no parameter 'filters'. Use after, as_of, below, exception,"),
    (f"{PAGE}?Below=0.9", "There is no parameter 'Below'."),
    ("/api/v1/forms?limit=3", "There is no parameter 'limit'. There is none here."),
    (f"{PAGE}?filter=total:gt:", "there is nothing to compare with"),
    (f"{PAGE}?filter=total:gt", "there is nothing to compare with"),
    (f"{PAGE}?since=2026-01-31T00:00:00+00:00", "since: It is no time. Write it as 2026-01-31T12:00:00Z"),
    (f"{PAGE}?as_of=31.01.2026", "In an address a + is written as %2B."),
    (f"{PAGE}?since=2026", "since: It is no time."),
    (f"{PAGE}?as_of=20260131", "as_of: It is no time."),
    (f"{PAGE}?limit=many", "limit: It is no whole number."),
    (f"{PAGE}?limit=10&limit=20", "The parameter 'limit' is given with different values. Give it one."),
    (f"{PAGE}?state=final&filter=total:gt:1&state=provisional", "The parameter 'state' is given with different"),
)


def test_a_mistyped_question_is_refused_and_not_answered_with_other_records(rooms: Home, client: TestClient) -> None:
    recorded(rooms)
    for address, told in MISTYPED:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert told in answer.json()["detail"]


def test_a_schema_is_that_of_the_version_asked_for(rooms: Home, client: TestClient) -> None:
    scan = recorded(rooms)
    version = client.get(f"{PAGE}/{scan}").json()["form_version"]
    newest = client.get("/api/v1/forms/receipt/schema").json()
    assert client.get("/api/v1/forms/receipt/schema", params={"version": version}).json() == newest
    missing = client.get("/api/v1/forms/receipt/schema", params={"version": 99})
    assert (missing.status_code, missing.json()["detail"]) == (
        404,
        f"The form receipt has no version 99 here. Its versions: {version}.",
    )


@pytest.mark.parametrize(
    ("content", "kind", "told"),
    [
        ('{"key": "total"}', "text/plain", "Send the body as JSON, with Content-Type: application/json."),
        ("{", "application/json", "The body is no JSON: Expecting property name enclosed in double quotes"),
    ],
)
def test_a_body_that_is_no_json_is_told_so(rooms: Home, client: TestClient, content: str, kind: str, told: str) -> None:
    answer = client.post(f"{PAGE}/{recorded(rooms)}/corrections", content=content, headers={"content-type": kind})
    assert (answer.status_code, told in answer.json()["detail"]) == (422, True), answer.text


def test_if_match_takes_any_record_and_no_other_one_s_etag(rooms: Home, client: TestClient) -> None:
    scan = recorded(rooms, "12.50")
    ways, sent = f"{PAGE}/{scan}/corrections", {"key": "total", "text": "15.00", "reason": "the till says so"}
    tag = client.get(f"{PAGE}/{scan}").headers["etag"]
    for other in ('"zzz"', tag.replace(scan[:4], "0000"), "nothing"):
        refused = client.post(ways, json=sent, headers={"if-match": other})
        assert (refused.status_code, "no ETag of this record" in refused.json()["detail"]) == (412, True), other
    for fitting in (f'"other-1", {tag}', "*"):
        assert client.post(ways, json=sent, headers={"if-match": fitting}).status_code == 202, fitting


def test_how_values_came_to_be_is_told_of_a_record(rooms: Home, app: FastAPI, client: TestClient) -> None:
    scan = recorded(rooms, "12.50")
    ways = f"{PAGE}/{scan}/explanation"
    assert client.get(ways).status_code == 403
    with program(app, rooms, "explain:read") as reader:
        whole, one = reader.get(ways), reader.get(ways, params={"field": "total"})
        assert (whole.status_code, one.status_code) == (200, 200), whole.text
        assert [each["field"] for each in one.json()["fields"]] == ["total"]
        assert one.json() == reader.get(f"/api/scans/{scan}/explain", params={"field": "total"}).json()
        assert reader.get(ways, params={"field": "nothing"}).status_code == 404
        assert reader.get(f"/api/v1/records/order-form/{scan}/explanation").status_code == 404


def with_page(rooms: Home) -> str:
    """A published receipt with the picture of its page, on which the total has a place."""
    form = rooms.use_form("receipt")
    scan = Scan(id="5" * 64, pages=(), form=form.name, form_version=form.version)
    rooms.store.put_scan(scan, [], now())
    page = picture([("12.50", (60, 60))], (600, 800))
    place = Place(scan=scan.id, key=FieldKey("total"), page=1, box=Box(50, 50, 200, 90), confidence=1.0)
    drawn = PagePicture(number=1, sha256=rooms.archive.put(page), size=(600, 800))
    rooms.store.put_reads(scan.id, replace(reads_of(scan, {}), places=(place,), pictures=(drawn,)), now())
    return recorded(rooms, "12.50", scan.id)


@pytest.mark.promise("see pictures of records")
def test_a_page_and_the_surroundings_of_a_field_are_pictures_for_a_token_with_their_scope(
    rooms: Home, client: TestClient
) -> None:
    scan = with_page(rooms)
    page, field = (client.get(f"{PAGE}/{scan}/pages/1", params=asked) for asked in ({}, {"field": "total"}))
    assert (page.status_code, field.status_code) == (200, 200), field.text
    sizes = [Image.open(io.BytesIO(each.content)).size for each in (page, field)]
    assert sizes[0] == (600, 800)
    assert sizes[1][1] < 800
    assert client.get(f"{PAGE}/{scan}/pages/2").status_code == 404
    assert client.get(f"{PAGE}/{scan}/pages/1", params={"field": "date"}).status_code == 404, "it has no place"


@pytest.mark.promise("Each record, history, explanation,")
def test_each_delivery_and_change_stands_in_the_audit_log_without_its_text(rooms: Home, app: FastAPI) -> None:
    scan = with_page(rooms)
    client = program(app, rooms, *SCOPES, "explain:read")
    (token,) = rooms.store.tokens()
    before = rooms.store.audit()[-1].number
    for way in ("", f"/{scan}", f"/{scan}/history", f"/{scan}/explanation", f"/{scan}/pages/1"):
        assert client.get(f"{PAGE}{way}").status_code == 200, way
    assert client.get("/api/v1/forms/receipt/history").status_code == 200
    mended = {"key": "total", "text": "47.11", "reason": "the till says 47.11"}
    assert client.post(f"{PAGE}/{scan}/corrections", json=mended).status_code == 202
    assert client.post(f"{PAGE}/{scan}/receipts", json={"status": "accepted", "record_version": 1}).status_code == 202
    lines = [each for each in rooms.store.audit(before) if each.actor == f"token {token.prefix}"]
    assert [each.action for each in lines] == [
        *("records read", "record read", "history read", "explanation read", "picture read", "history read"),
        *("value corrected", "value corrected", "record accepted"),
    ]
    told = [each for each in lines if each.detail != lines[6].detail]
    assert "12.50" not in str(told)
    assert "47.11" not in str(told)


def test_every_error_of_the_contract_is_a_problem_with_a_type(client: TestClient) -> None:
    said = client.get("/api/v1/openapi.json").json()
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemV1"}}}
    for path, ways in said["paths"].items():
        for way in ways.values():
            errors = {status: each for status, each in way["responses"].items() if status[0] in "45"}
            assert "401" in errors, path
            assert all(each["content"] == problem for each in errors.values()), path
    assert "HTTPValidationError" not in said["components"]["schemas"]
    assert "304" in said["paths"]["/api/v1/records/{form}"]["get"]["responses"]


@pytest.mark.needs("webhooks")
def test_the_contract_describes_each_event_that_programs_are_sent(client: TestClient) -> None:
    said = client.get("/api/v1/openapi.json").json()
    assert set(said["webhooks"]) == set(get_args(EventType))
    for event, ways in said["webhooks"].items():
        (body,) = ways["post"]["requestBody"]["content"].items()
        assert body[0] == "application/cloudevents+json"
        model = said["components"]["schemas"][body[1]["schema"]["$ref"].rpartition("/")[2]]
        assert model["properties"]["type"]["const"] == event
        assert {"id", "type", "sequence", "data"} <= set(model["required"])
    named = set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(said)))
    assert named <= set(said["components"]["schemas"])


@pytest.mark.promise("The record is `provisional`")
def test_a_rejected_record_has_its_field_read_once_more(rooms: Home, client: TestClient) -> None:
    scan = recorded(rooms, "12.50")
    ways = f"{PAGE}/{scan}/receipts"
    accepted = client.post(ways, json={"status": "accepted", "record_version": 1})
    assert (accepted.status_code, accepted.json()) == (202, {"asked_again": None, "newer_version": None})
    rejected = {"status": "rejected", "record_version": 1, "key": "total", "reason": "no such sum"}
    assert client.post(ways, json=rejected).json()["asked_again"] == "total"
    assert {str(key) for key in rooms.store.values_asked_again(scan)} == {"total"}
    assert client.post(ways, json={**rejected, "reason": ""}).status_code == 422
    assert client.post(ways, json={**rejected, "record_version": 9}).status_code == 404
    assert [line.action for line in rooms.store.audit() if line.action.startswith("record ")][-2:] == [
        "record accepted",
        "record rejected",
    ]


def test_nobody_is_asked_for_a_rejected_value_that_was_corrected_since(rooms: Home, client: TestClient) -> None:
    scan = published(rooms).id
    sent = {"key": "total", "text": "15.00", "reason": "the till says so"}
    assert client.post(f"{PAGE}/{scan}/corrections", json=sent).status_code == 202
    reconcile_to_the_end(rooms)
    rejected = {"status": "rejected", "record_version": 1, "key": "total", "reason": "no such sum"}
    late = client.post(f"{PAGE}/{scan}/receipts", json=rejected)
    assert (late.status_code, late.json()) == (202, {"asked_again": None, "newer_version": 2})
    assert rooms.store.values_asked_again(scan) == frozenset()
    (other,) = {each["key"] for each in client.get(f"{PAGE}/{scan}").json()["fields"]} & {"date"}
    asked = client.post(f"{PAGE}/{scan}/receipts", json={**rejected, "key": other})
    assert asked.json() == {"asked_again": other, "newer_version": None}, "this one is as it was"
    accepted = [
        client.post(f"{PAGE}/{scan}/receipts", json={"status": "accepted", "record_version": version}).json()
        for version in (1, 2)
    ]
    assert [each["newer_version"] for each in accepted] == [2, None], "who ships version 1 has the wrong total"
    newest = client.post(f"{PAGE}/{scan}/receipts", json={**rejected, "record_version": 2})
    assert newest.json()["asked_again"] == "total"


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/{{scan}}", "/api/v1/forms", "/api/records"])
def test_head_has_the_headers_of_get_and_no_content(rooms: Home, client: TestClient, address: str) -> None:
    address = address.format(scan=recorded(rooms, "12.50"))
    got, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert {**head.headers, "x-request-id": ""} == {**got.headers, "x-request-id": ""}
    assert client.head(f"{PAGE}/{'0' * 64}").status_code == 404
    assert client.head("/in/abc").status_code == 405, "a link that signs in is not used up by a program that looks"


def test_an_etag_is_another_where_a_later_fairhand_writes_records_otherwise(
    rooms: Home, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = recorded(rooms, "12.50")
    addresses = (PAGE, f"{PAGE}/{scan}")
    before = {each: client.get(each).headers["etag"] for each in addresses}
    monkeypatch.setattr("flows.serving.records_pages.LAYOUT_VERSION", LAYOUT_VERSION + 1)
    records_pages.shape.cache_clear()
    try:
        for address, tag in before.items():
            assert client.get(address, headers={"if-none-match": tag}).status_code == 200, address
    finally:
        records_pages.shape.cache_clear()
    sent = {"key": "total", "text": "15.00", "reason": "the till says so"}
    for tag in (before[addresses[1]], f'"{scan}-1"'):  # the second is as it was given before there were shapes
        mended = client.post(f"{addresses[1]}/corrections", json=sent, headers={"if-match": tag})
        assert "no ETag" not in mended.text


def test_the_schema_of_a_form_holds_for_each_of_its_records(rooms: Home, client: TestClient) -> None:
    recorded(rooms)
    schema = client.get("/api/v1/forms/receipt/schema").json()
    Draft202012Validator.check_schema(schema)
    (record,) = client.get(PAGE).json()["records"]
    Draft202012Validator(schema).validate(record["values"])
    assert schema["properties"]["total"]["x-currency"]
    assert not Draft202012Validator(schema).is_valid({**record["values"], "total": "much"})
    assert client.get("/api/v1/forms/nothing/schema").status_code == 404


def test_only_what_is_asked_after_a_number_or_changes_a_seen_record_may_tell_of_another_state(
    client: TestClient,
) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    said = {
        (way, verb): ({each["name"].lower() for each in told.get("parameters", ())}, told["responses"])
        for way, verbs in paths.items()
        for verb, told in verbs.items()
    }
    after = {each for each, (names, _) in said.items() if "after" in names and "/webhooks" not in each[0]}
    seen = {each for each, (names, _) in said.items() if "if-match" in names}
    assert (len(after), len(seen)) == (2, 1)
    assert {each for each, (_, told) in said.items() if "410" in told} == after
    assert {each for each, (_, told) in said.items() if "412" in told} == seen


def test_what_version_1_answered_is_answered_for_ever(rooms: Home, client: TestClient) -> None:
    """Each key of the frozen answers is there, with its type; keys may be added."""
    scan = recorded(rooms)
    recorded(rooms, "13.50", scan)
    frozen = json.loads(FROZEN.read_text(encoding="utf-8"))
    for path, answer in frozen["answers"].items():
        assert missing(answer, client.get(path.replace("SCAN", scan)).json()) == [], path
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for path, ways in frozen["parameters"].items():
        for way, asked in ways.items():
            assert set(asked) <= {each["name"] for each in paths[path][way].get("parameters", ())}, path


def missing(frozen: Any, told: Any, at: str = "") -> list[str]:
    """Where an answer has not what the frozen one has: keys and types, not values."""
    if frozen is None or told is None:
        return []
    if type(frozen) is not type(told):
        return [at]
    if isinstance(frozen, dict):
        gone = [f"{at}.{key}" for key in frozen if key not in told]
        return gone + [bad for key in frozen if key in told for bad in missing(frozen[key], told[key], f"{at}.{key}")]
    return missing(frozen[0], told[0], f"{at}[0]") if isinstance(frozen, list) and frozen and told else []


@pytest.mark.law
def test_no_request_breaks_the_contract(rooms: Home, app: FastAPI, client: TestClient) -> None:
    """Requests that schemathesis makes from the contract: answers are those it names, and none is an error of ours."""
    recorded(rooms)
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json())
    schema.app = app
    checks = [not_a_server_error, status_code_conformance, response_schema_conformance]
    asked = set()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found

        @examples(15, *HealthCheck, database=None)
        @given(case=found.ok().as_strategy())
        def sends(case: schemathesis.Case[Any]) -> None:
            asked.add(case.path)
            if case.query:
                case.query.pop("wait", None)
            case.call_and_validate(headers=dict(client.headers), checks=checks)

        sends()
    assert len(asked) >= 9
