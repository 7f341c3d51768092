"""Learning proposes, evidence decides: what was learnt, and whether it may come into force.

A proposal comes into force where the known truths, not used for its fit, do not speak against it, and where it would
have no more of what is decided come out otherwise than is set. What is decided then stands all the same, but where the
known truths speak for the proposal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Literal, NamedTuple
from zlib import crc32

from reconcile.algorithms import count_probability, flip_probability, sign_probability
from reconcile.decision import decide, is_of_same_readings
from reconcile.forms import prepared
from reconcile.inference import weigh
from reconcile.learning.learn import Learnt, changes, learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import PRIOR_ERROR_SHARE, read_parameters, shipped_parameters, without_shapes
from reconcile.policy import Policy
from transcribe.codes import Verdict
from transcribe.model import READ, Decision, Evidence, FieldKey, Parameters, Posterior, Task

MIN_JUDGING_COUNT = 30
"""The least count of fields with a known truth before shipped parameters move. Chosen by hand. With fewer, one slip of
an expert tips the scales."""


FOLD_COUNT = 4
"""The number of parts of the scans with truths; each judges what the others taught. Chosen by hand."""


REOPENING = frozenset({Verdict.BETTER, Verdict.WENT_BACK})
"""Verdicts whose versions reopen decided fields. Under others a decision stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was learnt, what it would change, how it did on known truths, and whether it comes into force.

    `comparison` is None where too little truth is known to compare. `judging` counts fields whose truth may judge.
    """

    content: Mapping[str, Any]
    changes: tuple[Evidence, ...]
    verdict: Verdict
    judging: int
    comparison: Comparison | None
    changed: ChangedFields

    @property
    def is_accepted(self) -> bool:
        """Whether it comes into force."""
        return self.verdict in (Verdict.BETTER, Verdict.NOT_WORSE, Verdict.TOO_LITTLE_TRUTH)

    @property
    def reopens(self) -> bool:
        """True if decided fields that come out otherwise are asked again: known truths speak for it."""
        return self.verdict in REOPENING


def propose(scans: Sequence[ScanFacts], before: Parameters, policy: Policy, max_reopened_share: float) -> Proposal:
    """What these scans teach, and whether it may take the place of what is known."""
    known = [scan for scan in scans if scan.judging]
    judging = sum(len(scan.judging) for scan in known)
    enough = judging >= MIN_JUDGING_COUNT and len({_fold(scan) for scan in known}) > 1
    content = _learnt(scans, before, policy, enough=enough).content
    after = Parameters(version=before.version + 1, content=content)
    comparison = _cross_fitted(scans, before, policy) if enough else None
    found = changed(scans, before, after, policy)
    return Proposal(
        content=content,
        changes=changes(read_parameters(before), read_parameters(after)),
        verdict=Verdict.SAME if content == before.content else _verdict(comparison, found, max_reopened_share),
        judging=judging,
        comparison=comparison,
        changed=found,
    )


def can_learn_from(scan: ScanFacts, before: Parameters, policy: Policy) -> None:
    """Learn from one scan by itself and weigh it; whatever is wrong with it is raised."""
    learn([scan], before, policy)
    opinions([scan], before, policy)
    changed([scan], before, before, policy)


def _verdict(comparison: Comparison | None, found: ChangedFields, max_reopened_share: float) -> Verdict:
    if comparison is not None and comparison.is_worse:
        return Verdict.WORSE
    if found.reopened_share > max_reopened_share:
        return Verdict.REOPENS_TOO_MANY
    if comparison is None:
        return Verdict.TOO_LITTLE_TRUTH
    return Verdict.BETTER if comparison.is_better else Verdict.NOT_WORSE


def _learnt(scans: Sequence[ScanFacts], before: Parameters, policy: Policy, *, enough: bool) -> Learnt:
    """What is learnt; where too little truth is known, with all that shipped as it was before."""
    learnt = learn(scans, before, policy)
    if enough:
        return learnt
    held = _held(learnt.content, before.content, shipped_parameters().content)
    return Learnt(content=held, changes=learnt.changes)


def _held(new: Any, old: Any, shipped: Any) -> Any:
    """The new content with each part of it that shipped as it was before, where it was known before."""
    if not isinstance(shipped, Mapping):
        return new if old is None else old
    old, held = old or {}, dict(new)
    for name, part in shipped.items():
        if name in new or name in old:
            held[name] = _held(new.get(name, {}), old.get(name), part)
    return held


def _cross_fitted(scans: Sequence[ScanFacts], before: Parameters, policy: Policy) -> Comparison:
    """The comparison of learnt and earlier parameters on truths not learnt from. Each part of the scans with truths is
    judged under what the other scans teach."""
    old, new = opinions(scans, before, policy), dict[Judge, Opinion]()
    for part in range(FOLD_COUNT):
        judges = [scan for scan in scans if scan.judging and _fold(scan) == part]
        if judges:
            rest = [scan for scan in scans if not (scan.judging and _fold(scan) == part)]
            content = learn(rest, before, policy).content
            new |= opinions(judges, Parameters(version=before.version + 1, content=content), policy)
    return compared(old, new)


def _fold(scan: ScanFacts) -> int:
    """The part that a scan belongs to, whatever other scans there are and in whatever order they come."""
    return crc32(scan.scan.encode()) % FOLD_COUNT


# Two versions of the parameters judged on the same fields, whose truth is known, by what each would have made of
# them.
#
# Only audits, gold and what experts decided judge, never that sources agree, and never an appeal: what was contested
# was chosen because the decided value is said to be wrong. Each field is weighed as it was before an expert read it.

MAX_CHANCE_PROBABILITY = 0.05
"""How often chance alone may make a version look as much worse as it does. Chosen by hand."""


MIN_STATED_SHARE = 1e-4
"""What is held less probable than this counts as this probable: one field cannot outweigh all others.

