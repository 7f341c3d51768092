"""How one source reads one type of field, as the noisy channel uses it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp, inf, log
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

from reconcile.forms import CACHED_TEXT_COUNT
from reconcile.parameters.shrinkage import RARE_WEIGHT_COUNT, USUAL_WEIGHT_COUNT, proven_weight, shrunk


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceModel:
    """How one source reads one type of field. All numbers are shares from 0 to 1 but the ratios.

    `error` is how often it is wrong, `rate` the same as it is told, rounded. `null_error` is how often it says that
    there is no text where there is one, or the like. `unrelated` is the share of its errors
    that have nothing to do with what is written, `follow_rate` how often it takes a damaged place for what it looks
    like to everybody. `accents` and `swap` are how often it drops accents, and changes day and month about. `ratios`
    are P(confidence | wrong) / P(confidence | right) by bin of confidence, of words and of what holds digits. `phrases`
    are its conventions. `has_own_ways`: it changes day and month about, or has conventions. `two_valued`: the type has
    two values only (a mark), so that an error is the other one. `weight` is the most that its word may weigh, as a
    ratio of odds, and `weights` the same by bin of confidence, as `ratios`; None where none was counted.
    """

    kind: str
    error: float
    rate: float
    null_error: float
    unrelated: float
    follow_rate: float
    accents: float
    swap: float
    ratios: tuple[tuple[float, ...], tuple[float, ...]]
    phrases: Phrases
    has_own_ways: bool
    two_valued: bool = False
    weight: float = inf
    weights: tuple[tuple[float, ...], tuple[float, ...]] | None = None

    def ratio(self, confidence: float | None, says: str) -> float:
        """P(this confidence | wrong) / P(this confidence | right) of what it says; 1 where the source claims none."""
        return 1.0 if confidence is None else self.ratios[has_digits(says)][bin_of(confidence)]

    def of_answer(self, confidence: float | None, says: str) -> tuple[SourceModel, float]:
        """The same for one answer, and its ratio: it weighs no more than audits prove, or a mark's confidence is worth.

        Where it would weigh more it is taken to be wrong so much more often.
        """
        weight = self.weight
        if confidence is not None:
            if self.weights is not None:
                weight = self.weights[has_digits(says)][bin_of(confidence)]
            if self.two_valued:
                weight = min(weight, max(1.0, confidence / max(1.0 - confidence, 1.0 / weight)))
        ratio = max(self.ratio(confidence, says), 1.0 / weight)
        error = max(self.error, 1.0 / (1.0 + weight * ratio))
        null_error = self.null_error
        if not says and confidence is not None:
            null_error = max(null_error, 1.0 / (1.0 + weight))
        if (error, null_error) == (self.error, self.null_error):
            return self, ratio
        return replace(self, error=error, null_error=null_error), ratio


# Conventions of one source, learnt from its own readings: what it writes for what stands there.
#
# A reader writes "rd" for "road", leaves a unit out, puts "Mr" before a name or mends "Meier" to "Meyer", and does so
# again and again: that is a way of saying the same, not an error. A convention is a pair of phrases, what is written
# and what the source says for it; "^" and "$" stand for the start and the end of a text, so that a phrase put in
# before or behind is a pair like any other.

Pair = tuple[str, str]
"""(what is written, what the source writes for it)."""


TalliesByPhrase = Mapping[str, Mapping[str, Sequence[float]]]
"""By what is written and what is said for it: (followed, of so many)."""


START_SIGN = "^"
"""Stands for the start of a text in a phrase."""


END_SIGN = "$"
"""Stands for the end of a text in a phrase."""


MAX_PHRASE_WORD_COUNT = 3
"""Words of the longest phrase: whole lines that differ are no convention. Chosen by hand."""


MIN_FOLLOWED_COUNT = 3.0
"""A source must have followed it on so many fields before it counts as its convention.

