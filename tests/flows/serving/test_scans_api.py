"""Scans sent over HTTP: once, as their form and batch, within limits, and what became of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from flows.home.home import Home, now
from flows.incoming.sent_files import FOLDER_NAME, waiting_scans
from flows.serving.requests_once import REPLAYED_HEADER
from tests.flows.serving.test_records_api import app_of_records, program
from transcribe.model import Scan, SourceFile
from transcribe.review.access.guard import upload_paths

AT = "/api/v1/forms/receipt/scans"
JPEG = {"content-type": "image/jpeg"}
PICTURE = b"\xff\xd8 a photograph" * 10_000
"""Larger than any other body may be."""


@pytest.fixture
def client(rooms: Home) -> Iterator[TestClient]:
    rooms.use_form("receipt")
    with program(app_of_records(rooms), rooms, "scans:write") as made:
        yield made


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.promise("A file that is", "sent again with it")
def test_a_scan_waits_to_be_taken_in_once_however_often_it_is_sent(rooms: Home, client: TestClient) -> None:
    asked = {"batch": "monday", "external_id": "PO-7"}
    sent = [client.post(AT, content=PICTURE, params=asked, headers={**JPEG, "idempotency-key": "k"}) for _ in range(3)]
    assert {answer.status_code for answer in sent} == {202}, sent[0].text
    assert sent[0].json() == {"file": digest(PICTURE), "state": "waiting", "scans": [], "reason": ""}
    assert sent[1].json() == sent[0].json()
    (waiting,) = waiting_scans(rooms.settings)
    assert (waiting.form, waiting.batch, waiting.sha256) == ("receipt", "monday", digest(PICTURE))
    assert (waiting.path.name, waiting.path.read_bytes()) == ("PO-7.jpg", PICTURE)
    assert [line.action for line in rooms.store.audit()].count("scan sent") == 1
    other = client.post(AT, content=b"another", headers={**JPEG, "idempotency-key": "k"}, params=asked)
    assert (other.status_code, "with another request" in other.json()["detail"]) == (422, True)
    assert len(list((rooms.settings.home / FOLDER_NAME).iterdir())) == 1, "nothing of what was refused stays"


def test_a_file_that_waits_and_one_of_several_scans_keep_the_other_name_that_they_come_again_under(
    rooms: Home, client: TestClient
) -> None:
    for name in ("PO-7", "PO-8", "PO-8", ""):
        answer = client.post(AT, content=b"%PDF", params={"external_id": name} if name else {}, headers=JPEG)
        assert answer.json()["state"] == "waiting"
    assert [each.path.name for each in waiting_scans(rooms.settings)] == ["PO-7.jpg", "PO-8.jpg"]
    file = SourceFile(sha256=digest(b"two"), name="A.pdf", size=1, media_type="application/pdf")
    for page in (1, 2):
        scan = Scan(id=f"{page}" * 64, pages=(), form="", form_version=0, name=f"A.pdf p. {page}")
        rooms.store.put_scan(scan, [file], now())
    answer = client.post(AT, content=b"two", params={"external_id": "B"}, headers={"content-type": "application/pdf"})
    assert [rooms.store.other_names(each) for each in answer.json()["scans"]] == [["B.pdf p. 1"], ["B.pdf p. 2"]]


@pytest.mark.parametrize("is_set_aside", [False, True], ids=["a file that waits", "a file that was set aside"])
def test_a_key_is_of_one_request_also_where_the_file_is_known_by_then(
    rooms: Home, client: TestClient, is_set_aside: bool
) -> None:
    def send(**asked: str) -> Any:
        return client.post(AT, content=b"a file", params=asked, headers={**JPEG, "idempotency-key": "k"})

    if is_set_aside:
        file = SourceFile(sha256=digest(b"a file"), name="", size=1, media_type="image/jpeg")
        rooms.store.set_aside(file, "ScanError", "it is no picture", "b", now())
    first, again, other = send(batch="monday"), send(batch="monday"), send(batch="tuesday")
    assert (again.status_code, again.json()) == (202, first.json())
    assert (first.headers.get(REPLAYED_HEADER), again.headers.get(REPLAYED_HEADER)) == (None, "true")
    assert (other.status_code, "with another request" in other.json()["detail"]) == (422, True)
    assert [line.action for line in rooms.store.audit()].count("scan sent") == (not is_set_aside)


def test_what_became_of_a_file_is_told(rooms: Home, client: TestClient) -> None:
    def state(content: bytes) -> tuple[int, str]:
        answer = client.get(f"{AT}/{digest(content)}")
        return answer.status_code, answer.json().get("state", answer.json().get("detail"))

    file = SourceFile(sha256=digest(b"taken"), name="", size=1, media_type="image/jpeg")
    scan = Scan(id=digest(b"scan"), pages=(), form="", form_version=0)
    rooms.store.put_scan(scan, [file], now())
    bad = SourceFile(sha256=digest(b"bad"), name="", size=1, media_type="image/jpeg")
    rooms.store.set_aside(bad, "ScanError", "it is no picture", "b", now())
    assert (state(b"taken"), state(b"bad"), state(b"never")) == ((200, "known"), (200, "set aside"), (200, "unknown"))
    assert client.get(f"{AT}/{digest(b'bad')}").json()["reason"] == "it is no picture"
    known = client.post(AT, content=b"taken", headers=JPEG).json()
    assert (known["state"], known["scans"]) == ("known", [scan.id])
    rooms.store.forget(scan.id, now())
    assert client.post(AT, content=b"taken", headers=JPEG).status_code == 409
    assert waiting_scans(rooms.settings) == []


@pytest.mark.parametrize(
    ("way", "content", "headers", "status", "said"),
    [
        (AT, b"x", {"content-type": "text/html"}, 415, "one of image/jpeg"),
        (AT, b"PK\x03\x04", {"content-type": "application/zip"}, 415, "one of image/jpeg"),
        (AT, b"", JPEG, 422, "The body is empty"),
        (f"{AT}?external_id=../x", b"x", JPEG, 422, "external_id"),
        (f"{AT}?batch=", b"x", JPEG, 422, "batch"),
        (
            "/api/v1/forms/nothing/scans",
            b"x",
            JPEG,
            404,
            "'nothing'. Use one of auto, bon-de-commande, facture, order-form, receipt.",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_of_it_stays(
    rooms: Home, client: TestClient, way: str, content: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    answer = client.post(way, content=content, headers=headers)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    folder = rooms.settings.home / FOLDER_NAME
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_file_that_is_too_large_is_refused_by_its_length_and_while_it_comes(rooms: Home) -> None:
    settings = rooms.settings.model_copy(update={"most_file_bytes": 1000})
    small = Home(settings=settings, store=rooms.store, archive=rooms.archive, forms=rooms.forms)
    rooms.use_form("receipt")
    with program(app_of_records(small), rooms, "scans:write") as client:
        pieces = iter([b"x" * 600, b"x" * 600])
        for content in (b"x" * 1001, pieces):
            assert client.post(AT, content=content, headers=JPEG).status_code == 413
    assert list((rooms.settings.home / FOLDER_NAME).iterdir()) == []


def test_only_who_may_sends_and_large_bodies_are_taken_nowhere_else(rooms: Home) -> None:
    rooms.use_form("receipt")
    app = app_of_records(rooms)
    assert program(app, rooms, "records:write").post(AT, content=PICTURE, headers=JPEG).status_code == 403
    assert program(app, rooms, "scans:write:invoice").post(AT, content=PICTURE, headers=JPEG).status_code == 403
    assert program(app, rooms, "scans:write:receipt").post(AT, content=PICTURE, headers=JPEG).status_code == 202
    assert TestClient(app).post(AT, content=PICTURE, headers=JPEG).status_code == 401
    elsewhere = program(app, rooms, "records:write").post("/api/v1/records/receipt/x/corrections", content=PICTURE)
    assert elsewhere.status_code == 413
    assert not re.fullmatch(upload_paths(app.routes), "/api/v1/forms/receipt/scans/x")


def test_a_token_of_one_form_is_told_nothing_of_scans_of_another_and_names_none(rooms: Home) -> None:
    for form in ("receipt", "facture"):
        rooms.use_form(form)
    scan = Scan(id="b" * 64, pages=(), form="facture", form_version=1, name="march", batch="march")
    file = SourceFile(sha256=digest(PICTURE), name="march.jpg", size=1, media_type="image/jpeg")
    rooms.store.put_scan(scan, [file], now())
    app = app_of_records(rooms)
    of_receipts, of_all = program(app, rooms, "scans:write:receipt"), program(app, rooms, "scans:write")
    sent = of_receipts.post(f"{AT}?external_id=HIJACK", content=PICTURE, headers=JPEG)
    assert (sent.status_code, sent.json()["state"], sent.json()["scans"]) == (202, "known", [])
    assert of_receipts.get(f"{AT}/{digest(PICTURE)}").json()["scans"] == []
    assert "HIJACK" not in str(rooms.store.known_scan(scan.id))
    assert of_all.get(f"{AT}/{digest(PICTURE)}").json()["scans"] == [scan.id]


def test_a_nearly_full_disk_takes_no_files_and_says_so(rooms: Home) -> None:
    rooms.use_form("receipt")
    settings = rooms.settings.model_copy(update={"reserve_bytes": 2**62})
    full = Home(settings=settings, store=rooms.store, archive=rooms.archive, forms=rooms.forms)
    with program(app_of_records(full), rooms, "scans:write") as client:
        answer = client.post(AT, content=PICTURE, headers=JPEG)
    assert (answer.status_code, "kept for what people read" in answer.json()["detail"]) == (507, True)
    assert waiting_scans(rooms.settings) == []
