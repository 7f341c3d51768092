"""How probable each value of one field is, given its votes: prior times channel, with errors that sources share.

P(votes | c) = (1 - t) prod_i P(n_i | c) + t sum_a g(a | c) prod_i [(1 - h_i) P(n_i | c) + h_i P(n_i | a)]: with
probability t a place of the field looks like something else to everybody, a, and each source follows it with h_i.
That is what lets a careful minority be right, and what makes two engines less than two witnesses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log, prod
from typing import NamedTuple

from reconcile.forms import PreparedField
from reconcile.inference.candidates import candidates
from reconcile.inference.noisy_channel import (
    MIN_READING_PROBABILITY,
    Source,
    error_probability,
    likelihoods,
    misreading_probability,
    swapped,
)
from reconcile.inference.prior import PROPOSAL_LOG_FACTOR, WordPriors, log_prior, unread_log_prior, word_priors
from reconcile.inference.votes import Vote, is_null
from reconcile.parameters import SHARED_CONFUSIONS, LearntParameters
from transcribe.model import Origin
from transcribe.values import without_accents

FOLDED_CONFUSION_SHARE = 0.02
"""P that a place looks to everybody like the text without accents, or like the date with day and month changed about.

Chosen by hand.
"""

SAME_ERROR_PROBABILITY = 0.03
"""P that a second source makes the very same error as a first one, both erring by themselves. Chosen by hand."""

UNSURE_RATIO_POWER = 0.5
"""An engine that reads a misleading place right is as unsure as this power of the ratio of a wrong reading.

Chosen by hand.
"""

SECOND_MISREADING_SHARE = 0.3
"""P of another misreading of a text near one misreading of it, against P of a misreading of that misreading.

Chosen by hand.
"""

UNREAD_TEXT_LOG_PRIOR = log(0.001)
"""Log prior that a text is written where no source read any. Chosen by hand."""

UNREAD_TEXT = "\x01"
"""Stands for a text that no source read."""

IMPOSSIBLE_LOG_PROBABILITY = -1e9
"""Log of a product that has become 0."""


class Ruled(NamedTuple):
    """The message of one rule to one field: the factor on each text's share, and on none of them."""

    rule: str
    factors: Mapping[str, float]
    none: float


class Composed(NamedTuple):
    """A long text put together from words that were read: comparable, as written, and of how many places."""

    says: str
    text: str
    places: int


class FieldPosterior(NamedTuple):
    """The raw probabilities of one field: `shares` of each comparable text, `none` that none of them is written.

    `terms` are each vote's probability given each text, `none_terms` given that something else is written; evidence is
    made of them. `shared_confusions` is, for each text, the share of its probability in which the place looks like
    another text. `words` is the likeliest text of a field that was weighed word by word, None of one weighed whole.
    """

    votes: tuple[Vote, ...]
    origins: Mapping[str, Origin]
    shares: dict[str, float]
    none: float
    terms: dict[str, list[float]]
    none_terms: list[float]
    shared_confusions: dict[str, dict[str, float]]
    priors: dict[str, float]
    none_prior: float
    ruled: tuple[Ruled, ...] = ()
    neighbours: tuple[str, ...] = ()
    words: Composed | None = None


def weigh_field(
    spot: PreparedField, votes: Sequence[Vote], learnt: LearntParameters, arithmetic: Iterable[str] = ()
) -> FieldPosterior:
    """Raw probabilities of one field by itself. `arithmetic` are values to consider that the form's rules ask for."""
    sources = []
    for vote in votes:
        source_model = learnt.source_model(vote.source, vote.kind, spot.type, vote.bad_page)
        sources.append((vote, source_model, source_model.ratio(vote.confidence, vote.says)))
    read = {vote.says: vote.null for vote in votes}
    texts = sorted([says for says, null in read.items() if null is None])
    typed = [vote.says for vote in votes if not vote.machine and vote.shown is None]
    alike = {says for says in typed if typed.count(says) > 1} if len(typed) > 1 else ()
    origins = candidates(spot, read, texts, learnt.words(spot.field.name), arithmetic, alike)
    terms = {says: likelihoods(learnt, sources, says) for says in origins}
    spelt = {says: word_priors(spot, says, learnt) for says in texts}
    none_prior, none_alone, none_confused = _none_of_these(spot, sources, spelt, learnt)
    most = [max(column) for column in zip(*terms.values(), none_alone, strict=True)]
    confusion_share = learnt.shared_confusions.share(spot.type, bad_page=any(vote.bad_page for vote in votes))
    scores: dict[str, float] = {}
    priors: dict[str, float] = {}
    confused: dict[str, dict[str, float]] = {}
    for says, origin in origins.items():
        total = (1 - confusion_share) * _scaled_product(terms[says], most)
        by_other = (
            _by_shared_confusion(learnt, says, texts, sources, terms, most, confusion_share) if len(origins) > 1 else {}
        )
        if by_other and (total := total + sum(by_other.values())) > 0:
            confused[says] = {other: part / total for other, part in by_other.items()}
        held_back = 0.0 if origin in ("read", "master") else PROPOSAL_LOG_FACTOR
        priors[says] = log_prior(spot, says, learnt, spelt.get(says)) + held_back
        scores[says] = priors[says] + (log(total) if total > 0 else IMPOSSIBLE_LOG_PROBABILITY)
    none_total = (1 - confusion_share) * _scaled_product(none_alone, most) + confusion_share * _scaled_product(
        none_confused, most
    )
    none = none_prior + (log(none_total) if none_total > 0 else IMPOSSIBLE_LOG_PROBABILITY)
    shares, none_share = _normalised(scores, none)
    return FieldPosterior(tuple(votes), origins, shares, none_share, terms, none_alone, confused, priors, none_prior)


