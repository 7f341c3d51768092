"""Two versions of the parameters judged on the same fields, whose truth is known, by what each would have made of them.

Only audits, gold and what experts decided judge, never that sources agree, and never an appeal: what was contested was
chosen because the decided value is said to be wrong. Each field is weighed as it was before an expert read it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from reconcile.algorithms import count_probability, flip_probability, sign_probability
from reconcile.decision import decide
from reconcile.forms import prepared
from reconcile.inference import weigh
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import PRIOR_ERROR_SHARE
from reconcile.policy import Policy
from transcribe.model import READ, Decision, FieldKey, Parameters

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
