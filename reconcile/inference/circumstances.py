"""The circumstances of a field's readings that calibrating and deciding look at, beside how probable each value is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod
from typing import Literal, NamedTuple

from reconcile.forms import TEXT_FAMILIES, Family, PreparedField
from reconcile.inference.corroboration import SUMS_VOUCH, vouching
from reconcile.inference.long_text_calibration import Prose, prose
from reconcile.inference.posterior import FieldPosterior
from reconcile.inference.votes import BLANK, Vote, closely, null_of
from reconcile.parameters import LearntParameters
from reconcile.policy import POLICY
from transcribe.codes import Flag, Reason, Witness
from transcribe.model import INK, Null, Standing

LOOKALIKE = re.compile(r"[0O1IL|]")
"""Characters that both engines mistake alike in a code (both read PO as P0)."""

STROKE = re.compile(r"\W*[1Il|!]\W*")
"""A single upright stroke: a piece of a fold, of a frame or of the letter above looks the same."""

LITRES = re.compile(r"\d\s?[1I|]$")
"""The end of a text that may be litres: both engines read 30 l as 301."""

NEVER = "machines may not:"
"""How the stages of calibration begin in which machines never decide."""

SEARCHED = "searched:"
"""How the stages begin of what was searched for on a free layout."""

PEOPLE = "people:"
"""How the stages begin of what people read too."""

LONG_TEXT = f"{PEOPLE} long text"
"""The stage of long texts that people alone read: their probability is a map of its own, whatever their share."""

TELLING = (Reason.HANDWRITING, Reason.ILLEGIBLE, Reason.FORMAT)
"""Troubles that say by themselves how probable it is that a value is right."""

MISFIT: Mapping[Flag, Reason] = {
    Flag.ROWS_MISSING: Reason.ROWS_MISSING,
    Flag.NOT_FITTING: Reason.NOT_FITTING,
    Flag.ABSENT: Reason.NOT_FOUND,
    Flag.ILLEGIBLE: Reason.ILLEGIBLE,
    Flag.CROSSED_OUT: Reason.CROSSED_OUT,
    Flag.ANOTHER_DOCUMENT: Reason.ANOTHER_DOCUMENT,
    Flag.UNLABELLED: Reason.UNLABELLED,
}
"""What a machine may say of a field that it cannot read, and why people look at it; the first that holds counts."""


WITH_DECIMALS = re.compile(r"[.,]\s?\d{1,2}\D*$")
"""The end of an amount that is written with its decimals."""

WITH_GAP = re.compile(r"[.,\s]\s?\d{2}\D*$")
"""The same where the point may be so faint that there is only a gap."""

WITH_POINT = ("amount", "decimal")
"""Types that have a decimal point to lose; a quantity has none."""

LONG = 3
"""Digits from which an amount without decimals may be one whose point was not seen."""

SHORT, BAD = 2, 0.5
"""Digits from which the same may be of a quantity with decimals (7.5 read as 75) on a page of less quality: blur takes
points from pages of 0.46 at most, on others two digits are a whole number."""

SURE_ON_BAD = 0.9
"""How sure the better engine must be on a bad page where nothing else vouches for its value."""

SUMS_AGAINST = 0.3
"""Below this factor the form's sums speak against a value."""


