"""The troubles of a field's readings: why machines alone may not decide, and how sure one alone is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Literal

from reconcile.algorithms import lacks_usual_accents
from reconcile.forms import PreparedField
from reconcile.inference.corroboration import (
    MAX_OPPOSING_SUMS_FACTOR,
    MIN_VOUCHING_SUMS_FACTOR,
    breaks_column,
    is_of_new_shape,
    is_settled,
    without_settled,
)
from reconcile.inference.long_text import may_run_words_together
from reconcile.inference.noisy_channel import is_outside_format
from reconcile.inference.posterior import FieldPosterior
from reconcile.inference.votes import (
    BLANK,
    DECIMALS_PATTERN,
    ONE_DECIMAL_PATTERN,
    Vote,
    digits_of,
    null_of,
)
from reconcile.parameters import LearntParameters
from reconcile.policy import Policy
from transcribe.codes import Flag, Reason
from transcribe.model import INK
from transcribe.values import has_fillers

LOOKALIKE_PATTERN = re.compile(r"[0O1IL|()\[\]{}!]|S(?=\d)|(?<=\d)S")
"""Characters that both engines mistake alike in a code: both read PO as P0, and L6383 as (6383.

An S beside a digit was a 5 in all 3 decided codes with one, on 93 pictures of other forms whose codes hold no S.
"""

AMONG_DIGITS_PATTERN = re.compile(r"(?<![A-Z\d])\d*[2-9]\d*(?![A-Z\d])|(?<=[2-9])\d+(?![A-Z\d])")
"""Digits of a code among which 0 and 1 are no letters: a group without letters, and what follows a 2 to 9 to its end.
Of 427 codes of 110 photographs that were asked for what looks alike 133 right ones are not any more, and 6 wrong ones.
"""

ODD_SIGN_PATTERN = re.compile(r"[^\w\s./-]")
"""A sign that codes hardly hold: L7208 was read as £7208."""

SMALL_L = "l"
"""A letter that a capital I looks like; codes are compared in capitals, where it has become an L."""

STROKE_PATTERN = re.compile(r"\W*[1Il|!]\W*")
"""A single upright stroke: a piece of a fold, of a frame or of the letter above looks the same."""

LITRES_PATTERN = re.compile(r"\d\s?[1I|]$")
"""The end of a text that may be litres: both engines read 30 l as 301."""

COUNT_PATTERN = re.compile(r"(?:^|\s)[SsOoIlZzB]\s?(?:kg|g|l|ml|cl|cm|mm|m)\b")
"""A lone letter before a unit, where a digit stands: both engines read 5 kg as s kg."""

ZERO_PATTERN = re.compile(r"(?<=\d)O|\bO(?=\d)|(?<!\S)O(?!\S)|^o(?=\s)")
"""A capital O after a digit, before one where a word begins, or alone, as a small one where a text begins.

05A was read as O5A, also in clean print, and Studio 0 as Studio O.
Of 807 texts of several words on 93 pictures of other forms and hands five had one, and all five were a zero.
Of 1,325 others both engines read an O alone in two, and both were a zero.
"""

REASON_BY_FLAG: Mapping[Flag, Reason] = {
    Flag.ROWS_MISSING: Reason.ROWS_MISSING,
    Flag.OUTSIDE_PHOTO: Reason.OUTSIDE_PHOTO,
    Flag.NOT_FITTING: Reason.NOT_FITTING,
    Flag.ABSENT: Reason.NOT_FOUND,
    Flag.ILLEGIBLE: Reason.ILLEGIBLE,
    Flag.CROSSED_OUT: Reason.CROSSED_OUT,
    Flag.ANOTHER_DOCUMENT: Reason.ANOTHER_DOCUMENT,
    Flag.UNLABELLED: Reason.UNLABELLED,
    Flag.HANDWRITING: Reason.HANDWRITING,
}
"""What a machine may say of a field that it cannot read, and why people look at it; the first that holds counts."""

TELLING_FLAGS: Mapping[Flag, Reason] = {
    Flag.HANDWRITING: Reason.HANDWRITING,
    Flag.ILLEGIBLE: Reason.ILLEGIBLE,
}
"""Flags that have stages of calibration of their own, as a value outside its format has."""

DECIMAL_GAP_PATTERN = re.compile(r"[.,\s]\s?\d{2}\D*$")
"""The same where the point may be so faint that there is only a gap."""

MIN_POINTLESS_DIGIT_COUNT = 3
"""From so many digits on, an amount without decimals may be one whose point was not seen. Chosen by hand."""

MIN_POINTLESS_QUANTITY_DIGIT_COUNT = 2
"""The same of a quantity that may have decimals: 1,5 by hand is read as 15 by both. Of 21 on 230 photographs 6 were
wrong, and none of 61 of a single digit."""

MIN_CONFIDENCE_ON_BAD_PAGE = 0.9
"""How sure one engine must be on a bad page where nothing else vouches: see `is_unsure_on_bad_page` for figures."""

MAX_OPPOSING_RULE_FACTOR = 0.1
"""Below this factor one rule does. It asks for 4 wrong values of 20 photographs; made-up orders cost .004 a field."""


def is_said_by_barcode(votes: Sequence[Vote], says: str) -> bool:
    """Whether a barcode that checks itself says this."""
    flags = [vote.flags for vote in votes if vote.flags and vote.machine and vote.says == says]
    return bool(flags) and Flag.CHECKS_ITSELF in frozenset.union(*flags)


def trouble_of(
    spot: PreparedField, weighed: FieldPosterior, says: str, learnt: LearntParameters, policy: Policy
) -> Reason | Literal[""]:
    """Why machines alone may not decide, as a task reason; "" where they may."""
    rules = [ruled.factors[says] for ruled in weighed.ruled]
    sums, least = prod(rules), min(rules, default=1.0)
    machines = [vote for vote in weighed.votes if vote.machine]
    flags = _flags_of(machines, says, policy)
    for flag, reason in REASON_BY_FLAG.items() if flags else ():
        if flag in flags:
            return reason
    if Flag.CHECKS_ITSELF in flags and any(
        vote.null is None and not is_said_by_barcode(machines, vote.says) for vote in machines
    ):
        return Reason.ENGINES_DISAGREE  # the label is of something else, or what is printed under its bars is
    if Flag.MISCOUNTED in flags and any(vote.says == says and Flag.MISCOUNTED in vote.flags for vote in machines):
        return Reason.MISCOUNTED
    for_it = [vote for vote in machines if vote.says == says] if Flag.PARTLY_READ in flags else []
    if for_it and all(Flag.PARTLY_READ in vote.flags for vote in for_it):
        return Reason.PARTLY_READ  # who read all of it and says the same shows that nothing is missing
    if says == BLANK:
        looked = [vote for vote in machines if vote.source == INK]
        sure = max([vote.confidence or 0.0 for vote in looked if vote.says == BLANK], default=0.0)
        if sure < policy.min_ink_confidence:  # engines miss a single digit alike: their silence is no witness
            return Reason.INK_BUT_NO_TEXT if looked else Reason.NOTHING_READ
    if is_outside_format(spot, machines, says) or _stands_beside_a_sign(spot, machines, says):
        return Reason.FORMAT
    if sums < MAX_OPPOSING_SUMS_FACTOR or least < MAX_OPPOSING_RULE_FACTOR:
        return Reason.SUMS
    if spot.facts.has_decimals and (
        _may_lack_its_point(spot, machines, says, sums) or _has_extra_decimals(machines, says)
    ):
        return Reason.FORMAT
    if Flag.CHECKS_ITSELF in flags and is_said_by_barcode(machines, says):
        return ""
    if sums < MIN_VOUCHING_SUMS_FACTOR and any(vote.lookalike for vote in machines if vote.says == says):
        return Reason.LOOKALIKE
    return _trouble_of_characters(spot, machines, says, learnt, weighed.column)


def _trouble_of_characters(
    spot: PreparedField, machines: Sequence[Vote], says: str, learnt: LearntParameters, column: str
) -> Reason | Literal[""]:
    """Why single characters may be others than machines read; "" where nothing speaks for it."""
    if is_of_new_shape(spot, says, learnt):
        return Reason.NEW_SHAPE
    if spot.facts.is_text and may_run_words_together(machines, says):
        return Reason.ENGINES_DISAGREE
    return Reason.LOOKALIKE if _has_lookalikes(spot, machines, says, learnt, column) else ""


def _stands_beside_a_sign(spot: PreparedField, machines: Sequence[Vote], says: str) -> bool:
    """Whether every engine saw a sign such as * or # beside a quantity: something else stands there, a struck digit."""
    texts = [vote.text for vote in machines if vote.says == says and not null_of(says)]
    return bool(texts) and spot.facts.is_plain_number and all(map(has_fillers, texts))


def with_common_flags(weighed: FieldPosterior, says: str) -> FieldPosterior:
    """The same, but the machines that say this found only what all of them did.

    To agree makes no value less probable.
    """
    flags = [vote.flags for vote in weighed.votes if vote.machine and vote.says == says]
    if len(flags) < 2:
        return weighed
    common = frozenset.intersection(*flags)
    votes = [each._replace(flags=common) if each.machine and each.says == says else each for each in weighed.votes]
    return weighed._replace(votes=tuple(votes))


def _flags_of(machines: Sequence[Vote], says: str, policy: Policy) -> set[str]:
    """What machines found; an engine that saw nothing is not heard where another one is sure of this.

    Of 20 such values on 70 photographs of eight forms all were right, of 30 less sure ones 19.
    """
    found = {flag for vote in machines if vote.flags for flag in vote.flags}
    if Flag.ILLEGIBLE not in found or null_of(says) is not None:
        return found
    for vote in machines:
        if vote.says == says and vote.place is None and (vote.confidence or 0.0) >= policy.min_sure_confidence:
            return found if Flag.ILLEGIBLE in vote.flags else found - {Flag.ILLEGIBLE}
    return found


def telling_troubles(spot: PreparedField, votes: Sequence[Vote], says: str, policy: Policy) -> tuple[Reason, ...]:
    """The troubles that tell much of how probable a machine's value is, whatever else troubles it."""
    flags = _flags_of([vote for vote in votes if vote.machine], says, policy)
    found = [reason for flag, reason in TELLING_FLAGS.items() if flag in flags] if flags else []
    return (*found, Reason.FORMAT) if is_outside_format(spot, votes, says) else tuple(found)


def _has_lookalikes(
    spot: PreparedField, machines: Sequence[Vote], says: str, learnt: LearntParameters, column: str
) -> bool:
    """Whether a value holds characters that engines take for one another, and nothing tells which they are.

    So may be a code without a pattern, also for a digit where the other rows have letters, or read by one engine alone
    (4 of 183 such were wrong); a single stroke; litres; a word that usually has accents. What people read may tell it.
    """
    if null_of(says) or (spot.known_values is not None and spot.known_values.has(says)):
        return False
    texts = [vote.text for vote in machines if vote.says == says]
    if is_settled(spot, says, learnt) and not any(SMALL_L in text for text in texts):
        return False
    facts = spot.facts
    if facts.is_free_code:
        if breaks_column(says, column):
            return True
        told = AMONG_DIGITS_PATTERN.sub("", without_settled(says, column))
        alike = len(texts) == 1 or ODD_SIGN_PATTERN.search(says) or LOOKALIKE_PATTERN.search(told)
        return spot.field.pattern is None and bool(alike)
    capitals = all if facts.is_free_text else any if facts.in_head == "party" else None
    if capitals and any(_begins_small(text, capitals) for text in texts):
        return True
    if facts.misreadings is not None:
        return bool(facts.misreadings.search(says))
    if spot.facts.is_text or facts.is_money:
        stroke = bool(texts) and all(STROKE_PATTERN.fullmatch(text) for text in texts)
        miscounted = facts.is_free_text and any(map(_may_miscount, texts))
        return stroke or miscounted or any(lacks_usual_accents(text, spot.form.languages) for text in texts)
    return False


def _may_miscount(text: str) -> bool:
    """Whether a letter may be a digit before a unit or beside a digit, or a digit at the end the unit of litres."""
    return any(pattern.search(text) for pattern in (LITRES_PATTERN, COUNT_PATTERN, ZERO_PATTERN))


def _begins_small(text: str, which: Callable[[Iterable[bool]], bool]) -> bool:
    """Whether the first word begins with a small l and another one with a capital: Iain is read as lain.

    Of a text that is no name (27 lain Path), whether all others do. Of 5,100 decided values on 158 photographs one name
    began so, and was wrong; of 1,599 on 52 others one such text, and it was wrong.
    """
    first, *rest = [word for word in text.split() if word[0].isalpha()] or [""]
    follows = which(word[0].isupper() for word in rest) and bool(rest)
    return follows and first[:1] == SMALL_L and first[1:2].islower()


def is_unsure_on_bad_page(engines: Sequence[Vote], says: str) -> bool:
    """Whether no engine is sure of what they read on a bad page.

    On hard photographs of other forms both engines misread 6 of 92 such values alike, 2 of 1,299 where the better one
    was sure. On 56 photographs of the test world 27 of 27 were right where only Tesseract was sure.
    """
    sure = [vote.confidence for vote in engines if vote.says == says and vote.bad_page and vote.confidence is not None]
    return bool(sure) and null_of(says) is None and max(sure) < MIN_CONFIDENCE_ON_BAD_PAGE


def _has_extra_decimals(machines: Sequence[Vote], says: str) -> bool:
    """Whether an engine read the same number with fewer decimals.

    What the other one saw behind it may be a speck, and sums that are rounded to cents agree with both.
    """
    others = [vote.says for vote in machines if vote.says != says]
    return bool(others) and any("." in other and says.startswith(other) for other in others)


def _may_lack_its_point(spot: PreparedField, machines: Sequence[Vote], says: str, sums: float) -> bool:
    """Whether an amount (a quantity: two) was read as three digits or more without decimals: its point may be unseen.

    Of faint print both engines lose it alike (172.17 read as 17217), and what is left is well formed; or one decimal.
    What one engine alone reads may be a part of the amount, however short: on 341 photographs 29 of 31 such were wrong.
    Sums vouch for it, but not where an engine saw the point: sums hold too where price and amount both lose theirs.
    """
    texts = [vote.text for vote in machines if vote.says == says]
    is_money = spot.facts.is_money
    least = MIN_POINTLESS_DIGIT_COUNT if is_money else MIN_POINTLESS_QUANTITY_DIGIT_COUNT
    may_lack = may_lack_decimals(texts, 1 if len(texts) == 1 and is_money else least)
    may_lack |= is_money and bool(texts) and all(map(ONE_DECIMAL_PATTERN.search, texts))
    return may_lack and (sums < MIN_VOUCHING_SUMS_FACTOR or _has_point_elsewhere(machines, says))


def may_lack_decimals(texts: Sequence[str], least: int = MIN_POINTLESS_DIGIT_COUNT) -> bool:
    """Whether there are texts, and all have so many digits or more and no decimals."""
    return bool(texts) and all(not DECIMALS_PATTERN.search(text) and len(digits_of(text)) >= least for text in texts)


def _has_point_elsewhere(machines: Sequence[Vote], says: str) -> bool:
    """Whether an engine read the same digits with a decimal point among them, or a gap for it."""
    digits = {digits_of(vote.text) for vote in machines if vote.says == says}
    return any(digits_of(vote.text) in digits and DECIMAL_GAP_PATTERN.search(vote.text) for vote in machines)