What stands in parameters outlives the scans, so it must not be about one of them.
"""


MIN_FOLLOWED_SHARE = 0.2
"""What a source does less often than this is an error each time. Chosen by hand."""


FIRST_OCCASIONS_PER_USE = 2.0
"""The occasions per use that a new convention is taken to have, until it was counted. Chosen by hand."""


MAX_COMBINED_COUNT = 3
"""The most conventions tried on one text, all at once and each by itself. Chosen by hand."""


CACHED_COUNT = 4096
"""The size of each cache of values derived from parameters: source models, shapes, ways to say a text. Some hundred
sources with their types of field. Chosen by hand."""


class Way(NamedTuple):
    """One way in which a source may say a text.

    `share` is how often it does of the times that likelier ways leave; `pairs` are the conventions in it.
    """

    text: str
    share: float
    pairs: tuple[Pair, ...]


class Phrases:
    """The conventions of one source."""

    def __init__(self, tree: TalliesByPhrase) -> None:
        self._shares: dict[Pair, float] = {
            (written, said): shrunk(tally, 0.0, RARE_WEIGHT_COUNT)
            for written, others in tree.items()
            for said, tally in others.items()
        }
        self._ways: dict[str, tuple[Way, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._shares)

    def ways(self, written: str) -> tuple[Way, ...]:
        """How the source may say this text instead: by all of its conventions that apply, then by each alone."""
        found = self._ways.get(written)
        if found is None:
            if len(self._ways) >= CACHED_COUNT:
                self._ways.clear()
            found = self._ways[written] = self._find(written)
        return found

    def _find(self, written: str) -> tuple[Way, ...]:
        padded = f" {START_SIGN} {written} {END_SIGN} "
        pairs = sorted(
            (pair for pair in self._shares if f" {pair[0]} " in padded), key=lambda pair: (-self._shares[pair], pair)
        )[:MAX_COMBINED_COUNT]
        chosen = [tuple(pairs), *((pair,) for pair in pairs)] if len(pairs) > 1 else [(pair,) for pair in pairs]
        found: dict[str, Way] = {}
        for some in chosen:
            text = _said(padded, some)
            if text and text != written:
                found.setdefault(text, Way(text, min(self._shares[pair] for pair in some), some))
        return tuple(found.values())


NO_PHRASES = Phrases({})


def differences(written: str, said: str) -> list[Pair]:
    """The pairs of phrases by which a reading differs from what is written.

    None where they have nothing in common, where a phrase is too long, or where something was put in between.
    """
    there, here = written.split(), said.split()
    found: list[Pair] = []
    kept = 0
    for block in Levenshtein.opcodes(there, here):
        was, became = there[block.src_start : block.src_end], here[block.dest_start : block.dest_end]
        if block.tag == "equal":
            kept += len(was)
        elif len(was) > MAX_PHRASE_WORD_COUNT or len(became) > MAX_PHRASE_WORD_COUNT:
            return []
        elif was:
            found.append((" ".join(was), " ".join(became)))
        elif block.src_start == 0:
            found.append((START_SIGN, " ".join([START_SIGN, *became])))
        elif block.src_start == len(there):
            found.append((END_SIGN, " ".join([*became, END_SIGN])))
        else:
            return []
    return found if kept else []


def kept_phrases(
    counted: Mapping[str, TalliesByPhrase], noticed: Mapping[str, Mapping[Pair, float]]
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """The conventions of each source that were followed often enough, those just noticed with a first guess."""
    tree: dict[str, dict[str, dict[str, list[float]]]] = {}
    for source, written, said, tally in _all(counted, noticed):
        if tally[0] >= MIN_FOLLOWED_COUNT and tally[0] >= MIN_FOLLOWED_SHARE * tally[1]:
            tree.setdefault(source, {}).setdefault(written, {})[said] = [round(each, 3) for each in tally]
    return tree


def _all(
    counted: Mapping[str, TalliesByPhrase], noticed: Mapping[str, Mapping[Pair, float]]
) -> Iterable[tuple[str, str, str, Sequence[float]]]:
    for source in sorted({*counted, *noticed}):
        known = counted.get(source, {})
        for written in sorted(known):
            for said in sorted(known[written]):
                yield source, written, said, known[written][said]
        for (written, said), count in sorted(noticed.get(source, {}).items()):
            if said not in known.get(written, {}):
                yield source, written, said, [count, count * FIRST_OCCASIONS_PER_USE]


def _said(padded: str, pairs: Iterable[Pair]) -> str:
    for written, said in pairs:
        padded = padded.replace(f" {written} ", f" {said} ")
    return " ".join(word for word in padded.split() if word not in (START_SIGN, END_SIGN))


# The meaning of an engine's confidence: how much likelier it is to be so sure when wrong than when right.

CONFIDENCE_STEPS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99, 0.995)
"""Where the confidence of an engine is cut into bins; engines crowd near 1. Chosen by hand."""


PRIOR_LOG_RATIOS = (1.5, 1.3, 1.1, 0.9, 0.6, 0.3, 0.0, -0.3, -0.6, -0.8, -1.0, -1.1, -1.2)
"""Log of P(bin | wrong) / P(bin | right) of an engine of which nothing was learnt: about Tesseract's, halved."""


BAD_PAGE_QUALITY = 0.7
"""Quality of a page (0 to 1) below which it is a bad one.

Engines err more often there, more often alike, and their confidence says something else. The hard photographs of the
generator have 0.29 to 0.55, its others 0.83 and more.
"""


GENERAL_WEIGHT_COUNT = 100.0
"""How many wrong readings of one kind what an engine's confidence means in general counts for. Chosen by hand."""


def confidence_table(engine: str, *, digits: bool, bad: bool) -> str:
    """The stored name of the tallies of one kind of an engine's readings: digits or words, bad pages or others."""
    return f"{engine}, {'digits' if digits else 'words'}{' on bad pages' if bad else ''}"


