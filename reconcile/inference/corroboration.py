"""What vouches for a value beside those who read it: sums, master data, check digits, known words, format, shape."""

from __future__ import annotations

from collections.abc import Sequence, Set
from math import inf, log
from typing import Literal

from rapidfuzz.distance import Levenshtein

from reconcile.forms import PreparedField
from reconcile.inference.noisy_channel import (
    Source,
    log_prior,
    shape_log_factor,
    shapes_of,
)
from reconcile.inference.posterior import FieldPosterior
from reconcile.inference.votes import Vote, null_of
from reconcile.parameters import LearntParameters, shape_of
from transcribe.codes import Witness
from transcribe.model import INK
from transcribe.values import without_accents

MAX_SLIP_EDIT_COUNT = 1
"""The most edits between two texts that may be one, mistyped or misread once. Chosen by hand."""

MIN_VOUCHING_SUMS_FACTOR = 100.0
"""From so large a factor on, the form's sums vouch for a value. Chosen by hand."""

MAX_OPPOSING_SUMS_FACTOR = 0.3
"""Below this factor the form's sums speak against a value. Chosen by hand."""

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


def shape_bits(spot: PreparedField, says: str, other: str, learnt: LearntParameters) -> float:
    """By how many bits the shapes of a field's codes speak for one text against another."""
    return (shape_log_factor(spot, says, learnt) - shape_log_factor(spot, other, learnt)) / NATS_PER_BIT


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
