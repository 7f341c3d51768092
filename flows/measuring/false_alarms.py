"""False alarms: people were asked because of a rule or a trouble, and what machines had read was right after all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from reconcile.forms import Operand, PreparedForm
from reconcile.inference import Vote, majority
from transcribe.model import Decision, FieldKey, Reading
from transcribe.store import Store

Kind = Literal["rule", "trouble"]


class AlarmOf(NamedTuple):
    """What made people look: a rule of a form by its name, or a trouble by its reason."""

    form: str
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedAlarm:
    """How often something made people look, and how often what machines had read was right after all.

    A trouble is counted by fields that people read, that are decided, and of which machines had one value. A rule is
    counted each time that the values of machines broke it; it was false where all of its fields were right.
    """

    form: str
    kind: Kind
    name: str
    asked: int
    false: int


def alarms_of(
    store: Store, scan: str, form: PreparedForm, readings: Sequence[Reading], read: Mapping[FieldKey, tuple[Vote, ...]]
) -> Iterator[tuple[AlarmOf, bool]]:
    """What made people look at this scan, each with whether it was a false alarm."""
    first: dict[FieldKey, Reading] = {}
    for each in readings:
        if each.kind != "machine" and each.task and each.key.name in form.fields:
            first.setdefault(each.key, each)
    if not first:
        return
    had = {key: says for key, said in read.items() if (says := _had(said)) is not None}
    decided = {each.key: each for each in store.decisions(scan) if each.key.name in form.fields}
    right = {key: _is_right(form, key, says, decided[key]) for key, says in had.items() if key in decided}
    for key, reading in first.items():
        task = store.task_subject(str(reading.task))
        if key in right and task.kind in ("read", "adjudicate"):
            yield AlarmOf(form.form.name, "trouble", task.reason), right[key]
    values: dict[FieldKey, Operand] = {
        key: form.fields[key.name].number(says) if says else None for key, says in had.items()
    }
    for instance in form.instances(tuple(values)):
        if first.keys() & set(instance.keys) and right.keys() >= set(instance.keys) and instance.holds(values) is False:
            yield AlarmOf(form.form.name, "rule", instance.rule), all(right[key] for key in instance.keys)


def _had(said: Sequence[Vote]) -> str | None:
    """What most engines say, "" where all find nothing written; None where they are even."""
    if said and all(vote.null == "blank" for vote in said):
        return ""
    return majority(said)


def _is_right(form: PreparedForm, key: FieldKey, says: str, decision: Decision) -> bool:
    """Whether what machines had is what was decided."""
    if decision.null not in (None, "blank"):
        return False
    return says == ("" if decision.null == "blank" else form.fields[key.name].normal(decision.text))
