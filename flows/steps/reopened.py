"""Decided fields that are asked again because of what was learnt since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from transcribe.codes import Reason
from transcribe.model import Decision, FieldKey, Posterior, Task


def with_reopened(
    answers: Mapping[FieldKey, Decision | Task], posteriors: Mapping[FieldKey, Posterior], decisions: Iterable[Decision]
) -> dict[FieldKey, Decision | Task]:
    """The answers, with their own reason for tasks of fields that were decided on these very readings.

    Only what was learnt is new there. The value of `decisions` stands until somebody has read the field.
    """
    decided = {decision.key: frozenset(decision.readings) for decision in decisions}
    return {
        key: replace(answer, reason=Reason.BELOW_TARGET)
        if isinstance(answer, Task) and key in posteriors and decided.get(key) == frozenset(posteriors[key].readings)
        else answer
        for key, answer in answers.items()
    }
