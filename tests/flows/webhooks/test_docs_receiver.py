"""The receiver of docs/webhooks.md, run as it stands there."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from flows.administration.records import forget_scan
from flows.home.home import Home, now
from flows.runtime.prefect_server import free_port
from flows.webhooks import add_webhook, try_webhook
from flows.webhooks.http_post import ANSWER_SECONDS
from flows.webhooks.retry_schedule import JITTER_SHARE, MOST_ASKED_WAIT, TRYING, WAITS_SECONDS, next_try
from flows.webhooks.sender import KEPT
from flows.webhooks.subscribe import EVENT_TYPES
from flows.webhooks.troubles import FAILING
from tests.flows.serving.test_api import recorded
from tests.flows.webhooks.receivers import send_all
from tests.house_rules import ROOT
from tests.patience import PATIENCE


def receiver_of_docs() -> str:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text("utf-8"), re.DOTALL)
    assert isinstance(code, str)
    return code


@pytest.mark.promise("This one keeps a")
def test_the_receiver_of_the_docs_keeps_a_copy(rooms: Home, tmp_path: Path) -> None:
    port = free_port()
    added = add_webhook(rooms, "erp", f"http://127.0.0.1:{port}/orders", now(), private=True, with_values=True)
    environment = {**os.environ, "WEBHOOK_SECRET": added.secret, "PORT": str(port)}
    command = [sys.executable, "-c", receiver_of_docs()]
    running = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        _wait_for(rooms)
        first, second = recorded(rooms, "1.00"), recorded(rooms, "2.00")
        recorded(rooms, "1.50", first)
        send_all(rooms)
        assert _copy(tmp_path) == {first: 2, second: 1}
        rooms.store.replay_webhook("erp", 0, now())
        forget_scan(rooms, second)
        send_all(rooms)
        assert _copy(tmp_path) == {first: 2}
    finally:
        running.kill()
        running.wait()


def _wait_for(rooms: Home) -> None:
    end = time.monotonic() + PATIENCE
    while not try_webhook(rooms, "erp", now()).is_taken:
        assert time.monotonic() < end
        time.sleep(0.05)


def _copy(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "orders.db") as copy:
        return dict(copy.execute("select scan, version from orders").fetchall())


@pytest.mark.promise("This one keeps a")
def test_it_takes_nothing_that_is_wrongly_signed(rooms: Home, tmp_path: Path) -> None:
    port = free_port()
    add_webhook(rooms, "erp", f"http://127.0.0.1:{port}/orders", now(), private=True)
    environment = {**os.environ, "WEBHOOK_SECRET": "whsec_" + "A" * 43 + "=", "PORT": str(port)}
    command = [sys.executable, "-c", receiver_of_docs()]
    running = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while (posted := try_webhook(rooms, "erp", now())).status is None:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert posted.status == 401
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_docs_have_a_row_for_each_event(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "webhooks.md").read_text("utf-8")


@pytest.mark.promise("- **Tried again** after", "Any answer of 2xx")
def test_the_waits_and_limits_of_the_docs_are_those_of_the_sender() -> None:
    text = " ".join((ROOT / "docs" / "webhooks.md").read_text("utf-8").split())
    hours = [seconds // 3600 for seconds in WAITS_SECONDS[3:]]
    assert WAITS_SECONDS[:3] == (5, 5 * 60, 30 * 60)
    assert f"after 5 s, 5 and 30 minutes, {', '.join(map(str, hours[:-1]))} and {hours[-1]} hours" in text
    assert "each up to a fifth shorter or longer, until three days after the first try" in text
    assert (1 / 5, timedelta(days=3), timedelta(days=1)) == (JITTER_SHARE, TRYING, MOST_ASKED_WAIT)
    assert f"Any answer of 2xx within {ANSWER_SECONDS:.0f} s means taken." in text
    assert f"Deliveries that have ended are listed for {KEPT.days} days." in text
    assert "where nothing has arrived for a day" in text
    assert timedelta(days=1) == FAILING


@pytest.mark.promise("- **Tried again** after")
def test_each_wait_is_a_fifth_shorter_or_longer_at_most_and_ends_with_the_three_days() -> None:
    begun = now()
    for tries, seconds in enumerate(WAITS_SECONDS, 1):
        waits = [next_try(tries, begun, begun, draw) for draw in (0.0, 0.5, 1.0)]
        told = [(each - begun).total_seconds() for each in waits if each is not None]
        assert told == pytest.approx([0.8 * seconds, seconds, 1.2 * seconds])
    late = begun + TRYING - timedelta(hours=1)
    assert next_try(9, begun, late, 0.5) == begun + TRYING
    assert next_try(9, begun, begun + TRYING, 0.5) is None
    assert next_try(1, begun, begun, 0.5, asked_seconds=10**6) == begun + MOST_ASKED_WAIT
