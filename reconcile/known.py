"""What has been learnt, typed: the content of Parameters as weighing uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from transcribe.model import Parameters

PRIOR_ERROR = {"machine": 0.12, "person": 0.06, "expert": 0.01}
"""How often a source of each kind is wrong about a filled field where nothing was learnt (measured on the generator
and on SROIE; people in the published double-keying trials err less, volunteers more)."""

PRIOR_WEIGHT = 8.0
"""How many readings the prior error counts for beside a source's own."""

Tally = tuple[float, float]
"""(wrong, of so many), as counted; fractions come from readings whose truth is only probable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Rates by kind of source and field type, then by source; cells of machine agreement; calibration."""

    version: int
    kinds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, Tally]] = field(default_factory=dict)
    earned: Mapping[str, Tally] = field(default_factory=dict)

    def error(self, source: str, kind: str, type_name: str) -> float:
        """How often this source is wrong about a filled field of this type, drawn towards what its kind does."""
        typical = self.kinds.get(kind, {}).get(type_name, PRIOR_ERROR[kind])
        own = self.sources.get(source)
        if own is None:
            return typical
        wrong, count = own.get(type_name, (0.0, 0.0))
        all_wrong = sum(each[0] for each in own.values())
        expected = sum(each[1] for each in own.values()) * typical
        usual = min(0.9, typical * (1.0 + all_wrong) / (1.0 + expected))
        return min(0.97, max(0.0005, (PRIOR_WEIGHT * usual + wrong) / (PRIOR_WEIGHT + count)))


def known(parameters: Parameters) -> Known:
    """Parameters as weighing uses them; what an older version does not hold counts as not learnt."""
    content = parameters.content
    earned = cast(Mapping[str, list[float]], content.get("earned", {}))
    return Known(
        version=parameters.version,
        kinds=cast(Mapping[str, Mapping[str, float]], content.get("kinds", {})),
        sources={
            source: {name: (tally[0], tally[1]) for name, tally in types.items()}
            for source, types in cast(Mapping[str, Mapping[str, list[float]]], content.get("sources", {})).items()
        },
        earned={cell: (tally[0], tally[1]) for cell, tally in earned.items()},
    )
