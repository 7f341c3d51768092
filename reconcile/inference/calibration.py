"""The calibrated probability of a value, from the model's share of it. Decisions look at this probability alone.

p = sigmoid(a + f + b logit(share)), with a and b for a stage (machines alone, people too) of a family of field types
and f for the family beside, fitted on fields of which more came to be known later. Ridge regression draws them
towards what shipped, and that towards a = f = 0, b = 1, which is the model as it is. So a few fields change little
(J. C. Platt, Advances in Large Margin Classifiers, 1999).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import copysign, exp

from reconcile.algorithms import fit_strongest_ridge
from reconcile.inference.circumstances import LONG_TEXT_STAGE, Circumstances
from reconcile.inference.long_text_calibration import whole_text_probability
from reconcile.parameters import LearntParameters, odds

MIN_EXPERT_PROBABILITY = 0.6
"""The least probability of a value that an expert read.

Of what the model, two experts counted, still thought less likely than not, 31 of 48 were right in made-up orders. Above
it the model's own share is what their words turned out to be worth (91 % of 0.95 to 0.995).
"""

MAX_UNCONFIRMED_PROBABILITY = 0.97
"""The most probability of a value that one person read and nothing confirms.

That source is a person, before three people were asked. A careful typist is wrong on one field in fifty.
"""

MIN_BARCODE_PROBABILITY = 0.999
"""The least probability of what a barcode says that detects its own errors, if nothing beside it contradicts.

What is left is that a wrong label was stuck on. Chosen by hand.
"""

RIDGE_WEIGHT_COUNT = 8.0
"""The fit is drawn to the model as it is about as strongly as so many doubtful fields draw it. Chosen by hand."""

MIN_FITTED_SHARE = 0.5
"""Values with a smaller share are not fitted, where they are never decided.

What they turn out to be must not bend the line where it counts.
"""

MAX_FITTED_LOG_ODDS = 9.2
"""Log odds of 0.9999: no set was large enough to fit beyond. There the model's own differences count, at most whole."""

NO_CALIBRATION: Mapping[str, Mapping[str, float]] = {}

FIRMNESS_FACTORS = (100.0, 30.0, 10.0, 3.0, 1.0)
"""How many times as firmly lessons may be held to what was fitted before. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A field whose truth came to be known: the model's share at a stage, and whether it was right."""

    stage: str
    family: str
    share: float
    right: bool


def calibrated(share: float, seen: Circumstances, learnt: LearntParameters) -> float:
    """The calibrated probability of a value, from the model's share and the circumstances of its readings."""
    if seen.experts:
        return max(share, MIN_EXPERT_PROBABILITY)
    if seen.by_ink:
        if seen.against_people or seen.family == "mark":
            return share
        return max(share, seen.ink) if seen.people else seen.ink
    if seen.by_code:
        return max(share, MIN_BARCODE_PROBABILITY)
    if not seen.people:
        return of_machines(share, seen, learnt)
    found = [adjusted(informed_share(share, seen), seen.stage, seen.family, learnt.calibration)]
    if seen.typed:
        whole = whole_text_probability(share, seen.typed)
        found.append(adjusted(whole, LONG_TEXT_STAGE, seen.family, learnt.calibration))
    share = min(found) if seen.by_machines is None else _at_least_of_machines(max(found), seen, learnt)
    if seen.engines + seen.people + seen.like_ink >= seen.policy.people_to_agree or seen.witness:
        return share
    return min(share, MAX_UNCONFIRMED_PROBABILITY)


def of_machines(share: float, seen: Circumstances, learnt: LearntParameters) -> float:
    """The probability of what machines say by themselves, from the share that they alone give it.

    What the additive model makes of all evidence, moved by what audits of this home have shown.
    """
    return adjusted(informed_share(share, seen), seen.stage_of_machines, seen.family, learnt.calibration)


