"""The circumstances of a field's readings that calibrating and deciding look at, beside how probable each value is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Literal, NamedTuple

from reconcile.forms import PreparedField
from reconcile.inference.corroboration import is_careful, is_opposed, surest, witness_of
from reconcile.inference.long_text_calibration import Prose, prose
from reconcile.inference.noisy_channel import SILENCE, is_silent
from reconcile.inference.posterior import FieldPosterior, share_by, sure_ink
from reconcile.inference.troubles import (
    is_said_by_barcode,
    is_unsure_on_bad_page,
    telling_troubles,
    trouble_of,
    with_common_flags,
)
from reconcile.inference.votes import Vote, could_be, null_of, sides
from reconcile.parameters import LearntParameters
from reconcile.policy import Policy
from transcribe.codes import Reason, Witness
from transcribe.fields import Family
from transcribe.model import OPERATOR_SOURCE, Null, Standing

UNDECIDED_STAGE = "machines may not:"
"""The beginning of the stages of calibration in which machines never decide."""

SEARCHED_STAGE = "searched:"
"""The beginning of the stages of fields that were searched for on a free layout."""

PEOPLE_STAGE = "people:"
"""The beginning of the stages of fields that people read too."""

LONG_TEXT_STAGE = f"{PEOPLE_STAGE} long text"
"""The stage of long texts that people alone read. Their probability has a map of its own."""

ONE_SURE_STAGE = "one sure engine"
"""The stage of values that one engine alone read and was sure of."""

TORN_STAGE = "torn engine"
"""The stage of values that an engine says which nearly said something else, however the other engine reads it."""

MIN_TORN_SHARE = 0.05
"""An engine nearly says what it is so sure of, as a share of how sure it is of what it says.

