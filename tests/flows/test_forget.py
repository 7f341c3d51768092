"""Forgetting a scan: it is named, asked about once, and the log says why."""

from __future__ import annotations

import os
import pty
import re
import secrets
import subprocess

import pytest
from starlette.testclient import TestClient

from flows.administration.people import Invitation, invite
from flows.home.home import Home, now
from flows.steps.learn_parameters import learn_home
from flows.steps.reconcile_scans import reconcile_home
from reconcile.parameters.parameters import read_parameters
from reconcile.records import query
from reconcile.records.database import open_for_reading
from tests.flows.house import FAIRHAND, House
from tests.flows.steps.test_reconcile_scans import received
from transcribe.model import FieldKey, Scan
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions

WHY = ("--why", "the customer asked for it")


@pytest.fixture
def scan(rooms: Home) -> Scan:
    return received(rooms, batch="monday")


def on_a_terminal(house: House, answer: str, scan: Scan) -> tuple[int, str]:
    """The exit code and all that is printed where somebody at a terminal answers so."""
    return answered(house, answer, "scan", "forget", scan.id[:12], *WHY)


def answered(house: House, answer: str, *told: str) -> tuple[int, str]:
    """The same of any command."""
    master, slave = pty.openpty()
    words = [*FAIRHAND, "--home", str(house.home), *told]
    process = subprocess.Popen(
        words, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=house.child_environment()
    )
    os.write(master, answer.encode())
    said, _ = process.communicate(timeout=120)
    os.close(slave)
    os.close(master)
    return process.returncode, said


@pytest.mark.promise("it stays in the")
def test_without_a_terminal_it_is_refused_until_somebody_says_yes(house: House, rooms: Home, scan: Scan) -> None:
    refused = house.run("scan", "forget", scan.id[:12], *WHY)
    assert refused.code == 2
    assert "Say --yes if you are sure" in refused.err
    assert not rooms.store.forgotten(scan.id)
    assert house.run("scan", "forget", scan.id[:12], "--yes").code == 2, "nobody says why"
    assert house.run("scan", "forget", scan.id[:12], "--yes", "--why", " ").code == 2
    done = house.run("scan", "forget", scan.id[:12], "--yes", *WHY, "--by", "olga")
    assert done.code == 0, done.err
    assert rooms.store.forgotten(scan.id)
    (line,) = [each for each in house.run("log", "list", "--json").json if each["action"] == "scan forgotten"]
    assert line["actor"] == "olga"
    assert "the customer asked for it" in house.run("log", "list").out
    assert house.run("log", "verify").code == 0
    assert house.run("scan", "forget", scan.id[:12], "--yes", *WHY).code == 0, "again it finishes what was cut short"


@pytest.mark.promise("It says what goes")
@pytest.mark.parametrize(("answer", "is_forgotten"), [("n\n", False), ("y\n", True)])
def test_on_a_terminal_it_says_what_goes_and_what_stays_and_asks_once(
    house: House, rooms: Home, scan: Scan, answer: str, is_forgotten: bool
) -> None:
    code, said = on_a_terminal(house, answer, scan)
    assert (code == 0, rooms.store.forgotten(scan.id)) == (is_forgotten, is_forgotten)
    assert said.count("Forget it for good?") == 1
    assert "Erased: its pictures" in said
    assert "Not erased: who read how much and was paid what" in said
    assert "of the batch monday" in said


def test_who_leaves_is_asked_about_like_a_scan_that_is_forgotten(house: House, rooms: Home) -> None:
    who = invite(rooms, "mina").person.id
    refused = house.run("people", "leave", "mina", *WHY)
    assert (refused.code, "Say --yes if you are sure" in refused.err) == (2, True)
    code, said = answered(house, "n\n", "people", "leave", "mina", *WHY)
    assert (code, "mina (transcriber)" in said) == (1, True)
    assert rooms.store.transcriber("mina").id == who
    code, said = answered(house, "y\n", "people", "leave", "mina", *WHY)
    assert (code, "mina has left" in said) == (0, True)
    assert rooms.store.transcriber(who).handle.startswith("left-")


RIGHT, OTHERS = "ACME LTD", "ACMF LTD"
KEY, TYPE = FieldKey("company"), "name"
READERS = ("ann", "ben", "cat")


