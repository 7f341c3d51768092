"""What reading costs beside the bare engine, in one run: `python -m tests.bench.bench_read_speed [--small]`."""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table

from tests.bench.bench_read import SEED
from tests.bench.read_results import reads_of
from tests.bench.read_samples import Sample, data_folder, generated, sroie
from tests.pens import Hand

CONSOLE = Console(width=140)
HANDS: tuple[Hand, ...] = ("typed", "block")
ROUNDS = 3
"""The best of so many rounds counts: other work on the machine only ever makes a round slower."""
TIMES = 4
"""How many times over receipts are read in a round: of a dozen read once the last long page leaves the other worker
idle for a tenth of the time, the bare program's as well."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock and of processors, for `count` things."""

    wall: float
    cpu: float
    count: int

    @property
    def a_minute(self) -> float:
        return 60 * self.count / self.wall


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--data", help="the folder of the shared sets")
    given = parser.parse_args()
    count = 4 if given.small else 12
    with tempfile.TemporaryDirectory() as folder:
        receipts = _written(Path(folder), list(sroie(data_folder(given.data), count)))
        CONSOLE.print(_receipts(receipts))
    CONSOLE.print(_forms(2 if given.small else 6))


def _written(folder: Path, samples: Sequence[Sample]) -> list[tuple[Path, Sample]]:
    files = []
    for number, sample in enumerate(samples):
        path = folder / f"{number}.jpg"
        path.write_bytes(sample.content)
        files.append((path, sample))
    return files


def _receipts(receipts: Sequence[tuple[Path, Sample]]) -> Table:
    """Reading receipts by Tesseract alone against the bare program, one and two at a time."""
    table = Table("receipts", "CPU s a page", "pages a minute", "CPU over bare", "speed over bare", title="receipts")
    bare_jobs = [partial(_bare, path) for path, _ in receipts]
    our_jobs = [partial(reads_of, sample, ("tesseract",)) for _, sample in receipts]
    turns = [(workers, TIMES * jobs) for workers in (1, 2) for jobs in (bare_jobs, our_jobs)]
    rounds = [[_side_by_side(workers, jobs) for workers, jobs in turns] for _ in range(ROUNDS)]
    best = [_best(costs) for costs in zip(*rounds, strict=True)]
    bare, ours = best[::2], best[1::2]
    for name, costs in (("bare tesseract, one thread", bare), ("read(), Tesseract alone", ours)):
        for workers, cost, against in zip((1, 2), costs, bare, strict=True):
            _row(table, f"{name}, {workers} at a time", cost, against)
    for name, costs in (("bare tesseract", bare), ("read()", ours)):
        table.add_row(f"{name}, 2 at a time over 1", "", f"{costs[1].a_minute / costs[0].a_minute:.2f} times", "", "")
    peer = _peer([path for path, _ in receipts])
    if peer:
        _row(table, "ocrmypdf --jobs 2", peer, bare[1])
    return table


def _row(table: Table, name: str, cost: Cost, against: Cost) -> None:
    table.add_row(
        name,
        f"{cost.cpu / cost.count:.3f}",
        f"{cost.a_minute:.0f}",
        f"{(cost.cpu / cost.count) / (against.cpu / against.count):.2f}",
        f"{cost.a_minute / against.a_minute:.2f}",
    )


def _bare(path: Path) -> None:
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    command = ["tesseract", str(path), "stdout", "-l", "eng", "--psm", "6", "tsv"]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _peer(paths: Sequence[Path]) -> Cost | None:
    """OCRmyPDF over the same files, where it is installed (requirements-bench)."""
    program = shutil.which("ocrmypdf", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        return None
    options = ["--jobs", "2", "--output-type", "pdf", "--optimize", "0", "--image-dpi", "200", "-q"]
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "all.pdf"
        pictures = [Image.open(path).convert("L") for path in paths]
        pictures[0].save(whole, save_all=True, append_images=pictures[1:], resolution=200)
        command = [program, *options, str(whole), str(Path(folder) / "out.pdf")]
        return _measured(lambda: subprocess.run(command, check=True, capture_output=True), len(paths))


def _forms(count: int) -> Table:
    """Reading forms by both engines, typed and filled in by hand."""
    table = Table("form pages, phone photos", "ms a page by the clock", title="forms, both engines")
    for hand in HANDS:
        samples = list(generated(count, SEED, ("phone",), (hand,)))
        whole = sum(min(_clock(reads_of, sample) for _ in range(ROUNDS)) for sample in samples)
        table.add_row(hand, f"{1000 * whole / count:.0f}")
    return table


def _clock(work: Callable[..., object], *given: object) -> float:
    before = time.perf_counter()
    work(*given)
    return time.perf_counter() - before


def _side_by_side(workers: int, jobs: Sequence[Callable[[], object]]) -> Cost:
    def run() -> None:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda job: job(), jobs))

    return _measured(run, len(jobs))


def _best(costs: Sequence[Cost]) -> Cost:
    return Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs), costs[0].count)


def _measured(run: Callable[[], object], count: int) -> Cost:
    wall, cpu = time.perf_counter(), _cpu()
    run()
    return Cost(time.perf_counter() - wall, _cpu() - cpu, count)


def _cpu() -> float:
    """Processor seconds of this process and of its children that have ended."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


if __name__ == "__main__":
    main()
