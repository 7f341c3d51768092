"""A sender that is killed: nothing is missing, and nothing is there twice for a receiver that follows the standard."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.administration.records import forget_scan
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.home.settings import child_environment
from reconcile.records import query
from tests.flows.serving.test_api import recorded
from tests.flows.webhooks.receivers import Receiver, receiving, subscribed
from transcribe.model import RECORD_EVENTS

ORDERS_COUNT = 6
"""Orders that are decided before each kill; a third of them is corrected, and one is forgotten."""

LONGEST_SECONDS = 600.0
"""How long everything may take to arrive at the end."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the receiver had at the end, beside what was to be had."""

    events: int
    missing: int
    twice: int
    is_equal: bool


def measure(kills: int, seed: int) -> Outcome:
    """Kill the sender so often, with orders decided, corrected and forgotten before each, and compare."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, _home(Path(folder) / "home") as home, receiving() as receiver:
        receiver.behave = _slow_and_flaky(chance)
        subscribed(home, receiver, with_values=True)
        scans: list[str] = []
        for _ in range(kills):
            _work(home, scans, chance)
            _send_and_kill(home, receiver, chance)
        sender = _start(home)
        try:
            _wait_until_all_arrived(home)
        finally:
            sender.kill()
            sender.wait()
        return _compared(home, receiver)


@contextmanager
def _home(folder: Path) -> Iterator[Home]:
    settings = configuration.load_settings(folder)
    home = open_home(settings.model_copy(update={"audit_share": 0.0}))
    try:
        yield home
    finally:
        home.close()


def _slow_and_flaky(chance: random.Random) -> Any:
    """Takes some milliseconds, and fails once in twenty times."""

    def behave(event: dict[str, Any], times: int) -> int:
        time.sleep(chance.uniform(0.001, 0.03))
        return 500 if chance.random() < 0.05 else 200

    return behave


def _work(home: Home, scans: list[str], chance: random.Random) -> None:
    new = [recorded(home, f"{chance.randrange(100_000) / 100:.2f}") for _ in range(ORDERS_COUNT)]
    scans += new
    for scan in chance.sample(scans, ORDERS_COUNT // 3):
        recorded(home, f"{chance.randrange(100_000) / 100:.2f}", scan)
    gone = chance.choice(scans)
    scans.remove(gone)
    forget_scan(home, gone)


def _start(home: Home) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.webhooks.send_process"]
    return subprocess.Popen(command, env=child_environment(home.settings), stdin=subprocess.DEVNULL)


def _send_and_kill(home: Home, receiver: Receiver, chance: random.Random) -> None:
    """Let the sender begin, and kill it some moments after its first delivery."""
    sender, before = _start(home), sum(receiver.tries.values())
    end = time.monotonic() + 30
    while sum(receiver.tries.values()) == before and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(chance.uniform(0.0, 0.15))
    sender.kill()
    sender.wait()


def _wait_until_all_arrived(home: Home) -> None:
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        for each in home.store.deliveries("erp", "waiting", limit=10_000):
            if each.tries:  # the wait after a failure is not what is measured
                home.store.resend("erp", each.id, now())
        webhook = home.store.webhook("erp")
        if not webhook.waiting and webhook.position >= home.store.last_told_number():
            return
        time.sleep(0.2)


def _compared(home: Home, receiver: Receiver) -> Outcome:
    told = [each for each in home.store.deliveries("erp", limit=100_000) if each.state != "erased"]
    had = [event["id"] for event in receiver.taken]
    published = {each.scan: each for each in query.records(home.settings.records, "receipt")}
    copy = receiver.copy()
    is_equal = {scan: version for scan, (version, _) in copy.items()} == {
        scan: each.record_version for scan, each in published.items()
    } and all(record["values"]["total"] == published[scan].values["total"] for scan, (_, record) in copy.items())
    forgotten = {each.scan for each in told if each.type == "record.erased"}
    due = [each for each in told if each.type not in RECORD_EVENTS or each.scan not in forgotten]
    return Outcome(
        events=len(due),
        missing=len({each.message for each in due} - set(had)),
        twice=len(had) - len(set(had)),
        is_equal=is_equal and not receiver.faults,
    )


@pytest.mark.slow
@pytest.mark.parametrize("kills", [1, pytest.param(50, marks=pytest.mark.soak)])
def test_a_sender_killed_at_random_moments_loses_and_doubles_nothing(kills: int) -> None:
    done = measure(kills, seed=3)
    assert (done.missing, done.twice, done.is_equal) == (0, 0, True), done
    assert done.events > 5, "how many there are depends on when it was killed"