def _scaled_product(terms: Sequence[float], most: Sequence[float]) -> float:
    """The product of the terms, each against the greatest of its vote, so that long texts do not vanish."""
    return prod([term / top for term, top in zip(terms, most, strict=True)])


def _normalised(scores: Mapping[str, float], none: float) -> tuple[dict[str, float], float]:
    top = max(*scores.values(), none)
    parts = {says: exp(score - top) for says, score in scores.items()}
    none = exp(none - top)
    total = sum(parts.values()) + none
    return {says: part / total for says, part in parts.items()}, none / total


def _by_shared_confusion(
    learnt: LearntParameters,
    written: str,
    texts: Sequence[str],
    sources: Sequence[Source],
    terms: Mapping[str, list[float]],
    most: Sequence[float],
    confusion_share: float,
) -> dict[str, float]:
    """P(votes, and the place looks like this other text), for each other text that was read and may be seen there."""
    found: dict[str, float] = {}
    if is_null(written):
        return found
    for other in texts:
        looks = 0.0 if other == written else _look_alike_probability(learnt, written, other)
        if looks <= 0:
            continue
        product = confusion_share * looks
        for (vote, source_model, ratio), term, followed, top in zip(
            sources, terms[written], terms[other], most, strict=True
        ):
            if vote.says == other:
                followed *= ratio
            elif vote.says == written:
                term *= ratio**UNSURE_RATIO_POWER
            product *= ((1 - source_model.follow_rate) * term + source_model.follow_rate * followed) / top
        found[other] = product
    return found


def _look_alike_probability(learnt: LearntParameters, written: str, other: str) -> float:
    """P(this is what it looks like | it looks like something else)."""
    looks = misreading_probability(learnt.characters, SHARED_CONFUSIONS, written, other)
    if other == swapped(written) or (not written.isascii() and other == without_accents(written)):
        looks += FOLDED_CONFUSION_SHARE
    return looks


def _none_of_these(
    spot: PreparedField, sources: Sequence[Source], texts: Mapping[str, WordPriors], learnt: LearntParameters
) -> tuple[float, list[float], list[float]]:
    """When something is written that nobody read: (log prior, P of each vote alone, P of each where all are confused).

    What is written then lies near one of the texts. Whoever read that text first made some error; who reads the same
    made the same error, which is rare unless it looks like it; who reads another text made another error. The text that
    makes the votes most probable stands for all.
    """
    if not texts:
        alone = likelihoods(learnt, sources, UNREAD_TEXT)
        return UNREAD_TEXT_LOG_PRIOR, alone, alone
    guesses = [
        (unread_log_prior(spot, near, learnt, words), *_each_wrong(sources, near, learnt))
        for near, words in texts.items()
    ]
    if len(guesses) == 1:
        return guesses[0]
    return max(guesses, key=lambda guess: guess[0] + sum(log(max(a, b)) for a, b in zip(*guess[1:], strict=True)))


def _each_wrong(sources: Sequence[Source], near: str, learnt: LearntParameters) -> tuple[list[float], list[float]]:
    """P of each vote when a text is written of which `near` is a misreading: of each alone, and where all are
    confused."""
    alone, together, first = [], [], True
    for vote, source_model, ratio in sources:
        slip = source_model.error * ratio
        if vote.null is not None:
            term = confused = likelihoods(learnt, [(vote, source_model, ratio)], UNREAD_TEXT)[0]
        elif vote.says == near:
            term = slip * (1 - source_model.unrelated) * (1.0 if first else SAME_ERROR_PROBABILITY)
            confused = source_model.follow_rate * ratio + (1 - source_model.follow_rate) * term
            first = False
        else:
            term = confused = max(
                slip * SECOND_MISREADING_SHARE * error_probability(learnt, vote.says, source_model, near),
                MIN_READING_PROBABILITY,
            )
        alone.append(term)
        together.append(confused)
    return alone, together
