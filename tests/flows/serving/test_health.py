"""What supervisors and monitoring are told: whether it works, why not, and numbers that are about nobody."""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from flows.administration.people import invite
from flows.backup.make_backup import make_backup
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.serving import health as health_routes
from flows.serving.health import Health, TimedRequests, health, request_seconds
from flows.steps.reconcile_scans import reconcile_home
from tests.attack.test_restore import recorded
from tests.deployments.composition import DEPLOYMENTS
from tests.flows.house import House, until
from tests.flows.serving.test_serve import host, signed_in
from tests.flows.shifts.test_shift import to_read
from tests.flows.steps.test_reconcile_scans import received
from tests.postgres import Server, server
from transcribe.errors import NoConnectionFree, StoreError
from transcribe.model import SourceFile
from transcribe.people.tokens import SCOPES, new_token
from transcribe.review.access.guard import SECURITY_HEADERS
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions
from transcribe.store.facts import Rate, SentReading
from transcribe.store.postgresql.postgresql_silence import SILENCE_SECONDS


class Worker:
    runs = True


def app_of(home: Home, worker: Worker | None = None) -> FastAPI:
    at = worker or Worker()
    routers = [health(home, lambda: at.runs)]
    return create_app(home.store, home.archive, home.forms, ReviewOptions(), now, lambda _: None, routers=routers)


def timed_app_of(home: Home) -> FastAPI:
    """The app as `serve` has it: how long its requests take is counted."""
    seconds = request_seconds()
    routers = [health(home, lambda: True, [seconds])]
    app = create_app(home.store, home.archive, home.forms, ReviewOptions(), now, lambda _: None, routers=routers)
    app.add_middleware(TimedRequests, seconds=seconds)
    return app


