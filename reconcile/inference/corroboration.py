"""What vouches for a value beside those who read it: sums, master data, check digits, known words, format, shape."""

from __future__ import annotations

from collections.abc import Sequence, Set
from math import inf, log
from typing import Literal

from rapidfuzz.distance import Levenshtein

from reconcile.forms import PreparedField
from reconcile.inference.noisy_channel import (
    Source,
    is_part_of_another,
    is_silent,
    log_prior,
    shape_log_factor,
    shapes_of,
)
from reconcile.inference.posterior import FieldPosterior
from reconcile.inference.votes import Vote, null_of
from reconcile.parameters import LOOKALIKES, LearntParameters, shape_of
from transcribe.codes import Witness
from transcribe.model import INK
from transcribe.values import without_accents

TOUCHING_DIGITS_SIGNS = frozenset("HhKMmNnUuWw#")
"""Signs that an engine may see where two digits touch: 11 166,36 was read as n 166,36."""

MAX_SLIP_EDIT_COUNT = 1
"""The most edits between a well formed reading and a broken one of the same text. Chosen by hand."""

MIN_VOUCHING_SUMS_FACTOR = 100.0
"""From so large a factor on, the form's sums vouch for a value. Chosen by hand."""

MAX_OPPOSING_SUMS_FACTOR = 0.3
"""Below this factor the form's sums speak against a value. Chosen by hand."""

MIN_RIVAL_CONFIDENCE = 0.8
"""From here on a reading one digit apart may be right: 1 of 36 on 120 photographs; of less sure ones none of 65."""

MAX_CAREFUL_ERROR_SHARE = 0.25
"""Who errs on more than this share of fields of a type is known to be careless there. Chosen by hand."""

NATS_PER_BIT = log(2.0)
"""One bit in units of the natural logarithm."""

MIN_SETTLING_BITS = 5.5
"""From so many bits on, a shape settles which of two texts is written: those that look alike, or one that breaks it.

One in 45 values may be the other one then, and engines that agree have misread it in at most one of some tens.
"""

MIN_COLUMN_ROW_COUNT = 3
"""From so many other rows on, a column tells how its codes are written. Chosen by hand."""

MIN_COLUMN_PLACE_COUNT = 2
"""So many of them must have a character at a place that nothing is taken for. Of 43 codes on 40 photographs that were
asked for what looks alike, and that their column then settled, 40 were right and 3 held a bracket."""

UNCERTAIN_CHARACTERS = frozenset("0O1IL|S5B8Z2!()[]{}")
"""Characters that are taken for one of another class, so that they do not tell what stands at a place."""


def witness_of(
    spot: PreparedField, votes: Sequence[Vote], says: str, sums: float, learnt: LearntParameters
) -> Witness | Literal[""]:
    """The witness of a value; "" where nothing vouches for it. `sums` is the factor that the form's sums put on it.

    Known values and check digits vouch for none of two readings that both have them.
    """
    if sums >= MIN_VOUCHING_SUMS_FACTOR:
        return Witness.SUMS
    if null_of(says):
        return ""
    rivals = {vote.says for vote in votes if vote.null is None} - {says}
    known = spot.known_values
    is_known = known is not None and known.has(says) and not any(map(known.has, rivals))
    if is_known and not _has_unaccented_rival(votes, says):
        return Witness.KNOWN_VALUE
    if _has_right_check_digit(spot, says, rivals):
        return Witness.CHECK_DIGIT
    if _has_known_words(spot, votes, says, learnt):
        return Witness.KNOWN_WORDS
    if _is_only_well_formed(spot, votes, says):
        return Witness.FORMAT
    return Witness.SHAPE if _keeps_shape(spot, votes, says, learnt) else ""


def _has_right_check_digit(spot: PreparedField, says: str, rivals: Set[str]) -> bool:
    """Whether the check digit of a value is right, and that of every other one wrong."""
    return spot.facts.has_check_digit and not spot.faults(says) and all(map(spot.faults, rivals))


def _keeps_shape(spot: PreparedField, votes: Sequence[Vote], says: str, learnt: LearntParameters) -> bool:
    """Whether a code is written as others of its field, and every other engine read nearly the same and broke that."""
    rivals = [vote for vote in votes if vote.machine and vote.source != INK and vote.says != says]
    near = [vote.null is None and is_one_slip_apart(says, vote.says) for vote in rivals]
    return _is_enough(near, votes, says) and keeps_shape_alone(spot, says, rivals, learnt)


