"""Decoding: odd pictures are read, harmful ones refused with one sentence, and memory and time have an end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy
import psutil
import pytest

from tests import crafted
from tests.patience import PATIENCE, ended
from transcribe.errors import ScanError
from transcribe.sandbox import decoding
from transcribe.sandbox.limits import Limits

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


def test_there_are_enough_crafted_files() -> None:
    assert len(READABLE) + len(REFUSED) >= 60


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
