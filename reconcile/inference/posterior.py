"""How probable each value of one field is, given its votes: prior times channel, with errors that sources share.

P(votes | c) = (1 - t) prod_i P(n_i | c) + t sum_a g(a | c) prod_i [(1 - h_i) P(n_i | c) + h_i P(n_i | a)]: with
probability t a place of the field looks like something else to everybody, a, and each source follows it with h_i.
That is what lets a careful minority be right, and what makes two engines less than two witnesses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, isclose
from typing import NamedTuple

from reconcile.forms import PreparedField
from reconcile.inference.candidates import (
    IMPOSSIBLE_LOG_PROBABILITY,
    Beside,
    Unread,
    candidates,
    nothing_read,
    texts_beside,
    with_beside,
)
from reconcile.inference.noisy_channel import (
    PROPOSAL_LOG_FACTOR,
    Component,
    Source,
    is_silent,
    likelihoods,
    log_prior,
    log_sum,
    shapes_of,
    stray_share,
    word_priors,
)
from reconcile.inference.votes import Vote, is_null
from reconcile.parameters import SHARED_CONFUSIONS, FieldShapes, LearntParameters, misreading_probability
from transcribe.model import Origin

UNSURE_RATIO_POWER = 0.5
"""An engine that reads a misleading place right is as unsure as this power of the ratio of a wrong reading.

Chosen by hand. Without it two sure engines outweigh an expert and a person who agree.
"""

LOOKALIKE_SHARE = 0.8
"""P that a place that looks like something else, and holds 0 or O, 1, I or L, 5 or S and so on, looks like the other.

It counts where shapes of the field's codes are known: whoever takes one for the other is as sure as who does not.
Chosen by hand, so that two people who agree are not outweighed.
"""


LIKELY_ORIGINS = ("read", "master", "shape")
"""Origins of texts that are as probable as their prior. Other proposals are rarer, by PROPOSAL_LOG_FACTOR."""

NO_WAYS: Mapping[str, Sequence[Component]] = {}
"""Of a text that is weighed word by word."""


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
    made of them. `ways` are those in which each text gives the votes, and `unread` is something else.
    `words` is the likeliest text of a field that was weighed word by word, None of one weighed whole. `sources` are the
    votes with the models of their sources. `column` has 9, A, a sign or "?" for each place of a code in a table, as the
    other rows of its column tell; "" where they tell nothing.
    """

    votes: tuple[Vote, ...]
    origins: Mapping[str, Origin]
    shares: dict[str, float]
    none: float
    terms: dict[str, list[float]]
    none_terms: list[float]
    priors: dict[str, float]
    none_prior: float
    ruled: tuple[Ruled, ...] = ()
    neighbours: tuple[str, ...] = ()
    words: Composed | None = None
    ways: Mapping[str, Sequence[Component]] = NO_WAYS
    unread: Unread | None = None
    sources: Sequence[Source] = ()
    column: str = ""


def shared_confusions(weighed: FieldPosterior, says: str) -> dict[str, float]:
    """The share of a text's probability in which the place looks like another text, by that text.

    Of a field weighed word by word nothing is known of this.
    """
    found: dict[str, float] = {}
    ways = weighed.ways.get(says, ()) if weighed.words is None else ()
    for way in ways:
        if way.looks_like:
            found[way.looks_like] = found.get(way.looks_like, 0.0) + exp(log_sum((way,)) - log_sum(ways))
    return found


def share_by(weighed: FieldPosterior, says: str, votes: Sequence[int]) -> float:
    """The share of a text by these votes alone, the form's sums counted in.

    It is one of all texts that were weighed.
    """
    scores = {text: weighed.priors[text] + log_sum(ways, votes) for text, ways in weighed.ways.items()}
    parts, none = _normalised(
        scores, IMPOSSIBLE_LOG_PROBABILITY if weighed.unread is None else weighed.unread.log_share(votes)
    )
    for ruled in weighed.ruled:
        none *= ruled.none
        for text in parts:
            parts[text] *= ruled.factors.get(text, ruled.none)
    return parts[says] / (sum(parts.values()) + none)


def sure_ink(weighed: FieldPosterior, saying: Sequence[Vote]) -> float:
    """The confidence of these votes of the ink test; 0 where they weigh nothing.

    So it is of a mark that no audit proves. Of a blank it is no more than audits prove.
    """
    found = 0.0
    for vote, source_model, ratio in weighed.sources:
        if vote in saying and not (source_model.two_valued and _weighs_nothing(source_model.error, ratio)):
            wrong = 0.0 if source_model.two_valued else source_model.error * ratio / (1.0 - source_model.error)
            found = max(found, min(vote.confidence or 0.0, 1.0 / (1.0 + wrong)))
    return found


def _weighs_nothing(error: float, ratio: float) -> bool:
    return error * ratio > 1.0 - error or isclose(error * ratio, 1.0 - error)


