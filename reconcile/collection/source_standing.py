"""How often each source is right on each field of a collection, learnt from agreement alone.

The one-coin model of A. P. Dawid and A. M. Skene (Applied Statistics 28, 1979), applied to open texts: a source is
right with its own rate, and wrong in one of many ways. Rates are shrunk to those of the field. The gold text of an item
counts as its true text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log, prod

from reconcile.collection.items import ComparableItem

_EM_ROUND_COUNT = 15
"""Rounds of expectation maximisation. Chosen by hand."""

_WRONG_TEXT_COUNT = 30.0
"""So many wrong texts are taken to be equally likely: two sources make the same error by chance once in so many."""

_ALL_WRONG_WEIGHT = 3.0
"""Weight of the case that all sources are wrong, against each text that was read. Chosen by hand."""

_FIELD_PRIOR_READINGS = 10.0
"""Weight, in readings, of a field's common rate against a source's own. Chosen by hand."""

_START_SHARE = 0.8
"""The share right of every source in the first round. Chosen by hand."""

_UNKNOWN_SHARE = 0.7
"""The share right of a source that was not learnt. Chosen by hand."""

_MIN_SHARE = 0.02
"""The least share right: no source is always wrong, least of all after a few readings. Chosen by hand."""

_MAX_SHARE = 0.98
"""The greatest share right: no source is always right, least of all after a few readings. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRates:
    """The share right of each (source, field)."""

    shares: Mapping[tuple[Hashable, str], float]

    def log_odds(self, source: Hashable, field: str) -> float:
        """The log odds that a source's reading of this field is right."""
        share = self.shares.get((source, field), _UNKNOWN_SHARE)
        return log(share / (1.0 - share))


def learn_source_rates(items: Sequence[ComparableItem], *, by_field: bool) -> SourceRates:
    """The share right of every source, for each field apart, or for all fields together under the field ""."""
    shares: dict[tuple[Hashable, str], float] = {}
    telling = [item for item in items if len(item.readings) > 1 or (item.readings and item.gold is not None)]
    for _ in range(_EM_ROUND_COUNT):
        right: dict[tuple[Hashable, str], float] = defaultdict(float)
        count: dict[tuple[Hashable, str], float] = defaultdict(float)
        for item in telling:
            field = item.field if by_field else ""
            probabilities = _text_probabilities(item, field, shares)
            for reading in item.readings:
                right[reading.source, field] += probabilities.get(reading.normal, 0.0)
                count[reading.source, field] += 1.0
        shares = _shrunk_shares(right, count)
    return SourceRates(shares=shares)


def _text_probabilities(
    item: ComparableItem, field: str, shares: Mapping[tuple[Hashable, str], float]
) -> dict[str, float]:
    """The probability of each text read to be the true one; they sum to less than 1, as all may be wrong."""
    if item.gold is not None:
        return {item.gold: 1.0}
    read = [(reading.normal, shares.get((reading.source, field), _START_SHARE)) for reading in item.readings]
    weights = {
        true: prod(share if normal == true else (1.0 - share) / _WRONG_TEXT_COUNT for normal, share in read)
        for true in sorted({normal for normal, _ in read})
    }
    total = sum(weights.values()) + _ALL_WRONG_WEIGHT * prod((1.0 - share) / _WRONG_TEXT_COUNT for _, share in read)
    return {true: weight / total for true, weight in weights.items()}


def _shrunk_shares(
    right: Mapping[tuple[Hashable, str], float], count: Mapping[tuple[Hashable, str], float]
) -> dict[tuple[Hashable, str], float]:
    """The share right of each (source, field), shrunk to the share right of the field."""
    field_right: dict[str, float] = defaultdict(float)
    field_count: dict[str, float] = defaultdict(float)
    for (source, field), number in count.items():
        field_right[field] += right[source, field]
        field_count[field] += number
    return {
        (source, field): max(
            _MIN_SHARE,
            min(
                _MAX_SHARE,
                (right[source, field] + _FIELD_PRIOR_READINGS * field_right[field] / field_count[field])
                / (number + _FIELD_PRIOR_READINGS),
            ),
        )
        for (source, field), number in count.items()
    }
