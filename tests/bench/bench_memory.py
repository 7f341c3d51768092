"""Whether memory stays flat over many pages, and what the flow costs beside the OCR.

One process takes the pages in by the real `ingest` flow with a Prefect server beside it, one page at a time: memory of
the process and of its OCR children at 10, 50 and 100 % of the pages, and processor time a page of what is not reading,
laying pages onto the form, masking or decoding: of the orchestration. What a batch costs once is not in it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from flows.home import settings as configuration
from flows.runtime.prefect_server import prefect_for
from tests.bench.rows import Row, at_most
from transcribe import recognition
from transcribe.intake import redaction, scans

PAGES = {True: 20, False: 1000}
SEED = 4711
FORM = "bon-de-commande"
MARKS = (0.1, 0.5, 1.0)
FLAT = 1.1
"""Memory is flat where it ends within a tenth of what it had when half was done."""
MOST_BESIDE_MS = 40.0
"""Milliseconds of orchestration that a page may cost."""


@dataclass(slots=True)
class Clock:
    """Processor seconds of this process inside some functions."""

    seconds: float = 0.0

    def timed(self, module: object, name: str) -> None:
        """Keep the time of a function here from now on."""
        work: Callable[..., Any] = getattr(module, name)

        def run(*given: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return work(*given, **named)
            finally:
                self.seconds += time.thread_time() - began

        setattr(module, name, run)


@dataclass(slots=True)
class Seen:
    """At each mark: pages, bytes of this process and of the children that read, processor seconds beside reading.

    The last ones are the processor seconds of Prefect's server.
    """

    reading: Clock
    at: dict[float, tuple[int, int, int, float, float]] = field(default_factory=dict)

    def look(self, done: int, total: int, _: int) -> None:
        """Called after each page."""
        for mark in MARKS:
            if mark not in self.at and done >= mark * total:
                self.at[mark] = done, *memory(), time.process_time() - self.reading.seconds, _server_seconds()


def rows(small: bool) -> Iterator[Row]:
    """Memory at the marks, and what a page costs beside reading."""
    pages, reading, weighing = PAGES[small], Clock(), Clock()
    seen = Seen(reading)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make = [sys.executable, "-m", "tests.orders", str(folder / "photographs"), "--count", str(pages)]
        made = [*make, "--seed", str(SEED), "--form", FORM, "--level", "flat", "--hand", "typed"]
        subprocess.run(made, check=True)  # by another process: their making is not in our memory
        (folder / "photographs" / "truth.jsonl").unlink()
        settings = configuration.load_settings(folder / "home")
        with prefect_for(settings):
            from prefect.context import refresh_global_settings_context

            from flows import ingest

            refresh_global_settings_context()  # another benchmark may have imported Prefect without this server
            for module, work in (
                (recognition, "read"),
                *((scans, each) for each in ("align", "decoded_page")),
                *((redaction, each) for each in ("redact", "encode_jpeg")),
            ):
                reading.timed(module, work)
            for stage in ("reconcile_with_retakes", "publish_records"):
                weighing.timed(ingest, stage)
            done = ingest.ingest_batch(settings.home, [folder / "photographs"], FORM, "memory", 1, seen.look)
    assert done.read == pages, done
    for mark, (count, own, children, *_) in seen.at.items():
        figure = f"{own / 1e6:.0f}, {children / 1e6:.0f}"
        yield Row(of=f"MB after {count} pages ({mark:.0%}): the process, its OCR children", figure=figure)
    yield at_most("memory at the end over half way", seen.at[1.0][1] / seen.at[0.5][1], FLAT, 2)
    (before, *_, early, first), (after, *_, late, last) = seen.at[MARKS[0]], seen.at[MARKS[-1]]
    beside = (late - early) / max(1, after - before) + weighing.seconds / pages
    yield at_most("a page beside reading, ms of a processor", 1000 * beside, MOST_BESIDE_MS, 1)
    yield Row(of="Prefect's server, ms of a processor a page", figure=f"{1000 * (last - first) / (after - before):.1f}")


def _server_seconds() -> float:
    """Processor seconds of Prefect's server, a child of this process."""
    seconds = 0.0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "server" in child.cmdline():
                seconds += sum(child.cpu_times()[:2])
    return seconds


def memory() -> tuple[int, int]:
    """Bytes that this process holds, and those that its children hold which read."""
    process, theirs = psutil.Process(), 0
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if not any("prefect" in part or "process_guard.py" in part for part in child.cmdline()):
                theirs += child.memory_info().rss
    return process.memory_info().rss, theirs
