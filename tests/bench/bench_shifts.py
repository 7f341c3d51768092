"""Two workers beside two bare readers.

The workers are two `fairhand shift` with homes of their own, and PostgreSQL and a bucket between them. A bare reader
decodes photographs of a folder, lays them onto the form, reads them by the same engines and keeps nothing; the same
services idle beside it. Both sides read the same photographs, by turns, workers first and bare readers first: neither
keeps anything that would spare the other its work. What counts is the pages between the first and the last ones, so
that neither the start of a program nor its last page does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import psycopg

from flows.home import settings as configuration
from flows.home.home import open_home
from tests.bench.read_results import reads_of
from tests.bench.read_samples import Sample
from tests.bench.rows import Row, at_least
from tests.bucket import bucket_server
from tests.flows.house import House
from tests.postgres import new_database, server, share

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


def rows(small: bool) -> Iterator[Row]:
    """Pages a minute of both, the same photographs by turns."""
    count, rounds = (8, 1) if small else (40, 2)
    with tempfile.TemporaryDirectory() as name, server(durable=True) as database, bucket_server() as buckets:
        share(database.address)
        os.environ.update(buckets.variables)
        folder, url, bucket = Path(name), new_database(), buckets.bucket()
        files = _photographs(folder / "photographs", rounds * count + WARMING_PAGES)
        first = _house(folder / "first", url, bucket)
        open_home(configuration.load_settings(first.home)).close()
        second = _house(folder / "second", url, bucket)
        shutil.copy(first.home / "state.key", second.home / "state.key")
        sides: dict[str, Callable[[Sequence[Path]], Run]] = {
            "two workers": partial(by_workers, (first, second), url),
            "two bare readers": by_bare,
        }
        for side in sides.values():
            side(files[rounds * count :])
        done: list[dict[str, Run]] = []
        for number in range(rounds):
            same, order = files[number * count : (number + 1) * count], list(sides)[:: -1 if number % 2 else 1]
            done.append({name: sides[name](same) for name in order})
    for name in sides:
        yield Row(of=f"{name}, pages a minute", figure=", ".join(f"{each[name].a_minute:.1f}" for each in done))
    shares = [each["two workers"].a_minute / each["two bare readers"].a_minute for each in done]
    yield at_least("workers over bare readers", sum(shares) / rounds, LEAST_SHARE, 3)
    beside = sum(each["two workers"].cpu - each["two bare readers"].cpu for each in done) / count / rounds
    yield Row(of="processor beside reading, ms a page", figure=f"{1000 * beside:.0f}")


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
    me = [sys.executable, "-m", "tests.bench.bench_shifts"]
    readers = [subprocess.Popen([*me, *files[at::READERS]], stdout=subprocess.PIPE, text=True) for at in range(READERS)]
    told = [each.stdout.read().split() for each in readers if each.stdout]
    return Run(sorted(map(float, chain(*told))), sum(map(_ended, readers)))


def read_bare(files: Sequence[Path]) -> None:
    """Read photographs as any program could, and print when each was done."""
    for file in files:
        assert reads_of(Sample(file=file.name, form=FORM, content=file.read_bytes(), truth={})).readings
        print(time.monotonic())


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
    read_bare([Path(each) for each in sys.argv[1:]])
