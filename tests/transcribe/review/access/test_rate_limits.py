"""Limits of web processes that count together: exact where they are low, within a tenth where they are high."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from tests.aside import run_aside
from transcribe.review.rate_limits import RateLimits, TooMany

TRIES, REQUESTS = 5, 600


class Together:
    """Counts as the database does, and how often it was asked."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.asked = 0

    async def use(self, what: str, times: int, most: int, window: timedelta) -> bool:
        self.asked += 1
        assert window == timedelta(
            hours=1 if what.startswith("codes") else 0, minutes=0 if what.startswith("codes") else 1
        )
        if self.counts[what] + times > most:
            return False
        self.counts[what] += times
        return True


def two() -> tuple[Together, list[RateLimits]]:
    together = Together()
    return together, [RateLimits(TRIES, REQUESTS, REQUESTS, together.use) for _ in range(2)]


def test_a_low_limit_is_exact_whichever_process_is_asked() -> None:
    _, processes = two()
    told = []
    for number in range(TRIES + 3):
        try:
            run_aside(processes[number % 2].count_sign_in_try("network", "mina"))
        except TooMany as error:
            told.append(error.retry_after)
        else:
            told.append(0)
    assert told == [0] * TRIES + [60] * 3
    run_aside(processes[0].count_sign_in_try("another network", "mina"))


@pytest.mark.promise("counted in each process,")
def test_a_high_limit_is_told_now_and_then_and_holds_within_a_tenth() -> None:
    together, processes = two()

    async def ask() -> int:
        for number in range(2 * REQUESTS):
            try:
                await processes[number % 2].count_request("mina")
            except TooMany:
                with pytest.raises(TooMany):  # and from then on at once
                    await processes[number % 2].count_request("mina")
                return number
        return 2 * REQUESTS

    asked = run_aside(ask())
    assert REQUESTS <= asked <= REQUESTS + REQUESTS // 10
    assert together.asked < REQUESTS // 10


def test_a_process_that_is_alone_asks_nobody() -> None:
    alone = RateLimits(TRIES, REQUESTS, REQUESTS)
    for _ in range(TRIES):
        run_aside(alone.count_code_try("mina"))
    with pytest.raises(TooMany):
        run_aside(alone.count_code_try("mina"))


def test_who_uses_up_their_codes_in_three_minutes_of_an_hour_waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, begin = [0.0], time.time()
    monkeypatch.setattr("time.time", lambda: begin + seconds[0])
    limits = RateLimits(10, REQUESTS, REQUESTS)
    for minute in range(3):
        seconds[0] = 61.0 * minute
        for _ in range(10):
            run_aside(limits.count_code_try("mina"))
    seconds[0] = 61.0 * 3
    with pytest.raises(TooMany) as thirty_first:
        run_aside(limits.count_code_try("mina"))
    assert thirty_first.value.retry_after == 600
    seconds[0] = 3600.0 + 61.0
    run_aside(limits.count_code_try("mina"))


def test_counting_begins_no_thread_for_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[threading.Thread] = []
    start = threading.Thread.start

    def started(thread: threading.Thread) -> None:
        begun.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", started)
    limits = RateLimits(TRIES, REQUESTS, REQUESTS)

    async def ask() -> None:
        for _ in range(5):
            await limits.count_program_request("erp")
            time.sleep(0.02)  # longer than the library's timer lives

    run_aside(ask())
    assert len([each for each in begun if isinstance(each, threading.Timer)]) == 1, "the one of the beginning"
