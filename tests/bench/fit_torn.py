"""Fits how sure machines are where an engine nearly said something else: `python -m tests.bench.fit_torn DUMP ...`

Dumps of `bench_truth --dump`. Each form is decided under what the others teach, and what that changes is printed. Then
the stage of calibration is fitted on all forms that a fit may see, and written into
`reconcile/parameters/shipped_data.py`; everything else there stays as it is.
"""

from __future__ import annotations

import pprint
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from pathlib import Path
from unittest.mock import patch

from reconcile.inference.calibration import Lesson, fit_calibration
from reconcile.inference.circumstances import TORN_STAGE
from reconcile.learning.learn import machines_alone
from reconcile.parameters.parameters import LearntParameters
from reconcile.parameters.shipped_data import CONTENT
from reconcile.policy import POLICY
from tests.bench.fit_first import TARGET
from tests.bench.truth_results import Read, facts_of, of_line, weighed_anew
from tests.bench.world.forms import NEVER_FITTED
from transcribe.model import Parameters

BEFORE = CONTENT | {
    "calibration": {stage: line for stage, line in CONTENT["calibration"].items() if stage != TORN_STAGE}
}
"""What ships without the stage: an engine that was torn is as sure as any."""


def main(dumps: Iterable[str]) -> None:
    """Show each form under what the others teach, then fit and write."""
    found = [of_line(line) for dump in dumps for line in Path(dump).read_text(encoding="utf-8").splitlines()]
    forms = sorted({each.form for each in found})
    without, under = Counter[str](), Counter[str]()
    for form in forms:
        learnt = fitted([each for each in found if each.form not in (form, *NEVER_FITTED)])
        for each in found:
            if each.form == form:
                with patch("reconcile.inference.circumstances.MIN_TORN_SHARE", inf):
                    without.update(counted(each, Parameters(version=0, content=BEFORE)))
                under.update(counted(each, learnt))
    for hand in sorted({each.hand for each in found}):
        for name, counts in (("without", without), ("with", under)):
            print(f"{hand} {name} the stage: {counts[f'{hand} decided']} decided, {counts[f'{hand} wrong']} wrong")
    content = dict(fitted([each for each in found if each.form not in NEVER_FITTED]).content)
    head, _, _ = TARGET.read_text(encoding="utf-8").partition("CONTENT: dict[str, Any] = ")
    text = pprint.pformat(content, width=118, compact=True)
    TARGET.write_text(f"{head}CONTENT: dict[str, Any] = {text}\n", encoding="utf-8")


def fitted(some: Sequence[Read]) -> Parameters:
    """What ships, with the stage as these photographs teach it."""
    lessons = [lesson for each in some for lesson in lessons_of(each)]
    return Parameters(version=0, content=BEFORE | {"calibration": fit_calibration(lessons, BEFORE["calibration"])})


def lessons_of(photograph: Read) -> Iterator[Lesson]:
    """The values of a photograph by machines alone that an engine says which was torn."""
    for alone in machines_alone(facts_of(photograph), LearntParameters.read(version=0, content=BEFORE), POLICY):
        if alone.lesson.stage == TORN_STAGE:
            yield alone.lesson


def counted(photograph: Read, learnt: Parameters) -> Iterator[str]:
    """A word for each filled field that machines decide under these parameters, and one for each wrong one."""
    for cell in weighed_anew(photograph, learnt).cells:
        if cell.kind == "filled" and cell.decided is not None:
            yield f"{photograph.hand} decided"
            if cell.decided != cell.truth:
                yield f"{photograph.hand} wrong"


if __name__ == "__main__":
    main(sys.argv[1:])
