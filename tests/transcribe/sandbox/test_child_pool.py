"""A pool of children: kept, matched by key, ended on errors, and never a parent's after a fork."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy
import psutil
import pytest

from tests import crafted
from tests.patience import PATIENCE, ended
from transcribe.errors import EngineError, ScanError
from transcribe.sandbox import decoding
from transcribe.sandbox.decoding import ChildPool, WorkerPool
from transcribe.sandbox.limits import Limits


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


READER = """
from transcribe.sandbox import decoding

print("begun", flush=True)
print(bytes(decoding.read_exactly(0, 13, decoding.Patience(5.5))), flush=True)
"""


def test_who_stood_still_longer_than_it_waits_still_reads_the_whole_answer() -> None:
    reader = subprocess.Popen([sys.executable, "-c", READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert reader.stdin is not None
    assert reader.stdout is not None
    assert reader.stdout.readline() == "begun\n"
    reader.send_signal(signal.SIGSTOP)
    time.sleep(6.0)
    reader.stdin.write("first\n")
    reader.stdin.flush()
    reader.send_signal(signal.SIGCONT)
    time.sleep(0.5)
    assert reader.communicate("second\n", timeout=PATIENCE)[0] == "b'first\\nsecond\\n'\n"


def test_who_waits_gives_up_in_time_at_an_end_that_is_silent_or_takes_nothing() -> None:
    ours, theirs = os.pipe()
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        decoding.read_exactly(ours, 1, decoding.Patience(1.5))
    with pytest.raises(TimeoutError):
        decoding.write(theirs, bytes(2_000_000), decoding.Patience(1.5))
    assert 2.9 < time.monotonic() - began < PATIENCE
    os.close(ours)
    os.close(theirs)


def test_what_is_there_is_read_without_patience() -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b"there")
    assert decoding.read_some(ours, 100, decoding.Patience(0.0)) == b"there"
    os.close(theirs)
    with pytest.raises(EOFError):
        decoding.read_some(ours, 100, decoding.Patience(0.0))
    os.close(ours)


MODULE = """
import os, time
from transcribe.sandbox.decoding import serve

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
PATIENCE_OF_WORKER_POOL = 120.0
"""Seconds that a child may take, or the end of it, where it takes one."""
MORE_THAN_A_PIPE_HOLDS = bytes(2_000_000)


@pytest.fixture
def children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkerPool:
    (tmp_path / "scripted_child.py").write_text(textwrap.dedent(MODULE))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return WorkerPool(module="scripted_child", seconds=PATIENCE_OF_WORKER_POOL, most=2)


def process(answer: object) -> object:
    assert isinstance(answer, tuple)
    return answer[0]


def test_one_child_answers_one_call_after_another_whatever_a_library_prints(children: WorkerPool) -> None:
    answers = [children.call(request) for request in ("a", "chatter", "b")]
    assert len({process(each) for each in answers}) == 1
    assert [each[1] for each in answers if isinstance(each, tuple)] == ["a", "chatter", "b"]
    children.close()


def test_a_child_that_hangs_is_killed_and_the_next_call_gets_a_new_one(children: WorkerPool) -> None:
    first = process(children.call("a"))
    children.seconds = 0.5
    with pytest.raises(EngineError, match="took too long"):
        children.call("hang")
    children.seconds = PATIENCE_OF_WORKER_POOL
    assert process(children.call("b")) != first
    children.close()


def test_a_child_that_never_takes_its_request_is_killed_in_time(children: WorkerPool, tmp_path: Path) -> None:
    (tmp_path / "deaf_child.py").write_text(NEVER_READS)
    deaf = WorkerPool(module="deaf_child", seconds=1.0)
    began = time.monotonic()
    with pytest.raises(EngineError, match="took too long"):
        deaf.call(MORE_THAN_A_PIPE_HOLDS)
    assert time.monotonic() - began < PATIENCE_OF_WORKER_POOL


def test_a_child_that_was_stopped_between_two_calls_is_killed_and_replaced(children: WorkerPool) -> None:
    first = process(children.call("a"))
    assert isinstance(first, int)
    os.kill(first, signal.SIGSTOP)
    children.seconds = 1.0
    with pytest.raises(EngineError, match="took too long"):
        children.call(MORE_THAN_A_PIPE_HOLDS)
    children.seconds = PATIENCE_OF_WORKER_POOL
    assert process(children.call(MORE_THAN_A_PIPE_HOLDS)) != first
    children.close()


@pytest.mark.parametrize(
    ("request_", "said"),
    [("die", "ended without an answer"), ("fail", "ValueError: no such letter"), ("eat", "MemoryError")],
)
def test_a_child_that_dies_fails_or_takes_all_memory_is_an_error_and_not_the_end(
    children: WorkerPool, request_: str, said: str
) -> None:
    with pytest.raises(EngineError, match=said):
        children.call(request_)
    assert children.call("b")
    children.close()


def test_calls_from_threads_run_in_at_most_so_many_children(children: WorkerPool) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(children.call, range(12)))
    assert sorted(answer[1] for answer in answers if isinstance(answer, tuple)) == list(range(12))
    assert len({process(answer) for answer in answers}) <= 2
    children.close()


