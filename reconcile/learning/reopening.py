"""What other parameters would change of fields that are decided or asked now: asked again, otherwise, settled.

A decision that was made on the readings that there are is what holds now, whatever the parameters in force make of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from reconcile.decision import decide, is_of_same_readings
from reconcile.inference import weigh
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import without_shapes
from reconcile.policy import Policy
from transcribe.model import Decision, FieldKey, Parameters, Posterior, Task

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
