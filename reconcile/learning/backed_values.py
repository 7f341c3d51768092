"""Decided values with who read them alike: one person alone proves nothing of a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconcile.forms import PreparedField, prepared
from reconcile.inference import Vote, votes
from transcribe.codes import Method
from transcribe.model import Decision, FieldKey, Form, Null, Reading

WITHOUT_PEOPLE = frozenset({Method.MACHINES, Method.INK, Method.BARCODE})
"""Ways to a decision that need nobody's reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedScan:
    """The decisions of one scan, and its readings."""

    decisions: Mapping[FieldKey, Decision]
    readings: Sequence[Reading] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedValue:
    """A decided value, and the `people` who read it so without having seen it before.

    `counts` says that it stands on more than one person's word: on two people, an expert, or an engine. `lone` is the
    one person without whom it were not decided, "" where there is no such.
    """

    decision: Decision
    people: frozenset[str]
    counts: bool
    lone: str

    @property
    def text(self) -> str:
        """What is written; "" where nothing is or nobody can read it."""
        return self.decision.text if self.decision.null is None else ""

    @property
    def null(self) -> Null | None:
        """Why there is no text."""
        return self.decision.null


def backed_values(form: Form, scan: DecidedScan) -> dict[FieldKey, BackedValue]:
    """The decided values of one scan with what each stands on. A provisional value is none of them."""
    spots = prepared(form).fields
    of_field: dict[FieldKey, list[Reading]] = {}
    for reading in scan.readings:
        of_field.setdefault(reading.key, []).append(reading)
    return {
        key: _backed(spots[key.name], decision, votes(spots[key.name], of_field.get(key, ())))
        for key, decision in scan.decisions.items()
        if key.name in spots and decision.method != Method.PROVISIONAL
    }


def _backed(spot: PreparedField, decision: Decision, said: Iterable[Vote]) -> BackedValue:
    alike = [vote for vote in said if _says(spot, vote, decision)]
    people = {vote.source for vote in alike if not vote.machine}
    unprompted = {vote.source for vote in alike if not vote.machine and vote.shown != vote.says}
    expert = any(vote.kind == "expert" for vote in alike) or decision.method == Method.EXPERT
    engine = any(vote.machine for vote in alike)
    needs_people = decision.method not in WITHOUT_PEOPLE and not expert
    return BackedValue(
        decision=decision,
        people=frozenset(unprompted),
        counts=expert or engine or len(unprompted) > 1 or not people,
        lone=next(iter(people)) if needs_people and len(people) == 1 else "",
    )


def _says(spot: PreparedField, vote: Vote, decision: Decision) -> bool:
    if decision.null is not None or vote.null is not None:
        return vote.null == decision.null
    return vote.says == spot.normal(decision.text)


def rests_on_one(values: Iterable[BackedValue]) -> bool:
    """Whether one and the same person was needed for every one of these values."""
    needed = {value.lone for value in values}
    return len(needed) == 1 and "" not in needed
