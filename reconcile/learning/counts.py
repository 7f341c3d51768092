"""Counts of one pass over weighed fields: how often each source was wrong, in which way, and how sure it was.

The counts are expectations: a field whose value is 0.9 probable counts 0.9 for it and 0.1 for the others.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import exp
from operator import add

from rapidfuzz.distance import Levenshtein

from reconcile.algorithms import count_edits
from reconcile.forms import PreparedField
from reconcile.inference import (
    FieldPosterior,
    Vote,
    flat_prior,
    habits,
    null_of,
    shared_confusions,
    weigh_field,
)
from reconcile.parameters import (
    CONFIDENCE_STEPS,
    SHARED_CONFUSIONS,
    LearntParameters,
    SourceModel,
    bin_of,
    confidence_table,
    differences,
    has_digits,
    misreading_probability,
)

SHARED_BLAME_SHARE = 0.8
"""The place bears this share of the blame for a misreading that its look suggests. The source bears the rest. Chosen by
hand."""

MIN_COMMON_SHARE = 0.5
"""Texts less similar than this (0 to 1) are of two places, not two readings of one. Chosen by hand."""

MIN_COUNTED_SHARE = 1e-3
"""Values less probable than this are not counted. Chosen by hand."""

MIN_LINE_SHARE = 0.5
"""What a source does with the words of a long text is counted against texts likelier than this alone."""


def _pairs() -> dict[str, dict[str, list[float]]]:
    return defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))


@dataclass(slots=True)
class Counts:
    """(errors, total) by parameter name; keys as in `LearntParameters.read`."""

    sources: dict[str, dict[str, list[float]]] = field(default_factory=_pairs)
    rates: dict[str, dict[str, list[float]]] = field(default_factory=_pairs)
    on_bad: dict[str, dict[str, list[float]]] = field(default_factory=_pairs)
    habits: dict[str, dict[str, list[float]]] = field(default_factory=_pairs)
    unrelated: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    follows: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    tempting: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    tempting_on_bad: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    covered: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    sure: dict[str, list[list[float]]] = field(default_factory=lambda: defaultdict(_bins))
    """By engine, or one kind of its readings, and by bin of confidence: (wrong readings, right ones)."""
    confusions: dict[str, dict[str, dict[str, float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
    )
    conventions: dict[str, dict[str, dict[str, list[float]]]] = field(default_factory=lambda: defaultdict(_pairs))
    lines: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0] * 5))
    """By source: words of long text that it copied, changed, left out and put in."""
    noticed: dict[str, dict[tuple[str, str], float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    """By source and (what is written, what is said for it): counts of readings that no known convention explains."""
    words: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))

    def count(
        self,
        spot: PreparedField,
        weighed: FieldPosterior,
        learnt: LearntParameters,
        truth: str | None,
        *,
        contested: bool = False,
    ) -> None:
        """Count one field; `truth`, where it is learnt, is its only value.

        Of a contested field only what people read is counted.
        """
        if truth is not None and truth not in weighed.shares and weighed.words is None and null_of(truth) is None:
            weighed = weigh_field(spot, weighed.votes, learnt, (truth,))  # may look like what everybody read
        shares = weighed.shares if truth is None else {truth: 1.0}
        in_place = 0.0
        for written, share in shares.items():
            if share < MIN_COUNTED_SHARE or null_of(written) is not None:
                continue
            tempted = shared_confusions(weighed, written)
            in_place += share * sum(tempted.values())
            if not contested:
                self._count_value(spot, written, share)
            for vote in weighed.votes:
                if vote.shown is None and null_of(vote.says) is None and not (contested and vote.machine):
                    self._count_vote(spot, vote, written, share, tempted, learnt)
        if contested:
            return
        none = 0.0 if truth is not None else weighed.none
        if none >= MIN_COUNTED_SHARE:
            for vote in weighed.votes:
                self._count_wrong(spot, vote, none, none)
        _add(self.tempting[spot.field.type], in_place, 1.0)
        if any(vote.bad_page for vote in weighed.votes):
            _add(self.tempting_on_bad[spot.field.type], in_place, 1.0)

    def _count_value(self, spot: PreparedField, written: str, share: float) -> None:
        if spot.known_values is not None:
            _add(self.covered[spot.field.name], share * spot.known_values.has(written), share)
        if spot.facts.is_text:
            for word in written.split():
                self.words[spot.field.name][word] += share
                self.words[spot.field.name][""] += share

    def _count_vote(
        self,
        spot: PreparedField,
        vote: Vote,
        written: str,
        share: float,
        tempted: dict[str, float],
        learnt: LearntParameters,
    ) -> None:
        if _is_read_elsewhere(vote, written):
            return
        source_model = learnt.source_model(vote.source, vote.kind, spot.field.type, vote.bad_page)
        if spot.family == "line text" and share > MIN_LINE_SHARE:
            self.lines[vote.source] = list(
                map(add, self.lines[vote.source], count_edits(written.split(), vote.says.split()))
            )
        for other, part in tempted.items():
            _add(self.follows[vote.kind], share * part * (vote.says == other), share * part)
        for habit, way, _ in habits(written, source_model):
            _add(self.habits[vote.source][habit], share * (vote.says == way), share)
            if vote.says == way:
                return
        if spot.facts.is_text and not vote.machine and self._is_in_own_words(vote, written, share, source_model):
            self._count_wrong(spot, vote, 0.0, share)
            return
        blame = share * (1 - SHARED_BLAME_SHARE * tempted.get(vote.says, 0.0)) if vote.says != written else 0.0
        self._count_wrong(spot, vote, blame, share)
        self._count_sure(vote, vote.says != written, share)
        if blame:
            self._count_error(vote, written, blame, source_model, learnt)

    def _is_in_own_words(self, vote: Vote, written: str, share: float, source_model: SourceModel) -> bool:
        """Whether the source's conventions explain what it says; those that apply are counted.

        Where they do not explain it, the differences are noticed, as they may become conventions.
        """
        possible = source_model.phrases.ways(written)
        followed = next((way.pairs for way in possible if way.text == vote.says), ())
        for was, became in sorted({pair for way in possible for pair in way.pairs}):
            _add(self.conventions[vote.source][was][became], share * ((was, became) in followed), share)
        if not followed and vote.says != written:
            for pair in differences(written, vote.says):
                self.noticed[vote.source][pair] += share
        return bool(followed)

    def _count_wrong(self, spot: PreparedField, vote: Vote, wrong: float, of: float) -> None:
        if null_of(vote.says) is None:
            _add(self.sources[vote.source][spot.field.type], wrong, of)
            _add(self.rates[vote.kind][spot.field.type], wrong, of)
            if vote.bad_page:
                _add(self.on_bad[vote.source][spot.field.type], wrong, of)

    def _count_sure(self, vote: Vote, wrong: bool, share: float) -> None:
        if vote.machine and vote.confidence is not None:
            kind = confidence_table(vote.source, digits=has_digits(vote.says), bad=vote.bad_page)
            for name in (vote.source, kind):
                self.sure[name][bin_of(vote.confidence)][0 if wrong else 1] += share

    def _count_error(
        self, vote: Vote, written: str, blame: float, source_model: SourceModel, learnt: LearntParameters
    ) -> None:
        """An error is unrelated, or edits: then which characters were taken for which."""
        near = (1 - source_model.unrelated) * misreading_probability(learnt.characters, vote.kind, written, vote.says)
        far = source_model.unrelated * exp(flat_prior(vote.says))
        unrelated = far / (near + far) if near + far > 0 else 1.0
        _add(self.unrelated[vote.source], blame * unrelated, blame)
        if Levenshtein.distance(written, vote.says, score_cutoff=2) <= 2:
            for operation in Levenshtein.editops(written, vote.says):
                if operation.tag == "replace":
                    was, became = written[operation.src_pos], vote.says[operation.dest_pos]
                    self.confusions[vote.kind][was][became] += blame * (1 - unrelated)
                    self.confusions[SHARED_CONFUSIONS][was][became] += blame * (1 - unrelated)


def _is_read_elsewhere(vote: Vote, written: str) -> bool:
    """True if an engine seems to have read another place of a free layout. Its reading then says nothing of it."""
    return vote.place is not None and is_misplaced(written, vote.says)


def is_misplaced(written: str, says: str) -> bool:
    """Whether two texts have so little in common that what was read stands somewhere else."""
    return Levenshtein.normalized_similarity(written, says) < MIN_COMMON_SHARE


def _bins() -> list[list[float]]:
    return [[0.0, 0.0] for _ in range(len(CONFIDENCE_STEPS) + 1)]


def _add(tally: list[float], some: float, of: float) -> None:
    tally[0] += some
    tally[1] += of
