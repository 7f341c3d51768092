"""The path under kill -9: ingest killed at ten moments, then run again: `python -m tests.bench.bench_path [--small]`.

It says how long an undisturbed run takes, how many photographs each killed run had finished, whether the end is that of
the undisturbed run, and what was read more than once.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from flows import settings as configuration
from flows.prefect_server import PrefectServer
from flows.rooms import open_rooms
from tests.flows.house import House
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
    server = PrefectServer(configuration.load(folder / "prefect"))
    server.start()
    server.wait()
    try:
        calm, killed = (House(home=folder / name, prefect=server.address) for name in ("calm", "killed"))
        began = time.monotonic()
        ingested = calm.run("ingest", folder / "photographs", "--form", "auto", "--json").json[0]
        took = time.monotonic() - began
        print(f"undisturbed: {ingested['read']} photographs in {took:.1f} s")
        finished = [_killed(killed, folder, took, share) for share in _moments(kills)]
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


def _moments(kills: int) -> list[float]:
    """Shares of an undisturbed run at which the killed ones end, from the start to nearly the end."""
    chance = random.Random(SEED)
    return sorted(chance.uniform(0.1, 0.9) for _ in range(kills))


def _killed(house: House, folder: Path, took: float, share: float) -> int:
    """Kill an ingest after this share of the time; how many photographs have their readings then."""
    process = house.start("ingest", folder / "photographs", "--form", "auto")
    time.sleep(took * share)
    process.kill()
    process.communicate()
    rooms = open_rooms(configuration.load(house.home))
    states = rooms.store.scan_states()
    finished = sum(rooms.store.has_reads(state.scan.id) for state in states)
    rooms.close()
    return finished


if __name__ == "__main__":
    main()
