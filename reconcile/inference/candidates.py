"""The values that a field may have: those that sources read, proposals near them, and something that nobody read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, combinations
from math import exp, log
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from reconcile.forms import KnownWords, PreparedField
from reconcile.inference.noisy_channel import (
    FLAT_MARK_LOG_PRIOR,
    MIN_READING_PROBABILITY,
    NO_STRAYS,
    NULL_LOG_PRIOR,
    READ_UNREADABLE_SHARE,
    Component,
    Source,
    WordPriors,
    error_probability,
    likelihoods,
    log_sum,
    unread_log_prior,
)
from reconcile.inference.votes import null_of
from reconcile.parameters import (
    MAX_CODE_LENGTH,
    CharacterConfusions,
    FieldShapes,
    LearntParameters,
    misreading_probability,
)
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


# Texts that stand beside a field and that engines may read in its place, as all of them cut the same picture.

STRAY_SHARE = 0.0001
"""P that what stands beside a field is read in its place by all engines that are misled. Chosen by hand."""


EMPTY_STRAY_SHARE = 0.01
"""The same where nothing is written, or a mark: there is no other text to read. Chosen by hand.

With STRAY_SHARE two sure engines that see a tick outweigh three people who see none.
"""


MIN_WAY_SHARE = 1e-6
"""A way in which votes come about that adds less than this to the share of a text changes nothing that is looked at."""


STRUCK_OUT = "crossed out"
"""Where there is writing that everybody can read and that is no value: people who read on read the same, too."""


UNREADABLE = ("illegible", STRUCK_OUT)
"""Where there is writing that is no value: engines that read on read the same writing."""


MARK_VALUES = frozenset({"true", "false"})
"""The two comparable texts of a mark."""


NOBODY: Mapping[int, tuple[float, float]] = MappingProxyType({})
"""Where no person reads what is struck out."""


class Beside(NamedTuple):
    """A text that may stand beside the field, and P(this text | one is read there).

    `seen` is (P that the engine reads what is there, P of its vote then), by the number of the vote. `by_people` is the
    same of people, who read it where it stands in the field and is struck out. `struck` is P(this text | one is struck
    out).
    """

    says: str
    probability: float
    seen: Mapping[int, tuple[float, float]]
    by_people: Mapping[int, tuple[float, float]] = NOBODY
    struck: float = 0.0


def texts_beside(
    sources: Sequence[Source],
    terms: Mapping[str, Sequence[float]],
    strays: Mapping[str, float],
    characters: CharacterConfusions,
    priors: Mapping[str, float],
) -> list[Beside]:
    """Each text that was read, as one that stands beside the field, whatever is written in it.

    Engines cut the same picture there, and may misread some characters of it, no likelier than in the field. What they
    read that is unlike it has nothing to do with it. Each person looks anew, but for what is struck out: that was
    written as a value, and is no likelier than as one (`priors`, logs).
    """
    engines = [at for at, (vote, _, _) in enumerate(sources) if vote.machine and vote.null is None]
    is_struck = any(vote.null == STRUCK_OUT for vote, _, _ in sources)
    people = [at for at, (vote, _, _) in enumerate(sources) if is_struck and not vote.machine and vote.null is None]
    found = []
    for says, stray in strays.items() if engines or people else ():
        seen = {}
        for at in engines:
            vote, source_model, ratio = sources[at]
            term = terms[says][at]
            if vote.says == says:
                as_sure = 1.0 if says in MARK_VALUES else ratio  # another box is read as surely as this one
                seen[at] = (source_model.follow_rate, min(as_sure, term))
            elif misreading_probability(characters, source_model.kind, says, vote.says) > 0:
                seen[at] = (source_model.follow_rate, term)
        by_people = {}
        for at in people:
            vote, source_model, _ = sources[at]
            if vote.says == says or misreading_probability(characters, source_model.kind, says, vote.says) > 0:
                by_people[at] = (1.0, READ_UNREADABLE_SHARE[source_model.kind] * terms[says][at])
        if seen or by_people:
            found.append(Beside(says, stray, seen, by_people, min(stray, exp(priors[says])) if is_struck else stray))
    return found


def with_beside(
    beside: Sequence[Beside], written: str, sources: Sequence[Source], ways: Iterable[Component]
) -> list[Component]:
    """These ways, and for each those in which engines read what stands beside the field, one text or several.

    Where it is struck out, that is what people read on there, too.

    Engines that say what is written do not: that one did not, is no evidence for what it says.
    """
    if not beside:
        return list(ways)
    share, texts = _stray_share(written), []
    for other in beside:
        if other.says != written:
            readers, probability = other.seen, other.probability
            if null_of(written) == STRUCK_OUT:
                readers, probability = {**other.seen, **other.by_people}, other.struck
            explained = [(at, follow, seen) for at, (follow, seen) in readers.items() if sources[at][0].says != written]
            if explained:
                texts.append((share * probability, explained))
    if not texts:
        return list(ways)
    unmisled, misled = [], []
    for way in ways:
        found = _misled(texts, way.terms)
        if not found:
            unmisled.append(way)
            continue
        whole = sum([weight for weight, _ in found])
        misled_share = min(share, whole)
        scale = misled_share / whole
        for weight, terms in found:
            misled.append(Component(way.weight * weight * scale, terms, way.looks_like))
        unmisled.append(Component(way.weight * (1.0 - misled_share), way.terms, way.looks_like))
    return unmisled + misled


def _misled(
    texts: Sequence[tuple[float, Sequence[tuple[int, float, float]]]], terms: Sequence[float]
) -> list[tuple[float, list[float]]]:
    """The weight, and P of each vote, where engines read these texts, each by itself and together with others.

    Together too, as what misled one engine must not make another one's reading speak for or against what is written.
    `texts` are (P that it misleads, the votes that it may explain as in `Beside.seen`), `terms` P of each vote without.
    """
    found: list[tuple[float, float, Mapping[int, float]]] = []
    for weight, explained in texts:
        gain = weight
        mine: dict[int, float] = {}
        for at, follow, seen in explained:
            term = terms[at]
            if seen > term:
                mine[at] = term + follow * (seen - term)
                gain *= mine[at] / term
        if not mine:
            continue
        for more, others, theirs in tuple(found):
            both, together = gain * others, {**theirs, **mine}
            for at in mine.keys() & theirs.keys():  # two texts may explain the same vote: the likelier one does
                together[at] = max(mine[at], theirs[at])
                both *= together[at] * terms[at] / (mine[at] * theirs[at])
            if both > MIN_WAY_SHARE and together not in (mine, theirs):
                found.append((weight * more, both, together))
        if gain > MIN_WAY_SHARE:
            found.append((weight, gain, mine))
    return [(weight, _changed(terms, misled)) for weight, _, misled in found]


def _changed(terms: Sequence[float], by_vote: Mapping[int, float]) -> list[float]:
    """P of each vote, another one where `by_vote` has it."""
    found = list(terms)
    for at, term in by_vote.items():
        found[at] = term
    return found


def _stray_share(written: str) -> float:
    """P that engines read what stands beside, where this is written."""
    null = null_of(written)
    if null in UNREADABLE:
        return READ_UNREADABLE_SHARE["machine"]
    return STRAY_SHARE if null is None and written not in MARK_VALUES else EMPTY_STRAY_SHARE