@pytest.fixture
def people(rooms: Home) -> dict[str, TestClient]:
    """Ann, two others, and an expert, each signed in to the pages."""
    app = create_app(rooms.store, rooms.archive, rooms.forms, ReviewOptions(), now, lambda _: None)
    clients = {}
    for name in (*READERS, "fay"):
        invited: Invitation = invite(rooms, name, ["expert" if name == "fay" else "transcriber"])
        client = TestClient(app, follow_redirects=False)
        assert client.post(f"/in/{invited.link.rpartition('/')[2]}").status_code == 303
        rooms.store.set_training(invited.person.id, training=False, now=now())
        clients[name] = client
    return clients


def token(client: TestClient) -> dict[str, str]:
    return {"csrf": re.findall(r'name="csrf" value="([^"]+)"', client.get("/me").text)[0]}


def type_in(rooms: Home, client: TestClient, text: str, kind: str = "read") -> bool:
    """The person takes their next task and types this; False where there is none."""
    page = client.get("/work").text
    found = re.search(r'action="/work/([^"?]+)" data-kind="(\w+)"', page)
    if not found:
        return False
    assert found[2] == kind
    sent = {**token(client), "idem": secrets.token_hex(8), "action": "send", "text": text}
    assert client.post(f"/work/{found[1]}", data=sent).status_code == 303
    reconcile_home(rooms)
    return True


def decided(rooms: Home, scan: str) -> str | None:
    return next((each.text for each in rooms.store.decisions(scan) if each.key == KEY), None)


def wrong(rooms: Home, who: str) -> float:
    """How often this person is taken to be wrong on such fields."""
    learnt = rooms.store.parameters()
    assert learnt
    return read_parameters(learnt).source_model(rooms.store.transcriber(who).id, "person", TYPE).error


def outcome(client: TestClient) -> tuple[str, str]:
    """The outcome of the person's latest reading, and its page."""
    listed = client.get("/readings").text
    (address,) = re.findall(r'href="(/readings/[^"?]+)"', listed)[:1]
    page = client.get(address).text
    return re.findall(r'id="outcome" data-outcome="(\w+)"', page)[0], address


def test_one_who_is_right_against_two_changes_the_record_and_what_is_believed(
    rooms: Home, people: dict[str, TestClient]
) -> None:
    scan = received(rooms, texts={"company": ("ACNF LTD", "ACHF LTD")}).id
    reconcile_home(rooms)
    for name in READERS:
        type_in(rooms, people[name], RIGHT if name == "ann" else OTHERS)
    assert decided(rooms, scan) == OTHERS
    learn_home(rooms)
    reconcile_home(rooms)
    before = wrong(rooms, "ann"), wrong(rooms, "ben")
    assert before[0] > before[1], "ann is believed to be the one who erred"
    (first,) = query.records(rooms.settings.records, "receipt")
    assert (first.record_version, first.values["company"]) == (1, OTHERS)
    assert outcome(people["ann"])[0] == "outvoted"

    due = [line.micro for line in rooms.store.ledger()]
    _, address = outcome(people["ann"])
    contested = people["ann"].post(f"{address}/appeal", data={**token(people["ann"]), "words": "that is an E"})
    assert contested.status_code == 303
    heard = people["fay"].get("/work").text
    assert 'data-kind="appeal"' in heard
    assert RIGHT not in heard
    assert OTHERS not in heard
    assert "that is an E" not in heard, "who hears it knows nothing of it"
    assert type_in(rooms, people["fay"], RIGHT, "appeal")

    assert decided(rooms, scan) == RIGHT
    (second,) = query.records(rooms.settings.records, "receipt")
    assert (second.record_version, second.values["company"], second.id) == (2, RIGHT, first.id)
    with open_for_reading(rooms.settings.records) as database:
        (change,) = (row for row in database.table("history").rows if row["field"] == "company")
    assert (change["value_before"], change["value_after"], change["record_version"]) == (OTHERS, RIGHT, 2)
    learn_home(rooms)
    after = wrong(rooms, "ann"), wrong(rooms, "ben")
    assert after[0] < before[0], "ann's trust is mended"
    assert after[1] > before[1], "that of who was wrong with her is corrected too"
    assert after[0] < after[1]
    told = people["ann"].get("/readings").text
    assert "An expert agreed with your appeal" in told
    assert outcome(people["ann"])[0] == "recovered"
    assert outcome(people["ben"])[0] == "outvoted"
    (appeal,) = rooms.store.appeals()
    assert (appeal.outcome, appeal.minority) == ("upheld", True)
    published = people["ben"].get("/before").text
    assert 'data-upheld="1" data-minority="1" data-declined="0"' in published
    assert "fay" not in published
    assert [line.micro for line in rooms.store.ledger()][: len(due)] == due, "no pay line changed"