class Circumstances(NamedTuple):
    """What stands beside the probability of one value of a field.

    `coded` where a barcode that checks itself says it. `engines`, `people` and `experts` count independent sources
    that say it, `against_people` people who say something else, `contradicting` those of them whose word could be
    so, `readers` all people, `listening` all engines. `ink` is the ink test's confidence that it is so (0 where it
    did not look). `witness` is what vouches for it beside readings: check digit, known value, sums, known words,
    format, or "". `trouble` is why machines alone may not decide here, "" where they may. `in_place` is how
    probable it is that it was read where the field stands. `prose` is what a long text of people alone is made of.
    """

    says: str
    family: Family
    null: Null | None
    coded: bool
    engines: int
    listening: int
    people: int
    experts: int
    readers: int
    against_people: int
    contradicting: int
    ink: float
    witness: Witness | Literal[""]
    trouble: Reason | Literal[""]
    fit: float
    quality: float
    in_place: float
    searched: bool
    prose: Prose | None

    @property
    def by_ink(self) -> bool:
        """Whether the ink test by itself says so: empty, ticked or signed."""
        return self.ink >= POLICY.min_ink_confidence and (self.null == "blank" or self.family == "mark")

    @property
    def by_code(self) -> bool:
        """Whether a barcode by itself says so, and nothing that is read beside it says otherwise."""
        return self.coded and not self.trouble and not self.readers

    @property
    def stage(self) -> str:
        """What calibration is fitted by: machines by themselves where they might decide and where not. By family, as
        how long texts go says nothing of codes: what was searched for on a free layout, what people read too, and the
        troubles that say much of whether a value is right."""
        if self.readers:
            return LONG_TEXT if self.prose else f"{PEOPLE} {self.family}"
        if self.trouble in TELLING:
            return f"{NEVER} {self.trouble}: {self.family}"
        alone = "machines" if self.alone else "machines in doubt"
        return f"{SEARCHED} {alone}: {self.family}" if self.searched else alone

    @property
    def alone(self) -> bool:
        """Whether machines might decide."""
        return bool(self.situation) and not self.trouble

    @property
    def situation(self) -> str:
        """What machines' right to decide alone is measured by: the family of types, and what they stand on."""
        if self.engines >= POLICY.engines_to_agree:
            return f"{self.family}: engines agree"
        if self.engines and self.listening >= POLICY.engines_to_agree and self.witness:
            return f"{self.family}: vouched for"
        return ""

    def standing(self, earned: float) -> Standing:
        """The same as a posterior carries it, for deciding; `earned` is the share right that is proven of machines."""
        return Standing(
            engines=self.engines,
            listening=self.listening,
            people=self.people,
            experts=self.experts,
            against_people=self.against_people,
            contradicting=self.contradicting,
            by_ink=self.by_ink,
            by_code=self.by_code,
            witness=self.witness,
            trouble=self.trouble,
            typed_alike=self.prose is not None and self.prose.origin == "alike",
            searched_text=self.searched and self.family == "line text",
            situation=self.situation,
            earned=earned,
            fit=self.fit,
            quality=self.quality,
        )


def circumstances(spot: PreparedField, weighed: FieldPosterior, says: str, learnt: LearntParameters) -> Circumstances:
    """The circumstances of the value that `says` (comparable text)."""
    votes = weighed.votes
    engines = [vote for vote in votes if vote.machine and vote.source != INK]
    people = [vote for vote in votes if vote.kind == "person"]
    for_it = [vote for vote in people if closely(spot, vote.says, says, POLICY.min_text_similarity)]
    against = [vote for vote in people if vote not in for_it] if len(for_it) < len(people) else []
    ink = [vote.confidence or 0.0 for vote in votes if vote.source == INK and vote.says == says]
    sums = prod([ruled.factors[says] for ruled in weighed.ruled]) if weighed.ruled else 1.0
    witness = vouching(spot, votes, says, sums, learnt)
    trouble = _trouble(spot, votes, says, sums)
    if not trouble and not witness and _unsure_on_bad_page(spot, engines, says, learnt):
        trouble = Reason.NOT_SURE_ENOUGH
    return Circumstances(
        says=says,
        family=spot.family,
        null=null_of(says),
        coded=coded(votes, says),
        engines=len([vote for vote in engines if vote.says == says]),
        listening=len(engines),
        people=len([vote for vote in for_it if vote.shown is None or vote.shown != vote.says]),
        experts=len([vote for vote in votes if vote.kind == "expert" and vote.says == says]),
        readers=len(people),
        against_people=len(against),
        contradicting=len([vote for vote in against if _could_be(spot, vote.says)]),
        ink=max(ink, default=0.0),
        witness=witness,
        trouble=trouble,
        fit=min([vote.fit for vote in engines], default=1.0),
        quality=min([vote.quality for vote in engines], default=1.0),
        in_place=_in_place(spot, engines, says, learnt),
        searched=any(vote.place is not None for vote in engines),
        prose=prose(spot, votes, says, weighed.words is not None),
    )


def coded(votes: Sequence[Vote], says: str) -> bool:
    """Whether a barcode that checks itself says this."""
    return any(vote.machine and Flag.CHECKS_ITSELF in vote.flags and vote.says == says for vote in votes)


def _could_be(spot: PreparedField, says: str) -> bool:
    """Whether this contradicts another value: giving up does not, nor does what is none of the field's type."""
    null = null_of(says)
    return null != "illegible" if null else not spot.faults(says)


def _in_place(spot: PreparedField, engines: Sequence[Vote], says: str, learnt: LearntParameters) -> float:
    """How probable it is that this was read where the field stands: both engines read the same place."""
    places = [vote.place for vote in engines if vote.says == says and vote.place is not None]
    return learnt.places.in_place_probability(spot.name_on_form, spot.field.type, min(places)) if places else 1.0