Of 184 values to which machines gave .97 or more, 12 were wrong above it, 9 of 6,940 below, on photographs of eight
forms.
"""


class Circumstances(NamedTuple):
    """What stands beside the probability of one value of a field.

    `coded`: a barcode that checks itself says it. `engines`, `people` and `experts` count independent sources that
    say it; `against_people` people who say something else; `contradicting` those of them whose word could be so;
    `readers` all people; `listening` all engines. `ink` is the ink test's confidence that it is so, 0 where it did
    not look. `witness` vouches for it beside readings; "" where nothing does. `trouble` is why machines alone may
    not decide here; "" where they may. `common_trouble` is the same by what all engines found that say it.
    `in_place` is how probable it is that it was read where the field stands. `prose` tells how a long text came
    about that people alone read, `typed` how it did among people where machines read it too; None of others.
    `by_machines` gives the share that machines alone give a value that people read too; None where no engine says
    it. `by_operator`: of all experts the operator alone says it. `looked_again`: an engine says it only since it
    looked again. `sure` is the confidence of the surest engine that says it, 0 where another one may well be right.
    `torn` is the most that an engine which says it was torn, see `Vote.torn`. `unproven` names the engines that it
    stands on, where what shipped was not proven with them: those that say it, or where one alone does, all that read.
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
    common_trouble: Reason | Literal[""]
    fit: float
    quality: float
    in_place: float
    searched: bool
    prose: Prose | None
    typed: Prose | None
    careful: int
    against_engines: int
    opposed: bool
    unlisted: bool
    telling: tuple[Reason, ...]
    policy: Policy
    by_machines: Callable[[], float] | None
    by_operator: bool = False
    looked_again: bool = False
    sure: float = 0.0
    torn: float = 0.0
    unproven: tuple[str, ...] = ()

    @property
    def like_ink(self) -> bool:
        """Whether the ink test, sure or not, says the same: nothing is written, or a box is ticked or not."""
        return self.ink > 0 and (self.null == "blank" or self.family == "mark")

    @property
    def by_ink(self) -> bool:
        """Whether the ink test by itself says so: empty, ticked or signed."""
        return self.like_ink and self.ink >= self.policy.min_ink_confidence

    @property
    def by_code(self) -> bool:
        """Whether a barcode by itself says so, and nothing that is read beside it says otherwise."""
        return self.coded and not self.trouble and not self.against_people

    @property
    def stage(self) -> str:
        """The stage of calibration: people who say it, or machines by themselves."""
        if self.prose:
            return LONG_TEXT_STAGE
        return f"{PEOPLE_STAGE} {self.family}" if self.people else self.machine_stage

    @property
    def machine_stage(self) -> str:
        """The stage of what machines say by themselves, where they might decide and where not.

        By family of types, as long texts say nothing of codes, for fields searched for on a free layout, and for
        troubles that tell much of whether a value is right.
        """
        if self.trouble_stages:
            return self.trouble_stages[0]
        if self.is_torn:
            return TORN_STAGE
        if self.is_sound and not self.trouble:
            return self.sound_stage
        return ONE_SURE_STAGE if self.is_one_sure and not self.trouble else self._machines("machines in doubt")

    @property
    def sound_stage(self) -> str:
        """The stage of machines that agree, or of what something vouches for."""
        return self._machines("machines")

    @property
    def doubt_stages(self) -> tuple[str, ...]:
        """The stages of machines that do not agree, or that something troubles.

        A sure engine has its own. Where none is sure, or something troubles it, there is that of all others: no trouble
        makes a value surer.
        """
        of_sure = (ONE_SURE_STAGE,) if self.is_sure else ()
        return of_sure if of_sure and not self.trouble else (*of_sure, self._machines("machines in doubt"))

    @property
    def trouble_stages(self) -> tuple[str, ...]:
        """The stages of the troubles that have one of their own."""
        return tuple([f"{UNDECIDED_STAGE} {trouble}: {self.family}" for trouble in self.telling])

    def _machines(self, which: str) -> str:
        return f"{SEARCHED_STAGE} {which}: {self.family}" if self.searched else which

    @property
    def is_sound(self) -> bool:
        """Whether machines agree, or something vouches for what one of them says, and nothing troubles all of these."""
        agree = self.engines >= self.policy.engines_to_agree
        return not self.common_trouble and (agree or bool(self.engines and self.witness))

    @property
    def is_torn(self) -> bool:
        """Whether an engine that says it nearly said something else; on a free layout that may stand elsewhere."""
        return self.torn >= MIN_TORN_SHARE and not self.searched

    @property
    def is_one_sure(self) -> bool:
        """Whether one engine alone says it and is sure."""
        return self.is_sure and self.engines == 1

    @property
    def is_sure(self) -> bool:
        """Whether an engine that says it is sure, where it stands and not since it looked again."""
        return self.sure >= self.policy.min_sure_confidence and not (self.null or self.searched or self.looked_again)

    @property
    def may_decide_alone(self) -> bool:
        """Whether machines might decide."""
        return bool(self.situation) and not self.trouble

    @property
    def min_probability(self) -> float:
        """The least probability at which machines decide it by themselves."""
        return self.policy.min_one_engine_probability if self.by_one_engine else self.policy.min_machine_probability

    @property
    def by_one_engine(self) -> bool:
        """Whether machines' word stands on one sure engine alone, and on nothing that vouches for it."""
        return self.is_one_sure and not self.witness and self.listening >= self.policy.engines_to_agree

    @property
    def situation(self) -> str:
        """What the record of machines is kept by: family of types and what their word stands on; "" for nothing.

        It names the engines that are not those with which the shipped record was proven.
        """
        ground = self._ground
        return ground and ": ".join([self.family, ground, *([", ".join(self.unproven)] if self.unproven else [])])

    @property
    def _ground(self) -> str:
        """What the word of machines stands on; "" for nothing."""
        if self.engines >= self.policy.engines_to_agree:
            return "engines agree"
        if self.engines and self.listening >= self.policy.engines_to_agree and self.witness:
            return "vouched for"
        return ONE_SURE_STAGE if self.by_one_engine else ""

    def standing(self, learnt: LearntParameters) -> Standing:
        """The same as a posterior carries it, for deciding, with the share right that is proven of machines."""
        situation = self.situation
        return Standing(
            engines=self.engines,
            listening=self.listening,
            people=self.people,
            experts=self.experts,
            by_operator=self.by_operator,
            against_people=self.against_people,
            contradicting=self.contradicting,
            by_ink=self.by_ink,
            like_ink=self.like_ink,
            by_code=self.by_code,
            witness=self.witness,
            trouble=self.trouble,
            typed_alike="alike" in [prose.origin for prose in (self.prose, self.typed) if prose is not None],
            searched_text=self.searched and self.family == "line text",
            situation=situation,
            earned=learnt.machines.earned_share(situation),
            fit=self.fit,
            quality=self.quality,
            careful=self.careful,
            against_engines=self.against_engines,
            opposed=self.opposed,
            unlisted=self.unlisted,
            looked_again=self.looked_again,
            by_one_engine=self.by_one_engine,
        )


