"""How often each source is right on each field of a collection, learnt from agreement alone.

The one-coin model of A. P. Dawid and A. M. Skene (Applied Statistics 28, 1979) over open texts: a source is right with
its own rate, and wrong in one of many ways. Rates are shrunk to those of the field; gold clamps the truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log, prod

from reconcile.collection.items import Heard

_ROUNDS = 15
_WAYS = 30.0
"""In how many ways a reading may be wrong: two sources make the same mistake by chance once in so many."""
_NONE = 3.0
"""Weight of "all are wrong" against each way of being wrong."""
_SHRINK = 10.0
"""Readings' worth of belief in a field's common rate."""
_START = 0.8
_LEAST, _MOST = 0.02, 0.98
"""Nobody is always right or always wrong, least of all after a few readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The rates learnt: (source, field) -> share right. `bits` gives them as log odds for summing."""

    rates: Mapping[tuple[Hashable, str], float]

    def log_odds(self, who: Hashable, field: str) -> float:
        """Log odds that a source's reading of this field is right."""
        rate = self.rates.get((who, field), 0.7)
        return log(rate / (1.0 - rate))


def learn(heard: Sequence[Heard], *, by_field: bool) -> Standing:
    """The standing of every source, for each field apart or over all fields (under the field "")."""
    rates: dict[tuple[Hashable, str], float] = {}
    told = [each for each in heard if len(each.voices) > 1 or (each.voices and each.gold is not None)]
    for _ in range(_ROUNDS):
        right: dict[tuple[Hashable, str], float] = defaultdict(float)
        count: dict[tuple[Hashable, str], float] = defaultdict(float)
        for each in told:
            field = each.item.field if by_field else ""
            shares = _shares(each, field, rates)
            for voice in each.voices:
                right[voice.who, field] += shares.get(voice.normal, 0.0)
                count[voice.who, field] += 1.0
        rates = _shrunk(right, count)
    return Standing(rates=rates)


def _shares(each: Heard, field: str, rates: Mapping[tuple[Hashable, str], float]) -> dict[str, float]:
    if each.gold is not None:
        return {each.gold: 1.0}
    said = [(voice.normal, rates.get((voice.who, field), _START)) for voice in each.voices]
    weights = {
        true: prod(rate if normal == true else (1.0 - rate) / _WAYS for normal, rate in said)
        for true in sorted({normal for normal, _ in said})
    }
    total = sum(weights.values()) + _NONE * prod((1.0 - rate) / _WAYS for _, rate in said)
    return {true: weight / total for true, weight in weights.items()}


def _shrunk(
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
            min(_MOST, (right[who, field] + _SHRINK * all_right[field] / all_count[field]) / (number + _SHRINK)),
        )
        for (who, field), number in count.items()
    }
