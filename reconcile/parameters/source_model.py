"""How one source reads one type of field, as the noisy channel uses it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from reconcile.parameters.confidence_bins import bin_of, has_digits
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
    two values only (a mark), so that an error is the other one. `weight` is the most that its word may weigh, as a
    ratio of odds, and `weights` the same by bin of confidence, as `ratios`; None where none was counted.
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
    weights: tuple[tuple[float, ...], tuple[float, ...]] | None = None

    def ratio(self, confidence: float | None, says: str) -> float:
        """P(this confidence | wrong) / P(this confidence | right) of what it says; 1 where the source claims none."""
        return 1.0 if confidence is None else self.ratios[has_digits(says)][bin_of(confidence)]

    def of_answer(self, confidence: float | None, says: str) -> tuple[SourceModel, float]:
        """The same for one answer, and its ratio: it weighs no more than audits prove, or a mark's confidence is worth.

        Where it would weigh more it is taken to be wrong so much more often.
        """
        weight = self.weight
        if confidence is not None:
            if self.weights is not None:
                weight = self.weights[has_digits(says)][bin_of(confidence)]
            if self.two_valued:
                weight = min(weight, max(1.0, confidence / max(1.0 - confidence, 1.0 / weight)))
        ratio = max(self.ratio(confidence, says), 1.0 / weight)
        error = max(self.error, 1.0 / (1.0 + weight * ratio))
        null_error = self.null_error
        if not says and confidence is not None:
            null_error = max(null_error, 1.0 / (1.0 + weight))
        if (error, null_error) == (self.error, self.null_error):
            return self, ratio
        return replace(self, error=error, null_error=null_error), ratio
