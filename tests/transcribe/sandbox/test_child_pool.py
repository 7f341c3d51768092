"""A pool of children: kept, matched by key, ended on errors, and never a parent's after a fork."""

from __future__ import annotations

import os
import subprocess
import threading

import pytest

from transcribe.sandbox.child_pool import ChildPool


def echo(key: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def pid(pool: ChildPool[str], key: str) -> int:
    with pool.borrowed(key) as child:
        return child.process.pid


def test_an_idle_child_serves_the_next_call_with_its_key_alone() -> None:
    pool = ChildPool(start=echo)
    assert pid(pool, "a") == pid(pool, "a") != pid(pool, "b")
    pool.close()


def test_a_child_is_ended_where_the_call_raises_an_error() -> None:
    pool = ChildPool(start=echo)
    with pytest.raises(KeyError), pool.borrowed("a") as child:
        raise KeyError("a")
    assert not child.is_alive
    assert pid(pool, "a") != child.process.pid
    pool.close()


def test_a_child_that_died_while_it_was_idle_is_replaced() -> None:
    pool = ChildPool(start=echo)
    with pool.borrowed("a") as child:
        pass
    child.process.kill()
    child.process.wait()
    assert pid(pool, "a") != child.process.pid
    pool.close()


def test_closing_ends_idle_children_and_the_pool_can_still_be_used() -> None:
    pool = ChildPool(start=echo)
    with pool.borrowed("a") as child:
        pass
    pool.close()
    assert not child.is_alive
    assert pid(pool, "a") != child.process.pid
    pool.close()


def test_no_more_calls_run_at_once_than_are_allowed() -> None:
    pool, inside = ChildPool(start=echo, most=1), threading.Event()

    def second() -> None:
        with pool.borrowed("a"):
            inside.set()

    thread = threading.Thread(target=second)
    with pool.borrowed("a"):
        thread.start()
        assert not inside.wait(0.3)
    assert inside.wait(10)
    thread.join()
    pool.close()


def test_a_forked_process_leaves_its_parents_children_alone() -> None:
    pool = ChildPool(start=echo)
    first = pid(pool, "a")
    forked = os.fork()
    if not forked:  # pragma: no cover - another process
        other = pid(pool, "a")
        pool.close()
        os._exit(0 if other != first else 1)
    assert os.waitpid(forked, 0)[1] == 0
    assert pid(pool, "a") == first
    pool.close()
