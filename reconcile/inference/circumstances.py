"""The circumstances of a field's readings that calibrating and deciding look at, beside how probable each value is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Literal, NamedTuple

from reconcile.forms import PreparedField
from reconcile.inference.corroboration import is_careful, is_opposed, witness_of
from reconcile.inference.features import MAX_LOG_ODDS, REASONS, features
from reconcile.inference.long_text_calibration import Prose, prose
from reconcile.inference.noisy_channel import SILENCE, is_silent
from reconcile.inference.posterior import FieldPosterior, share_by, sure_ink
from reconcile.inference.troubles import is_said_by_barcode, veto_of
from reconcile.inference.votes import Vote, could_be, null_of, sides
from reconcile.parameters import EvidenceModel, LearntParameters, odds, shipped_models
from reconcile.policy import Policy
from transcribe.codes import Reason, Witness
from transcribe.fields import Family
from transcribe.model import OPERATOR_SOURCE, Null, Standing

PEOPLE_STAGE = "people:"
"""The beginning of the stages of fields that people read too."""

LONG_TEXT_STAGE = f"{PEOPLE_STAGE} long text"
"""The stage of long texts that people alone read. Their probability has a map of its own."""

MACHINE_STAGES = {False: "engines:", True: "searched engines:"}
"""The beginnings of the stages of what machines say by themselves: on a form that says where a field stands, and on a
free layout."""


class Circumstances(NamedTuple):
    """What stands beside the probability of one value of a field.

    `coded`: a barcode that checks itself says it. `engines`, `people` and `experts` count independent sources that
    say it; `against_people` people who say something else; `contradicting` those of them whose word could be so;
    `readers` all people; `listening` all engines. `ink` is the ink test's confidence that it is so, 0 where it did
    not look; as far as audits prove it, or its own where engines that agree read nothing either. `witness` vouches for
    it beside readings; "" where nothing does. `trouble` is why machines alone may not decide here, whatever the
    evidence; "" where they may. `features` are what the additive model weighs where engines say it, but for the share
    of the value; empty of what is no text. `searched`: on a free layout. `prose` tells how a long text came about that
    people alone read, `typed` how it did among people where machines read it too;
    None of others. `by_machines` gives the share that machines alone give a value that people read too, and the share
    that is left with the people who say something else; None where no engine says it. `by_operator`: of all experts the
    operator alone says it. `unproven` names the engines that it stands on, where what shipped was not proven with them:
    those that say it, or where one alone does, all that read.
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
    searched: bool
    prose: Prose | None
    typed: Prose | None
    careful: int
    against_engines: int
    opposed: bool
    unlisted: bool
    policy: Policy
    features: Mapping[str, float]
    by_machines: Callable[[], tuple[float, float]] | None
    by_operator: bool = False
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
        """The stage of calibration: people who say it, or machines by themselves, and the family of the field."""
        if self.prose:
            return LONG_TEXT_STAGE
        return f"{PEOPLE_STAGE} {self.family}" if self.people else self.stage_of_machines

    @property
    def stage_of_machines(self) -> str:
        """The stage of what machines say by themselves."""
        return f"{MACHINE_STAGES[self.searched]} {self.family}"

    @property
    def model(self) -> EvidenceModel:
        """The model of what the evidence of machines is worth."""
        return shipped_models()["searched" if self.searched else "boxes"]

    def evidence(self, share: float) -> Mapping[str, float]:
        """All features, where the noisy channel gives the value this share of what machines say."""
        return {**self.features, "share": max(-MAX_LOG_ODDS, min(MAX_LOG_ODDS, odds(share)))}

    def doubts(self, share: float) -> dict[Reason, float]:
        """Why machines may be wrong: what their features cost against what is usual, in nats below 0, most first."""
        found: dict[Reason, float] = {}
        for name, nats in self.model.against_usual(self.evidence(share)).items() if self.features else ():
            reason = REASONS.get(name, Reason.NOT_SURE_ENOUGH)
            if reason == Reason.NOT_SURE_ENOUGH and self.features["rival"]:
                reason = Reason.ENGINES_DISAGREE
            found[reason] = found.get(reason, 0.0) + min(0.0, nats)
        return dict(sorted(found.items(), key=lambda each: (each[1], each[0])))

    def _why(self, share: float) -> Reason:
        """Why people are asked where machines may decide and are not sure enough."""
        if self.null == "blank":
            return Reason.INK_BUT_NO_TEXT if self.like_ink else Reason.NOTHING_READ
        if self.null == "illegible":
            return Reason.ILLEGIBLE
        return next(iter(self.doubts(share)), Reason.NOT_SURE_ENOUGH)

    @property
    def may_decide_alone(self) -> bool:
        """Whether machines might decide."""
        return bool(self.situation) and not self.trouble

    @property
    def min_probability(self) -> float:
        """The least probability at which machines decide it by themselves."""
        alone = self.engines < self.policy.engines_to_agree
        least = self.policy.min_machine_probability
        return max(self.policy.target, least) if alone else least

    @property
    def situation(self) -> str:
        """What the record of machines is kept by: family of types and how many say it; "" where none does.

        "" too where one engine alone looked: nothing is known of what another one would have read.

        It names the engines that are not those with which the shipped record was proven.
        """
        if not self.engines or self.null or self.listening < self.policy.engines_to_agree:
            return ""
        ground = "one engine" if self.engines == 1 else "engines agree"
        return ": ".join([self.family, ground, *([", ".join(self.unproven)] if self.unproven else [])])

    def standing(self, learnt: LearntParameters, share: float) -> Standing:
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
            doubt=self._why(share),
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
            of_new_shape=self.features.get("novel", 0.0) > 0,
        )


