"""What reading costs beside the bare engine and OCRmyPDF, in one run."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from tests.bench.bench_read import SEED
from tests.bench.read_results import reads_of
from tests.bench.read_samples import Sample, data_folder, generated, sroie
from tests.bench.rows import Row
from tests.pens import Hand

HANDS: tuple[Hand, ...] = ("typed", "block")
ROUNDS = 3
"""The best of so many rounds counts: other work on the machine only ever makes a round slower."""
TIMES = 4
"""How many times over receipts are read in a round: of a dozen read once the last long page leaves the other worker
idle for a tenth of the time, the bare program's as well."""

BARE, OURS = "bare tesseract, one thread", "read(), Tesseract alone"


class Cost(NamedTuple):
    """Seconds a page, by the clock and of processors."""

    wall: float
    cpu: float


def rows(small: bool) -> Iterator[Row]:
    """Receipts by Tesseract alone, one and two at a time, and photographs of forms by both engines."""
    samples = list(sroie(data_folder(None), 4 if small else 12))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.jpg" for number in range(len(samples))]
        for path, sample in zip(paths, samples, strict=True):
            path.write_bytes(sample.content)
        jobs = {BARE: [partial(_bare, each) for each in paths], OURS: [partial(_read, each) for each in samples]}
        costs: dict[tuple[str, int], list[Cost]] = {(name, workers): [] for name in jobs for workers in (1, 2)}
        for _ in range(ROUNDS):
            for (name, workers), some in costs.items():
                some.append(_side_by_side(workers, TIMES * jobs[name]))
        best = {key: Cost(*map(min, zip(*some, strict=True))) for key, some in costs.items()}
        if peer := _peer(paths):
            best["ocrmypdf --jobs 2", 2] = peer
    for (name, workers), cost in best.items():
        bare = best[BARE, workers]
        figure = f"{cost.cpu:.3f} s, {60 / cost.wall:.0f}, {cost.cpu / bare.cpu:.2f}, {bare.wall / cost.wall:.2f}"
        yield Row(of=f"{name}, {workers} at a time: CPU a page, pages a minute, both over bare", figure=figure)
    for hand in HANDS:
        pages = list(generated(2 if small else 6, SEED, ("phone",), (hand,)))
        whole = sum(min(_measured(partial(reads_of, each), 1).wall for _ in range(ROUNDS)) for each in pages)
        yield Row(
            of=f"a phone's photograph of a form, {hand}, both engines: ms", figure=f"{1000 * whole / len(pages):.0f}"
        )


def _read(sample: Sample) -> None:
    reads_of(sample, ("tesseract",))


def _bare(path: Path) -> None:
    command = ["tesseract", str(path), "stdout", "-l", "eng", "--psm", "6", "tsv"]
    subprocess.run(command, env=os.environ | {"OMP_THREAD_LIMIT": "1"}, check=True, capture_output=True)


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
        return _measured(partial(subprocess.run, command, check=True, capture_output=True), len(paths))


def _side_by_side(workers: int, jobs: Sequence[Callable[[], object]]) -> Cost:
    def run() -> None:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda job: job(), jobs))

    return _measured(run, len(jobs))


def _measured(run: Callable[[], object], count: int) -> Cost:
    wall, cpu = time.perf_counter(), _cpu()
    run()
    return Cost((time.perf_counter() - wall) / count, (_cpu() - cpu) / count)


def _cpu() -> float:
    """Processor seconds of this process and of its children that have ended."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)
