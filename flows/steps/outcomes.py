"""The outcome of each weighed field of a scan: a decision, or a task for a person; and which decisions are audited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from flows.duplicates import View
from reconcile.decision import decide, draw_audit, may_need_second_look, prefilled, with_true_reason
from reconcile.inference import weigh
from reconcile.policy import Policy
from transcribe.codes import EvidenceCode, Flag, Method, Reason
from transcribe.model import (
    OPERATOR_SOURCE,
    Decision,
    Evidence,
    Field,
    FieldKey,
    Form,
    Parameters,
    Posterior,
    Reading,
    Task,
)

AUDIT_PRIORITY = -1
"""Audits come after what orders wait for: of a batch as urgent as others experts read the disputes first."""


def outcomes(
    form: Form, posteriors: Mapping[FieldKey, Posterior], policy: Policy, readings: Iterable[Reading] = ()
) -> dict[FieldKey, Decision | Task]:
    """Each field's decision or task. Payment data are shown to nobody: an undecided one is decided illegible.

    With the `readings` that were weighed the reasons of tasks say how those who read a field stand to each other.
    """
    of_field = defaultdict(list)
    for reading in readings:
        of_field[reading.key].append(reading)
    found = {
        key: _outcome(form, form.field(key.name), posterior, policy, of_field[key])
        for key, posterior in posteriors.items()
    }
    return {
        key: with_true_reason(outcome, form, of_field[key]) if isinstance(outcome, Task) and of_field[key] else outcome
        for key, outcome in found.items()
    }


def _outcome(
    form: Form, field: Field, posterior: Posterior, policy: Policy, readings: Iterable[Reading]
) -> Decision | Task:
    outcome = decide(field, posterior, policy)
    if isinstance(outcome, Decision):
        return outcome
    if field.personal != "payment":
        return prefilled(outcome, posterior, form)
    seen = [each.confidence for each in readings if Flag.MASKED in each.flags and each.confidence is not None]
    return Decision(
        key=posterior.key,
        value=None,
        text="",
        probability=max(seen, default=posterior.probability),  # that something is written there
        method=Method.INK,
        evidence=(Evidence(code=EvidenceCode.MASKED),),
        readings=posterior.readings,
        parameters=posterior.parameters,
        null="illegible",
    )


def on_paper(form: Form, readings: Sequence[Reading], standing: View, parameters: Parameters, policy: Policy) -> View:
    """What would be decided and weighed without what operators and other programs corrected; else what stands."""
    read = [each for each in readings if each.source != OPERATOR_SOURCE]
    if len(read) == len(readings):
        return standing
    posteriors = weigh(form, read, parameters, policy)
    return [each for each in outcomes(form, posteriors, policy).values() if isinstance(each, Decision)], posteriors


def is_audited(scan: str, field: Field, posterior: Posterior, policy: Policy) -> bool:
    """Whether a decided field is read once more, blind, by an expert. Payment data never are: nobody sees them.

    Each new reading by a person draws anew. A field that an expert has read is not drawn again; it gets a second look
    where nobody else read it so.
    """
    if field.personal == "payment" or posterior.standing.by_operator:
        return False  # operators have the last word, and have seen what an audit would hide
    read_count = posterior.people + posterior.experts
    is_drawn = not posterior.experts and draw_audit(scan, posterior.key, read_count, policy.audit_share)
    return is_drawn or may_need_second_look(posterior)


def audit_of(scan: str, posterior: Posterior) -> Task:
    """The task of reading a decided field once more, blind."""
    return Task(
        scan=scan,
        key=posterior.key,
        kind="audit",
        reason=Reason.AUDIT,
        slot=1 + posterior.people + posterior.experts,
        priority=AUDIT_PRIORITY,
    )
