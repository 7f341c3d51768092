"""The path under kill -9: an ingest killed ten times on its way, each time begun again by the same command:
`python -m tests.bench.bench_path [--small]`.

It says how long an undisturbed run takes, how many photographs each killed run had finished, whether the end is that of
the undisturbed run, and what was read more than once.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from flows.home import settings as configuration
from flows.home.settings import prefect_secret
from flows.runtime.prefect_server import PrefectServer
from tests.flows.house import House, ingest_killed
from tests.flows.test_ingest import told_of_house
from tests.orders import FORMS, series, write

SEED = 77


def main() -> None:
    """Print the run; exit code 1 where the end is another one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="six photographs and three kills")
    small = parser.parse_args().small
    photographs, kills = (6, 3) if small else (50, 10)
    with tempfile.TemporaryDirectory() as folder:
        raise SystemExit(0 if measured(Path(folder), photographs, kills) else 1)


def measured(folder: Path, photographs: int, kills: int) -> bool:
    """Whether the killed runs end as the undisturbed one; the figures are printed."""
    write(series(photographs, SEED, FORMS, ("flat", "phone"), ("typed",)), folder / "photographs")
    settings = configuration.load_settings(folder / "prefect")
    server = PrefectServer(settings)
    server.start()
    server.wait()
    try:
        secret, where = prefect_secret(settings), server.address
        calm, killed = (House(home=folder / name, prefect=where, prefect_secret=secret) for name in ("calm", "killed"))
        began = time.monotonic()
        ingested = calm.run("ingest", folder / "photographs", "--form", "auto", "--json").json[0]
        print(f"undisturbed: {ingested['read']} photographs in {time.monotonic() - began:.1f} s")
        words: list[str | Path] = [folder / "photographs", "--form", "auto"]
        finished = [ingest_killed(killed, words, *moment) for moment in _moments(photographs, kills)]
        print(f"finished after each kill: {finished}")
        last = killed.run("ingest", folder / "photographs", "--form", "auto", "--json").json[0]
        print(f"the last run: {last['read']} read, {last['known']} known already")
        same = told_of_house(killed) == told_of_house(calm)
        print(f"the same readings and decisions as undisturbed: {'yes' if same else 'NO'}")
        again = last["known"] != finished[-1]
        print(f"read again although finished: {abs(last['known'] - finished[-1])}")
        return same and not again
    finally:
        server.stop()


def _moments(photographs: int, kills: int) -> list[tuple[int, float]]:
    """For each kill: how many photographs are finished before it, spread over the whole way, and the seconds after."""
    chance = random.Random(SEED)
    return [(photographs * kill // kills, chance.uniform(0.0, 1.5)) for kill in range(kills)]


if __name__ == "__main__":
    main()
