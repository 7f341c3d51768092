"""How probable a value is before it is read: by its type, its faults, master data and common words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import exp, log

from reconcile.forms import CACHED_TEXT_COUNT, PreparedField
from reconcile.inference.votes import BLANK, Vote, is_null, null_of
from reconcile.parameters import FieldShapes, LearntParameters

FLAT_MARK_LOG_PRIOR = log(0.5)
"""Log probability of a mark, ticked or not."""

FAULT_LOG_FACTOR = log(1e-3)
"""Log of how much rarer one value with a fault is than one value of the type without one.

Values that break their format are 1 to 3 % of those written, and there are many more of them. A factor for each fault
changed no result beyond noise.
"""

TOLERATED_FAULTS = frozenset({"unassigned"})
"""Faults that right values have too, where a country gives out new telephone numbers or a form holds made-up ones.

Two engines that agree are believed: of 28 such numbers on 370 photographs all were right.
"""

BLANK_LOG_PRIORS = {True: log(0.01), False: log(0.3)}
"""Log prior of blank for a required and for an optional field. Chosen by hand."""

NULL_LOG_PRIOR = log(0.003)
"""Log prior of illegible, absent and crossed out, each, and of a text where no source read any. Chosen by hand."""

RECURRING_WORD_SHARE = 0.95
"""The share of words that occur again on the same field of other forms, once enough forms were seen.

Chosen by hand.
"""

UNACCENTED_SHARE = 0.3
"""How often a known value is written without the accents that master data give it, mostly in capitals.

Chosen by hand.
"""

PROPOSAL_LOG_FACTOR = log(0.02)
"""Log of how much rarer a text is that no source read than one that was read.

Corpus words rewrote rare true names until proposals were held back.
"""

MIN_LOG_PRIOR = -600.0
"""No text has a smaller log prior than this, and none a smaller log probability as an unrelated error.

So the prior and the misreading of one long text stay on one scale, or a blank would beat every comment of three lines.
Of a smaller one a float has no logarithm any more: exp(-746) is 0.
"""

WordPriors = Sequence[tuple[float, float, int]]
"""Each word of a text: log probability as one that this field has held, the same with nothing known, and length."""


def log_prior(spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None = None) -> float:
    """Log probability of a value before it was read; `words` are its `word_priors`, where they are at hand."""
    field, values = spot.field, spot.known_values
    if is_null(says):
        return BLANK_LOG_PRIORS[field.required] if says == BLANK and spot.family != "mark" else NULL_LOG_PRIOR
    share = _text_log_prior(spot, says, learnt, words)
    if faults := spot.faults(says):
        share += FAULT_LOG_FACTOR * len(faults)
    if values is None:
        return share
    covered = learnt.covered_share(field.name)
    listed = 1.0 if values.has(says) else UNACCENTED_SHARE if values.has_without_accents(says) else 0.0
    return log(listed * covered / values.count + (1 - covered) * exp(max(MIN_LOG_PRIOR, share)))


def is_outside_format(spot: PreparedField, votes: Sequence[Vote], says: str) -> bool:
    """Whether a text has a fault for which people look at it. A tolerated one, read alike by two engines, is none."""
    faults = frozenset() if null_of(says) else frozenset(spot.faults(says))
    if not faults or not faults <= TOLERATED_FAULTS:
        return bool(faults)
    return len([vote for vote in votes if vote.machine and not vote.again and vote.says == says]) < 2


def unread_log_prior(
    spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None = None
) -> float:
    """Log probability of a value near this text that no source read, for the case that all are wrong.

    Where a number or an unknown word is misread, another is as likely as the one read. Where a known word was read by
    mistake, an unknown one is written, which is rare.
    """
    found = spot.flat_log_prior
    if found is None:
        as_likely, share, length = 0.0, 0.0, 0
        for as_held, alone, size in word_priors(spot, says, learnt) if words is None else words:
            share, length = share + as_held, length + size
            as_likely += size * exp(alone - as_held)
        share = max(MIN_LOG_PRIOR, share)
        found = share + log(min(1.0, as_likely / (length or 1))) + _shape_log_factor(spot, says, learnt, share)
    return found + (log(1 - learnt.covered_share(spot.field.name)) if spot.known_values is not None else 0.0)


def stray_share(spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None = None) -> float:
    """P(this text | a text is read where none is written): as probable as where one is, whatever its faults."""
    return exp(max(MIN_LOG_PRIOR, flat_prior(says), _text_log_prior(spot, says, learnt, words)))


def _text_log_prior(spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None) -> float:
    found = spot.flat_log_prior
    if found is not None:
        return found
    if spot.family == "mark":
        return FLAT_MARK_LOG_PRIOR
    if not says.strip():
        return flat_prior(says)
    flat = _words_log_prior(spot, says, learnt, words)
    return flat + _shape_log_factor(spot, says, learnt, flat)


def _words_log_prior(spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None) -> float:
    found = 0.0
    for as_held, _, _ in word_priors(spot, says, learnt) if words is None else words:
        found += as_held
    return max(MIN_LOG_PRIOR, found)


def shape_log_factor(spot: PreparedField, says: str, learnt: LearntParameters) -> float:
    """By how much more probable the shapes of a field make a text; 0 where none are known."""
    if is_null(says) or shapes_of(spot, learnt) is None:
        return 0.0
    return _shape_log_factor(spot, says, learnt, _words_log_prior(spot, says, learnt, None))


def shapes_of(spot: PreparedField, learnt: LearntParameters) -> FieldShapes | None:
    """The shapes of a field's values; None where none were learnt, or the form says how they are."""
    return learnt.shapes.get(spot.name_on_form) if learnt.shapes and has_shapes(spot) else None