def told(client: TestClient) -> dict[tuple[str, ...], float]:
    """Each number by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def monitoring(home: Home, app: FastAPI, scope: str = "metrics:read") -> TestClient:
    secret = new_token(home.store, "monitoring", [scope], now()).secret
    return TestClient(app, headers={"authorization": f"Bearer {secret}"})


def test_strangers_learn_only_whether_it_works(rooms: Home) -> None:
    recorded(rooms, "ACME LTD")
    client = TestClient(app_of(rooms))
    for path, said in (("/healthz", "alive\n"), ("/readyz", "ready\n")):
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (200, said)
        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405
        assert "set-cookie" not in answer.headers


def broken_database(home: Home) -> None:
    for file in home.settings.home.glob("state.db*"):
        file.write_bytes(b"broken" * 9999)
    home.store.close()


def broken_archive(home: Home) -> None:
    shutil.rmtree(home.settings.home / "archive")


def full_disk(home: Home) -> None:
    home.settings.home.rename(home.settings.home.with_name("away"))


def crowded_database(home: Home) -> None:
    def refused() -> None:
        raise NoConnectionFree

    vars(home.store)["check_writable"] = refused


def newer_database(home: Home) -> None:
    with closing(sqlite3.connect(home.settings.home / "state.db")) as newer:
        newer.execute("PRAGMA user_version = 9999")


@pytest.mark.promise("readings go on, as", "`/readyz` says that the", "One that still runs", "Where the archive alone")
@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (newer_database, "the program is older than its database"),
        (crowded_database, "the server of the database has no connection free"),
        (broken_database, "the database cannot be written"),
        (broken_archive, "the archive cannot be read"),
        (full_disk, "the disk is full or cannot be written"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(rooms: Home, break_it: Any, said: str) -> None:
    recorded(rooms, "ACME LTD")
    client = TestClient(app_of(rooms))
    break_it(rooms)
    answer = client.get("/readyz")
    assert answer.status_code == (200 if break_it is broken_archive else 503), "without pictures readings are kept"
    assert said in answer.text.splitlines()
    assert str(rooms.settings.home) not in answer.text
    assert client.get("/healthz").status_code == 200


def test_it_is_not_ready_while_reconciling_does_not_run(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_routes, "READY_SECONDS", 0.0)
    worker = Worker()
    client = TestClient(app_of(rooms, worker))
    assert client.get("/readyz").status_code == 200
    worker.runs = False
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "reconciling does not run\n")


def test_a_database_that_is_away_is_waited_for_once(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def away(*_: object) -> None:
        asked.append("the database")
        raise StoreError("The database is away")

    monkeypatch.setattr(type(rooms.store), "check_writable", away)
    monkeypatch.setattr(type(rooms.store), "newest_file", away)
    assert TestClient(app_of(rooms)).get("/readyz").text == "the database cannot be written\n"
    assert asked == ["the database"]


def test_a_disk_with_little_room_is_full(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_routes, "MIN_FREE_BYTES", 10**18)
    assert TestClient(app_of(rooms)).get("/readyz").text == "the disk is full or cannot be written\n"
    assert list(rooms.settings.home.glob(".probe*")) == []


def test_asking_often_costs_one_look(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    look = Health._look

    def counted(self: Health) -> tuple[str, ...]:
        looks.append(1)
        return look(self)

    monkeypatch.setattr(Health, "_look", counted)
    client = TestClient(app_of(rooms))
    assert {client.get("/readyz").status_code for _ in range(50)} == {200}
    assert len(looks) == 1


@pytest.mark.promise("see numbers of the")
def test_metrics_are_for_a_token_with_their_scope_from_wherever_it_asks(rooms: Home) -> None:
    app = app_of(rooms)
    local = TestClient(app, client=("127.0.0.1", 50000))
    assert local.get("/metrics").status_code == 401
    assert local.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 401
    for scope in sorted(SCOPES):
        client, before = monitoring(rooms, app, scope), rooms.store.audit()
        assert client.get("/metrics").status_code == (200 if scope == "metrics:read" else 403)
        assert rooms.store.audit() == before
    browser = TestClient(app, follow_redirects=False)
    assert browser.post(invite(rooms, "olga", ["operator"]).link.partition("8484")[2]).status_code == 303
    assert browser.get("/metrics").status_code == 401, "a session opens none"


def test_metrics_count_what_there_is(rooms: Home, tmp_path: Path) -> None:
    rooms.store.put_rate(Rate(form="", micro=50_000, currency="EUR", since=now()), now())
    recorded(rooms, "ACME LTD")
    received(rooms, texts={"company": ("ACME LTD", "AGNE LID")})
    reconcile_home(rooms)
    who = invite(rooms, "mina").person.id
    (task,) = rooms.store.lease(who, 1, now())
    rooms.store.submit(task.id, who, SentReading(text="ACME LTD", idem="a"), now())
    client = monitoring(rooms, app_of(rooms))
    numbers = told(client)
    assert numbers["fairhand_ready",] == 1
    assert numbers["fairhand_scans", "finished"] == 1
    assert numbers["fairhand_scans", "not weighed"] == 1
    people = [each for state in rooms.store.scan_states() for each in rooms.store.readings(state.scan.id)]
    typed = sum(each.kind == "person" for each in people)
    assert numbers["fairhand_submits_total",] == typed > 0
    assert numbers["fairhand_pay_micros", "EUR", "reading"] == sum(
        line.micro for line in rooms.store.ledger() if line.kind == "reading"
    )
    assert numbers["fairhand_disk_free_bytes", "home"] > 0
    assert not [name for name in numbers if "backup" in name[0]]


@pytest.mark.parametrize("there", [False, True])
def test_metrics_tell_the_age_of_the_newest_backup(rooms: Home, tmp_path: Path, there: bool) -> None:
    backups = tmp_path / "backups"
    if there:
        backups.mkdir()
        make_backup(rooms.settings, backups, now() - timedelta(hours=2))
    settings = rooms.settings.model_copy(update={"backups": str(backups)})
    home = Home(settings=settings, store=rooms.store, archive=rooms.archive, forms=rooms.forms)
    age = told(monitoring(home, app_of(home)))["fairhand_backup_age_seconds",]
    assert 7200 <= age < 7300 if there else age == float("inf")


def test_metrics_name_nobody(rooms: Home) -> None:
    recorded(rooms, "ACME LTD")
    invite(rooms, "Zebedee")
    text = monitoring(rooms, app_of(rooms)).get("/metrics").text
    with closing(sqlite3.connect(rooms.settings.state)) as connection:
        people = connection.execute("SELECT public_id, handle FROM transcriber").fetchall()
        scans = connection.execute("SELECT sha256 FROM scan UNION SELECT sha256 FROM source_file").fetchall()
    ids = [each for row in (*people, *scans) for each in row]
    assert len(ids) > 3
    assert [each for each in (*ids, "ACME", "receipt", str(rooms.settings.home)) if each in text] == []


def test_metrics_tell_what_waits_to_be_read_and_how_long_requests_take(rooms: Home) -> None:
    to_read(rooms, "one", "two", "three")
    rooms.store.claim_to_read("worker", 1, now() - timedelta(seconds=90), 600)
    (begun,) = rooms.store.claim_to_read("gone", 1, now(), 60)
    rooms.store.begin_to_read(begun.scan.id, "gone", now(), 60)
    rooms.store.release_to_read("gone")
    file = SourceFile(sha256="a" * 64, name="letter.png", size=1, media_type="image/png")
    rooms.store.set_aside(file, "ScanError", "it is no picture", "monday", now())
    client = monitoring(rooms, timed_app_of(rooms))
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/no-such-page/a-name")] == [200, 200, 404]
    numbers = told(client)
    assert {state: numbers["fairhand_to_read_scans", state] for state in ("held", "free", "begun before")} == {
        "held": 1,
        "free": 1,
        "begun before": 1,
    }
    assert 0 <= numbers["fairhand_to_read_age_seconds", "free"] < 60
    assert (numbers["fairhand_unread_scans",], numbers["fairhand_set_aside_files",]) == (3, 1)
    assert numbers["fairhand_request_seconds_count", "2xx", "healthz"] == 1
    assert numbers["fairhand_request_seconds_count", "4xx", "other"] == 1, "what somebody typed is no label"
    assert numbers["process_resident_memory_bytes",] > 10_000_000


def test_the_rules_for_alerts_ask_for_numbers_that_there_are(rooms: Home, tmp_path: Path) -> None:
    settings = rooms.settings.model_copy(update={"backups": str(tmp_path)})
    home = Home(settings=settings, store=rooms.store, archive=rooms.archive, forms=rooms.forms)
    client = monitoring(home, timed_app_of(home))
    client.get("/healthz")
    there = set(re.findall(r"^# TYPE (\w+)", client.get("/metrics").text, re.MULTILINE))
    (group,) = yaml.safe_load((DEPLOYMENTS / "prometheus.yaml").read_text("utf-8"))["groups"]
    asked = {name for rule in group["rules"] for name in re.findall(r"\b(?:fairhand|process)_\w+", rule["expr"])}
    assert len(group["rules"]) > 10
    assert {name.removesuffix("_bucket").removesuffix("_count") for name in asked} <= there


PEOPLE_COUNT = 8
AWAY_SECONDS = 12.0
TROUBLES: dict[str, tuple[Callable[[Server], None], Callable[[Server], None]]] = {
    "gone": (Server.stop, Server.start),
    "standing still": (Server.stand_still, Server.go_on),
}
"""What befalls the server, and how it ends."""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.promise("- While the server")
@pytest.mark.parametrize("trouble", ["gone", pytest.param("standing still", marks=pytest.mark.soak)])
def test_while_the_database_is_away_the_process_is_alive_and_people_are_told_to_try_again(
    tmp_path: Path, trouble: str
) -> None:
    begin, mend = TROUBLES[trouble]
    with ExitStack() as running:
        database = running.enter_context(server())
        kept = f"FAIRHAND_STATE={database.address}\n"
        (tmp_path / configuration.SETTINGS_FILE).write_text(kept, encoding="utf-8")
        home = running.enter_context(closing(open_home(configuration.load_settings(tmp_path))))
        address, _ = running.enter_context(host(House(home=tmp_path)))
        people = [running.enter_context(closing(signed_in(home, [address], f"mina{n}"))) for n in range(PEOPLE_COUNT)]
        begin(database)
        try:
            end, slowest = time.monotonic() + AWAY_SECONDS, 0.0
            with ThreadPoolExecutor(PEOPLE_COUNT) as many:
                answers = many.map(lambda each: each.get("/work/next", params={"count": 1}), people)
                while time.monotonic() < end:
                    begun = time.monotonic()
                    assert httpx.get(f"{address}/healthz", timeout=30).text == "alive\n"
                    slowest = max(slowest, time.monotonic() - begun)
                    time.sleep(0.1)
                told = list(answers)
            assert slowest < SILENCE_SECONDS, "nobody else waits for a connection"
            assert [each.status_code for each in told] == [503] * PEOPLE_COUNT, told[0].text
            assert {each.headers["retry-after"] for each in told} == {"1"}
            begun = time.monotonic()
            assert httpx.get(f"{address}/readyz", timeout=30).status_code == 503
            assert time.monotonic() - begun < 10, "as long as the health checks of the composition wait"
        finally:
            mend(database)
        until(lambda: people[0].get("/work/next", params={"count": 1}).status_code == 200)
