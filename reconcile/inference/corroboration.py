"""What vouches for a value beside those who read it: sums, master data, check digits, known words, format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rapidfuzz.distance import Levenshtein

from reconcile.forms import TEXT_FAMILIES, PreparedField
from reconcile.inference.prior import CHECK_DIGIT_TYPES
from reconcile.inference.votes import Vote, null_of
from reconcile.parameters import LearntParameters
from transcribe.codes import Witness
from transcribe.model import INK
from transcribe.values import without_accents

TOUCHING_DIGITS_SIGNS = frozenset("HhKMmNnUuWw#")
"""Signs that an engine may see where two digits touch: 11 166,36 was read as n 166,36."""

MAX_SLIP_EDIT_COUNT = 1
"""The most edits between a well formed reading and a broken one of the same text. Chosen by hand."""

POOR_PAGE_QUALITY = 0.6
"""Quality of a page (0 to 1) below which one character against another says nothing of either.

On blurred pages a 6, a 91 and a 10 were decided as 8, 4 and 4, where the other engine read a single %, * and +.
"""

MIN_VOUCHING_SUMS_FACTOR = 100.0
"""From so large a factor on, the form's sums vouch for a value. Chosen by hand."""


def witness_of(
    spot: PreparedField, votes: Sequence[Vote], says: str, sums: float, learnt: LearntParameters
) -> Witness | Literal[""]:
    """The witness of a value; "" where nothing vouches for it. `sums` is the factor that the form's sums put on it."""
    if sums >= MIN_VOUCHING_SUMS_FACTOR:
        return Witness.SUMS
    if null_of(says):
        return ""
    if spot.known_values is not None and spot.known_values.has(says) and not _has_unaccented_rival(votes, says):
        return Witness.KNOWN_VALUE
    if spot.field.type in CHECK_DIGIT_TYPES and not spot.faults(says):
        return Witness.CHECK_DIGIT
    if _has_known_words(spot, votes, says, learnt):
        return Witness.KNOWN_WORDS
    return Witness.FORMAT if _is_only_well_formed(spot, votes, says) else ""


def _has_unaccented_rival(votes: Sequence[Vote], says: str) -> bool:
    """Whether a machine reads the same in capitals without accents.

    Known values have accents; what is written in capitals often has none. An engine that reads À where A stands does so
    because it knows the word.
    """
    plain = without_accents(says)
    return plain != says and any(vote.says == plain for vote in votes if vote.machine and vote.text.isupper())


def _has_known_words(spot: PreparedField, votes: Sequence[Vote], says: str, learnt: LearntParameters) -> bool:
    """Whether engines differ only in words, and this text has those that are often written on this field.

    The others then have something near it that never was decided. Never of a field that was searched for: its text may
    be part of another.
    """
    engines = [vote for vote in votes if vote.machine and vote.source != INK]
    rivals = {vote.says for vote in engines} - {says}
    searched = any(vote.place is not None for vote in engines)
    if spot.family not in TEXT_FAMILIES or searched or not rivals or all(vote.says != says for vote in engines):
        return False
    if _has_unaccented_rival(engines, says):
        return False
    words = learnt.words(spot.field.name)
    return all(null_of(each) is None and words.is_known_spelling(says, each) for each in rivals)


def _is_only_well_formed(spot: PreparedField, votes: Sequence[Vote], says: str) -> bool:
    """Whether a code, a date or an amount keeps its format where every other engine read nearly the same and broke it.

    A reading that is far off says nothing. On the worn print of free layouts a day that exists says nothing of its
    year: both engines read 2018 as 2013, one of them on a day 64.
    """
    machines = [vote for vote in votes if vote.machine]
    searched = any(vote.place is not None for vote in machines)
    families = ("code",) if searched else ("code", "date", "amount")
    if spot.family not in families or null_of(says) or spot.faults(says):
        return False
    texts = [says, *[vote.text for vote in machines if vote.says == says]]
    rivals = [vote for vote in machines if vote.says != says]
    return bool(rivals) and all(_is_broken_copy(spot, rival, texts) for rival in rivals)


def _is_broken_copy(spot: PreparedField, rival: Vote, texts: Sequence[str]) -> bool:
    """Whether a reading is nearly one of these texts, but for a character that breaks the format.

    An amount may have lost a digit or its point and still be one. So of amounts only a digit taken for something else
    counts.
    """
    if null_of(rival.says) or not spot.faults(rival.says):
        return False
    if len(rival.text) <= MAX_SLIP_EDIT_COUNT and rival.quality < POOR_PAGE_QUALITY:
        return False
    if spot.family == "amount":
        return any(is_one_slip_apart(text, rival.text) and _is_same_length_slip(text, rival.text) for text in texts)
    return any(is_one_slip_apart(text, rival.text) for text in texts) or is_one_slip_apart(texts[0], rival.says)


def _is_same_length_slip(text: str, rival: str) -> bool:
    """Whether two amounts are equally long, and each sign in which they differ stands for one digit."""
    return len(text) == len(rival) and not any(
        b in TOUCHING_DIGITS_SIGNS for a, b in zip(text, rival, strict=True) if a != b
    )


def is_one_slip_apart(one: str, other: str) -> bool:
    """Whether two texts may be one that was mistyped or misread once."""
    return Levenshtein.distance(one, other, score_cutoff=MAX_SLIP_EDIT_COUNT) <= MAX_SLIP_EDIT_COUNT
