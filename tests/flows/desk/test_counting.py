"""What is counted beside the pages: once at a time, and no page but the first waits for it."""

from __future__ import annotations

import threading
import time

import pytest

from flows.desk.counting import Counting

LONG_SECONDS = 20.0


@pytest.mark.promise("What needs more than")
def test_only_the_page_that_begins_it_waits_and_it_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.desk.counting.FIRST_WAIT_SECONDS", LONG_SECONDS)
    go = threading.Event()
    counts: list[int] = []

    def count() -> int:
        go.wait(LONG_SECONDS)
        counts.append(1)
        return 7

    asked = Counting(count)
    first = threading.Thread(target=asked.recent, args=(60.0,))
    first.start()
    while not asked.runs:
        time.sleep(0.01)
    begun = time.monotonic()
    assert asked.recent(60.0) is None
    assert time.monotonic() - begun < LONG_SECONDS / 2, "it is being counted for somebody else already"
    go.set()
    first.join()
    while asked.runs:
        time.sleep(0.01)
    last = asked.recent(60.0)
    assert (last and last.found, len(counts)) == (7, 1)
    assert asked.begin()
