"""Decided fields that are asked again because of what was learnt since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from transcribe.codes import Reason
from transcribe.model import Decision, FieldKey, Posterior, Task


def reopened(
    said: Mapping[FieldKey, Decision | Task], posteriors: Mapping[FieldKey, Posterior], standing: Iterable[Decision]
) -> dict[FieldKey, Decision | Task]:
    """The same, with the reason where a field was decided on these very readings: only what was learnt is new then. Its
    value stands until somebody has read it."""
    decided = {each.key: frozenset(each.readings) for each in standing}
    return {
        key: replace(answer, reason=Reason.BELOW_TARGET)
        if isinstance(answer, Task) and key in posteriors and decided.get(key) == frozenset(posteriors[key].readings)
        else answer
        for key, answer in said.items()
    }
