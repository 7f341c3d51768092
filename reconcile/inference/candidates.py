"""The values that a field may have: those that sources read, proposals near them, and something that nobody read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, combinations
from math import log
from operator import itemgetter
from typing import NamedTuple

from reconcile.forms import KnownWords, PreparedField
from reconcile.inference.beside import MARK_VALUES, Beside, with_beside
from reconcile.inference.noisy_channel import (
    MIN_READING_PROBABILITY,
    NO_STRAYS,
    Component,
    Source,
    error_probability,
    likelihoods,
    log_sum,
)
from reconcile.inference.prior import FLAT_MARK_LOG_PRIOR, NULL_LOG_PRIOR, WordPriors, unread_log_prior
from reconcile.parameters import MAX_CODE_LENGTH, FieldShapes, LearntParameters
from transcribe.model import Origin
from transcribe.values import with_day_as_month, without_accents

MAX_PROPOSAL_COUNT = 12
"""So many proposals are weighed beside the values that were read: more never changed a result."""

SAME_ERROR_PROBABILITY = 0.03
"""P that a second source makes the very same error as a first one, both erring by themselves. Chosen by hand."""

IMPOSSIBLE_LOG_PROBABILITY = -1e9
"""Log of a product that has become 0."""

UNREAD_TEXT = "\x01"
"""Stands for a text that no source read."""


def candidates(
    spot: PreparedField,
    read: Iterable[str],
    texts: Sequence[str],
    words: KnownWords,
    arithmetic: Iterable[str] = (),
    alike: Container[str] = (),
    shapes: FieldShapes | None = None,
) -> Mapping[str, Origin]:
    """Comparable texts with where each comes from, in an order that the votes' order does not change.

    `read` is all that was read, `texts` are those of it that have a value, in order. `words` are those known of this
    field. `arithmetic` are values that the form's rules ask for. `alike` are texts that several people typed alike: no
    rare word of these is corrected, as people share no typing errors. `shapes` are those of the field's codes.
    """
    found: dict[str, Origin] = dict.fromkeys(sorted(read), "read")
    proposals: dict[str, Origin] = dict.fromkeys(sorted(arithmetic), "arithmetic") if arithmetic else {}
    for says in texts:
        if spot.facts.is_day and (other := with_day_as_month(says)) is not None:
            proposals.setdefault(other, "swapped")
        if spot.known_values is not None:
            if spot.known_values.has(says):
                proposals.setdefault(without_accents(says), "master")
            for near in spot.known_values.neighbours(says):
                proposals.setdefault(near, "master")
        if words.total and says not in alike:
            proposals.setdefault(words.corrected(says), "composed")
        for near in () if shapes is None else shapes.conforming(says):
            proposals.setdefault(near, "shape")
        if any(fault in spot.faults(says) for fault in spot.repairable_faults):
            for mended in _repairs(spot, says):
                proposals.setdefault(mended, "repaired")
    for says, origin in list(proposals.items())[:MAX_PROPOSAL_COUNT] if proposals else ():
        found.setdefault(says, origin)
    return found


@lru_cache(maxsize=4096)
def _repairs(spot: PreparedField, says: str) -> tuple[str, ...]:
    """The text with one letter or digit changed to another digit, each way in which no fault is left.

    None of a text that is too long to be a value: every change of it would be checked for nothing.
    """
    if len(says) > MAX_CODE_LENGTH:
        return ()
    return tuple(
        mended
        for at, digit in enumerate(says)
        if digit.isalnum()
        for other in "0123456789"
        if other != digit and not spot.faults(mended := says[:at] + other + says[at + 1 :])
    )


class Unread(NamedTuple):
    """Something that nobody read: its log prior, and the ways in which it gives the votes.

    Votes in `unsure` may say nothing, and are then as probable as their entry of `caps`: those do, without which it is
    least probable.
    """

    log_prior: float
    ways: list[Component]
    unsure: tuple[int, ...]
    caps: Sequence[float]

    def log_share(self, votes: Sequence[int] | None = None) -> float:
        """Log of prior times P of all votes, or of these, by their numbers."""
        return self.least(votes)[0]

    def least(self, votes: Sequence[int] | None = None) -> tuple[float, list[float]]:
        """Log of prior times P of all votes, or of these, by their numbers, and P of each vote in the first way."""
        if not self.unsure:
            return self.log_prior + log_sum(self.ways, votes), self.ways[0].terms
        unsure = self.unsure if votes is None else tuple([at for at in self.unsure if at in votes])
        silent: tuple[int, ...] = ()
        least, first = log_sum(self.ways, votes), self.ways[0].terms
        for some in _subsets(unsure):
            ways = [(weight, self._without(terms, some), "") for weight, terms, _ in self.ways]
            found = log_sum(ways, votes)
            if (found, some) < (least, silent):
                least, first, silent = found, ways[0][1], some
        return self.log_prior + least, first

    def _without(self, terms: Sequence[float], silent: Iterable[int]) -> list[float]:
        """P of each vote, those that are silent as probable as their entry of `caps`."""
        found = list(terms)
        for at in silent:
            found[at] = self.caps[at]
        return found


def nothing_read(
    spot: PreparedField,
    sources: Sequence[Source],
    texts: Mapping[str, WordPriors],
    learnt: LearntParameters,
    confusion_share: float,
    caps: Sequence[float],
    beside: Sequence[Beside] = (),
    strays: Mapping[str, float] = NO_STRAYS,
) -> tuple[Unread, float, list[float]]:
    """Something that nobody read, with what `Unread.least` gives of it.

    Of a mark it is the other value, where one was read. Else what is written lies near one of the texts. Whoever read
    that text first made some error; who reads the same made the same error, which is rare unless it looks like it; who
    reads another text made another error. The text that makes the votes most probable stands for all. No vote is more
    probable than its entry of `caps`.
    """
    if texts and spot.family != "mark":
        guesses = []
        for near, words in texts.items():
            prior = unread_log_prior(spot, near, learnt, words)
            guesses.append(_with_least(_near(near, prior, sources, learnt, confusion_share, caps, beside, strays)))
        return max(guesses, key=itemgetter(1))
    unread = MARK_VALUES - texts.keys() if texts else {UNREAD_TEXT}
    if not unread:
        return _with_least(Unread(IMPOSSIBLE_LOG_PROBABILITY, [Component(1.0, list(caps))], (), caps))
    text = min(unread)  # of a mark of which neither value was read, both are as likely
    prior = FLAT_MARK_LOG_PRIOR + log(len(unread)) if texts else NULL_LOG_PRIOR
    terms = likelihoods(learnt, sources, text)
    ways = with_beside(beside, text, sources, [Component(1.0, terms)])
    ways = [Component(way.weight, list(map(min, way.terms, caps))) for way in ways]
    return _with_least(Unread(prior, ways, (), caps))


def _with_least(unread: Unread) -> tuple[Unread, float, list[float]]:
    return unread, *unread.least()


def _near(
    near: str,
    prior: float,
    sources: Sequence[Source],
    learnt: LearntParameters,
    confusion_share: float,
    caps: Sequence[float],
    beside: Sequence[Beside],
    strays: Mapping[str, float],
) -> Unread:
    """Something near this text that nobody read."""
    alone, confused = _each_wrong(sources, near, learnt, strays)
    ways = [Component((1 - confusion_share) / SAME_ERROR_PROBABILITY, alone)]  # who errs first repeats nobody
    if confusion_share > 0:
        ways.append(Component(confusion_share, confused))
    if beside:
        ways = with_beside(beside, near, sources, ways)
    unsure = []
    for at, cap in enumerate(caps):
        above = []
        for _, terms, _ in ways:
            if terms[at] > cap:
                above.append(terms)
        if above and sources[at][0].says == near and len(above) < len(ways):
            unsure.append(at)
            continue
        for terms in above:
            terms[at] = cap
    return Unread(prior, ways, tuple(unsure), caps)


def _each_wrong(
    sources: Sequence[Source], near: str, learnt: LearntParameters, strays: Mapping[str, float]
) -> tuple[list[float], list[float]]:
    """P of each vote when a text is written of which `near` is a misreading: each alone, and all confused."""
    alone, together = [], []
    for vote, source_model, ratio in sources:
        slip = source_model.error * ratio
        if vote.says == near:
            term = slip * (1 - source_model.unrelated) * SAME_ERROR_PROBABILITY
            confused = source_model.follow_rate * ratio + (1 - source_model.follow_rate) * term
        elif vote.null is not None:
            term = confused = likelihoods(learnt, [(vote, source_model, ratio)], UNREAD_TEXT)[0]
        else:
            wrong = error_probability(learnt, vote.says, source_model, near, strays)
            term = confused = max(slip * wrong, MIN_READING_PROBABILITY)
        alone.append(term)
        together.append(confused)
    return alone, together


@lru_cache(maxsize=4096)
def _subsets(of: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """All choices of one or more of these."""
    return tuple(chain.from_iterable(combinations(of, count) for count in range(1, len(of) + 1)))