READABLE, REFUSED = crafted.readable(), crafted.refused()
LIMITS = Limits(seconds=PATIENCE)
MEMORY = 1_000_000_000
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", READABLE)
def test_an_odd_picture_is_read_as_black_on_white(name: str) -> None:
    media_type, pages = decoding.check(READABLE[name], LIMITS)
    assert media_type.startswith(("image/", "application/pdf"))
    for page in range(1, pages + 1):
        pixels, _ = decoding.decode(READABLE[name], page, LIMITS)
        assert pixels.dtype == numpy.uint8
        assert pixels.ndim == 2 or pixels.shape[2] == 3
        assert 225 < pixels.mean() <= 255
        if name not in ("three.pdf",):
            assert pixels.min() < 60


def test_a_turned_photo_stands_upright() -> None:
    upright, _ = decoding.decode(READABLE["plain.jpg"], 1, LIMITS)
    turned, _ = decoding.decode(READABLE["turned.jpg"], 1, LIMITS)
    assert turned.shape[:2] == upright.shape[1::-1]
    numpy.testing.assert_allclose(numpy.rot90(turned).mean(), upright.mean(), atol=1)


def test_the_pages_of_a_tiff_are_counted_once_even_where_they_run_in_a_ring() -> None:
    assert decoding.check(READABLE["pages.tif"], LIMITS)[1] == 3
    assert decoding.check(READABLE["with small copy.tif"], LIMITS)[1] == 1
    assert decoding.check(READABLE["loop.tif"], LIMITS)[1] == 1


@pytest.mark.parametrize("name", REFUSED)
def test_a_harmful_file_is_refused_in_one_sentence(name: str) -> None:
    began = time.monotonic()
    with pytest.raises(ScanError) as caught:
        decoding.check(REFUSED[name], LIMITS)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said) < 120
    assert time.monotonic() - began < PATIENCE


REFUSE_ALL = """
import re
import resource
from pathlib import Path

from tests import crafted
from tests.patience import PATIENCE, ended
from transcribe.sandbox import decoding
from transcribe.errors import ScanError
from transcribe.sandbox.limits import Limits

if __name__ == "__main__":
    for name, content in crafted.refused().items():
        try:
            decoding.check(content, Limits())
        except ScanError:
            continue
        raise SystemExit(f"{name} was not refused")
    decoding.children().close()
    own = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())  # getrusage counts before exec too
    print(own[1], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_refusing_them_all_took_less_than_a_gigabyte_here_and_in_the_child(tmp_path: Path) -> None:
    script = tmp_path / "refuse_all.py"  # a process of its own: the peak of this one is that of all tests before
    script.write_text(REFUSE_ALL, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr
    assert max(int(peak) for peak in done.stdout.split()) * 1024 < MEMORY


def test_a_picture_within_the_pixels_but_beyond_the_memory_is_refused_and_the_next_is_read() -> None:
    tight = replace(LIMITS, memory=400_000_000)
    with pytest.raises(ScanError, match="memory"):
        decoding.decode(crafted.bomb(10_000, 10_000, colour=True), 1, tight)
    assert decoding.check(READABLE["plain.png"], tight) == ("image/png", 1)


def hastened(limits: Limits, seconds: float) -> Limits:
    """The waiting process of these limits has so many seconds from now on."""
    hasty = replace(limits, seconds=seconds)
    for idle in decoding.children()._idle:
        if idle.key == limits:
            idle.key = hasty
    return hasty


def test_what_takes_too_long_is_given_up_and_the_process_replaced() -> None:
    limits = replace(LIMITS, kept=14_000_000)  # a process of its own
    decoding.check(READABLE["plain.png"], limits)
    hasty = hastened(limits, 0.01)  # no machine decodes that picture so fast
    with pytest.raises(ScanError, match="seconds"):
        decoding.check(crafted.bomb(10_000, 10_000, colour=True), hasty)
    assert decoding.check(READABLE["plain.png"], limits) == ("image/png", 1)


def test_a_process_that_takes_no_file_is_given_up_in_time() -> None:
    limits = replace(LIMITS, kept=15_000_000)  # a process of its own
    decoding.check(READABLE["plain.png"], limits)
    (child,) = [each for each in psutil.Process().children() if "15000000" in " ".join(each.cmdline())]
    child.suspend()
    hasty = hastened(limits, 1.0)
    began = time.monotonic()
    with pytest.raises(ScanError, match="seconds"):
        decoding.check(bytes(5_000_000), hasty)
    assert time.monotonic() - began < PATIENCE
    assert ended(child)


def test_a_large_picture_is_handed_on_smaller() -> None:
    small = replace(LIMITS, kept=10_000)
    pixels, _ = decoding.decode(READABLE["plain.jpg"], 1, small)
    assert 9_000 < pixels.shape[0] * pixels.shape[1] <= 10_000


def test_threads_decode_side_by_side_and_leave_no_process_behind() -> None:
    shapes: list[tuple[int, ...]] = []
    threads = [
        threading.Thread(target=lambda: shapes.append(decoding.decode(READABLE["plain.jpg"], 1, LIMITS)[0].shape))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shapes == [(300, 420, 3)] * 4
    decoding.children().close()
    assert not [
        child
        for child in psutil.Process().children()
        if "transcribe.sandbox.decoder_process" in " ".join(child.cmdline())
    ]


def test_a_page_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ScanError, match="no page 2"):
        decoding.decode(READABLE["plain.jpg"], 2, LIMITS)
    with pytest.raises(ScanError, match="no page 4"):
        decoding.decode(READABLE["three.pdf"], 4, LIMITS)
