"""How one source reads one type of field, as the noisy channel uses it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from math import inf

from reconcile.parameters.confidence_bins import CONFIDENCE_STEPS, has_digits
from reconcile.parameters.source_phrases import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceModel:
    """How one source reads one type of field. All numbers are shares from 0 to 1 but the ratios.

    `error` is how often it is wrong, `rate` the same as it is told, rounded. `null_error` is how often it says that
    there is no text where there is one, or the like. `unrelated` is the share of its errors
    that have nothing to do with what is written, `follow_rate` how often it takes a damaged place for what it looks
    like to everybody. `accents` and `swap` are how often it drops accents, and changes day and month about. `ratios`
    are P(confidence | wrong) / P(confidence | right) by bin of confidence, of words and of what holds digits. `phrases`
    are its conventions. `has_own_ways`: it changes day and month about, or has conventions. `two_valued`: the type has
    two values only (a mark), so that an error is the other one. `weight` is the most that its word of a mark may
    weigh, as a ratio of odds, and `weights` the same by bin of confidence, None where none was counted.
    """

    kind: str
    error: float
    rate: float
    null_error: float
    unrelated: float
    follow_rate: float
    accents: float
    swap: float
    ratios: tuple[tuple[float, ...], tuple[float, ...]]
    phrases: Phrases
    has_own_ways: bool
    two_valued: bool = False
    weight: float = inf
    weights: tuple[float, ...] | None = None

    def ratio(self, confidence: float | None, says: str) -> float:
        """P(this confidence | wrong) / P(this confidence | right) of what it says; 1 where the source claims none."""
        return 1.0 if confidence is None else self.ratios[has_digits(says)][bisect_right(CONFIDENCE_STEPS, confidence)]

    def of_answer(self, confidence: float | None, says: str) -> SourceModel:
        """The same for one answer: what is said of a mark weighs no more than its confidence is worth, or audits prove.

        Where it would weigh more it is taken to be wrong so much more often.
        """
        if not self.two_valued:
            return self
        weight = self.weight
        if confidence is not None:
            if self.weights is not None:
                weight = self.weights[bisect_right(CONFIDENCE_STEPS, confidence)]
            weight = min(weight, max(1.0, confidence / max(1.0 - confidence, 1.0 / weight)))
        error = 1.0 / (1.0 + weight * self.ratio(confidence, says))
        return replace(self, error=error) if error > self.error else self