def has_shapes(spot: PreparedField) -> bool:
    """Whether the shapes of a field's values are learnt: they are where its form has no pattern."""
    return spot.facts.has_shapes and spot.field.pattern is None


def _shape_log_factor(spot: PreparedField, says: str, learnt: LearntParameters, flat: float) -> float:
    shapes = shapes_of(spot, learnt)
    return 0.0 if shapes is None else shapes.log_factor(says, flat)


def word_priors(spot: PreparedField, says: str, learnt: LearntParameters) -> WordPriors:
    """The words of a text with their log probabilities.

    None for a number or a date, of which one is as likely as another.
    """
    if spot.flat_log_prior is not None:
        return ()
    words, listed = learnt.words(spot.field.name), spot.known_values
    total = words.total + (listed.word_count if listed is not None else 0)
    found = []
    for word in says.split():
        alone = as_held = flat_word(word)
        if total:
            seen = max(0.0, words.counts.get(word, 0.0) - 1.0)  # one may be this very field, learnt before
            seen += listed.words.get(word, 0) if listed is not None else 0
            as_held = log(RECURRING_WORD_SHARE * seen / total + exp(alone))
        found.append((as_held, alone, len(word)))
    return found


@lru_cache(CACHED_TEXT_COUNT)
def flat_share(text: str) -> float:
    """The probability of a text of which nothing is known."""
    return exp(flat_prior(text))


@lru_cache(CACHED_TEXT_COUNT)
def flat_prior(text: str) -> float:
    """Log probability of a text of which nothing is known: word for word, character for character."""
    return max(MIN_LOG_PRIOR, sum(flat_word(word) for word in text.split())) if text.strip() else log(1e-3)


@lru_cache(CACHED_TEXT_COUNT)
def flat_word(word: str) -> float:
    """Log probability of a word of which nothing is known: 10 digits, about 17 letters likely at each place.

    Like a text, no word is less probable than MIN_LOG_PRIOR: its probability must not vanish, or it has no logarithm.
    """
    digits = sum(character.isdigit() for character in word)
    return max(MIN_LOG_PRIOR, log(0.3 if digits == len(word) else 0.03) - 2.3 * digits - 2.8 * (len(word) - digits))