def _at_least_of_machines(found: float, seen: Circumstances, learnt: LearntParameters) -> float:
    """Who says what an engine said makes it no less sure than machines alone are, and people who say otherwise do."""
    if seen.by_machines is None:
        return found
    alone, left = seen.by_machines()
    against = min(0.0, odds(left) - odds(alone))  # what people say who read something else
    return max(found, probability_of(odds(of_machines(alone, seen._replace(people=0), learnt)) + against))


def informed_share(share: float, seen: Circumstances) -> float:
    """The model's share as calibration takes it, with what else is known of the value counted in.

    Where machines alone read it, it is what the additive model makes of it. Of a long text that people alone read it is
    the probability that all of its words are right.
    """
    if not seen.people:
        return probability_of(seen.model.log_odds(seen.family, seen.evidence(share))) if seen.features else share
    return whole_text_probability(share, seen.prose) if seen.prose else share


def probability_of(log_odds: float) -> float:
    """The probability of log odds in nats."""
    return 1.0 / (1.0 + exp(-log_odds))


def adjusted(share: float, stage: str, family: str, fitted: Mapping[str, Mapping[str, float]]) -> float:
    """The probability that a share means, as fitted; the share itself where nothing was fitted."""
    line = fitted.get(stage)
    if line is None:
        return share
    whole, slope = odds(share), line["b"]
    within = whole if abs(whole) <= MAX_FITTED_LOG_ODDS else copysign(MAX_FITTED_LOG_ODDS, whole)
    beyond = min(1.0, slope) * (whole - within)
    return probability_of(line["a"] + line.get(family, 0.0) + slope * within + beyond)


def _is_fitted(stage: str, share: float) -> bool:
    """Whether a value of this share is fitted at this stage.

    Where it might be decided, only a likely one. Every one of long texts, most of which are wrong somewhere.
    """
    return share >= MIN_FITTED_SHARE or stage == LONG_TEXT_STAGE


def _bounded_log_odds(share: float) -> float:
    """Log odds of a share, between -MAX_FITTED_LOG_ODDS and MAX_FITTED_LOG_ODDS."""
    return min(MAX_FITTED_LOG_ODDS, max(-MAX_FITTED_LOG_ODDS, odds(share)))


def fit_calibration(
    lessons: Sequence[Lesson],
    before: Mapping[str, Mapping[str, float]] = NO_CALIBRATION,
    ridge: float = RIDGE_WEIGHT_COUNT,
) -> dict[str, dict[str, float]]:
    """a, b and each family's f by stage, as `adjusted` takes them.

    They are drawn to what was fitted `before` on other data, which stands where nothing new is known.
    """
    likely = [lesson for lesson in lessons if _is_fitted(lesson.stage, lesson.share)]
    found = {stage: dict(line) for stage, line in before.items()}
    for stage in sorted({lesson.stage for lesson in likely}):
        found[stage] = _fit([lesson for lesson in likely if lesson.stage == stage], before.get(stage, {}), ridge)
    return found


def _fit(lessons: Sequence[Lesson], before: Mapping[str, float], weight: float) -> dict[str, float]:
    """Logistic regression with ridge. Lessons are few, and move it only where they contradict what was known.

    A greater share never means a smaller probability.
    """
    import numpy

    families = sorted({lesson.family for lesson in lessons} | before.keys() - {"a", "b"})
    names = ["a", "b", *families]
    inputs = numpy.array(
        [
            [1.0, _bounded_log_odds(lesson.share), *(1.0 if lesson.family == family else 0.0 for family in families)]
            for lesson in lessons
        ]
    )
    right = numpy.array([1.0 if lesson.right else 0.0 for lesson in lessons])
    start = numpy.array([before.get("a", 0.0), before.get("b", 1.0), *[before.get(each, 0.0) for each in families]])
    ridge = weight * numpy.array([0.25, 1.0, *[0.25] * len(families)])
    found = fit_strongest_ridge(inputs, right, start, [each * ridge for each in FIRMNESS_FACTORS])
    return {name: round(float(number), 5) for name, number in zip(names, found, strict=True)} | {
        "b": round(max(0.0, float(found[1])), 5)
    }