def circumstances(
    spot: PreparedField, weighed: FieldPosterior, says: str, learnt: LearntParameters, policy: Policy
) -> Circumstances:
    """The circumstances of the value that `says` (comparable text)."""
    votes, null = weighed.votes, null_of(says)
    engines, saying, people, for_it, against, experts, ink = sides(spot, votes, says, policy.min_text_similarity)
    sums = prod([ruled.factors[says] for ruled in weighed.ruled])
    said_by = [vote for vote in saying if vote.null != "illegible"]
    agree = len(said_by) >= policy.engines_to_agree
    weighs = bool(said_by) and null is None and spot.family != "mark"
    found = features(spot, weighed, says, engines, said_by, learnt) if weighs else {}
    return Circumstances(
        says=says,
        family=spot.family,
        null=null,
        coded=is_said_by_barcode(votes, says),
        engines=len(said_by),
        listening=len([vote for vote in engines if vote.null != "illegible"]),
        people=len([vote for vote in for_it if vote.shown is None or vote.shown != vote.says]),
        experts=len(experts),
        by_operator=bool(experts) and {vote.source for vote in experts} == {OPERATOR_SOURCE},
        unproven=learnt.machines.unproven([vote.source for vote in (said_by if agree else engines)]),
        readers=len(people),
        against_people=len(against),
        contradicting=len([vote for vote in against if could_be(spot, vote.says)]) if against else 0,
        ink=max([vote.confidence or 0.0 for vote in ink], default=0.0) if agree and null else sure_ink(weighed, ink),
        witness=witness_of(spot, votes, says, sums, learnt),
        trouble=veto_of(spot, weighed, says),
        features={**found, "place": _in_place(spot, said_by, learnt)} if found else {},
        fit=min([vote.fit for vote in engines], default=1.0),
        quality=min([vote.quality for vote in engines], default=1.0),
        searched=any(vote.place is not None for vote in engines),
        prose=prose(spot, votes, says, weighed.words is not None),
        typed=prose(spot, people, says, False) if engines and weighed.words is None else None,
        careful=len([each for each in weighed.sources if not each[0].machine and is_careful(each, says)]),
        against_engines=len([vote for vote in engines if vote.null is None]) - (len(saying) if null is None else 0),
        opposed=is_opposed(spot, weighed, says, sums),
        by_machines=_weighing_of_machines(weighed, says, engines) if saying and for_it else None,
        policy=policy,
        unlisted=spot.known_values is not None and null is None and not spot.known_values.has(says),
    )


def _weighing_of_machines(
    weighed: FieldPosterior, says: str, engines: Sequence[Vote]
) -> Callable[[], tuple[float, float]] | None:
    """What gives the shares of `Circumstances.by_machines`, of a value that one of these engines says; None of a text
    in words."""
    if weighed.words is not None or (null_of(says) in SILENCE and not all(map(is_silent, engines))):
        return None
    machines = [at for at, vote in enumerate(weighed.votes) if vote.machine]
    against = [at for at, vote in enumerate(weighed.votes) if not vote.machine and vote.says != says]
    return lambda: (
        share_by(weighed, says, machines),
        share_by(weighed, says, sorted(machines + against)),
    )


def _in_place(spot: PreparedField, saying: Sequence[Vote], learnt: LearntParameters) -> float:
    """Log odds that this was read where the field stands, by the surest place of those who say it."""
    places = [vote.place for vote in saying if vote.place is not None]
    if not places:
        return MAX_LOG_ODDS
    return odds(learnt.places.in_place_probability(spot.way_of_finding, spot.field.type, max(places)))
