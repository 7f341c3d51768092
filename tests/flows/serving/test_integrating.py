"""docs/integrating.md: its follower ends equal to a full export whatever happens, its session answers as it says."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows.administration.people import invite
from flows.administration.records import forget_scan
from flows.home.home import Home, now
from flows.steps.erasures import ErasureUnfinished, publish_records, rebuild_records
from flows.steps.reconcile_scans import reconcile_home, reconcile_to_the_end
from reconcile.records import query
from tests.flows.house import PATIENCE, House
from tests.flows.serving.served import served
from tests.flows.serving.test_api import recorded
from tests.flows.serving.test_records_api import app_of_records, program
from tests.flows.steps.test_reconcile_scans import RECEIPT, read_all, received
from transcribe.codes import RecordRule
from transcribe.model import Record, RuleException
from transcribe.people.tokens import new_token

SHIPPED = Path(__file__).parents[3] / "transcribe" / "forms" / "shipped"
PAGE = (Path(__file__).parents[3] / "docs" / "integrating.md").read_text(encoding="utf-8")
(FOLLOWER,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(SESSION,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)

EVENT_COUNT = 200
"""Random events that a follower sees, with its restarts in about a minute."""

SOAK_EVENT_COUNT = 10_000
"""The same in the long run."""

EQUAL_SECONDS = 60
"""How long a follower has to catch up at the end on a busy machine."""

ARRIVED_SECONDS = 600
"""How long all webhooks have to arrive at the end."""


@contextmanager
def following(address: str, token: str, folder: Path) -> Iterator[None]:
    """The follower of the page, running."""
    script = folder / "follow.py"
    script.write_text(FOLLOWER, encoding="utf-8")
    told = {**os.environ, "FAIRHAND": address, "TOKEN": token, "FORM": "receipt", "COPY": str(folder / "copy.db")}
    running = subprocess.Popen([sys.executable, str(script)], env=told, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.kill()
        running.wait()


def copied(folder: Path) -> dict[str, dict[str, object]]:
    """What the copy has, by scan."""
    with closing(sqlite3.connect(folder / "copy.db")) as copy:
        return {scan: json.loads(text) for scan, text in copy.execute("select scan, record from orders")}


def exported(rooms: Home, form: str = "receipt") -> dict[str, dict[str, object]]:
    """What a full export has, by scan."""
    return {each.scan: dict(each.document) for each in query.records(rooms.settings.records, form)}


def happen(rooms: Home, chance: random.Random, scans: list[str]) -> None:
    """One random event: an order is decided, corrected, photographed again, forgotten or of another form; a restore; a
    rebuild; a new version of the form.

    The last three make everything anew, and are as rare as that ten thousand events end within an hour.
    """
    happens = {"decide": 350, "correct": 350, "retake": 50, "erase": 150, "move": 60, "restore": 4, "rebuild": 4}
    happens["version"] = 4
    what = chance.choices([*happens], [*happens.values()])[0]
    total = f"{chance.randrange(100_000) / 100:.2f}"
    if what == "decide" or not scans:
        scans.append(recorded(rooms, total))
    elif what == "correct":
        recorded(rooms, total, chance.choice(scans))
    elif what == "erase":
        with suppress(ErasureUnfinished):  # a page is just being read: the next round of publishing finishes it
            forget_scan(rooms, scans.pop(chance.randrange(len(scans))))
    elif what == "retake":
        scans.append(retake(rooms, chance.choice(scans)))
    elif what == "move":
        move(rooms, chance.choice(scans))
    elif what == "restore":
        rooms.store.begin_epoch(now(), now())
        publish_records(rooms)
        for each in rooms.store.webhooks():
            rooms.store.switch_webhook(each.name, "", now())  # as `fairhand webhooks resume`
    elif what == "version":
        of_new_version(rooms, chance.choice(scans), total)
    else:
        rebuild_records(rooms)


def of_new_version(rooms: Home, scan: str, total: str) -> None:
    """A new version of the form comes, and an order is recorded anew as it."""
    version = 1 + max(version for name, version, _ in rooms.store.forms() if name == "receipt")
    text = (SHIPPED / "receipt.toml").read_text(encoding="utf-8").replace("version = 1", f"version = {version}")
    added = f'\n[[field]]\nname = "note_{version}"\nlabel = {{ en = "Note" }}\ntype = "text"\n'
    file = rooms.settings.home / "receipt.toml"
    file.write_text(text + added, encoding="utf-8")
    form = rooms.use_form(str(file))
    recorded(rooms, total, scan)
    last = rooms.store.last_record(scan)
    assert last is not None
    rooms.store.conclude(scan, 10**9, (), [], replace(last, form_version=form.version, version=last.version + 1), now())
    publish_records(rooms)


def retake(rooms: Home, scan: str) -> str:
    """The same order comes on another photograph, and its record says so."""
    last = rooms.store.last_record(scan)
    assert last is not None
    again = received(rooms).id
    same = RuleException(rule=RecordRule.SAME_ORDER, keys=(), expected="another order", found=f"a retake of {scan}")
    record = replace(last, scan=again, version=1, exceptions=(same,))
    rooms.store.conclude(again, 10**9, (), [], record, now())
    publish_records(rooms)
    return again


def move(rooms: Home, scan: str) -> None:
    """The scan turns out to be of another form: its next record is of that, and a correction brings it back."""
    form = rooms.use_form("order-form")
    last = rooms.store.last_record(scan)
    assert last is not None
    moved = Record(scan=scan, form=form.name, form_version=form.version, decisions=())
    rooms.store.conclude(scan, 10**9, (), [], replace(moved, version=last.version + 1), now())
    publish_records(rooms)


@pytest.mark.promise("ten minutes to a")
@pytest.mark.needs("webhooks")
def test_the_follower_of_the_page_ends_equal_to_a_full_export(rooms: Home, tmp_path: Path) -> None:
    follows(rooms, tmp_path, EVENT_COUNT)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.needs("webhooks")
def test_the_follower_ends_equal_after_ten_thousand_events(rooms: Home, tmp_path: Path) -> None:
    follows(rooms, tmp_path, SOAK_EVENT_COUNT)


def follows(rooms: Home, tmp_path: Path, left: int) -> None:
    """Random events while the follower is started and killed, and a receiver of webhooks fails now and then.

    At the end the copy of each is what a full export has.
    """
    from flows.parts.webhooks.sender import Sender
    from tests.flows.parts.webhooks.receivers import receiving, send_all, subscribed

    chance, scans = random.Random(17), [recorded(rooms)]
    token = new_token(rooms.store, "erp", ["records:read"], now()).secret
    flaky = random.Random(18)
    with served(app_of_records(rooms)) as address, receiving() as receiver:
        receiver.behave = lambda event, times: 500 if times == 1 and flaky.random() < 0.05 else 200
        subscribed(rooms, receiver, with_values=True, after=0)
        while left:
            with following(address, token, tmp_path):  # and killed at the end of each part
                part = min(left, chance.randrange(20, 120))
                for _ in range(part):
                    happen(rooms, chance, scans)
                left -= part
                Sender(home=rooms, now=now).send_due()
        with following(address, token, tmp_path):
            until = time.monotonic() + EQUAL_SECONDS
            while time.monotonic() < until and copied(tmp_path) != exported(rooms):
                time.sleep(0.2)
        publish_records(rooms)
        send_all(rooms, ARRIVED_SECONDS)
    assert copied(tmp_path) == exported(rooms)
    assert receiver.faults == []
    assert {scan: record for scan, (_, record) in receiver.copy().items()} == {
        **exported(rooms),
        **(exported(rooms, "order-form") if "order-form" in query.forms(rooms.settings.records) else {}),
    }
    assert sum(receiver.tries.values()) > len(receiver.tries), "some were sent again"


def test_a_follower_goes_on_after_answers_that_break_off_or_are_none(tmp_path: Path) -> None:
    record = {"scan": "a", "record_version": 1, "state": "final"}
    page = {"records": [record], "erased": [], "left": [], "next": 1, "more": False}
    bodies = [(b'{"records": [', 100), (b"", 100), (b"<html>502", 9), (json.dumps(page).encode(), 0)]

    class Breaks(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, length = bodies.pop(0) if len(bodies) > 1 else bodies[0]
            self.send_response(200)
            self.send_header("Content-Length", str(length or len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Breaks)
    answering = threading.Thread(target=server.serve_forever, daemon=True)
    answering.start()
    try:
        with following(f"http://127.0.0.1:{server.server_port}", "t", tmp_path):
            until, found = time.monotonic() + PATIENCE, dict[str, dict[str, object]]()
            while time.monotonic() < until and not found:
                time.sleep(0.2)
                with suppress(sqlite3.OperationalError):  # it has no table yet
                    found = copied(tmp_path)
    finally:
        server.shutdown()
        server.server_close()
    assert found == {"a": record}


@pytest.mark.promise("ten minutes to a")
def test_an_order_that_is_of_another_form_leaves_the_copy_and_may_come_back(rooms: Home, tmp_path: Path) -> None:
    scan, stays = recorded(rooms, "1.00"), recorded(rooms, "2.00")
    seen = query.position(rooms.settings.records)
    move(rooms, scan)
    with program(app_of_records(rooms), rooms) as client:
        page = client.get("/api/v1/records/receipt", params={"after": seen}).json()
        assert [(each["scan"], each["form"]) for each in page["left"]] == [(scan, "order-form")]
        assert page["records"] == []
        recorded(rooms, "3.00", scan)
        page = client.get("/api/v1/records/receipt", params={"after": seen}).json()
    assert ([each["scan"] for each in page["records"]], page["left"]) == ([scan], [])
    assert set(exported(rooms)) == {scan, stays}


@pytest.mark.promise("`--after NUMBER` writes what", "`state` is `final`, `provisional`,")
@pytest.mark.parametrize("format", ["jsonl", "csv", pytest.param("parquet", marks=pytest.mark.needs("parquet"))])
def test_an_export_of_one_form_since_a_number_tells_what_left_it(house: House, rooms: Home, format: str) -> None:
    scan, erased, _ = recorded(rooms, "1.00"), recorded(rooms, "2.00"), recorded(rooms, "3.00")
    seen = query.position(rooms.settings.records)
    move(rooms, scan)
    forget_scan(rooms, erased)
    out = rooms.settings.records.with_name(f"since.{format}")
    asked = ("records", "export", "--form", "receipt", "--after", str(seen), "--format", format, "--out", out)
    assert house.run(*asked).code == 0
    assert states_of(out, format) == {(scan, "left"), (erased, "erased")}
    recorded(rooms, "4.00", scan)
    assert house.run(*asked).code == 0
    assert states_of(out, format) == {(scan, "final"), (erased, "erased")}
    every = house.run("records", "export", "--after", str(seen)).out
    assert '"left"' not in every, "whoever follows all forms is told by the new record"


def states_of(file: Path, format: str) -> set[tuple[str, str]]:
    """The scan and the state of each row of an export."""
    if format == "parquet":
        import pyarrow.parquet

        rows = pyarrow.parquet.read_table(file).to_pylist()
    else:
        text = file.read_text(encoding="utf-8")
        lines = text.splitlines()
        rows = list(csv.DictReader(lines)) if format == "csv" else [json.loads(line) for line in lines]
    return {(row["scan"], row["state"]) for row in rows}


@pytest.mark.promise("ten minutes to a")
def test_the_session_of_the_page_answers_as_it_says(rooms: Home) -> None:
    texts = {**RECEIPT, "total": "1234.50"}
    scan = received(rooms, texts={"total": ("1234.50", "1234.50")}).id
    reconcile_home(rooms)
    for who, roles in (("mina", []), ("omar", []), ("eve", ["expert"])):
        read_all(rooms, invite(rooms, who, roles or ["transcriber"]).person.id, texts)
    token = new_token(rooms.store, "erp", ["records:read", "records:write"], now()).secret
    with served(app_of_records(rooms)) as address:
        told = {**os.environ, "FAIRHAND": address, "TOKEN": token, "SCAN": scan}
        for asked, answered in re.findall(r"^\$ (.*)\n(.*)$", SESSION, re.MULTILINE):
            command = ["sh", "-c", asked]
            done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=PATIENCE, check=False)
            assert done.stdout.strip() == answered, (asked, done.stderr)
            reconcile_to_the_end(rooms)