@lru_cache(CACHED_TEXT_COUNT)
def has_digits(text: str) -> bool:
    """Whether a text holds digits, of which an engine's confidence says less than of words."""
    return any(map(str.isdigit, text))


def bin_of(confidence: float) -> int:
    """Which bin a confidence falls into."""
    return bisect_right(CONFIDENCE_STEPS, confidence)


def log_ratios(tallies: Sequence[Sequence[float]] | None) -> tuple[float, ...]:
    """Log of P(bin | wrong) / P(bin | right) for each bin, from (wrong, right) readings counted in it.

    Never rising with confidence: bins that would are pooled (pool adjacent violators, M. Ayer and others, Annals of
    Mathematical Statistics 26, 1955).
    """
    if tallies is None:
        return PRIOR_LOG_RATIOS
    wrong, right = sum(tally[0] for tally in tallies), sum(tally[1] for tally in tallies)
    drawn = []
    for tally, usual in zip(tallies, PRIOR_LOG_RATIOS, strict=True):
        seen = (sum(tally) + 1.0) / (wrong + right + len(PRIOR_LOG_RATIOS))
        drawn.append(
            (
                tally[0] + USUAL_WEIGHT_COUNT * seen * exp(usual / 2),
                tally[1] + USUAL_WEIGHT_COUNT * seen * exp(-usual / 2),
            )
        )
    return _logs(drawn)


def log_ratios_of_kind(tallies: Sequence[Sequence[float]] | None, usual: Sequence[float]) -> tuple[float, ...]:
    """The same log ratios of one kind of an engine's readings, drawn to what is `usual` of them all.

    Where none of the kind was wrong they are `usual`.
    """
    if tallies is None:
        return tuple(usual)
    right = sum(tally[1] for tally in tallies) + len(usual)
    shares = [(tally[1] + 1.0) / right for tally in tallies]
    scale = GENERAL_WEIGHT_COUNT / sum(share * exp(log_ratio) for share, log_ratio in zip(shares, usual, strict=True))
    return _logs(
        [
            (tally[0] + scale * share * exp(log_ratio), right * share)
            for tally, share, log_ratio in zip(tallies, shares, usual, strict=True)
        ]
    )


def _logs(tallies: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """The logs of the shares of wrong over those of right readings, those that would rise pooled."""
    pools: list[tuple[float, float, int]] = []
    for wrong, right in tallies:
        pools.append((wrong, right, 1))
        while len(pools) > 1 and pools[-1][0] * pools[-2][1] > pools[-2][0] * pools[-1][1]:
            last, before = pools.pop(), pools.pop()
            pools.append((last[0] + before[0], last[1] + before[1], last[2] + before[2]))
    all_wrong, all_right = sum(pool[0] for pool in pools), sum(pool[1] for pool in pools)
    return tuple(log(pool[0] / all_wrong) - log(pool[1] / all_right) for pool in pools for _ in range(pool[2]))


def most_weights(tallies: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The most that an answer of each bin of confidence may weigh, as a ratio of odds.

    Less sure answers prove no less of it, so those just below are counted with it where they prove more.
    """
    found = []
    for last in range(len(tallies)):
        wrong = right = 0.0
        weight = 1.0
        for below in reversed(tallies[: last + 1]):
            wrong, right = wrong + below[0], right + below[1]
            weight = max(weight, proven_weight(wrong, wrong + right))
        found.append(weight)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceTables:
    """(wrong, right) readings by bin of confidence, of each engine and of each kind of its readings."""

    tallies: Mapping[str, Sequence[Sequence[float]]]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> ConfidenceTables:
        """The confidence tables of stored parameters: `sure`."""
        return cls(tallies=content.get("sure", {}))

    def ratios(self, engine: str, *, bad_page: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """P(bin | wrong) / P(bin | right) for each bin, of words and of what holds digits.

        What an engine's confidence means on one kind of its readings is drawn to what it means on all of them.
        """
        usual = log_ratios(self.tallies.get(engine))
        words, digits = (
            log_ratios_of_kind(self.tallies.get(confidence_table(engine, digits=digits, bad=bad_page)), usual)
            for digits in (False, True)
        )
        return tuple(map(exp, words)), tuple(map(exp, digits))

    def most_weights(self, engine: str, *, bad_page: bool) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """The most that its word may weigh by bin of confidence, of words and of what holds digits.

        Its readings of that kind prove it, or all of them; None where none was counted.
        """
        if engine not in self.tallies:
            return None
        usual = most_weights(self.tallies[engine])
        kinds = [self.tallies.get(confidence_table(engine, digits=digits, bad=bad_page)) for digits in (False, True)]
        words, digits = (usual if each is None else tuple(map(max, usual, most_weights(each))) for each in kinds)
        return words, digits