def _is_enough(near: Sequence[bool], votes: Sequence[Vote], says: str) -> bool:
    """Whether enough engines read nearly the same: one where a person says it, every one where engines alone do."""
    return any(near) if any(not vote.machine and vote.says == says for vote in votes) else bool(near) and all(near)


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
    if not spot.facts.is_text:
        return False
    engines = [vote for vote in votes if vote.machine and vote.source != INK]
    rivals = {vote.says for vote in engines} - {says}
    searched = any(vote.place is not None for vote in engines)
    if searched or not rivals or all(vote.says != says for vote in engines):
        return False
    if _has_unaccented_rival(engines, says):
        return False
    words = learnt.words(spot.field.name)
    return all(
        null_of(each) is None and (words.is_known_spelling(says, each) or words.is_known_text(says, each))
        for each in rivals
    )


def _is_only_well_formed(spot: PreparedField, votes: Sequence[Vote], says: str) -> bool:
    """Whether a code, a date or an amount keeps its format where every other engine read nearly the same and broke it.

    A reading that is far off says nothing, and neither does one with a letter that looks like another digit than this
    text has there: the Z of Z1 stands for a 2 and not for the 1 of 11. On the worn print of free layouts a day that
    exists says nothing of its year: both engines read 2018 as 2013, one of them on a day 64.
    """
    machines = [vote for vote in votes if vote.machine]
    rivals = [vote for vote in machines if vote.says != says]
    if not rivals or null_of(says) or spot.faults(says):
        return False
    searched = any(vote.place is not None for vote in machines)
    if spot.family not in (("code",) if searched else ("code", "date", "amount")):
        return False
    texts = [says, *[vote.text for vote in machines if vote.says == says]]
    copies = [_is_broken_copy(spot, rival, texts) for rival in rivals]
    return _is_enough(copies, votes, says) and all(rival.null is None and spot.faults(rival.says) for rival in rivals)


def _is_broken_copy(spot: PreparedField, rival: Vote, texts: Sequence[str]) -> bool:
    """Whether a reading is nearly one of these texts, but for a character that breaks the format.

    An amount may have lost a digit or its point and still be one. So of amounts only a digit taken for something else
    counts. On a bad page one character says nothing of another: a 6, a 91 and a 10 were decided there as 8, 4 and 4,
    where the other engine had read a single %, * and +.
    """
    if null_of(rival.says) or not spot.faults(rival.says):
        return False
    if len(rival.text) <= MAX_SLIP_EDIT_COUNT and rival.bad_page:
        return False
    if any(_looks_like_another_digit(text, rival.text) for text in texts):
        return False
    if spot.family == "amount":
        return any(is_one_slip_apart(text, rival.text) and _is_same_length_slip(text, rival.text) for text in texts)
    return any(is_one_slip_apart(text, rival.text) for text in texts) or is_one_slip_apart(texts[0], rival.says)


def _looks_like_another_digit(text: str, rival: str) -> bool:
    """Whether the rival has a letter where the text has a digit that does not look like it, and another digit does."""
    if len(text) != len(rival):
        return False
    pairs = [(a.upper(), b.upper()) for a, b in zip(text, rival, strict=True)]  # the capital of ß is SS
    alike = [(a, LOOKALIKES.get(b, "")) for a, b in pairs if a != b and a.isdigit() and b.isalpha()]
    return any(a not in digits for a, digits in alike if digits)


def _is_same_length_slip(text: str, rival: str) -> bool:
    """Whether two amounts are equally long, and each sign in which they differ stands for one digit."""
    return len(text) == len(rival) and not any(
        b in TOUCHING_DIGITS_SIGNS for a, b in zip(text, rival, strict=True) if a != b
    )


def is_one_slip_apart(one: str, other: str) -> bool:
    """Whether two texts may be one that was mistyped or misread once."""
    return Levenshtein.distance(one, other, score_cutoff=MAX_SLIP_EDIT_COUNT) <= MAX_SLIP_EDIT_COUNT


def settling_bits(spot: PreparedField, says: str, learnt: LearntParameters) -> float:
    """By how many bits a value is likelier, before it is read, than the likeliest of those that look alike.

    0 where too few scans support its shape, or nothing is known; infinite where nothing looks like it.
    """
    shapes = shapes_of(spot, learnt)
    if shapes is None or null_of(says) or not shapes.count_of(says):
        return 0.0
    variants = shapes.variants(says)
    if not variants:
        return inf
    return (log_prior(spot, says, learnt) - max(log_prior(spot, each, learnt) for each in variants)) / NATS_PER_BIT


