"""The receiver of docs/webhooks.md, run as it stands there."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.administration.records import forget_scan
from flows.home.home import Home, now
from flows.runtime.prefect_server import free_port
from flows.webhooks import add_webhook, try_webhook
from flows.webhooks.subscribe import EVENT_TYPES
from tests.flows.serving.test_api import recorded
from tests.flows.webhooks.receivers import send_all
from tests.house_rules import ROOT
from tests.patience import PATIENCE


def receiver_of_docs() -> str:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text("utf-8"), re.DOTALL)
    assert isinstance(code, str)
    return code


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
