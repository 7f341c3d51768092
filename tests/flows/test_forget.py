"""Forgetting a scan: it is named, asked about once, and the log says why."""

from __future__ import annotations

import os
import pty
import subprocess

import pytest

from flows.administration.people import invite
from flows.home.home import Home
from tests.flows.house import FAIRHAND, House
from tests.flows.steps.test_reconcile_scans import received
from transcribe.model import Scan

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