def _trouble(spot: PreparedField, votes: Sequence[Vote], says: str, sums: float) -> Reason | Literal[""]:
    """Why machines alone may not decide, as a task reason; "" where they may."""
    machines = [vote for vote in votes if vote.machine]
    flags = [flag for vote in machines if vote.flags for flag in vote.flags]
    for flag, reason in MISFIT.items() if flags else ():
        if flag in flags:
            return reason
    if Flag.HANDWRITING in flags:
        return Reason.HANDWRITING
    if Flag.CHECKS_ITSELF in flags and any(vote.null is None and not coded(machines, vote.says) for vote in machines):
        return Reason.ENGINES_DISAGREE  # the label is of something else, or what is printed under its bars is
    if Flag.MISCOUNTED in flags and any(vote.says == says and Flag.MISCOUNTED in vote.flags for vote in machines):
        return Reason.MISCOUNTED
    if says == BLANK and not any(vote.source == INK and vote.says == BLANK for vote in machines):
        return Reason.INK_BUT_NO_TEXT if any(vote.source == INK for vote in machines) else Reason.NOTHING_READ
    if null_of(says) is None and spot.faults(says):
        return Reason.FORMAT
    if sums < SUMS_AGAINST:
        return Reason.SUMS
    if spot.type in WITH_POINT and (_may_lack_its_point(spot, machines, says, sums) or _too_fine(machines, says)):
        return Reason.FORMAT
    return Reason.LOOKALIKE if _has_lookalikes(spot, machines, says) else ""


def _has_lookalikes(spot: PreparedField, machines: Sequence[Vote], says: str) -> bool:
    """Whether a value holds characters that engines take for one another, and nothing tells which they are: a code
    without a pattern, a text or a price of a single stroke, litres at the end of a text."""
    if null_of(says) or (spot.known_values is not None and spot.known_values.has(says)) or coded(machines, says):
        return False
    if spot.field.type == "code":
        return spot.field.pattern is None and bool(LOOKALIKE.search(says))
    texts = [vote.text for vote in machines if vote.says == says]
    if spot.family in TEXT_FAMILIES or spot.field.type == "amount":
        stroke = bool(texts) and all(STROKE.fullmatch(text) for text in texts)
        return stroke or (spot.field.type == "text" and any(LITRES.search(text) for text in texts))
    return False


def _unsure_on_bad_page(spot: PreparedField, engines: Sequence[Vote], says: str, learnt: LearntParameters) -> bool:
    """Whether the better engine is not sure of what it read on a bad page: on hard photographs of other fonts and hands
    than the fit has seen, both engines misread 6 of 92 such values alike, and 2 of 1,299 where it was sure."""
    for_it = [vote for vote in engines if vote.says == says and vote.bad_page and vote.confidence is not None]
    if null_of(says) or not for_it:
        return False
    better = min(for_it, key=lambda vote: learnt.source_model(vote.source, vote.kind, spot.type, True).error)
    return (better.confidence or 0.0) < SURE_ON_BAD


def _too_fine(machines: Sequence[Vote], says: str) -> bool:
    """Whether an engine read the same number with fewer decimals: what the other one saw behind it may be a speck, and
    sums that are rounded to cents agree with both."""
    return any("." in vote.says and vote.says != says and says.startswith(vote.says) for vote in machines)


def _may_lack_its_point(spot: PreparedField, machines: Sequence[Vote], says: str, sums: float) -> bool:
    """Whether an amount was read as three digits or more without decimals: of faint or small print both engines lose
    the point alike (172.17 read as 17217), and what is left is well formed. Sums vouch for it, but not where an engine
    saw the point: they are kept where price and amount lose theirs alike."""
    texts = [vote.text for vote in machines if vote.says == says]
    vouched = sums >= SUMS_VOUCH and not _point_seen(machines, says)
    bad = spot.type == "decimal" and any(vote.quality < BAD for vote in machines)
    return not vouched and lack_decimals(texts, SHORT if bad else LONG)


def lack_decimals(texts: Sequence[str], least: int = LONG) -> bool:
    """Whether these are so many digits or more, all without decimals: an amount's point may not have been seen."""
    return bool(texts) and all(len(_digits(text)) >= least and not WITH_DECIMALS.search(text) for text in texts)


def _point_seen(machines: Sequence[Vote], says: str) -> bool:
    """Whether an engine read the same digits with a decimal point, or a gap for it, among them."""
    digits = {_digits(vote.text) for vote in machines if vote.says == says}
    return any(_digits(vote.text) in digits and WITH_GAP.search(vote.text) for vote in machines)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
