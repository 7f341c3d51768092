"""The door: what nobody can read is refused by name where people send it, and the text is still where it was typed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from psycopg_pool import PoolTimeout
from starlette.testclient import TestClient

from tests.transcribe.review.site import Site, make_site
from tests.transcribe.review.test_requests import client_of
from transcribe.errors import NoConnectionFree, StoreError
from transcribe.forms import definition
from transcribe.model import WHOLE, FieldKey, Scan, Task
from transcribe.review.options import MAX_TEXT_LENGTH, MAX_WORD_LENGTH

NAME = FieldKey("customer_name")
OFFERED = definition.load("bon-de-commande")
REFUSED = [
    ("\0", "NUL (U+0000)"),
    ("Durand\x1b[2J", "ESC (U+001B)"),
    ("a\x07\x08b", "BEL (U+0007), BS (U+0008)"),
    ("a\x7fb", "U+007F"),
    ("\x85", "U+0085"),
    ("x" * (MAX_WORD_LENGTH + 1), f"more than {MAX_WORD_LENGTH} characters"),
    ("a b " * 1001, f"at most {MAX_TEXT_LENGTH}"),
]
KEPT = ["two\nlines\r\nand\ta tab", "x" * MAX_WORD_LENGTH, "日本語" * 400, "می\u200cخواهم", "é" * 200, "e\u0301 😀"]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


@pytest.fixture
def client(site: Site) -> TestClient:
    return client_of(site, site.person("amina"))


def leased(site: Site) -> str:
    """A task that the person holds."""
    (person,) = site.store.transcribers()
    (task,) = site.store.lease(person.id, 1, site.clock.now())
    return task.id


def texts(site: Site) -> list[str | None]:
    (person,) = site.store.transcribers()
    return site.texts_of(person.id)


def asked_which_form(site: Site) -> str:
    """A task that the person holds: which of the one form that is offered a scan is."""
    site.store.put_form(OFFERED, "", site.clock.now())
    scan = Scan(id="5" * 64, pages=(), form="", form_version=0)
    site.store.put_scan(scan, [], site.clock.now())
    asked = Task(scan=scan.id, key=WHOLE, kind="identify", reason="form unknown")
    site.store.conclude(scan.id, 0, [], [asked], None, site.clock.now())
    return leased(site)


@pytest.mark.parametrize(("text", "said"), REFUSED)
@pytest.mark.parametrize("action", ["send", "illegible"])
def test_a_program_of_ours_is_told_what_cannot_be_kept(
    site: Site, client: TestClient, text: str, said: str, action: str
) -> None:
    site.scan("bon-de-commande", {NAME: "Durand"})
    task, idem = leased(site), "idem-1234"
    sent = {"idem": idem, "action": action, "text": text, "seconds": 1.0}
    answer = client.post(f"/work/{task}", json=sent)
    assert (answer.status_code, texts(site)) == (422, [])
    assert said in answer.json()["error"]
    assert client.post(f"/work/{task}", json={**sent, "text": "Durand"}).json()["outcome"] == "kept"


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_a_plain_form_comes_back_with_its_text(site: Site, client: TestClient, text: str, said: str) -> None:
    site.scan("bon-de-commande", {NAME: "Durand"})
    sent = {"csrf": client.headers["x-csrf-token"], "idem": "idem-1234", "text": text}
    answer = client.post(f"/work/{leased(site)}?check=1", data=sent)
    assert (answer.status_code, texts(site)) == (422, [])
    assert said in answer.text
    assert text.replace("\r\n", "\n").strip() in answer.text.replace("\r\n", "\n") or "\x85" in text


@pytest.mark.parametrize("text", KEPT)
def test_what_people_do_type_is_kept(site: Site, client: TestClient, text: str) -> None:
    site.scan("bon-de-commande", {NAME: "Durand"})
    sent = {"idem": "idem-1234", "action": "send", "text": text, "seconds": 1.0}
    assert client.post(f"/work/{leased(site)}", json=sent).status_code == 200
    assert texts(site) == [text]


LONG_DATE = "12 mars 2025 " * 24
"""More characters than a date has: 312."""


@pytest.mark.parametrize("as_json", [True, False])
def test_a_field_of_one_value_takes_no_page_of_text(site: Site, client: TestClient, as_json: bool) -> None:
    site.scan("bon-de-commande", {FieldKey("order_date"): "12/03/2025"})
    task = leased(site)
    if as_json:
        sent = {"idem": "idem-1234", "action": "send", "text": LONG_DATE}
        answer = client.post(f"/work/{task}", json=sent)
    else:
        sent = {"csrf": client.headers["x-csrf-token"], "idem": "idem-1234", "text": LONG_DATE}
        answer = client.post(f"/work/{task}", data=sent)
        assert LONG_DATE.strip() in answer.text
    assert (answer.status_code, texts(site)) == (422, [])
    assert "at most 300 characters" in answer.text
    sent = {"idem": "idem-1234", "action": "send", "text": LONG_DATE[:300]}
    assert client.post(f"/work/{task}", json=sent).json()["outcome"] == "kept"


@pytest.mark.parametrize(
    "form",
    [
        *("nope/7", "/proc/kmsg/1", "../../etc/passwd/1", "bon-de-commande/99", "bon-de-commande", "x.toml/1"),
        *("45", "٣", "bon-de-commande/1 x", "bon-de-commande/1 90", "bon-de-commande/١", "bon-de-commande/01"),
        *("Bon-de-commande/1", "bon-de-commande/1\t", "bon-de-commande/1\n", "x bon-de-commande/1"),
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_only_a_form_that_was_offered_is_an_answer(site: Site, client: TestClient, form: str, as_json: bool) -> None:
    task = asked_which_form(site)

    def send(said: str, idem: str) -> int:
        if as_json:
            sent = {"idem": idem, "action": "send", "text": f"{said} 0"}
            return int(client.post(f"/work/{task}", json=sent).status_code)
        fields = {"csrf": client.headers["x-csrf-token"], "idem": idem, "form": said, "turn": "0"}
        return int(client.post(f"/work/{task}", data=fields).status_code)

    assert (send(form, "idem-0001"), texts(site)) == (422, [])
    assert send(f"bon-de-commande/{OFFERED.version}", "idem-0002") in (200, 303)
    assert texts(site) == [f"bon-de-commande/{OFFERED.version} 0"]
    assert client.get("/readings").status_code == 200


@pytest.mark.parametrize("text", ["0", "", "bon-de-commande/1", "bon-de-commande/1 45", "bon-de-commande/1  0", "1 90"])
def test_an_answer_without_a_form_or_a_turn_is_none(site: Site, client: TestClient, text: str) -> None:
    task, sent = asked_which_form(site), {"idem": "idem-0001", "action": "send", "text": text}
    assert (client.post(f"/work/{task}", json=sent).status_code, texts(site)) == (422, [])
    sent = {"csrf": client.headers["x-csrf-token"], "idem": "idem-0002", "form": "", "turn": "0"}
    assert client.post(f"/work/{task}", data=sent).status_code in (200, 303), "none of these is an answer"
    assert texts(site) == [None]


@pytest.mark.parametrize("action", ["illegible", "crossed_out", "blank"])
def test_of_a_scan_without_a_form_only_what_its_page_offers_is_an_answer(
    site: Site, client: TestClient, action: str
) -> None:
    task, csrf = asked_which_form(site), client.headers["x-csrf-token"]
    sent = {"csrf": csrf, "idem": "idem-0001", "action": action, "form": "", "turn": "0"}
    answers = [
        client.post(f"/work/{task}", data=sent),
        client.post(f"/work/{task}", json={"idem": "idem-0002", "action": action, "text": ""}),
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("not offered" in answer.text for answer in answers)
    assert texts(site) == []
    sent = {"csrf": csrf, "idem": "idem-0003", "action": "send", "form": "none", "turn": ""}
    assert client.post(f"/work/{task}", data=sent).status_code in (200, 303)
    assert texts(site) == [None]


@pytest.mark.parametrize(
    "cause",
    [sqlite3.OperationalError("database or disk is full"), PoolTimeout("couldn't get a connection after 5.00 sec")],
    ids=["full", "away"],
)
def test_a_full_disk_or_a_lost_server_is_one_line_of_the_log_a_request(
    site: Site,
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    cause: Exception,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError from cause

    monkeypatch.setattr(site.store, "set_training", full)
    sent = {"csrf": client.headers["x-csrf-token"], "training": "no"}
    assert client.post("/me", data=sent).status_code == 503
    assert the_line(caplog) == f"the store is busy: StoreError, {cause}"


def test_a_server_without_a_free_connection_is_named_in_the_log(
    site: Site, client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crowded(*_: object, **__: object) -> None:
        raise NoConnectionFree("There is no connection free. Raise max_connections.")

    monkeypatch.setattr(site.store, "set_training", crowded)
    sent = {"csrf": client.headers["x-csrf-token"], "training": "no"}
    assert client.post("/me", data=sent).status_code == 503
    assert the_line(caplog) == "the store is busy: There is no connection free. Raise max_connections."


def the_line(caplog: pytest.LogCaptureFixture) -> str:
    """The one line that the pages have logged."""
    (line,) = (record for record in caplog.records if record.name.startswith("transcribe.review"))
    assert line.exc_info is None
    return line.getMessage()
