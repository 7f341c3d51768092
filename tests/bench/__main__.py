"""Measures the figures of docs/figures.md again, each against its bar, with its peers in the same run.

    python -m tests.bench reading|reconciling|pages|path|truth|machines [NAME ...] [--small]

Without names everything of a subject is measured. Exit code 1 where a bar is missed, but not with --small: a few
of each say whether it runs, not how well. The shared sets lie where FAIRHAND_SHARED_DATA says.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterable

from tests.bench import (
    bench_api,
    bench_collection,
    bench_crowd,
    bench_learning,
    bench_marks,
    bench_memory,
    bench_orders,
    bench_other_papers,
    bench_outages,
    bench_path,
    bench_pictures,
    bench_prefect,
    bench_read_speed,
    bench_review,
    bench_shifts,
    bench_store,
    bench_submit,
)
from tests.bench.reconciling import (
    blanks,
    cheats,
    comments,
    contests,
    minority,
    speed,
    strangers,
    worlds,
)
from tests.bench.rows import Row, show

Measure = Callable[[bool], Iterable[Row]]
"""The rows of a table, given whether a few of each are enough."""


def command(module: str, *words: str) -> Measure:
    """A benchmark that is a program of its own and prints its tables itself."""

    def rows(small: bool) -> Iterable[Row]:
        subprocess.run([sys.executable, "-m", f"tests.bench.{module}", *words, *["--small"] * small], check=True)
        return ()

    return rows


def photographs(small: bool) -> Iterable[Row]:
    """What was read of photographs, kept for the orders."""
    bench_orders.DUMP.parent.mkdir(exist_ok=True)
    bench_orders.DUMP.unlink(missing_ok=True)
    return command("bench_truth", "--dump", str(bench_orders.DUMP))(small)


SUBJECTS: dict[str, dict[str, Measure]] = {
    "reading": {
        "samples": command("bench_read"),
        "marks": bench_marks.rows,
        "papers": bench_other_papers.rows,
        "speed": bench_read_speed.rows,
    },
    "reconciling": {
        "generator": worlds.usual,
        "noise": worlds.hard,
        "minority": minority.rows,
        "contests": contests.rows,
        "comments": comments.rows,
        "blanks": blanks.rows,
        "strangers": strangers.rows,
        "cheats": cheats.rows,
        "speed": speed.rows,
        "micropasts": bench_collection.micropasts,
        "crowdspeech": bench_collection.crowdspeech,
        "months": bench_learning.rows,
    },
    "pages": {
        "keys": bench_review.rows,
        "submits": bench_submit.rows,
        "crowd": bench_crowd.rows,
        "pictures": bench_pictures.rows,
        "api": bench_api.rows,
    },
    "path": {"kills": bench_path.rows, "memory": bench_memory.rows, "prefect": bench_prefect.rows},
    "truth": {"photographs": photographs, "orders": bench_orders.rows},
    "machines": {
        "store": bench_store.rows,
        "hosts": bench_submit.two_hosts,
        "shifts": bench_shifts.rows,
        "outages": bench_outages.rows,
    },
}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("names", nargs="*", help="; ".join(f"{name}: {', '.join(of)}" for name, of in SUBJECTS.items()))
    parser.add_argument("--small", action="store_true", help="a few of each")
    given = parser.parse_args()
    measures = SUBJECTS[given.subject]
    if unknown := {*given.names} - {*measures}:
        parser.error(f"{given.subject} has no {', '.join(unknown)}")
    held = [show(name, measures[name](given.small)) for name in given.names or measures]
    return 0 if all(held) or given.small else 1


if __name__ == "__main__":
    sys.exit(main())
