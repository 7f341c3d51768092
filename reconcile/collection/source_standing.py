"""How often each source is right on each field of a collection, learnt from agreement alone.

The one-coin model of A. P. Dawid and A. M. Skene (Applied Statistics 28, 1979) over open texts: a source is right with
its own rate, and wrong in one of many ways. Rates are shrunk to those of the field; gold clamps the truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log, prod

from reconcile.collection.items import ComparableItem

_EM_ROUND_COUNT = 15
_WRONG_TEXT_COUNT = 30.0
"""In how many ways a reading may be wrong: two sources make the same mistake by chance once in so many."""
_ALL_WRONG_WEIGHT = 3.0
"""Weight of "all are wrong" against each way of being wrong."""
_FIELD_PRIOR_READINGS = 10.0
"""Readings' worth of belief in a field's common rate."""
_START_SHARE = 0.8
_LEAST, _MOST = 0.02, 0.98
"""Nobody is always right or always wrong, least of all after a few readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRates:
    """The rates learnt: (source, field) -> share right. `bits` gives them as log odds for summing."""

    shares: Mapping[tuple[Hashable, str], float]

    def log_odds(self, who: Hashable, field: str) -> float:
        """Log odds that a source's reading of this field is right."""
        rate = self.shares.get((who, field), 0.7)
        return log(rate / (1.0 - rate))


def learn_source_rates(heard: Sequence[ComparableItem], *, by_field: bool) -> SourceRates:
    """The standing of every source, for each field apart or over all fields (under the field "")."""
    rates: dict[tuple[Hashable, str], float] = {}
    told = [each for each in heard if len(each.readings) > 1 or (each.readings and each.gold is not None)]
    for _ in range(_EM_ROUND_COUNT):
        right: dict[tuple[Hashable, str], float] = defaultdict(float)
        count: dict[tuple[Hashable, str], float] = defaultdict(float)
        for each in told:
            field = each.item.field if by_field else ""
            shares = _text_probabilities(each, field, rates)
            for voice in each.readings:
                right[voice.source, field] += shares.get(voice.normal, 0.0)
                count[voice.source, field] += 1.0
        rates = _shrunk_shares(right, count)
    return SourceRates(shares=rates)


def _text_probabilities(
    each: ComparableItem, field: str, rates: Mapping[tuple[Hashable, str], float]
) -> dict[str, float]:
    if each.gold is not None:
        return {each.gold: 1.0}
    said = [(voice.normal, rates.get((voice.source, field), _START_SHARE)) for voice in each.readings]
    weights = {
        true: prod(rate if normal == true else (1.0 - rate) / _WRONG_TEXT_COUNT for normal, rate in said)
        for true in sorted({normal for normal, _ in said})
    }
    total = sum(weights.values()) + _ALL_WRONG_WEIGHT * prod((1.0 - rate) / _WRONG_TEXT_COUNT for _, rate in said)
    return {true: weight / total for true, weight in weights.items()}


def _shrunk_shares(
    right: Mapping[tuple[Hashable, str], float], count: Mapping[tuple[Hashable, str], float]
) -> dict[tuple[Hashable, str], float]:
    all_right: dict[str, float] = defaultdict(float)
    all_count: dict[str, float] = defaultdict(float)
    for (who, field), number in count.items():
        all_right[field] += right[who, field]
        all_count[field] += number
    return {
        (who, field): max(
            _LEAST,
            min(
                _MOST,
                (right[who, field] + _FIELD_PRIOR_READINGS * all_right[field] / all_count[field])
                / (number + _FIELD_PRIOR_READINGS),
            ),
        )
        for (who, field), number in count.items()
    }
