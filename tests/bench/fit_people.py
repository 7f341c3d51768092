"""What the model's probability means of fields that people read, in a store that knows no truth yet: written as data.

    python -m tests.bench.fit_people

Made-up orders (the worlds of the benchmarks, seeds 1 to 5 usual, 31 to 35 under noise) are worked on from a cold
start; what was decided with people's readings is compared with what is written, by family of types. Fitted twice: what
is decided, and so which fields there are, follows from what is believed.
"""

from __future__ import annotations

import pprint
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconcile.inference.calibration import Lesson, fit_calibration
from reconcile.inference.circumstances import PEOPLE_STAGE
from reconcile.parameters.shipped_data import CONTENT
from tests.bench.generator import Shape, make
from tests.bench.generator.orders import HARD
from tests.bench.reconciling.online import Outcome, run
from transcribe.codes import Method
from transcribe.model import Parameters

TARGET = Path(__file__).parents[2] / "reconcile" / "parameters" / "shipped_people.py"

SEEDS, NOISY = range(1, 6), range(31, 36)

METHODS = (Method.PEOPLE, Method.PERSON_AND_MACHINE, Method.PERSON_AND_WITNESS, Method.WEIGHED)

FAMILIES = {
    "number": "code",
    "date": "date",
    "name": "short text",
    "address": "line text",
    "town": "short text",
    "article": "code",
}
"""The family of each kind of item; the others are amounts."""

HEAD = '''"""Shipped calibration of what people decide: data, written by `python -m tests.bench.fit_people`."""

from __future__ import annotations

from collections.abc import Mapping

CALIBRATION: Mapping[str, Mapping[str, float]] = '''


def main() -> None:
    worlds = [make(seed, Shape()) for seed in SEEDS] + [make(seed, HARD) for seed in NOISY]
    fitted: dict[str, dict[str, float]] = {}
    for _ in range(2):
        start = shipped(fitted)
        lessons = [lesson for world in worlds for outcome in run(world, start=start) for lesson in learnt(outcome)]
        fitted = fit_calibration(lessons)
        print(f"{len(lessons)} fields decided with people, {sum(not each.right for each in lessons)} wrong: {fitted}")
    TARGET.write_text(HEAD + pprint.pformat(fitted, width=118) + "\n", encoding="utf-8")


def shipped(people: Mapping[str, Mapping[str, float]]) -> Parameters:
    """What ships, with other calibration of people."""
    return Parameters(version=0, content={**CONTENT, "calibration": {**CONTENT["calibration"], **people}})


def learnt(outcome: Outcome) -> Iterator[Lesson]:
    """What one decided field teaches, where people had a part in it and it was not weighed word by word."""
    raw = [each.numbers["raw"] for each in outcome.decision.evidence if each.code == "calibrated"]
    family = FAMILIES.get(outcome.item.kind, "amount")
    words = any(each.code in ("each word", "read whole") for each in outcome.decision.evidence)
    if outcome.decision.method in METHODS and not words:
        share = float(raw[0]) if raw else outcome.decision.probability
        yield Lesson(stage=f"{PEOPLE_STAGE} {family}", family=family, share=share, right=outcome.right)


if __name__ == "__main__":
    main()
