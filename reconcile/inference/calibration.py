"""From the model's share to an honest probability: only what comes out of here decides.

p = sigmoid(a + f + b logit(share)), with a and b for a stage (machines alone, people too) and f for a family of field
types, fitted on fields of which more came to be known later. Ridge regression draws them towards what shipped, and that
towards a = f = 0, b = 1, the model as it is, so that a few fields change little (J. C. Platt, Advances in Large Margin
Classifiers, 1999).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

import numpy

from reconcile.algorithms import fit_strongest_ridge
from reconcile.inference.circumstances import LONG_TEXT, NEVER, PEOPLE, SEARCHED, Circumstances
from reconcile.inference.long_text_calibration import whole
from reconcile.parameters import LearntParameters, odds
from reconcile.policy import POLICY

DOUBTED = 0.6
"""The least that experts are believed: of what the model, two experts counted, still thought less likely than not, 31
of 48 were right in made-up orders. Above it the model's own share is what their words turned out to be worth (91 % of
0.95 to 0.995)."""

ONE_READER = 0.98
"""The most that one person is believed whom nothing confirms, before three were asked: a careful typist is wrong on
one field in fifty."""

ONE_ENGINE = 0.97
"""The most that one engine is believed whom nothing confirms: better ones are wrong on one box in ten."""

CODED = 0.999
"""What a barcode is believed that detects its own errors, and that nothing read beside it contradicts: what is left is
that a wrong label was stuck on."""

RIDGE = 8.0
"""How strongly the fit is drawn to the model as it is: about as so many doubtful fields."""

LIKELY = 0.5
"""Values less probable than this are never decided; what they turn out to be must not bend the line where it counts."""

SUREST = 9.2
"""Log odds of 0.9999: no set was large enough to fit beyond, so there the model's own differences stand."""

NOTHING: Mapping[str, Mapping[str, float]] = {}

FIRM = (100.0, 30.0, 10.0, 3.0, 1.0)
"""How many times as firmly what people's known truths teach may be held to what was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A field of which more came to be known: what the model gave at a stage, and whether that was right."""

    stage: str
    family: str
    share: float
    right: bool


def calibrated(share: float, seen: Circumstances, learnt: LearntParameters) -> float:
    """The calibrated probability of a value, from the model's share and the circumstances of its readings."""
    if seen.experts:
        return max(share, DOUBTED)
    if seen.by_ink:
        return max(share, seen.ink)
    if seen.by_code:
        return max(share, CODED)
    share = adjusted(at_hand(share, seen), seen.stage, seen.family, learnt.calibration)
    if seen.engines + seen.people >= POLICY.people_to_agree or seen.witness:
        return share
    if seen.readers >= POLICY.people_before_expert:
        return share
    return min(share, ONE_READER if seen.people else ONE_ENGINE)


def at_hand(share: float, seen: Circumstances) -> float:
    """The model's share with what else is known of it by now, as calibration takes it: whether machines read the right
    place, and what the words of a long text come to as a whole."""
    if not seen.readers:
        return share * seen.in_place
    return whole(share, seen.prose) if seen.prose else share


def adjusted(share: float, stage: str, family: str, fitted: Mapping[str, Mapping[str, float]]) -> float:
    """The probability that a share means, as fitted; the share itself where nothing was fitted."""
    line = fitted.get(stage)
    if line is None or not _counts(stage, share):
        return share
    within = _bounded(share)
    return 1.0 / (1.0 + exp(-(line["a"] + line.get(family, 0.0) + line["b"] * within + odds(share) - within)))


def _counts(stage: str, share: float) -> bool:
    """Whether a value of this share is calibrated: where it might be decided; at stages in which none is, on free
    layouts, where a place that is doubtful makes good readings look bad, and of long texts, most of which are wrong
    somewhere, whatever its share."""
    return share >= LIKELY or stage.startswith((NEVER, SEARCHED, LONG_TEXT))


def _bounded(share: float) -> float:
    """Log odds, no further than SUREST."""
    return min(SUREST, max(-SUREST, odds(share)))


def fit_calibration(
    lessons: Sequence[Lesson], before: Mapping[str, Mapping[str, float]] = NOTHING, ridge: float = RIDGE
) -> dict[str, dict[str, float]]:
    """a, b and each family's f, by stage: what `adjusted` takes; drawn to what was fitted `before` on other data, which
    stands where nothing new is known."""
    likely = [lesson for lesson in lessons if _counts(lesson.stage, lesson.share)]
    found = {stage: dict(line) for stage, line in before.items()}
    for stage in sorted({lesson.stage for lesson in likely}):
        found[stage] = _fit([lesson for lesson in likely if lesson.stage == stage], before.get(stage, {}), ridge)
    return found


def _fit(lessons: Sequence[Lesson], before: Mapping[str, float], weight: float) -> dict[str, float]:
    """Logistic regression with ridge; of people, whose lessons are few, as far as these speak against what was."""
    families = sorted({lesson.family for lesson in lessons} | before.keys() - {"a", "b"})
    names = ["a", "b", *families]
    inputs = numpy.array(
        [
            [1.0, _bounded(lesson.share), *(1.0 if lesson.family == family else 0.0 for family in families)]
            for lesson in lessons
        ]
    )
    right = numpy.array([1.0 if lesson.right else 0.0 for lesson in lessons])
    start = numpy.array([before.get("a", 0.0), before.get("b", 1.0), *[before.get(each, 0.0) for each in families]])
    ridge = weight * numpy.array([0.25, 1.0, *[0.25] * len(families)])
    firmness = FIRM if lessons[0].stage.startswith(PEOPLE) else (1.0,)
    found = fit_strongest_ridge(inputs, right, start, [each * ridge for each in firmness])
    return {name: round(float(number), 5) for name, number in zip(names, found, strict=True)}
