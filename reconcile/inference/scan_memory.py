"""What scans gave when they were weighed last, kept for speed by callers that weigh again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reconcile.forms import PreparedForm
from reconcile.inference.posterior import FieldPosterior
from reconcile.parameters import LearntParameters
from reconcile.policy import Policy
from transcribe.model import FieldKey, Posterior

REMEMBERED_SCAN_COUNT = 128
"""So many scans that were weighed last are kept: those that people are reading just now. Chosen by hand."""


class WeighedField(NamedTuple):
    """One field as it was weighed last.

    `readings` are what its readings said, `alone` what they give by themselves, `ruled` what they give under the form's
    rules.
    """

    readings: tuple[object, ...]
    alone: FieldPosterior
    ruled: FieldPosterior
    posterior: Posterior


class ScanMemory:
    """The scans weighed last under one version of parameters and one policy: one more reading costs only its own field.

    `weigh` gives the same with one, with another and without. Weighing under others empties it.
    """

    def __init__(self) -> None:
        self._under: tuple[LearntParameters, Policy] | None = None
        self._scans: dict[tuple[PreparedForm, str], Mapping[FieldKey, WeighedField]] = {}

    def recall(
        self, learnt: LearntParameters, policy: Policy, made: PreparedForm, scan: str
    ) -> Mapping[FieldKey, WeighedField]:
        """The fields of this scan as they were weighed last under these parameters; empty where they were not."""
        return self._scans.get((made, scan), {}) if self._is_under(learnt, policy) else {}

    def keep(
        self,
        learnt: LearntParameters,
        policy: Policy,
        made: PreparedForm,
        scan: str,
        fields: Mapping[FieldKey, WeighedField],
    ) -> None:
        """Keep the fields of this scan; of too many scans, and of other parameters, all are forgotten before."""
        if not self._is_under(learnt, policy) or len(self._scans) >= REMEMBERED_SCAN_COUNT:
            self._scans.clear()
        self._under = learnt, policy
        self._scans[made, scan] = fields

    def _is_under(self, learnt: LearntParameters, policy: Policy) -> bool:
        return self._under is not None and learnt is self._under[0] and policy == self._under[1]