def weigh_field(
    spot: PreparedField, votes: Sequence[Vote], learnt: LearntParameters, arithmetic: Iterable[str] = ()
) -> FieldPosterior:
    """Raw probabilities of one field by itself. `arithmetic` are values to consider that the form's rules ask for."""
    sources, speaking, bad_page = [], [], False
    for vote in votes:
        source_model, ratio = learnt.of_answer(
            vote.source, vote.kind, spot.type, vote.bad_page, vote.confidence, vote.says
        )
        sources.append((vote, source_model, ratio))
        bad_page = bad_page or vote.bad_page
        if vote.null is None or not is_silent(vote):
            speaking.append(vote)
    read = {vote.says: vote.null for vote in speaking or votes}  # a machine's silence proposes nothing
    texts = sorted([says for says, null in read.items() if null is None])
    words, shapes = learnt.words(spot.field.name), shapes_of(spot, learnt)
    origins = candidates(spot, read, texts, words, arithmetic, _typed_alike(votes) if words.total else (), shapes)
    spelt = {says: word_priors(spot, says, learnt) for says in texts}
    strays = {says: stray_share(spot, says, learnt, spelt[says]) for says in texts} if len(read) > 1 else {}
    confusion_share = 0.0 if spot.family == "mark" else learnt.shared_confusions.share(spot.type, bad_page=bad_page)
    terms = {says: likelihoods(learnt, sources, says, strays) for says in origins}
    ways = {says: _ways(learnt, says, texts, sources, terms, confusion_share, shapes) for says in origins}
    own_priors = {says: log_prior(spot, says, learnt, spelt.get(says)) for says in origins}
    beside: list[Beside] = []
    if len(origins) > 1:
        known = {says: stray_share(spot, says, learnt) for says, origin in origins.items() if origin == "master"}
        beside = texts_beside(sources, terms, strays | known, learnt.characters, own_priors)
        if beside:
            ways = {says: with_beside(beside, says, sources, of_text) for says, of_text in ways.items()}
    caps = _least_terms(ways, votes)
    if len(origins) > 1:
        _cap(ways, votes, caps)
    unread, none, none_terms = nothing_read(spot, sources, spelt, learnt, confusion_share, caps, beside, strays)
    first_terms, priors, scores = {}, {}, {}
    for says, origin in origins.items():
        priors[says] = own_priors[says] + (0.0 if origin in LIKELY_ORIGINS else PROPOSAL_LOG_FACTOR)
        first_terms[says] = ways[says][0].terms
        scores[says] = priors[says] + log_sum(ways[says])
    shares, none_share = _normalised(scores, none)
    found = tuple(votes), origins, shares, none_share, first_terms, none_terms, priors, unread.log_prior
    return FieldPosterior(*found, ways=ways, unread=unread, sources=sources)


def _typed_alike(votes: Iterable[Vote]) -> set[str]:
    """What several people typed without having seen it."""
    typed = [vote.says for vote in votes if not vote.machine and vote.shown is None]
    return {says for says in typed if typed.count(says) > 1} if len(typed) > 1 else set()


def _least_terms(ways: Mapping[str, Sequence[Component]], votes: Sequence[Vote]) -> list[float]:
    """The least P of each vote where its own text is written; 1 of one whose text is not weighed."""
    found = []
    for at, vote in enumerate(votes):
        of_text = ways.get(vote.says)
        if of_text is None:
            found.append(1.0)
        else:
            found.append(of_text[0].terms[at] if len(of_text) == 1 else min([terms[at] for _, terms, _ in of_text]))
    return found


def _cap(ways: Mapping[str, Sequence[Component]], votes: Sequence[Vote], caps: Sequence[float]) -> None:
    """Make no vote for another text more probable than it is at least where its own text is written.

    So no reading speaks against what it says, however unsure its source or however often that one errs.
    """
    for at, (vote, cap) in enumerate(zip(votes, caps, strict=True)):
        for says, of_text in ways.items():
            if says != vote.says:
                for _, terms, _ in of_text:
                    if terms[at] > cap:
                        terms[at] = cap


def _normalised(scores: Mapping[str, float], none: float) -> tuple[dict[str, float], float]:
    top = max(max(scores.values()), none)
    parts = {says: exp(score - top) for says, score in scores.items()}
    none = exp(none - top)
    total = sum(parts.values()) + none
    for says in parts:
        parts[says] /= total
    return parts, none / total


def _ways(
    learnt: LearntParameters,
    written: str,
    texts: Sequence[str],
    sources: Sequence[Source],
    terms: Mapping[str, list[float]],
    confusion_share: float,
    shapes: FieldShapes | None,
) -> list[Component]:
    """A text seen as it is, and as each other text that was read and that the place may look like.

    That is one as long: a character that is lost or added looks like nothing, and each source loses it by itself.
    """
    found = [Component(1 - confusion_share, terms[written])]
    if len(terms) == 1 or is_null(written) or not confusion_share:
        return found
    alike = () if shapes is None else shapes.variants(written)
    for other in texts:
        if other == written or len(other) != len(written):
            continue
        looks = misreading_probability(learnt.characters, SHARED_CONFUSIONS, written, other)
        looks += LOOKALIKE_SHARE if other in alike else 0.0
        if looks <= 0:
            continue
        said = []
        for (vote, source_model, ratio), term, followed in zip(sources, terms[written], terms[other], strict=True):
            if vote.says == other:
                followed *= 1.0 if other in alike else ratio
            elif vote.says == written:  # it did not follow
                term, followed = term * ratio**UNSURE_RATIO_POWER, 0.0
            elif is_silent(vote):
                followed = term
            said.append((1 - source_model.follow_rate) * term + source_model.follow_rate * followed)
        found.append(Component(confusion_share * looks, said, other))
    return found
