"""Whether memory stays flat over many pages.

One process takes the pages in by the real `ingest` flow with a Prefect server beside it, one page at a time: memory of
the process and of its OCR children at 10, 50 and 100 % of the pages.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from flows.home import settings as configuration
from flows.runtime.prefect_server import prefect_for
from tests.bench.rows import Row, at_most

PAGES = {True: 20, False: 1000}
SEED = 4711
FORM = "bon-de-commande"
MARKS = (0.1, 0.5, 1.0)
FLAT = 1.1
"""Memory is flat where it ends within a tenth of what it had when half was done."""


@dataclass(slots=True)
class Seen:
    """At each mark: pages, bytes of this process and of the children that read."""

    at: dict[float, tuple[int, int, int]] = field(default_factory=dict)

    def look(self, done: int, total: int, _: int) -> None:
        """Called after each page."""
        for mark in MARKS:
            if mark not in self.at and done >= mark * total:
                self.at[mark] = done, *memory()


def rows(small: bool) -> Iterator[Row]:
    """Memory at the marks."""
    pages, seen = PAGES[small], Seen()
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
            done = ingest.ingest_batch(settings.home, [folder / "photographs"], FORM, "memory", 1, seen.look)
    assert done.read == pages, done
    for mark, (count, own, children) in seen.at.items():
        figure = f"{own / 1e6:.0f}, {children / 1e6:.0f}"
        yield Row(of=f"MB after {count} pages ({mark:.0%}): the process, its OCR children", figure=figure)
    yield at_most("memory at the end over half way", seen.at[1.0][1] / seen.at[0.5][1], FLAT, 2)


def memory() -> tuple[int, int]:
    """Bytes that this process holds, and those that its children hold which read."""
    process, theirs = psutil.Process(), 0
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if not any("prefect" in part or "process_guard.py" in part for part in child.cmdline()):
                theirs += child.memory_info().rss
    return process.memory_info().rss, theirs
