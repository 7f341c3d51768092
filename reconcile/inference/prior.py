"""How probable is a value before anybody reads it: by its type, its faults, master data and common words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import exp, log

from reconcile.forms import PreparedField
from reconcile.inference.votes import BLANK, textless
from reconcile.parameters import LearntParameters

FLAT = {"amount": log(1e-5), "integer": log(1 / 400), "decimal": log(1e-4), "date": log(1 / 1500)}
"""Log probability of one value of a type, of which nothing else is known."""

FLAT_MARK = log(0.5)

FAULTS = {
    "check digit": log(0.033),
    "pattern": log(1e-3),
    "not a number": log(1e-4),
    "not a date": log(1e-6),
    "date far away": log(1e-3),
    "not a whole number": log(1e-2),
    "no letters": log(1e-2),
    "negative": log(0.02),
    "currency": log(0.1),
    "length": log(1e-2),
    "not a choice": log(1e-3),
    "not a mark": log(1e-4),
}
"""How much rarer a value is that its type finds fault with, against one value of the type without a fault: values that
break their format are 1 to 3 % of those written, and there are many more of them."""

FAULTY = log(1e-2)
"""The same for faults that only a field type from outside knows."""

CHECKED = log(9.7)
"""How much likelier one value with a right check digit is: nearly all written values have it, one in ten strings."""

BLANK_SHARE = {True: log(0.01), False: log(0.3)}
"""Prior of blank for a required and for an optional field."""

NULL_SHARE = log(0.003)
"""Prior of illegible, absent and crossed out, each."""

WORDS = 0.95
"""The share of words that occur again on the same field of other forms, once enough forms were seen."""

PLAIN = 0.3
"""How often a known value is written without the accents that master data give it: mostly in capitals."""

PROPOSED = log(0.02)
"""How much rarer a text is that nobody read, against one that somebody read: corpus words rewrote rare true names
until proposals were held back."""

FLATTEST = -600.0
"""No text is less probable than this, whoever asks: the prior and the misreading of one long text stay on one scale, or
a blank would beat every comment of three lines."""

CHECK_DIGITS = frozenset({"luhn", "ean", "siret", "vat"})


Spelt = Sequence[tuple[float, float, int]]
"""Each word of a text: its log probability as one that this field has held, as one of which nothing is known, and its
length."""


def log_prior(spot: PreparedField, says: str, learnt: LearntParameters, words: Spelt | None = None) -> float:
    """Log probability of a value before anybody read it; `words` are its `words_of`, where they are at hand."""
    field, values = spot.field, spot.known_values
    if textless(says):
        return BLANK_SHARE[field.required] if says == BLANK and spot.family != "mark" else NULL_SHARE
    share = _share(spot, says, learnt, words)
    found = spot.faults(says)
    for fault in found:
        share += FAULTS.get(fault, FAULTY)
    if spot.type in CHECK_DIGITS and "check digit" not in found:
        share += CHECKED
    if values is None:
        return share
    covered = learnt.covered_share(field.name)
    listed = 1.0 if values.has(says) else PLAIN if values.has_without_accents(says) else 0.0
    return log(listed * covered / values.count + (1 - covered) * exp(share))


def log_near(spot: PreparedField, says: str, learnt: LearntParameters, words: Spelt | None = None) -> float:
    """Log probability of a value near this text that nobody read: what is written when all are wrong.

    Where a number or a word that nobody knows is misread, another is as likely as the one read; where a known word is,
    an unknown one is written, which is rare.
    """
    found = FLAT.get(spot.type)
    if found is None:
        as_likely, share, length = 0.0, 0.0, 0
        for as_held, alone, size in words_of(spot, says, learnt) if words is None else words:
            share, length = share + as_held, length + size
            as_likely += size * exp(alone - as_held)
        found = max(FLATTEST, share) + log(min(1.0, as_likely / (length or 1)))
    return found + (log(1 - learnt.covered_share(spot.field.name)) if spot.known_values is not None else 0.0)


def _share(spot: PreparedField, says: str, learnt: LearntParameters, words: Spelt | None) -> float:
    found = FLAT.get(spot.type)
    if found is not None:
        return found
    if spot.family == "mark":
        return FLAT_MARK
    if not says.strip():
        return flat_prior(says)
    found = 0.0
    for as_held, _, _ in words_of(spot, says, learnt) if words is None else words:
        found += as_held
    return max(FLATTEST, found)


def words_of(spot: PreparedField, says: str, learnt: LearntParameters) -> Spelt:
    """The words of a text, as this field has held them and as if nothing were known of them; none for a number or a
    date, of which one is as likely as another."""
    if spot.type in FLAT:
        return ()
    words, listed = learnt.words(spot.field.name), spot.known_values
    total = words.total + (listed.word_count if listed is not None else 0)
    found = []
    for word in says.split():
        alone = as_held = flat_word(word)
        if total:
            seen = max(0.0, words.counts.get(word, 0.0) - 1.0)  # one may be this very field, learnt before
            seen += listed.words.get(word, 0) if listed is not None else 0
            as_held = log(WORDS * seen / total + exp(alone))
        found.append((as_held, alone, len(word)))
    return found


@lru_cache(maxsize=65536)
def flat_share(text: str) -> float:
    """The probability of a text of which nothing is known."""
    return exp(flat_prior(text))


@lru_cache(maxsize=65536)
def flat_prior(text: str) -> float:
    """Log probability of a text of which nothing is known: word for word, character for character."""
    return max(FLATTEST, sum(flat_word(word) for word in text.split())) if text.strip() else log(1e-3)


@lru_cache(maxsize=65536)
def flat_word(word: str) -> float:
    """Log probability of a word of which nothing is known: 10 digits, about 17 letters likely at each place."""
    digits = sum(character.isdigit() for character in word)
    return log(0.3 if digits == len(word) else 0.03) - 2.3 * digits - 2.8 * (len(word) - digits)
