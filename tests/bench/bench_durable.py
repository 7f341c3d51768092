"""What having every picture on disk costs an ingest: `python -m tests.bench.bench_durable [--small]`.

The same photographs are taken in, read, and decided by turns in an archive that waits for the disk and in one that does
not, each time in a new home on the disk of the current folder. It prints the seconds of both and their ratio.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from flows.home import settings as configuration
from flows.home.home import open_home
from flows.steps import TakenScan, read_scan, reconcile_to_the_end, take_in
from tests.orders import FORMS, series, write
from transcribe.archive import Archive

SEED = 78


def main() -> None:
    """Print the seconds of each turn, and the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="four photographs and two turns")
    photographs, turns = (4, 2) if parser.parse_args().small else (20, 5)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        write(series(photographs, SEED, FORMS, ("flat", "phone"), ("typed",)), Path(folder) / "photographs")
        ingested(Path(folder), "warm", lasting=True)
        seconds: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(turns):
            for lasting in (True, False) if turn % 2 else (False, True):
                seconds[lasting].append(ingested(Path(folder), f"{turn} {lasting}", lasting=lasting))
        for lasting, each in seconds.items():
            print("on disk:" if lasting else "not waited for:", " ".join(f"{second:.2f}" for second in each), "s")
        durable, quick = statistics.median(seconds[True]), statistics.median(seconds[False])
        pairs = statistics.median(one / other for one, other in zip(seconds[True], seconds[False], strict=True))
        print(f"{photographs} photographs; ratio of medians {durable / quick:.3f}, median of the turns {pairs:.3f}")
        print(f"{1000 * (durable - quick) / photographs:+.1f} ms a photograph")


def ingested(folder: Path, name: str, *, lasting: bool) -> float:
    """The seconds in which all photographs are taken in, read and decided, in a new home."""
    home = open_home(configuration.load_settings(folder / name))
    home = replace(home, archive=Archive(str(home.settings.home / "archive"), lasting=lasting))
    began = time.perf_counter()
    for taken in take_in(home, [folder / "photographs"], "auto", "bench"):
        if isinstance(taken, TakenScan) and taken.scan.form:
            read_scan(home, taken.scan)
    reconcile_to_the_end(home)
    took = time.perf_counter() - began
    home.close()
    return took


if __name__ == "__main__":
    main()
