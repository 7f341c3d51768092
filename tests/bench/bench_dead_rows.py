"""Rows that PostgreSQL has to clear away while people work: `python -m tests.bench.bench_dead_rows [--minutes N]`.

Sixteen clients of one writer lease and submit, one reading a second each, with 200,000 open tasks, for an hour (or so
many minutes). Every minute the dead rows of each table that changes are counted, as the server tells them. The bar: the
most of the second half is at most 1.5 of the most of the first half, in each table with 1,000 of them or more. Exit
code 1 where it is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psycopg

from tests.bench.bench_recovery import CLIENTS, sending_readings, working
from tests.bench.reconciling.rows import Row, at_most, show

MINUTES = 60
SECONDS_EACH = 1.0
OPEN_TASKS = 200_000
FEW_ROWS = 1_000
"""Dead rows of a table that are too few to tell of growth."""

MOST_GROWTH = 1.5

ASKED = "SELECT relname, n_dead_tup, n_live_tup, autovacuum_count FROM pg_stat_user_tables"


def measured(minutes: int) -> list[Row]:
    """Dead rows of each half, by table."""
    with tempfile.TemporaryDirectory() as folder, sending_readings(Path(folder), OPEN_TASKS) as (made, url, submit):
        dead: dict[str, list[int]] = defaultdict(list)
        last: dict[str, tuple[int, int]] = {}
        with working(submit, SECONDS_EACH) as kept, psycopg.connect(url, autocommit=True) as looking:
            began = time.monotonic()
            for minute in range(1, minutes + 1):
                time.sleep(max(0.0, began + 60 * minute - time.monotonic()))
                for name, rows, live, cleared in looking.execute(ASKED.encode()).fetchall():
                    dead[name].append(rows)
                    last[name] = (live, cleared)
        assert made.address
        half = minutes // 2
        changing = {name: told for name, told in dead.items() if max(told) >= FEW_ROWS}
        rows = [Row(of="readings kept", figure=f"{len(kept.what)} in {minutes} minutes")]
        for name, told in sorted(changing.items()):
            first, second = max(told[:half]), max(told[half:])
            live, cleared = last[name]
            rows.append(Row(of=f"{name}: rows; cleared so many times", figure=f"{live}; {cleared}"))
            rows.append(Row(of=f"{name}: most dead rows, first and second half", figure=f"{first} and {second}"))
            rows.append(at_most(f"{name}: second over first", second / max(first, FEW_ROWS), MOST_GROWTH, 2))
        return rows


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=MINUTES, help=f"so long ({MINUTES})")
    minutes = parser.parse_args().minutes
    return 0 if show(f"dead rows, {CLIENTS} clients", measured(minutes)) else 1


if __name__ == "__main__":
    sys.exit(main())