Chosen by hand.
"""


NEGLIGIBLE_LOSS_NATS = 0.001
"""A mean log loss that moves by less says nothing: as if each value were held a thousandth less probable.

Of many fields that are all right chance would be ruled out for less. Chosen by hand.
"""


Judge = tuple[str, FieldKey]
"""A field whose truth judges, by scan and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one version made of a field: its log loss, whether it decided, and whether what it decided is wrong.

    The loss is that of the probability that decides: -log of it where the value is right, else -log of what it leaves.
    `doubt` is what that probability leaves.
    """

    loss: float
    doubt: float
    decided: bool
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions over the same fields: mean log loss, decided fields and wrong ones among them, before and after.

    `newly_wrong` are decided wrongly by the later version alone, `mended` by the earlier one alone. `chance_of_loss` is
    how often chance makes the later one's loss look as much larger, `chance_of_gain` as much smaller, `chance_of_wrong`
    how often it makes as many more of its decided values wrong. `chance_of_claim` is how often as many scans have a
    wrong value among those that only the later one decides, if these are as probable as it says.
    """

    fields: int
    loss_before: float
    loss_after: float
    decided_before: int
    decided_after: int
    wrong_before: int
    wrong_after: int
    newly_wrong: int
    mended: int
    chance_of_loss: float
    chance_of_gain: float
    chance_of_wrong: float
    chance_of_claim: float

    @property
    def is_worse(self) -> bool:
        """Whether the later version is worse beyond chance.

        It is more surprised by the truth, or oftener wrong where it decides, or what it decides anew is wrong oftener
        than it says.
        """
        surprised = self.chance_of_loss <= MAX_CHANCE_PROBABILITY
        more = self.loss_after - self.loss_before > NEGLIGIBLE_LOSS_NATS
        claims = self.newly_wrong > self.mended and self.chance_of_claim <= MAX_CHANCE_PROBABILITY
        return (surprised and more) or claims or self.chance_of_wrong <= MAX_CHANCE_PROBABILITY

    @property
    def is_better(self) -> bool:
        """Whether known truths speak for the later version.

        They do where they surprised the earlier one more beyond chance, or where it decided more of their fields
        wrongly and they surprised it no less.
        """
        less = self.loss_before - self.loss_after
        surprised = less > NEGLIGIBLE_LOSS_NATS and self.chance_of_gain <= MAX_CHANCE_PROBABILITY
        return surprised or (self.mended > self.newly_wrong and less > -NEGLIGIBLE_LOSS_NATS)


def opinions(scans: Iterable[ScanFacts], parameters: Parameters, policy: Policy) -> dict[Judge, Opinion]:
    """What these parameters make of each field that judges."""
    return {
        (scan.scan, key): opinion
        for scan in scans
        if scan.judging
        for key, opinion in _of_scan(scan, parameters, policy)
    }


def _of_scan(scan: ScanFacts, parameters: Parameters, policy: Policy) -> Iterator[tuple[FieldKey, Opinion]]:
    spots = prepared(scan.form).fields
    readings = [reading for reading in scan.readings if reading.kind != "expert"]
    for key, posterior in weigh(scan.form, readings, parameters, policy).items():
        best = next((each for each in posterior.candidates if each.origin in READ), None)
        if key not in scan.judging or best is None:
            continue
        right = best.normal == spots[key.name].normal(scan.truths[key])
        stated = posterior.probability if right else 1.0 - posterior.probability
        decided = isinstance(decide(scan.form.field(key.name), posterior, policy), Decision)
        yield (
            key,
            Opinion(
                loss=-log(min(1.0, max(MIN_STATED_SHARE, stated))),
                doubt=1.0 - posterior.probability,
                decided=decided,
                wrong=decided and not right,
            ),
        )