def circumstances(
    spot: PreparedField, weighed: FieldPosterior, says: str, learnt: LearntParameters, policy: Policy
) -> Circumstances:
    """The circumstances of the value that `says` (comparable text)."""
    votes, null = weighed.votes, null_of(says)
    engines, saying, people, for_it, against, experts, ink = sides(spot, votes, says, policy.min_text_similarity)
    sums = prod([ruled.factors[says] for ruled in weighed.ruled])
    witness = witness_of(spot, votes, says, sums, learnt)
    doubt: Reason | Literal[""] = "" if witness or not is_unsure_on_bad_page(engines, says) else Reason.NOT_SURE_ENOUGH
    trouble = trouble_of(spot, weighed, says, learnt, policy) or doubt
    common = with_common_flags(weighed, says) if trouble else weighed
    said_by = [vote for vote in saying if vote.null != "illegible"]
    agree = len(said_by) >= policy.engines_to_agree
    return Circumstances(
        says=says,
        family=spot.family,
        null=null,
        coded=is_said_by_barcode(votes, says),
        engines=len(said_by),
        listening=len(engines),
        people=len([vote for vote in for_it if vote.shown is None or vote.shown != vote.says]),
        experts=len(experts),
        by_operator=bool(experts) and {vote.source for vote in experts} == {OPERATOR_SOURCE},
        looked_again=True in [vote.again for vote in saying],
        sure=surest(spot, engines, says, policy.min_sure_confidence),
        torn=max([vote.torn for vote in saying], default=0.0),
        unproven=learnt.machines.unproven([vote.source for vote in (said_by if agree else engines)]),
        readers=len(people),
        against_people=len(against),
        contradicting=len([vote for vote in against if could_be(spot, vote.says)]) if against else 0,
        ink=sure_ink(weighed, ink),
        witness=witness,
        trouble=trouble,
        common_trouble=trouble and (trouble_of(spot, common, says, learnt, policy) or doubt),
        fit=min([vote.fit for vote in engines], default=1.0),
        quality=min([vote.quality for vote in engines], default=1.0),
        in_place=_in_place(spot, saying, learnt),
        searched=any(vote.place is not None for vote in engines),
        prose=prose(spot, votes, says, weighed.words is not None),
        typed=prose(spot, people, says, False) if engines and weighed.words is None else None,
        careful=len([each for each in weighed.sources if not each[0].machine and is_careful(each, says)]),
        against_engines=len([vote for vote in engines if vote.null is None]) - (len(saying) if null is None else 0),
        opposed=is_opposed(spot, weighed, says, sums),
        by_machines=_weighing_of_machines(weighed, says, engines) if saying and for_it else None,
        telling=telling_troubles(spot, common.votes, says, policy),
        policy=policy,
        unlisted=spot.known_values is not None and null is None and not spot.known_values.has(says),
    )


def _weighing_of_machines(weighed: FieldPosterior, says: str, engines: Sequence[Vote]) -> Callable[[], float] | None:
    """What gives the share of a value by machines alone, which one of these engines says; None of a text in words.

    The votes of people who say something else stay: only those who say it are left out.
    """
    if weighed.words is not None or (null_of(says) in SILENCE and not all(map(is_silent, engines))):
        return None
    left = [at for at, vote in enumerate(weighed.votes) if vote.machine or vote.says != says]
    return partial(share_by, weighed, says, left)


def _in_place(spot: PreparedField, saying: Sequence[Vote], learnt: LearntParameters) -> float:
    """How probable it is that this was read where the field stands, by the least sure place of those who say it."""
    places = [vote.place for vote in saying if vote.place is not None]
    return learnt.places.in_place_probability(spot.way_of_finding, spot.field.type, min(places)) if places else 1.0
