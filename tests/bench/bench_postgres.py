"""The store on PostgreSQL beside the store in a file, in one run on one machine: durable submits, and leases.

python -m tests.bench.bench_postgres [--full] [--open N]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from tests.bench.bench_store import leases, submits
from tests.postgres import server, share
from tests.transcribe.store import databases

SECONDS = {True: 10.0, False: 2.0}
OPEN = {True: (10_000, 1_000_000), False: (10_000, 100_000)}
LEASES = {True: 2_000, False: 200}
OPEN_FOR_SUBMITS = 20_000

LEAST_SHARE = 0.6
"""The aim: so much of the submits of a file."""

MOST_LEASE_MS = 1.0
"""The aim: the median of choosing a task."""


def main() -> int:
    """Prints one JSON line a measurement; 1 where an aim is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--full", action="store_true", help="ten seconds, and a million open tasks")
    arguments.add_argument("--open", type=int, help="only leases, at so many open tasks beside 10,000")
    given = arguments.parse_args()
    full = given.full
    with server(durable=True) as made:
        share(made.address)
        if given.open:
            return 1 if _slow_leases((OPEN[True][0], given.open), LEASES[True]) else 0
        told = []
        for kind in databases.KINDS:
            with databases.on(kind):
                told.append({"database": kind, **submits(SECONDS[full], OPEN_FOR_SUBMITS)})
                print(json.dumps(told[-1]), flush=True)
        share_of_file = float(str(told[1]["a_second"])) / float(str(told[0]["a_second"]))
        print(json.dumps({"what": "share of the submits of a file", "share": round(share_of_file, 2)}), flush=True)
        slow = _slow_leases(OPEN[full], LEASES[full])
    return 1 if slow or share_of_file < LEAST_SHARE else 0


def _slow_leases(open_tasks: Sequence[int], count: int) -> list[int]:
    """Prints how long choosing a task takes where so many are open; where it takes too long."""
    chosen = {}
    with databases.on("postgresql"):
        for each in open_tasks:
            chosen[each] = leases(each, count)
            print(json.dumps({"database": "postgresql", **chosen[each]}), flush=True)
    return [each for each, told in chosen.items() if float(str(told["choose_p50_ms"])) >= MOST_LEASE_MS]


if __name__ == "__main__":
    sys.exit(main())
