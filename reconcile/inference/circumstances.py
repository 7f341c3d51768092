"""The circumstances of a field's readings that calibrating and deciding look at, beside how probable each value is."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Literal, NamedTuple

from reconcile.forms import Family, PreparedField
from reconcile.inference.corroboration import witness_of
from reconcile.inference.long_text_calibration import Prose, prose
from reconcile.inference.posterior import FieldPosterior
from reconcile.inference.troubles import is_said_by_barcode, is_unsure_on_bad_page, trouble_of
from reconcile.inference.votes import Vote, is_nearly_same, null_of
from reconcile.parameters import LearntParameters
from reconcile.policy import POLICY
from transcribe.codes import Reason, Witness
from transcribe.model import INK, Null, Standing

UNDECIDED_STAGE = "machines may not:"
"""The beginning of the stages of calibration in which machines never decide."""

SEARCHED_STAGE = "searched:"
"""The beginning of the stages of fields that were searched for on a free layout."""

PEOPLE_STAGE = "people:"
"""The beginning of the stages of fields that people read too."""

LONG_TEXT_STAGE = f"{PEOPLE_STAGE} long text"
"""The stage of long texts that people alone read. Their probability has a map of its own."""

TELLING_TROUBLES = (Reason.HANDWRITING, Reason.ILLEGIBLE, Reason.FORMAT)
"""Troubles that have stages of their own, as they tell much of how probable a value is."""


class Circumstances(NamedTuple):
    """What stands beside the probability of one value of a field.

    `coded`: a barcode that checks itself says it. `engines`, `people` and `experts` count independent sources that say
    it; `against_people` people who say something else; `contradicting` those of them whose word could be so; `readers`
    all people; `listening` all engines. `ink` is the ink test's confidence that it is so, 0 where it did not look.
    `witness` vouches for it beside readings; "" where nothing does. `trouble` is why machines alone may not decide
    here; "" where they may. `in_place` is how probable it is that it was read where the field stands. `prose` tells how
    a long text came about that people alone read, None of others.
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
        """The stage of calibration: machines by themselves, where they might decide and where not.

        By family of types, as long texts say nothing of codes, for three kinds: fields searched for on a free layout,
        fields that people read too, and troubles that tell much of whether a value is right.
        """
        if self.readers:
            return LONG_TEXT_STAGE if self.prose else f"{PEOPLE_STAGE} {self.family}"
        if self.trouble in TELLING_TROUBLES:
            return f"{UNDECIDED_STAGE} {self.trouble}: {self.family}"
        alone = "machines" if self.may_decide_alone else "machines in doubt"
        return f"{SEARCHED_STAGE} {alone}: {self.family}" if self.searched else alone

    @property
    def may_decide_alone(self) -> bool:
        """Whether machines might decide."""
        return bool(self.situation) and not self.trouble

    @property
    def situation(self) -> str:
        """What the record of machines is kept by: family of types and what their word stands on; "" for nothing."""
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
    for_it = [vote for vote in people if is_nearly_same(spot, vote.says, says, POLICY.min_text_similarity)]
    against = [vote for vote in people if vote not in for_it] if len(for_it) < len(people) else []
    ink = [vote.confidence or 0.0 for vote in votes if vote.source == INK and vote.says == says]
    sums = prod([ruled.factors[says] for ruled in weighed.ruled]) if weighed.ruled else 1.0
    witness = witness_of(spot, votes, says, sums, learnt)
    trouble = trouble_of(spot, votes, says, sums)
    if not trouble and not witness and is_unsure_on_bad_page(spot, engines, says, learnt):
        trouble = Reason.NOT_SURE_ENOUGH
    return Circumstances(
        says=says,
        family=spot.family,
        null=null_of(says),
        coded=is_said_by_barcode(votes, says),
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


def _could_be(spot: PreparedField, says: str) -> bool:
    """Whether this contradicts another value: giving up does not, nor does a text that is faulty for the type."""
    null = null_of(says)
    return null != "illegible" if null else not spot.faults(says)


def _in_place(spot: PreparedField, engines: Sequence[Vote], says: str, learnt: LearntParameters) -> float:
    """How probable it is that this was read where the field stands, by the least sure place of those who say it."""
    places = [vote.place for vote in engines if vote.says == says and vote.place is not None]
    return learnt.places.in_place_probability(spot.name_on_form, spot.field.type, min(places)) if places else 1.0
