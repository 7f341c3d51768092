"""Children that read: they are replaced when they hang, die or fail, and several calls run side by side."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from transcribe.errors import EngineError
from transcribe.sandbox.worker_pool import WorkerPool

MODULE = """
import os, time
from transcribe.sandbox.worker_pool import serve

def answer(request):
    if request == "hang":
        time.sleep(600)
    if request == "die":
        os._exit(3)
    if request == "fail":
        raise ValueError("no such letter")
    if request == "eat":
        return len(bytearray(2_000_000_000))
    if request == "chatter":
        print("a library speaks")
    return (os.getpid(), request)

serve(answer, bytes_of_memory=500_000_000)
"""


NEVER_READS = "import time; time.sleep(600)"
PATIENCE = 120.0
"""Seconds that a child may take, or the end of it, where it takes one."""
MORE_THAN_A_PIPE_HOLDS = bytes(2_000_000)


@pytest.fixture
def children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkerPool:
    (tmp_path / "scripted_child.py").write_text(textwrap.dedent(MODULE))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return WorkerPool(module="scripted_child", seconds=PATIENCE, most=2)


def process(answer: object) -> object:
    assert isinstance(answer, tuple)
    return answer[0]


def test_one_child_answers_one_call_after_another(children: WorkerPool) -> None:
    assert process(children.call("a")) == process(children.call("b"))
    children.close()


def test_a_child_that_hangs_is_killed_and_the_next_call_gets_a_new_one(children: WorkerPool) -> None:
    first = process(children.call("a"))
    children.seconds = 0.5
    with pytest.raises(EngineError, match="took too long"):
        children.call("hang")
    children.seconds = PATIENCE
    assert process(children.call("b")) != first
    children.close()


def test_a_child_that_never_takes_its_request_is_killed_in_time(children: WorkerPool, tmp_path: Path) -> None:
    (tmp_path / "deaf_child.py").write_text(NEVER_READS)
    deaf = WorkerPool(module="deaf_child", seconds=1.0)
    began = time.monotonic()
    with pytest.raises(EngineError, match="took too long"):
        deaf.call(MORE_THAN_A_PIPE_HOLDS)
    assert time.monotonic() - began < PATIENCE


def test_a_child_that_was_stopped_between_two_calls_is_killed_and_replaced(children: WorkerPool) -> None:
    first = process(children.call("a"))
    assert isinstance(first, int)
    os.kill(first, signal.SIGSTOP)
    children.seconds = 1.0
    with pytest.raises(EngineError, match="took too long"):
        children.call(MORE_THAN_A_PIPE_HOLDS)
    children.seconds = PATIENCE
    assert process(children.call(MORE_THAN_A_PIPE_HOLDS)) != first
    children.close()


def test_a_child_that_dies_is_an_error_and_not_the_end(children: WorkerPool) -> None:
    with pytest.raises(EngineError, match="ended without an answer"):
        children.call("die")
    assert children.call("b")
    children.close()


def test_what_a_reader_raises_arrives_as_an_engine_error(children: WorkerPool) -> None:
    with pytest.raises(EngineError, match="ValueError: no such letter"):
        children.call("fail")
    children.close()


def test_a_child_may_not_take_all_memory(children: WorkerPool) -> None:
    with pytest.raises(EngineError, match="MemoryError"):
        children.call("eat")
    children.close()


def test_what_a_library_prints_does_not_spoil_the_answer(children: WorkerPool) -> None:
    answer = children.call("chatter")
    assert isinstance(answer, tuple)
    assert answer[1] == "chatter"
    children.close()


def test_calls_from_threads_run_in_at_most_so_many_children(children: WorkerPool) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(children.call, range(12)))
    assert sorted(answer[1] for answer in answers if isinstance(answer, tuple)) == list(range(12))
    assert len({process(answer) for answer in answers}) <= 2
    children.close()
