"""Where a field stands, agreed between sources: their candidates gathered into places, the best supported first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import mean

from transcribe.extraction.page_text.field_candidates import Candidate
from transcribe.extraction.page_text.text_lines import Line
from transcribe.values import fold

MIN_SAME_PLACE_OVERLAP_SHARE = 0.5
"""Two candidates are at one place when they share this part of the smaller one's box."""

FURTHER_SOURCE_WEIGHT = 0.25
"""What the word of a further source for a place counts: sources see the same labels, so that they are no strangers."""

PLACE_CONFIDENCE_POINTS = ((0.0, 0.0), (0.4, 0.5), (0.55, 0.91), (0.65, 0.945), (0.75, 0.98), (1.0, 0.99))
"""How many places were right (0 to 1) at how clear a lead of the first place, on one half of the shared receipts: 400
places of names, dates, addresses and totals; the other half gave 0.60, 0.89, 0.97, 0.97 and 0.99 at the same points."""

DEFAULT_LEGIBILITY = 0.5
"""The legibility taken of a source that makes no claim of its own."""


@dataclass(slots=True)
class PlaceHypothesis:
    """A place with the candidate of each source that stands there. `support` is the sources' joint score, 0 to 1."""

    by_source: dict[str, Candidate] = field(default_factory=dict)
    support: float = 0.0

    def has_place_of(self, candidate: Candidate) -> bool:
        return any(is_same_place(candidate, own) for own in self.by_source.values())

    @property
    def doubtful(self) -> bool:
        """Whether no source is sure what stands there."""
        return all(each.doubtful for each in self.by_source.values())

    @property
    def folded_texts(self) -> set[str]:
        """What the sources read there, by letters and digits alone."""
        return {fold(each.text) for each in self.by_source.values()}

    def most_legible(self, legibility: Mapping[str, float]) -> Candidate:
        """The candidate of the source that reads the page best."""
        return self.by_source[max(self.by_source, key=lambda name: (legibility[name], name))]


def legibility(lines: Sequence[Line]) -> float:
    """How well a source reads a scan by its own claims: the mean confidence of its words, 0 to 1."""
    claims = [word.confidence for line in lines for word in line.words if word.confidence is not None]
    return mean(claims) if claims else DEFAULT_LEGIBILITY


def place_hypotheses(offers: Mapping[str, Sequence[Candidate]], readable: Mapping[str, float]) -> list[PlaceHypothesis]:
    """The places that sources offer for a field, best supported first; a source weighs as much as it reads well."""
    found: list[PlaceHypothesis] = []
    clearest = max(readable.values(), default=0.0) or 1.0
    for source in sorted(offers, key=lambda name: (-readable[name], name)):
        for each in offers[source]:
            spot = next((spot for spot in found if source not in spot.by_source and spot.has_place_of(each)), None)
            if spot is None:
                if any(spot.has_place_of(each) for spot in found):
                    continue  # the same place again, with a lower score
                spot = PlaceHypothesis()
                found.append(spot)
            spot.by_source[source] = each
            weight = (readable[source] / clearest) ** 2
            spot.support += each.score * weight * (1.0 if len(spot.by_source) == 1 else FURTHER_SOURCE_WEIGHT)
    found.sort(key=lambda spot: -spot.support)
    return found


def is_same_place(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates stand on the same spot of the same page."""
    return one.page == other.page and one.box.overlap_share(other.box) >= MIN_SAME_PLACE_OVERLAP_SHARE


def place_confidence(found: Sequence[PlaceHypothesis], sources: int) -> float:
    """How likely the first place is the right one: its support against that of the next which says something else,
    and how many of the sources see it there, through MEASURED."""
    first, says = found[0], found[0].folded_texts
    second = max((spot.support for spot in found[1:] if not spot.folded_texts & says), default=0.0)
    seen = len(first.by_source) / max(1, sources)
    raw = first.support / (first.support + second + 0.05) * (0.7 + 0.3 * seen)
    return round(_calibrated(min(1.0, raw)), 4)


def _calibrated(raw: float) -> float:
    """The measured share at a raw value, linear between the points of MEASURED."""
    for (a, low), (b, high) in pairwise(PLACE_CONFIDENCE_POINTS):
        if raw <= b:
            return low + (high - low) * (raw - a) / (b - a)
    return PLACE_CONFIDENCE_POINTS[-1][1]
