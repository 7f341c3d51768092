"""Decided fields of which only what was learnt is new: they stand, or are asked again where known truths say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconcile.learning import REOPENING, is_of_same_readings
from transcribe.codes import Method, Reason
from transcribe.model import Decision, FieldKey, Posterior, Task
from transcribe.store import Store


def reopening_version(store: Store) -> int:
    """The last version of what was learnt that had decided fields asked again: decisions since then stand.

    A version whose reason was not kept is one of these, as all were once.
    """
    stands = {each.version for each in store.learnings() if each.made and each.verdict not in REOPENING}
    return max([version for version, _ in store.parameters_versions() if version not in stands], default=0)


def with_reopened(
    answers: Mapping[FieldKey, Decision | Task],
    posteriors: Mapping[FieldKey, Posterior],
    decisions: Iterable[Decision],
    reopening: int,
) -> dict[FieldKey, Decision | Task]:
    """The answers, but for fields that were decided on these very readings and come out otherwise.

    Only what was learnt is new there. A decision made under version `reopening` or later stands. An earlier one is
    asked again with a reason of its own; its value stands until somebody has read the field. A provisional value
    decides nothing.
    """
    changed = dict(answers)
    for decision in (each for each in decisions if each.method != Method.PROVISIONAL):
        answer, posterior = answers.get(decision.key), posteriors.get(decision.key)
        if answer is None or posterior is None or not is_of_same_readings(decision, posterior):
            continue
        if _is_same(answer, decision):
            continue
        if reopening <= decision.parameters < posterior.parameters:
            changed[decision.key] = decision
        elif isinstance(answer, Task):
            changed[decision.key] = replace(answer, reason=Reason.BELOW_TARGET)
    return changed


def _is_same(answer: Decision | Task, decision: Decision) -> bool:
    return isinstance(answer, Decision) and (answer.text, answer.null) == (decision.text, decision.null)
