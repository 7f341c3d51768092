"""Fits how sure machines are where the first fit did not look: what is searched for on free layouts, and values with a
trouble. Writes these stages into `reconcile/parameters/shipped_data.py` and leaves everything else there as it is.

    python -m tests.bench.fit_calibration DUMP.jsonl ...      dumps of `bench_read --dump`

Every second document of a dump is fitted; what the others then show is printed, as they are for measuring.
"""

from __future__ import annotations

import json
import pprint
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconcile.algorithms.metrics import calibration_error
from reconcile.inference.calibration import Lesson, adjusted, fit_calibration
from reconcile.inference.circumstances import SEARCHED_STAGE, UNDECIDED_STAGE
from reconcile.learning.learn import machines_alone
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters
from reconcile.parameters.shipped_data import CONTENT
from reconcile.policy import POLICY
from tests.bench.fit_first import TARGET, key, reading
from tests.bench.intervals import by_chance
from tests.bench.read_results import form_of

FITTED = (UNDECIDED_STAGE, SEARCHED_STAGE)
"""How the names of the stages begin that are fitted here."""


RIDGE = 2.0
"""Less than a store has, as there are hundreds of documents here: on halves that were not fitted each, the error over
1396 fields fell from 0.047 to 0.023 with 8, and to 0.015 with 2, which is what chance makes."""


def main(dumps: Iterable[str]) -> None:
    """Fit, write, and show."""
    halves: tuple[list[Lesson], list[Lesson]] = ([], [])
    for dump in dumps:
        for number, lessons in enumerate(documents(Path(dump))):
            halves[number % 2].extend(each for each in lessons if here(each.stage))
    before = {stage: line for stage, line in CONTENT["calibration"].items() if not here(stage)}
    after = fit_calibration(halves[0], before, RIDGE)
    show(halves[1], after)
    head, _, _ = TARGET.read_text(encoding="utf-8").partition("CONTENT: dict[str, Any] = ")
    text = pprint.pformat(CONTENT | {"calibration": after}, width=118, compact=True)
    TARGET.write_text(f"{head}CONTENT: dict[str, Any] = {text}\n", encoding="utf-8")


def here(stage: str) -> bool:
    """Whether a stage is fitted here."""
    return stage.startswith(FITTED)


def documents(dump: Path) -> Iterator[list[Lesson]]:
    """What each document of a dump teaches, in their order."""
    by_file: dict[str, list[dict[str, Any]]] = {}
    for line in dump.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_file.setdefault(row["file"], []).append(row)
    for rows in by_file.values():
        facts = ScanFacts(
            form=form_of(rows[0]["form"]),
            readings=[reading(row, number) for number, row in enumerate(rows)],
            truths={key(row): row["truth"] for row in rows} | {key(row): row["text"] for row in rows if row["right"]},
        )
        yield [each.lesson for each in machines_alone(facts, LearntParameters.read(version=0, content=CONTENT), POLICY)]


def show(lessons: Sequence[Lesson], fitted: Mapping[str, Mapping[str, float]]) -> None:
    """How honest each stage is on documents that were not fitted, before and after."""
    for stage in sorted({each.stage for each in lessons}):
        some = [each for each in lessons if each.stage == stage]
        before = [(each.share, each.right) for each in some]
        after = [(adjusted(each.share, stage, each.family, fitted), each.right) for each in some]
        mean, rare = by_chance(after)
        errors = f"{calibration_error(before):.3f} -> {calibration_error(after):.3f} (chance {mean:.3f}, {rare:.3f})"
        print(f"{stage}: {len(some)} fields, {sum(right for _, right in after) / len(some):.3f} right; ECE {errors}")


if __name__ == "__main__":
    main(sys.argv[1:])
