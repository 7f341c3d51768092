"""How much Prefect's database grows by a batch: `python -m tests.bench.bench_prefect [--small] [--scans N]`.

The real `ingest` flow runs with a Prefect server of its own; photographs are small, and what engines read is made up.
A batch of a few scans comes first, so that what a server keeps once is there before. Printed are the bytes in use, by
how much they grew, and the rows that came. Exit code 1 where 10,000 scans take a megabyte or more.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from unittest import mock

import cv2
import numpy
from rich.console import Console

from flows.home import Settings
from flows.home import settings as configuration
from flows.home.home import open_home
from flows.runtime.prefect_server import prefect_for
from tests.bench.bench_many_scans import FORM, made_up_reader

CONSOLE = Console(width=140)
SCANS, SMALL, FIRST = 10_000, 200, 5
MOST_BYTES = 1_000_000
"""The bar for 10,000 scans."""
SIDE_PX = 420
SEED = 19
SETTLED_SECONDS = 10.0
"""Prefect writes events some seconds after they came. Chosen by hand."""


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scans", type=int, help=f"so many ({SCANS})")
    parser.add_argument("--small", action="store_true", help=f"{SMALL} scans")
    given = parser.parse_args()
    count = given.scans or (SMALL if given.small else SCANS)
    with tempfile.TemporaryDirectory() as folder:
        settings = configuration.load_settings(Path(folder) / "home")
        home = open_home(settings)
        home.use_form(FORM)
        home.close()
        with prefect_for(settings):
            _ingest(settings, Path(folder) / "first", FIRST)
            before, rows = _used(settings)
            _ingest(settings, Path(folder) / "many", count)
            after, more = _used(settings)
    grown = after - before
    CONSOLE.print(f"Prefect's database: {after / 1e6:.2f} MB, grown by {grown / 1e6:.2f} MB for {count} scans")
    CONSOLE.print({name: number - rows.get(name, 0) for name, number in more.items() if number > rows.get(name, 0)})
    return 0 if grown < MOST_BYTES else 1


def _ingest(settings: Settings, folder: Path, count: int) -> None:
    """Take so many photographs in, as a batch of the folder's name."""
    from flows.ingest import ingest_batch

    folder.mkdir()
    chance = numpy.random.default_rng(SEED + count)
    for number in range(count):
        cv2.imwrite(str(folder / f"{number}.png"), _photograph(chance, number))
    began = time.monotonic()
    with mock.patch("flows.shifts.shift.read_scan", made_up_reader(random.Random(SEED))):
        done = ingest_batch(settings.home, [folder], FORM, folder.name, 2, lambda *_: None)
    assert (done.read, done.failed, done.set_aside) == (count, [], []), done
    CONSOLE.print(f"{count} scans in {time.monotonic() - began:.0f} s")
    time.sleep(SETTLED_SECONDS)


def _photograph(chance: numpy.random.Generator, number: int) -> numpy.ndarray:
    """A page that is like no other."""
    page = numpy.full((SIDE_PX, SIDE_PX), 255, numpy.uint8)
    for line in range(6):
        text = f"{number} {chance.integers(1_000_000)}"
        cv2.putText(page, text, (20, 50 + 60 * line), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2)
    return page


def _used(settings: Settings) -> tuple[int, Mapping[str, int]]:
    """Bytes of the database that are in use, and the rows of each of its tables."""
    with closing(sqlite3.connect(settings.home / "prefect" / "prefect.db")) as prefect:
        prefect.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        names = [name for (name,) in prefect.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        count = 'SELECT count(*) FROM "{}"'
        rows = {name: prefect.execute(count.format(name)).fetchone()[0] for name in names}
        pages, free, size = (
            prefect.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size, rows


if __name__ == "__main__":
    sys.exit(main())
