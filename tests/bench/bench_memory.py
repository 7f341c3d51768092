"""Whether memory stays flat over many pages, and what the flow costs beside the OCR:
`python -m tests.bench.bench_memory [--pages N] [--small]`.

One process takes the pages in by the real `ingest` flow with a Prefect server beside it, one page at a time. Printed
are the memory of the process and of its OCR children at 10 %, 50 % and 100 % of the pages, and its processor time a
page: reading (`read()`), laying pages onto the form and masking them at the door, decoding, and everything else, which
is the orchestration. What a batch costs once (importing Prefect, beginning and ending the flow) stands apart.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from flows.home import settings as configuration
from flows.runtime.prefect_server import prefect_for
from transcribe.archive import Archive
from transcribe.intake import redaction, scans

CONSOLE = Console(width=140)
PAGES, SMALL = 1000, 20
SEED = 4711
FORM = "bon-de-commande"
MARKS = (0.1, 0.5, 1.0)
FLAT = 1.1
"""Memory is flat where it ends within a tenth of what it had when half was done."""
MOST_BESIDE = 0.040
"""Seconds of orchestration that a page may cost."""


@dataclass(slots=True)
class Clock:
    """Processor seconds of this process inside some functions, and how often they were called."""

    seconds: float = 0.0
    wall: float = 0.0
    calls: int = 0

    def timed(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, with its time kept here."""

        def run(*given: Any, **named: Any) -> Any:
            wall, own = time.perf_counter(), time.thread_time()
            try:
                return work(*given, **named)
            finally:
                self.seconds += time.thread_time() - own
                self.wall += time.perf_counter() - wall
                self.calls += 1

        return run


@dataclass(slots=True)
class Marks:
    """At each mark: bytes held by this process and by the children that read, and processor seconds beside the OCR."""

    ocr: tuple[Clock, ...]
    held: dict[float, tuple[int, int]] = field(default_factory=dict)
    beside: dict[float, tuple[int, float]] = field(default_factory=dict)

    def look(self, done: int, total: int, _: int) -> None:
        """Called after each page."""
        for mark in MARKS:
            if mark not in self.held and done >= mark * total:
                self.held[mark] = memory()
                self.beside[mark] = done, time.process_time() - sum(clock.seconds for clock in self.ocr)

    @property
    def a_page(self) -> float:
        """Seconds beside the OCR of one more page."""
        (before, early), (after, late) = self.beside[MARKS[0]], self.beside[MARKS[-1]]
        return (late - early) / max(1, after - before)


def main() -> None:
    """The command line; exit code 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, help=f"so many pages ({PAGES})")
    parser.add_argument("--small", action="store_true", help=f"{SMALL} pages")
    given = parser.parse_args()
    pages = given.pages or (SMALL if given.small else PAGES)
    with tempfile.TemporaryDirectory() as folder:
        raise SystemExit(0 if measured(Path(folder), pages) else 1)


def measured(folder: Path, pages: int) -> bool:
    """Whether memory is flat and the orchestration within its bar; the figures are printed."""
    _photographs(folder / "photographs", pages)
    settings = configuration.load_settings(folder / "home")
    read, decode, door, weigh, keep = Clock(), Clock(), Clock(), Clock(), Clock()
    seen = Marks((read, decode, door))
    with prefect_for(settings):
        from flows import ingest
        from flows.steps import read_scans

        timed: list[tuple[object, str, Clock]] = [
            (read_scans, "read", read),
            (read_scans, "load_pages", decode),
            (ingest, "reconcile_with_retakes", weigh),
        ]
        timed += [
            (scans, "align", door),
            (scans, "decoded_page", decode),
            (redaction, "redact", door),
            (redaction, "encode_jpeg", door),
            (Archive, "put", keep),
        ]
        for module, name, clock in timed:
            setattr(module, name, clock.timed(getattr(module, name)))
        own, server, wall = time.process_time(), _cpu_of_server(), time.perf_counter()
        done = ingest.ingest_batch(settings.home, [folder / "photographs"], FORM, "memory", 1, seen.look)
        own, server, wall = time.process_time() - own, _cpu_of_server() - server, time.perf_counter() - wall
    assert done.read == pages, done
    beside = seen.a_page + weigh.seconds / pages
    once = own - read.seconds - decode.seconds - door.seconds - pages * beside
    _show_memory(pages, seen)
    _show_costs(
        {
            "read(), with the children's waiting left out": read.seconds / pages,
            "laying and masking at the door": door.seconds / pages,
            "decoding": decode.seconds / pages,
            "orchestration: files, Prefect, the store": seen.a_page,
            f"of these, {keep.calls / pages:.0f} files kept by the file system": keep.seconds / pages,
            "orchestration: weighing, deciding, publishing": weigh.seconds / pages,
            "Prefect's server, in its own process": server / pages,
            "by the clock, all in all": wall / pages,
            "by the clock, read()": read.wall / pages,
        }
    )
    grown = seen.held[1.0][0] / seen.held[0.5][0]
    CONSOLE.print(f"once a batch: {once:.1f} s of the processor")
    CONSOLE.print(f"memory at the end over half way: {grown:.2f} (bar {FLAT})")
    CONSOLE.print(f"orchestration beside the OCR: {1000 * beside:.0f} ms a page (bar {1000 * MOST_BESIDE:.0f})")
    return grown <= FLAT and beside <= MOST_BESIDE


def _photographs(place: Path, pages: int) -> None:
    """Photographs of one form, made by another process, so that their making is not in our memory."""
    make = [sys.executable, "-m", "tests.orders", str(place), "--count", str(pages), "--seed", str(SEED)]
    subprocess.run([*make, "--form", FORM, "--level", "flat", "--hand", "typed"], check=True)
    (place / "truth.jsonl").unlink()


def _show_memory(pages: int, seen: Marks) -> None:
    table = Table("pages done", "MB of the process", "MB of the OCR children", title=f"{pages} pages in one process")
    for mark, (mine, theirs) in sorted(seen.held.items()):
        table.add_row(f"{100 * mark:.0f} %", f"{mine / 1e6:.0f}", f"{theirs / 1e6:.0f}")
    CONSOLE.print(table)


def _show_costs(costs: Mapping[str, float]) -> None:
    table = Table("what", "ms a page", title="processor time, a page")
    for name, seconds in costs.items():
        table.add_row(name, f"{1000 * seconds:.1f}")
    CONSOLE.print(table)


def memory() -> tuple[int, int]:
    """Bytes that this process holds, and those that its children hold which read."""
    process = psutil.Process()
    theirs = 0
    for child in process.children(recursive=True):
        try:
            if not _is_server(child):
                theirs += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return process.memory_info().rss, theirs


def _is_server(process: psutil.Process) -> bool:
    return any("prefect" in part or "process_guard.py" in part for part in process.cmdline())


def _cpu_of_server() -> float:
    """Processor seconds of Prefect's server so far."""
    used = 0.0
    for child in psutil.Process().children(recursive=True):
        try:
            if _is_server(child):
                times = child.cpu_times()
                used += times.user + times.system
        except psutil.NoSuchProcess:
            continue
    return used


if __name__ == "__main__":
    main()
