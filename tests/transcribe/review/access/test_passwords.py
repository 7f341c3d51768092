"""Passwords: how many are computed at a time, and that an unknown name costs what a wrong password costs."""

from __future__ import annotations

import threading
import time

import anyio
import pytest

from tests.aside import run_aside
from transcribe.review.access import passwords


async def several(count: int) -> None:
    """So many passwords looked at, all at once."""
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(passwords.is_password, "typed", "kept")


def test_two_passwords_are_computed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = [0], [0], threading.Lock()

    def verify(password: str, kept: str) -> bool:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1
        return password != kept

    passwords._limiter.cache_clear()  # one of another loop
    monkeypatch.setattr(passwords, "_verify", verify)
    run_aside(several(6))
    passwords._limiter.cache_clear()
    assert most == [2]


def test_an_unknown_name_costs_the_work_of_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    verify = passwords._verify

    def counted(password: str, kept: str) -> bool:
        verified.append(kept.rpartition("$")[0].rpartition("$")[0])
        return verify(password, kept)

    monkeypatch.setattr(passwords, "_verify", counted)
    hers = run_aside(passwords.hash_password("unDouxNuage7 vert"))
    assert [run_aside(passwords.is_password("x", kept)) for kept in (hers, None)] == [False, False]
    assert len(verified) == 2
    assert verified[0] == verified[1], "by the same algorithm, memory and passes"