def compared(before: Mapping[Judge, Opinion], after: Mapping[Judge, Opinion]) -> Comparison:
    """The two versions over the fields that both know. Fields of one scan are not independent: a scan is one draw."""
    pairs = [(scan, before[scan, key], after[scan, key]) for scan, key in sorted(before.keys() & after.keys())]
    by_scan: dict[str, float] = defaultdict(float)
    for scan, old, new in pairs:
        by_scan[scan] += new.loss - old.loss
    newly = sum(new.wrong and not old.wrong for _, old, new in pairs)
    mended = sum(old.wrong and not new.wrong for _, old, new in pairs)
    return Comparison(
        fields=len(pairs),
        loss_before=_mean([old.loss for _, old, _ in pairs]),
        loss_after=_mean([new.loss for _, _, new in pairs]),
        decided_before=sum(old.decided for _, old, _ in pairs),
        decided_after=sum(new.decided for _, _, new in pairs),
        wrong_before=sum(old.wrong for _, old, _ in pairs),
        wrong_after=sum(new.wrong for _, _, new in pairs),
        newly_wrong=newly,
        mended=mended,
        chance_of_loss=flip_probability(list(by_scan.values())),
        chance_of_gain=flip_probability([-each for each in by_scan.values()]),
        chance_of_wrong=sign_probability(newly, mended),
        chance_of_claim=_chance_of_claim([(scan, new) for scan, old, new in pairs if new.decided and not old.decided]),
    )


def _chance_of_claim(anew: Iterable[tuple[str, Opinion]]) -> float:
    """How often as many scans have a wrong value among those decided anew, if these are as probable as stated.

    The truth itself is an expert's, and wrong as often as experts are.
    """
    doubts, wrong = defaultdict[str, float](float), set[str]()
    for scan, opinion in anew:
        doubts[scan] += max(opinion.doubt, PRIOR_ERROR_SHARE["expert"])
        if opinion.wrong:
            wrong.add(scan)
    return count_probability(len(wrong), [min(1.0, doubt) for doubt in doubts.values()])


def _mean(losses: Sequence[float]) -> float:
    return sum(losses) / max(1, len(losses))


# What other parameters would change of fields that are decided or asked now: asked again, otherwise, settled.
#
# A decision that was made on the readings that there are is what holds now, whatever the parameters in force make of
# it.

Outcomes = dict[FieldKey, Decision | Task]


class ChangedField(NamedTuple):
    """A field that comes out otherwise: decided and asked "again", decided "otherwise", or asked and now "settled"."""

    scan: str
    key: FieldKey
    how: Literal["again", "otherwise", "settled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFields:
    """What would change, of so many fields that are decided and so many that are asked.

    Whether the decided ones among them are asked again is another matter: see `Proposal.reopens`.
    """

    decided: int
    asked: int
    fields: tuple[ChangedField, ...]

    @property
    def reopened(self) -> tuple[ChangedField, ...]:
        """The decided fields that would not come out as they are."""
        return tuple(each for each in self.fields if each.how != "settled")

    @property
    def settled(self) -> tuple[ChangedField, ...]:
        """The fields that would be asked no more."""
        return tuple(each for each in self.fields if each.how == "settled")

    @property
    def reopened_share(self) -> float:
        """The share of the decided fields that would not come out as they are."""
        return len(self.reopened) / self.decided if self.decided else 0.0


def changed(scans: Iterable[ScanFacts], before: Parameters, after: Parameters, policy: Policy) -> ChangedFields:
    """What the later parameters would change. Every field is weighed under both: that costs less than learning did.

    A decided field changes only where it comes out otherwise with the shapes of codes and without them.
    """
    found: list[ChangedField] = []
    decided = asked = 0
    for scan in scans:
        old, new = _now(scan, before, policy), _outcomes(scan, weigh(scan.form, scan.readings, after, policy), policy)
        if again := {each.key for each in _changed(scan.scan, old, new) if each.how != "settled"}:
            unshaped = _outcomes(scan, weigh(scan.form, scan.readings, without_shapes(after), policy), policy)
            new = {key: unshaped[key] if key in again else each for key, each in new.items()}
        decided += sum(isinstance(each, Decision) for each in old.values())
        asked += sum(isinstance(each, Task) for each in old.values())
        found += _changed(scan.scan, old, new)
    return ChangedFields(decided=decided, asked=asked, fields=tuple(found))


def _now(scan: ScanFacts, before: Parameters, policy: Policy) -> Outcomes:
    """What holds of each field: a decision that stands on the very readings that there are, else what is weighed."""
    posteriors = weigh(scan.form, scan.readings, before, policy)
    outcomes = _outcomes(scan, posteriors, policy)
    for decision in scan.standing:
        if decision.key in outcomes and is_of_same_readings(decision, posteriors[decision.key]):
            outcomes[decision.key] = decision
    return outcomes


def _outcomes(scan: ScanFacts, posteriors: Mapping[FieldKey, Posterior], policy: Policy) -> Outcomes:
    """Each field's decision or task; payment data are asked of nobody."""
    return {
        key: decide(scan.form.field(key.name), posterior, policy)
        for key, posterior in posteriors.items()
        if scan.form.field(key.name).personal != "payment"
    }


def _changed(scan: str, old: Outcomes, new: Outcomes) -> Iterator[ChangedField]:
    for key, was in old.items():
        now = new[key]
        if isinstance(was, Task):
            if isinstance(now, Decision):
                yield ChangedField(scan, key, "settled")
        elif isinstance(now, Task):
            yield ChangedField(scan, key, "again")
        elif (now.text, now.null) != (was.text, was.null):
            yield ChangedField(scan, key, "otherwise")
