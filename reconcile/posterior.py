"""How probable is each value of one field, given its votes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from reconcile import candidates, channel
from reconcile.agree import BLANK, Vote, faults, null_of
from reconcile.known import Known
from transcribe.model import Field, Form

FAULTY = log(0.02)
"""How much rarer a value is that its type finds fault with (measured: 2 to 3 % of filled fields break their format)."""

BLANK_SHARE = {True: log(0.01), False: log(0.3)}
"""Prior of blank for a required and for an optional field."""

NULL_SHARE = log(0.003)
"""Prior of illegible, absent and crossed out, each."""

NONE_SHARE = log(0.02)
"""Prior that what is written is none of what was read, when a source is wrong: it then is near one of them."""

SAME_ERROR = 0.05
"""P that a second source makes the very same error as a first one, both erring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The raw probabilities of one field: `shares` of each comparable text, `none` that none of them is written.

    `terms` are each vote's log probability given each text; `none_terms` given that something else is written.
    """

    shares: dict[str, float]
    none: float
    terms: dict[str, list[float]]
    none_terms: list[float]


def weigh_field(field: Field, form: Form, votes: Sequence[Vote], known: Known) -> Weighed:
    """Raw probabilities of one field by itself: prior times channel, over what was read and "none of these"."""
    errors = [known.error(vote.source, vote.kind, field.type) for vote in votes]
    terms = {
        says: [channel.log_probability(vote, says, error) for vote, error in zip(votes, errors, strict=True)]
        for says in candidates.read(votes)
    }
    none_prior, none_terms = _none_of_these(votes, errors)
    scores = {says: prior(field, form, says) + sum(terms[says]) for says in terms}
    none = none_prior + sum(none_terms)
    best = max(*scores.values(), none)
    total = sum(exp(score - best) for score in scores.values()) + exp(none - best)
    shares = {says: exp(score - best) / total for says, score in scores.items()}
    return Weighed(shares=shares, none=exp(none - best) / total, terms=terms, none_terms=none_terms)


def prior(field: Field, form: Form, says: str) -> float:
    """Log probability of a value before anyone read it."""
    if says == BLANK:
        return BLANK_SHARE[field.required]
    if null_of(says):
        return NULL_SHARE
    return channel.flat(says) + FAULTY * len(faults(field, form, says))


def _none_of_these(votes: Sequence[Vote], errors: Sequence[float]) -> tuple[float, list[float]]:
    """(log prior, log probability of each vote) when something is written that nobody read: near one of the texts.

    Whoever read that text first made some error; who reads the same made the same error, which is rare; others made
    others. The text that makes the votes most probable counts.
    """
    guesses = [
        (
            NONE_SHARE + channel.flat(near),
            [_wrong(vote, error, near, votes) for vote, error in zip(votes, errors, strict=True)],
        )
        for near in {vote.says for vote in votes if null_of(vote.says) is None}
    ]
    if not guesses:
        guesses = [
            (
                NONE_SHARE + log(0.001),
                [_wrong(vote, error, "", votes) for vote, error in zip(votes, errors, strict=True)],
            )
        ]
    return max(guesses, key=lambda guess: guess[0] + sum(guess[1]))


def _wrong(vote: Vote, error: float, near: str, votes: Sequence[Vote]) -> float:
    """Log probability of a vote when the text `near` is a misreading of what is written."""
    if null_of(vote.says):
        return channel.log_probability(vote, "\x01", error)
    if vote.says != near:
        return channel.log_probability(vote, near, error) + log(0.3)
    first = next(each for each in votes if each.says == near)
    return log(error) if vote is first else log(error * SAME_ERROR)
