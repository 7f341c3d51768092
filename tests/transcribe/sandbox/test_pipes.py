"""Pipes whose other end may hang: who waits gives up in time, and not for the time that it stood still itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.patience import PATIENCE
from transcribe.sandbox import pipes

READER = """
from transcribe.sandbox import pipes

print("begun", flush=True)
print(bytes(pipes.read_exactly(0, 13, pipes.Patience(5.5))), flush=True)
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
        pipes.read_exactly(ours, 1, pipes.Patience(1.5))
    with pytest.raises(TimeoutError):
        pipes.write(theirs, bytes(2_000_000), pipes.Patience(1.5))
    assert 2.9 < time.monotonic() - began < PATIENCE
    os.close(ours)
    os.close(theirs)


def test_what_is_there_is_read_without_patience() -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b"there")
    assert pipes.read_some(ours, 100, pipes.Patience(0.0)) == b"there"
    os.close(theirs)
    with pytest.raises(EOFError):
        pipes.read_some(ours, 100, pipes.Patience(0.0))
    os.close(ours)
