"""Places of a field on which sources agree: their candidates put together, the best supported place first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import mean

from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.geometry import Box
from transcribe.model import Word
from transcribe.values import fold

MIN_SAME_PLACE_OVERLAP_SHARE = 0.5
"""Two candidates are at one place when they share this part of the smaller one's box. Chosen by hand."""


FURTHER_SOURCE_WEIGHT = 0.25
"""The weight of a further source for a place beside the first one's.

Sources see the same labels, so that they are not independent. Chosen by hand.
"""


PLACE_CONFIDENCE_POINTS = ((0.0, 0.0), (0.4, 0.5), (0.55, 0.91), (0.65, 0.945), (0.75, 0.98), (1.0, 0.99))
"""(lead, share right): how often the first place was right at its lead over the next, both 0 to 1.

Measured on one half of the shared receipts: 400 places of names, dates, addresses and totals. The other half gave 0.60,
0.89, 0.97, 0.97 and 0.99 at the same points.
"""


MAX_CANDIDATES_COUNT = 300
"""The most candidates of one source, the best scored, that are compared with those of others. Chosen by hand."""


DEFAULT_LEGIBILITY = 0.5
"""The legibility of a page for a source that claims no confidence. Chosen by hand."""


@dataclass(slots=True)
class PlaceHypothesis:
    """A place with the candidate of each source that stands there. `support` is the sources' joint score, 0 to 1."""

    by_source: dict[str, FieldCandidate] = field(default_factory=dict)
    support: float = 0.0

    def has_place_of(self, candidate: FieldCandidate) -> bool:
        """Whether a candidate stands at the place of any source's."""
        return any(is_same_place(candidate, own) for own in self.by_source.values())

    @property
    def doubtful(self) -> bool:
        """Whether the candidates of all sources are doubtful."""
        return all(candidate.doubtful for candidate in self.by_source.values())

    @property
    def folded_texts(self) -> set[str]:
        """The sources' texts there, by letters and digits alone."""
        return {fold(candidate.text) for candidate in self.by_source.values()}

    def most_legible(self, legibility: Mapping[str, float]) -> FieldCandidate:
        """The candidate of the source for which the page is the most legible."""
        return self.by_source[max(self.by_source, key=lambda name: (legibility[name], name))]


def legibility(lines: Sequence[TextLine]) -> float:
    """How well a source reads a scan by its own claims: the mean confidence of its words, 0 to 1."""
    claims = [word.confidence for line in lines for word in line.words if word.confidence is not None]
    return mean(claims) if claims else DEFAULT_LEGIBILITY


def place_hypotheses(
    candidates: Mapping[str, Sequence[FieldCandidate]], legibility_by_source: Mapping[str, float]
) -> list[PlaceHypothesis]:
    """The places that sources offer for a field, best supported first; a source weighs as much as it reads well."""
    places: list[PlaceHypothesis] = []
    clearest = max(legibility_by_source.values(), default=0.0) or 1.0
    for source in sorted(candidates, key=lambda name: (-legibility_by_source[name], name)):
        for candidate in candidates[source][:MAX_CANDIDATES_COUNT]:
            at_candidate = [place for place in places if place.has_place_of(candidate)]
            place = next((place for place in at_candidate if source not in place.by_source), None)
            if place is None:
                if at_candidate:
                    continue  # the same place again, with a lower score
                place = PlaceHypothesis()
                places.append(place)
            place.by_source[source] = candidate
            weight = (legibility_by_source[source] / clearest) ** 2
            place.support += candidate.score * weight * (1.0 if len(place.by_source) == 1 else FURTHER_SOURCE_WEIGHT)
    places.sort(key=lambda place: -place.support)
    return places


def is_same_place(one: FieldCandidate, other: FieldCandidate) -> bool:
    """Whether two candidates stand at the same place of the same page."""
    return one.page == other.page and one.box.overlap_share(other.box) >= MIN_SAME_PLACE_OVERLAP_SHARE


def place_confidence(places: Sequence[PlaceHypothesis], sources: int) -> float:
    """The probability that the first place is the right one, by PLACE_CONFIDENCE_POINTS.

    It rises with the support of the first place against that of the next one with another text, and with the share of
    the sources that see it there.
    """
    first, first_texts = places[0], places[0].folded_texts
    second_support = max((place.support for place in places[1:] if not place.folded_texts & first_texts), default=0.0)
    share = len(first.by_source) / max(1, sources)
    lead = first.support / (first.support + second_support + 0.05) * (0.7 + 0.3 * share)
    return round(_calibrated(min(1.0, lead)), 4)


def _calibrated(lead: float) -> float:
    """The measured share at a lead, linear between the points of PLACE_CONFIDENCE_POINTS."""
    for (a, low), (b, high) in pairwise(PLACE_CONFIDENCE_POINTS):
        if lead <= b:
            return low + (high - low) * (lead - a) / (b - a)
    return PLACE_CONFIDENCE_POINTS[-1][1]


# A candidate: print at a place that one source offers for one field, with its text and how likely it is meant.


@dataclass(frozen=True, kw_only=True)
class FieldCandidate:  # without slots: its box is compared with many others
    """A possible value of a field: pieces of lines of one page, and their text.

    `score` (0 to 1) is how likely the place is the field's. `doubtful`: nothing printed around it says so for sure, so
    a person is asked even if all sources read it alike.
    """

    lines: tuple[TextLine, ...]
    text: str
    score: float
    doubtful: bool = False

    @property
    def page(self) -> int:
        return self.lines[0].page

    @cached_property
    def box(self) -> Box:
        return Box.enclosing(line.box for line in self.lines)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines for word in line.words)


def field_candidate(
    lines: Sequence[TextLine], score: float, *, separator: str = " ", doubtful: bool = False
) -> FieldCandidate:
    """A candidate of pieces of lines, with the separator between them in its text; score cut to 0.01 to 1."""
    text = separator.join(" ".join(line.text.split()) for line in lines)
    return FieldCandidate(lines=tuple(lines), text=text, score=max(0.01, min(1.0, score)), doubtful=doubtful)