def is_settled(spot: PreparedField, says: str, learnt: LearntParameters) -> bool:
    """Whether the shapes of a field settle which of the texts that look alike is written."""
    return settling_bits(spot, says, learnt) >= MIN_SETTLING_BITS


def is_of_new_shape(spot: PreparedField, says: str, learnt: LearntParameters) -> bool:
    """Whether nobody has seen a value like this on a field whose values have few shapes."""
    shapes = shapes_of(spot, learnt)
    if shapes is None or null_of(says) is not None:
        return False
    return not (spot.known_values is not None and spot.known_values.has(says)) and shapes.is_new(says)


def keeps_shape_alone(spot: PreparedField, says: str, rivals: Sequence[Vote], learnt: LearntParameters) -> bool:
    """Whether a value is written as this field's values are, and each other reading of it is not."""
    shapes = shapes_of(spot, learnt)
    if not (shapes and rivals and shapes.count_of(says)):
        return False
    least = log_prior(spot, says, learnt) - MIN_SETTLING_BITS * NATS_PER_BIT
    return all(log_prior(spot, each.says, learnt) <= least for each in rivals)


def column_of(code: str, others: Sequence[str]) -> str:
    """What other rows of its column have at each place of a code: 9, A or a sign.

    "?" stands where they do not tell. "" where fewer than `MIN_COLUMN_ROW_COUNT` are as long, or two of them differ: a
    column of one kind of codes alone tells how they are written.
    """
    alike = [other for other in others if len(other) == len(code) and shape_of(other)]
    if len(alike) < MIN_COLUMN_ROW_COUNT or shape_of(code) is None:
        return ""
    found = ""
    for at in range(len(code)):
        classes = [shape_of(other[at]) or "" for other in alike if other[at] not in UNCERTAIN_CHARACTERS]
        if len(set(classes)) > 1:
            return ""
        found += classes[0] if len(classes) >= MIN_COLUMN_PLACE_COUNT else "?"
    return found


def breaks_column(code: str, column: str) -> bool:
    """Whether a code has a digit where the other rows of its column have letters, or the other way about."""
    return len(column) == len(code) and any(
        is_like in "9A" and is_like != shape_of(each) for each, is_like in zip(code, column, strict=True)
    )


def without_settled(code: str, column: str) -> str:
    """A code with a plain letter or digit wherever it is like the other rows of its column."""
    if len(column) != len(code):
        return code
    plain = {"9": "3", "A": "X"}
    return "".join(
        plain.get(is_like, each) if is_like == shape_of(each) else each
        for each, is_like in zip(code, column, strict=True)
    )


def shape_bits(spot: PreparedField, says: str, other: str, learnt: LearntParameters) -> float:
    """By how many bits the shapes of a field's codes speak for one text against another."""
    return (shape_log_factor(spot, says, learnt) - shape_log_factor(spot, other, learnt)) / NATS_PER_BIT


def surest(spot: PreparedField, engines: Sequence[Vote], says: str, min_sure_confidence: float) -> float:
    """The confidence of the surest engine that says it; 0 where none does.

    0 too where another one may well be right: it is sure of something else, reads one digit or sign otherwise and is
    not unsure, or reads a part of another value. Digits have no context, so that 7,25 and 1,25 may both be written.
    However sure an engine is that it cannot read it, nothing else is read.
    """
    found = 0.0
    for vote in engines:
        if is_silent(vote):
            continue
        sure = vote.confidence or 0.0
        if vote.says == says:
            found = max(found, sure)
            continue
        near = not spot.facts.is_text and is_one_slip_apart(says, vote.says)
        if sure >= (MIN_RIVAL_CONFIDENCE if near else min_sure_confidence) or is_part_of_another(says, vote.says):
            return 0.0
    return found


def is_careful(source: Source, says: str) -> bool:
    """Whether a person read this unprompted, and is not known to err often on fields of this type."""
    vote, source_model, _ = source
    unprompted = vote.kind == "person" and vote.says == says and vote.shown != says
    return unprompted and source_model.error <= MAX_CAREFUL_ERROR_SHARE


def is_opposed(spot: PreparedField, weighed: FieldPosterior, says: str, sums: float) -> bool:
    """Whether the form's sums, the rules of its type, or a likelier value speak against a value.

    A likelier value is another reading, a known customer, a repaired digit, or something that nobody read: where a
    place looks like something else to everybody, people who agree are wrong alike.
    """
    if sums < MAX_OPPOSING_SUMS_FACTOR or (null_of(says) is None and spot.faults(says)):
        return True
    share = weighed.shares[says]
    return weighed.none > share or max(weighed.shares.values()) > share
