"""Measures reconciling against its bars, with the peers in the same run.

    python -m tests.bench.bench_reconcile [--small] [--set NAME ...] [--seed N ...]

Exit code 1 where a bar is missed. A set is a function from "small?" to rows; a new one is one line in SETS.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import partial

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

SETS: dict[str, tuple[str, Callable[[bool], Iterable[Row]]]] = {
    "generator": ("made-up orders, fresh seeds, cold start", worlds.usual),
    "noise": ("made-up orders, noise x 2.5, weak master data", worlds.hard),
    "minority": ("right minorities", minority.rows),
    "contests": ("the model against majority, family by family", contests.rows),
    "comments": ("long text of a form, read by people", comments.rows),
    "blanks": ("cells where nothing is written and the ink is in doubt", blanks.rows),
    "strangers": ("people whose errors the generator does not make, beside other methods", strangers.rows),
    "cheats": ("people who cheat among honest people with odd habits", cheats.rows),
    "speed": ("speed, one core", speed.rows),
}

WORLDS = {"generator": worlds.usual, "noise": worlds.hard}
"""The sets that are made from seeds."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="fewer forms and seeds: minutes instead of a quarter hour")
    parser.add_argument("--set", action="append", choices=sorted(SETS), dest="sets", help="only these sets")
    parser.add_argument("--seed", action="append", type=int, dest="seeds", help="other worlds")
    asked = parser.parse_args()
    worlds_of = {name: partial(rows, seeds=tuple(asked.seeds)) for name, rows in WORLDS.items()} if asked.seeds else {}
    held = [
        show(title, worlds_of.get(name, rows)(asked.small))
        for name, (title, rows) in SETS.items()
        if name in (asked.sets or SETS)
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
