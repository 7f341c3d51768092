"""The outcome of each weighed field of a scan: a decision, or a task for a person."""

from __future__ import annotations

from collections.abc import Mapping

from reconcile.decision import decide, prefilled
from reconcile.policy import Policy
from transcribe.codes import Method
from transcribe.model import Decision, Field, FieldKey, Form, Posterior, Task


def outcomes(form: Form, posteriors: Mapping[FieldKey, Posterior], policy: Policy) -> dict[FieldKey, Decision | Task]:
    """Each field's decision or task. Payment data are shown to nobody: an undecided one is decided illegible."""
    return {key: _outcome(form, form.field(key.name), posterior, policy) for key, posterior in posteriors.items()}


def _outcome(form: Form, field: Field, posterior: Posterior, policy: Policy) -> Decision | Task:
    outcome = decide(field, posterior, policy)
    if isinstance(outcome, Decision):
        return outcome
    if field.personal != "payment":
        return prefilled(outcome, posterior, form)
    return Decision(
        key=posterior.key,
        value=None,
        text="",
        probability=posterior.probability,
        method=Method.INK,
        evidence=posterior.evidence,
        readings=posterior.readings,
        parameters=posterior.parameters,
        null="illegible",
    )
