"""How one source reads one type of field, as the channel hears it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from reconcile.parameters.confidence_bins import STEPS, has_digits
from reconcile.parameters.source_phrases import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceModel:
    """How one source reads one type of field: what the channel needs to know of it; `phrases` are its conventions.

    `rate` is `error` as it is told; `ratios` are P(confidence | wrong) / P(confidence | right) by bin of confidence, of
    words and of what holds digits.
    """

    kind: str
    error: float
    rate: float
    unrelated: float
    follows: float
    accents: float
    swap: float
    ratios: tuple[tuple[float, ...], tuple[float, ...]]
    phrases: Phrases

    def ratio(self, confidence: float | None, says: str) -> float:
        """P(this confidence | wrong) / P(this confidence | right) of what it says; 1 where the source claims none."""
        return 1.0 if confidence is None else self.ratios[has_digits(says)][bisect_right(STEPS, confidence)]
