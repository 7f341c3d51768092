"""The store on PostgreSQL beside the store in a file, in one run on one machine: durable submits, and leases.

python -m tests.bench.bench_postgres [--full]
"""

from __future__ import annotations

import argparse
import json
import sys

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
    full = arguments.parse_args().full
    with server(durable=True) as made:
        share(made.address)
        told = []
        for kind in databases.KINDS:
            with databases.on(kind):
                told.append({"database": kind, **submits(SECONDS[full], OPEN_FOR_SUBMITS)})
                print(json.dumps(told[-1]), flush=True)
        share_of_file = float(str(told[1]["a_second"])) / float(str(told[0]["a_second"]))
        print(json.dumps({"what": "share of the submits of a file", "share": round(share_of_file, 2)}), flush=True)
        chosen = []
        with databases.on("postgresql"):
            for count in OPEN[full]:
                chosen.append(leases(count, LEASES[full]))
                print(json.dumps({"database": "postgresql", **chosen[-1]}), flush=True)
    slow = [each for each in chosen if float(str(each["choose_p50_ms"])) >= MOST_LEASE_MS]
    return 1 if slow or share_of_file < LEAST_SHARE else 0


if __name__ == "__main__":
    sys.exit(main())
