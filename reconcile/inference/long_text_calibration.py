"""How probable it is that all of a long text is right that people alone read.

A careful typist has one word in ten otherwise than it is written. So of texts of ten words most are wrong somewhere,
however sure each word may be. People who typed a text alike may share a misreading. What single words come to is known
best from whole texts whose truth is known: by a logistic map for each way in which the text came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import Literal, NamedTuple

from reconcile.forms import PreparedField
from reconcile.inference.long_text import MIN_LONG_WORD_COUNT, MIN_WORD_COUNT, speaking
from reconcile.inference.votes import Vote, null_of
from reconcile.parameters import odds

Origin = Literal["one reader", "split", "alike", "words"]

LOGISTIC_WEIGHTS: dict[Origin, tuple[float, ...]] = {
    "one reader": (1.057, -0.961),
    "split": (0.154, -0.95, 0.287),
    "alike": (3.834, -1.186, 0.715),
    "words": (-0.819, 0.799, 0.186, -0.161, 0.015, 0.967, -0.088),
}
"""Weights of `regressors`, by how the text came about.

Fitted on 400 sentences that one to seven of seven workers typed, drawn by lot: every second of CrowdSpeech dev-clean
and dev-other (N. Pavlichenko, I. Stelmakh, D. Ustalov, NeurIPS Datasets and Benchmarks 2021, CC BY 4.0; `python -m
tests.bench.fit_comments --maps`). The benchmark of comments measures them on the others. They were typed from hearing:
what is typed from pictures may be better, and a store's own known truths show it.
"""

MAX_WORDS_LOG_ODDS = 4.0
"""Log odds of a share beyond which the words say no more. Chosen by hand."""


class Prose(NamedTuple):
    """A long text of people: how it came about, its words, its readers, and those who wrote all of it.

    It came about by one reader; by readers who do not all agree ("split"); by readers who all agree ("alike"); or it
    was weighed word by word ("words").
    """

    origin: Origin
    words: int
    readers: int
    alike: int


def prose(spot: PreparedField, votes: Sequence[Vote], says: str, by_words: bool) -> Prose | None:
    """How a text came about; None where a machine read it too, or where it is not long.

    Free text is long from two words on; names and addresses from so many on that people hardly type them alike.
    """
    if spot.family != "line text" or null_of(says):
        return None
    said = speaking(votes)
    words = len(says.split())
    least = MIN_WORD_COUNT if spot.facts.is_free_text else MIN_LONG_WORD_COUNT
    if not said or any(vote.kind != "person" for vote in said) or not (by_words or words >= least):
        return None
    alike = sum(vote.says == says for vote in said)
    origin: Origin = "words"
    if not by_words:
        origin = "one reader" if len(said) == 1 else "alike" if alike == len(said) else "split"
    return Prose(origin, words, len(said), alike)


def regressors(share: float, seen: Prose) -> tuple[float, ...]:
    """The numbers that the probability of the whole is fitted on, by its origin.

    `share` is what its words, or the text weighed at once, came to.
    """
    near = min(MAX_WORDS_LOG_ODDS, max(-MAX_WORDS_LOG_ODDS, odds(share)))
    long, many, backed = log(seen.words), log(seen.readers), float(seen.alike > 1)
    if seen.origin == "one reader":
        return 1.0, long
    if seen.origin == "split":
        return 1.0, long, near
    if seen.origin == "alike":
        return 1.0, long, many
    return 1.0, near, long, many, near * many, backed, backed * near


def whole_text_probability(share: float, seen: Prose) -> float:
    """The probability that all of the text is right.

    Where readers are split it is no more than it would be without those who say something else.
    """
    if seen.origin == "split":
        alike = seen._replace(origin="alike" if seen.alike > 1 else "one reader", readers=max(1, seen.alike))
        return min(_mapped(share, seen), _mapped(share, alike))
    return _mapped(share, seen)


def _mapped(share: float, seen: Prose) -> float:
    score = sum(
        number * weight for number, weight in zip(regressors(share, seen), LOGISTIC_WEIGHTS[seen.origin], strict=True)
    )
    return 1.0 / (1.0 + exp(-score))
