"""Fits what one engine is worth that is sure against another engine: `python -m tests.bench.fit_one_sure DUMP ...`

Dumps of `bench_read --dump` and `bench_truth --dump`. The stage of calibration is fitted on all of them. How often such
values are wrong is counted on halves that were not fitted: each half of the documents under what the other half taught.
Both are written into `reconcile/parameters/shipped_data.py`; everything else there stays as it is.
"""

from __future__ import annotations

import pprint
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from reconcile.algorithms import exact_interval
from reconcile.inference.calibration import calibrated, fit_calibration
from reconcile.inference.circumstances import ONE_SURE_STAGE
from reconcile.learning.learn import MachinesAlone, machines_alone
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters
from reconcile.parameters.shipped_data import CONTENT
from reconcile.policy import POLICY
from tests.bench.fit_first import TARGET, read
from tests.bench.truth_results import facts_of, of_line
from tests.bench.world.forms import NEVER_FITTED

FAMILIES = ("line text", "short text", "code", "amount", "date")


def main(dumps: Iterable[str]) -> None:
    """Fit, count, write, and show."""
    learnt = LearntParameters.read(version=0, content=CONTENT)
    halves: tuple[list[MachinesAlone], list[MachinesAlone]] = ([], [])
    for number, facts in enumerate(each for dump in dumps for each in documents(Path(dump))):
        halves[number % 2].extend(each for each in machines_alone(facts, learnt, POLICY) if is_of_stage(each))
    wrong, count = 0, 0
    for fitted, other in (halves, halves[::-1]):
        for each in would_decide(other, with_stage(fitted)):
            wrong, count = wrong + (not each.right), count + 1
            if not each.right:
                print(f"wrong: {each.name} ({each.type}), confidence {each.seen.sure}, share {each.share:.4f}")
    print(f"one sure engine: {wrong} wrong of {count}, at most {exact_interval(wrong, count)[1]:.2%}")
    content = with_stage([*halves[0], *halves[1]])
    tallies = {f"{family}: {ONE_SURE_STAGE}": [float(wrong), float(count)] for family in FAMILIES}
    content |= {"shipped": {**CONTENT["shipped"], **tallies}}
    head, _, _ = TARGET.read_text(encoding="utf-8").partition("CONTENT: dict[str, Any] = ")
    text = pprint.pformat(content, width=118, compact=True)
    TARGET.write_text(f"{head}CONTENT: dict[str, Any] = {text}\n", encoding="utf-8")


def documents(dump: Path) -> Iterator[ScanFacts]:
    """What each document of a dump teaches; never those of forms that no fit may see."""
    lines = dump.read_text(encoding="utf-8").splitlines()
    if lines and '"cells"' in lines[0]:
        for line in lines:
            found = of_line(line)
            if found.form not in NEVER_FITTED:
                yield facts_of(found)
        return
    for _, document in read(dump):
        yield document.facts


def is_of_stage(each: MachinesAlone) -> bool:
    """Whether one sure engine alone says it, and nothing else has a stage there."""
    return each.seen.by_one_engine and each.seen.machine_stage == ONE_SURE_STAGE


def with_stage(lessons: Sequence[MachinesAlone]) -> dict[str, Any]:
    """What ships, with the stage of one sure engine fitted on these."""
    before = {stage: line for stage, line in CONTENT["calibration"].items() if stage != ONE_SURE_STAGE}
    return CONTENT | {"calibration": fit_calibration([each.lesson for each in lessons], before)}


def would_decide(lessons: Iterable[MachinesAlone], content: dict[str, Any]) -> Iterator[MachinesAlone]:
    """Those that one engine would decide under these parameters."""
    learnt = LearntParameters.read(version=0, content=content)
    for each in lessons:
        if each.seen.may_decide_alone and calibrated(each.share, each.seen, learnt) >= each.seen.min_probability:
            yield each


if __name__ == "__main__":
    main(sys.argv[1:])
