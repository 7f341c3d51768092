"""Two workers beside two bare readers: `python -m tests.bench.bench_shifts [--small] [--scans N]`.

The workers are two `fairhand shift` with homes of their own, and PostgreSQL and a bucket between them. A bare reader
decodes photographs of a folder, lays them onto the form, reads them by the same engines and keeps nothing; the same
services idle beside it. Both sides read the same photographs, by turns, workers first and bare readers first: neither
keeps anything that would spare the other its work. What counts is the pages between the first and the last ones, so
that neither the start of a program nor its last page does. Exit code 1 where the bar is missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from flows.home import settings as configuration
from flows.home.home import open_home
from tests.bench.read_results import reads_of
from tests.bench.read_samples import Sample
from tests.bucket import bucket_server
from tests.flows.house import House
from tests.postgres import new_database, server, share

CONSOLE = Console(width=140)
FORM = "bon-de-commande"
SEED = 9001
READERS = 2
EDGE_PAGES = 2
"""Pages left out at the begin and at the end of a run."""
WARMING_PAGES = 4
"""Pages that each side reads before anything counts: a new database makes its plans, and programs come off the disk."""
LEAST_SHARE = 0.9
"""The bar: pages a minute of the workers over those of the bare readers."""
PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """The times at which pages were done, by a monotonic clock, and the processor seconds of the readers."""

    done: Sequence[float]
    cpu: float

    @property
    def a_minute(self) -> float:
        """Pages a minute between the first and the last ones."""
        inner = self.done[EDGE_PAGES : len(self.done) - EDGE_PAGES]
        return 60 * (len(inner) - 1) / (inner[-1] - inner[0])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scans", type=int, help="photographs of each run (40)")
    parser.add_argument("--small", action="store_true", help="8 photographs, one round")
    parser.add_argument("--bare", nargs="+", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        return read_bare(given.bare)
    count = given.scans or (8 if given.small else 40)
    with tempfile.TemporaryDirectory() as folder, server(durable=True) as database, bucket_server() as buckets:
        share(database.address)
        os.environ.update(buckets.variables)
        raise SystemExit(0 if measured(Path(folder), count, 1 if given.small else 2, buckets.bucket()) else 1)


def measured(folder: Path, count: int, rounds: int, bucket: str) -> bool:
    """Whether the bar is held; the figures are printed."""
    url = new_database()
    files = _photographs(folder / "photographs", rounds * count + WARMING_PAGES)
    first = _house(folder / "first", url, bucket)
    open_home(configuration.load_settings(first.home)).close()
    second = _house(folder / "second", url, bucket)
    shutil.copy(first.home / "state.key", second.home / "state.key")
    table = Table("round", "who", "pages a minute", "CPU s a page, with the start")
    shares, cpu = [], []
    for side in (lambda some: by_workers((first, second), url, some), by_bare):
        side(files[rounds * count :])
    for number in range(rounds):
        same = files[number * count : (number + 1) * count]
        if number % 2 == 0:
            found = by_workers((first, second), url, same), by_bare(same)
        else:
            bare = by_bare(same)
            found = by_workers((first, second), url, same), bare
        for name, run in zip(("two workers", "two bare readers"), found, strict=True):
            table.add_row(str(number + 1), name, f"{run.a_minute:.1f}", f"{run.cpu / count:.2f}")
        shares.append(found[0].a_minute / found[1].a_minute)
        cpu.append((found[0].cpu - found[1].cpu) / count)
    CONSOLE.print(table)
    share_of_bare = sum(shares) / rounds
    CONSOLE.print(f"workers over bare readers: {share_of_bare:.3f} (bar {LEAST_SHARE}); each round {shares}")
    CONSOLE.print(f"processor beside reading: {1000 * sum(cpu) / rounds:.0f} ms a page")
    return share_of_bare >= LEAST_SHARE


def by_workers(houses: Sequence[House], url: str, files: Sequence[Path]) -> Run:
    """Photographs are taken in and left; then both workers read them."""
    taken = houses[0].run("ingest", *files, "--form", FORM, "--no-read")
    assert taken.code == 0, taken.err
    shifts = [each.start("shift") for each in houses]
    done: list[float] = []
    with psycopg.connect(url, autocommit=True) as looking:  # one connection: to open one takes milliseconds
        while len(done) < len(files):
            ((left,),) = looking.execute("SELECT count(*) FROM to_read")
            done += [time.monotonic()] * (len(files) - left - len(done))
            assert any(each.poll() is None for each in shifts) or len(done) == len(files), "a worker ended early"
            time.sleep(PAUSE_SECONDS)
    return Run(done, sum(map(_ended, shifts)))


def by_bare(files: Sequence[Path]) -> Run:
    """Each bare reader reads half of the photographs."""
    me = [sys.executable, "-m", "tests.bench.bench_shifts", "--bare"]
    readers = [subprocess.Popen([*me, *files[at::READERS]], stdout=subprocess.PIPE, text=True) for at in range(READERS)]
    told = [each.stdout.read().split() for each in readers if each.stdout]
    return Run(sorted(map(float, chain(*told))), sum(map(_ended, readers)))


def read_bare(files: Sequence[Path]) -> None:
    """Read photographs as any program could, and print when each was done."""
    for file in files:
        assert reads_of(Sample(file=file.name, form=FORM, content=file.read_bytes(), truth={})).readings
        CONSOLE.print(time.monotonic())


def _photographs(place: Path, count: int) -> list[Path]:
    """Photographs of one form, made by a process of its own."""
    make = [sys.executable, "-m", "tests.orders", str(place), "--count", str(count), "--seed", str(SEED)]
    subprocess.run([*make, "--form", FORM, "--level", "flat", "--hand", "typed"], check=True, capture_output=True)
    return sorted(each for each in place.iterdir() if each.suffix != ".jsonl")


def _house(home: Path, url: str, bucket: str) -> House:
    """A machine as the documentation sets it up, which reads one scan at a time."""
    home.mkdir()
    kept = f"FAIRHAND_STATE={url}\nFAIRHAND_ARCHIVE=s3://{bucket}\nFAIRHAND_WORKERS=1\n"
    (home / configuration.SETTINGS_FILE).write_text(kept, encoding="utf-8")
    return House(home=home)


def _ended(process: subprocess.Popen[str]) -> float:
    """Wait for a process; its processor seconds, with those of its own children."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
