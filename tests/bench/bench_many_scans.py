"""Many scans through shifts, weighing and publishing: `python -m tests.bench.bench_many_scans [--small] [--postgres]`.

The readings are made up, and so is the decoding of pictures; all else is real: scans are put into the state, claimed
and kept by a shift, weighed, decided or asked about, and published. It goes in ten parts. Printed are the processor's
milliseconds a scan of each step, and the memory, after each part. Caches, which have a limit each, are emptied before
memory is looked at: of texts that never come again they take another 100 MB until they are full. The bars: the last
three parts cost at most 1.25 of what the second to fourth do, and memory at the end is at most 1.1 of what it was at
half. Exit code 1 where one is missed.
"""

from __future__ import annotations

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import _lru_cache_wrapper
from pathlib import Path
from statistics import mean
from unittest import mock

import psutil
from rich.console import Console
from rich.table import Table

from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.shifts import work_shift
from flows.steps.reconcile_scans import reconcile_home
from tests.postgres import new_database, server, share
from tests.transcribe.store.world import sha
from transcribe.model import FieldKey, Reading, ReadResult, Scan, ScanPage, SourceFile

CONSOLE = Console(width=140)
SCANS, SMALL, PARTS = 10_000, 500, 10
FORM = "receipt"
DOUBTED_SHARE = 0.1
"""Share of scans with a total that the engines read otherwise, so that people are asked."""
MOST_GROWTH_OF_COST, MOST_GROWTH_OF_MEMORY = 1.25, 1.1
STEPS = ("taken in", "read by a shift", "weighed and published")
SEED = 100


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scans", type=int, help=f"so many ({SCANS})")
    parser.add_argument("--small", action="store_true", help=f"{SMALL} scans")
    parser.add_argument("--postgres", action="store_true", help="the state on PostgreSQL")
    given = parser.parse_args()
    count = given.scans or (SMALL if given.small else SCANS)
    with tempfile.TemporaryDirectory() as folder, server(durable=True) if given.postgres else nullcontext() as database:
        settings = {"home": Path(folder) / "home"}
        settings["home"].mkdir()
        if database is not None:
            share(database.address)
            kept = f"FAIRHAND_STATE={new_database()}\n"
            (settings["home"] / configuration.SETTINGS_FILE).write_text(kept, encoding="utf-8")
        home = open_home(configuration.load_settings(settings["home"]))
        raise SystemExit(0 if measured(home, count) else 1)


def measured(home: Home, count: int) -> bool:
    """Whether cost and memory stay flat; the figures are printed."""
    chance, form = random.Random(SEED), home.use_form(FORM)
    table = Table("scans", *(f"{step}, ms" for step in STEPS), "all, ms", "memory, MB", title=f"{count} scans")
    costs: list[float] = []
    held: list[int] = []
    began = time.perf_counter()
    for part in range(PARTS):
        numbers = range(part * count // PARTS, (part + 1) * count // PARTS)
        spent = [_cpu_ms(step) / len(numbers) for step in _steps(home, form.version, numbers, chance)]
        costs.append(sum(spent))
        _empty_caches()
        held.append(psutil.Process().memory_info().rss)
        cells = (*spent, costs[-1])
        table.add_row(f"{numbers.stop}", *(f"{each:.1f}" for each in cells), f"{held[-1] / 1e6:.0f}")
    CONSOLE.print(table)
    counts = home.store.counts()
    CONSOLE.print(f"by the clock {time.perf_counter() - began:.0f} s; in the state: {counts}")
    growth, memory = mean(costs[-3:]) / mean(costs[1:4]), held[-1] / held[PARTS // 2 - 1]
    CONSOLE.print(f"cost of the last three parts over the second to fourth: {growth:.2f} (bar {MOST_GROWTH_OF_COST})")
    CONSOLE.print(f"memory at the end over half way: {memory:.2f} (bar {MOST_GROWTH_OF_MEMORY})")
    return growth <= MOST_GROWTH_OF_COST and memory <= MOST_GROWTH_OF_MEMORY


def _steps(home: Home, version: int, numbers: Sequence[int], chance: random.Random) -> Iterator[Callable[[], object]]:
    """The steps of one part."""
    yield lambda: _take_in(home, version, numbers)
    with mock.patch("flows.shifts.shift.read_scan", made_up_reader(chance)):
        yield lambda: work_shift(home, 1)
    yield lambda: reconcile_home(home)


def _cpu_ms(step: Callable[[], object]) -> float:
    """Milliseconds of the processor that a step takes in this process."""
    began = time.process_time()
    step()
    return 1000 * (time.process_time() - began)


def _empty_caches() -> None:
    """Forget what functions gave."""
    for each in gc.get_objects():
        if isinstance(each, _lru_cache_wrapper):
            each.cache_clear()


def _take_in(home: Home, version: int, numbers: Sequence[int]) -> None:
    for number in numbers:
        page = ScanPage(file=sha(f"page {number}"), page=1)
        name = f"{number}.png"
        scan = Scan(id=sha(f"scan {number}"), pages=(page,), form=FORM, form_version=version, name=name, batch="many")
        home.store.put_scan(scan, [SourceFile(sha256=page.file, name=name, size=1, media_type="image/png")], now())
        home.store.put_to_read(scan.id, "many", now())


def made_up_reader(chance: random.Random) -> Callable[..., ReadResult]:
    """What takes the place of `read_scan`."""

    def read(home: Home, scan: Scan, *, before: Callable[[], None], **_: object) -> ReadResult:
        number = scan.name.partition(".")[0]
        texts = {
            "company": f"Company {number}",
            "date": "2026-03-04",
            "address": f"{number} Main Street",
            "total": "12.50",
        }
        doubted = chance.random() < DOUBTED_SHARE
        readings = [
            _reading(scan, name, source, "17.50" if doubted and (source, name) == ("b 1", "total") else text)
            for name, text in (texts | {"total": "12.50"}).items()
            for source in ("a 1", "b 1")
        ]
        found = ReadResult(places=(), readings=tuple(readings), fit=1.0, quality={"overall": 1.0}, seconds={"a 1": 0.1})
        with home.store.together():
            before()
            home.store.put_reads(scan.id, found, now())
        return found

    return read


def _reading(scan: Scan, name: str, source: str, text: str) -> Reading:
    key = FieldKey(name)
    return Reading(id="", scan=scan.id, key=key, source=source, kind="machine", text=text, at=now(), confidence=0.97)


if __name__ == "__main__":
    main()
