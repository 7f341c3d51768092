"""Parameters fitted on the test world without what figures are printed of: a condition or a form left out at a time.

    python -m tests.bench.truth_refit --from DUMP.jsonl --leave condition|form

Fits like `fit_first`, on the other conditions or forms of a dump of `bench_truth`, never on the forms that no fit may
see. Then the readings of what was left out are weighed and decided anew, and the tables of `bench_truth` printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from reconcile.learning.learn import learn
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.bench_truth import report
from tests.bench.fit_first import kept, people
from tests.bench.truth_results import NEVER_FITTED, Read, facts_of, of_line, weighed_anew
from transcribe.model import Parameters


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", type=Path, dest="source", action="append", required=True, help="files of --dump")
    parser.add_argument("--leave", choices=("condition", "form"), default="condition")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--mistakes", type=int, default=20)
    given = parser.parse_args()
    found = [of_line(line) for file in given.source for line in file.read_text(encoding="utf-8").splitlines()]
    print("\n".join(report(list(refitted(found, given.leave, given.workers)), given.mistakes)))


def refitted(found: Sequence[Read], by: str, workers: int = 1) -> Iterator[Read]:
    """Every photograph decided under what those of the other conditions (or forms) teach."""
    groups = list(dict.fromkeys(getattr(each, by) for each in found))
    with ProcessPoolExecutor(workers) as pool:
        for some in pool.map(partial(_left_out, found, by), groups):
            yield from some


def _left_out(found: Sequence[Read], by: str, group: str) -> list[Read]:
    learnt = fitted([each for each in found if getattr(each, by) != group and each.form not in NEVER_FITTED])
    return [weighed_anew(each, learnt) for each in found if getattr(each, by) == group]


def fitted(found: Sequence[Read]) -> Parameters:
    """What ships, with what these photographs teach in place of what the project's own taught."""
    shipped: dict[str, Any] = dict(shipped_parameters().content)
    nothing = Parameters(version=0, content={"rates": {"person": people()}})
    taught = kept(learn([facts_of(each) for each in found], nothing, POLICY).content)
    lines = {**shipped["calibration"], **taught["calibration"]}
    return Parameters(version=0, content={**shipped, **taught, "calibration": lines, "places": shipped["places"]})


if __name__ == "__main__":
    main()
