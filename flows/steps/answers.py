"""The decision or task of each field of a scan, with all that a home knows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.steps.layout_tasks import with_layout_tasks
from flows.steps.outcomes import outcomes
from flows.steps.reopened import with_reopened
from reconcile.decision import Traditions, ask, from_elsewhere, lone_tradition
from reconcile.forms import prepared
from reconcile.inference import weigh
from reconcile.parameters import without_shapes
from reconcile.policy import Policy
from transcribe.codes import Reason
from transcribe.model import Decision, FieldKey, Form, Parameters, Posterior, Reading, Scan, Task
from transcribe.store import Store


def answers_of(
    scan: Scan,
    form: Form,
    readings: Sequence[Reading],
    posteriors: Mapping[FieldKey, Posterior],
    store: Store,
    people: Traditions,
    policy: Policy,
    parameters: Parameters,
    reopening: int,
) -> dict[FieldKey, Decision | Task]:
    """The decision or task of each field of a scan; `reopening` as `reopening_version` gives it."""
    answers = outcomes(form, posteriors, policy, readings)
    answers = _asked_elsewhere(form, readings, posteriors, answers, people, policy)
    answers = with_reopened(
        answers,
        posteriors,
        store.decisions(scan.id),
        reopening,
        form,
        policy,
        lambda: outcomes(form, weigh(form, readings, without_shapes(parameters), policy), policy),
    )
    answers = with_layout_tasks(form, posteriors, answers, store.misplaced(scan.id))
    return _steered(scan.id, form, answers, posteriors, store)


def _steered(
    scan: str,
    form: Form,
    answers: Mapping[FieldKey, Decision | Task],
    posteriors: Mapping[FieldKey, Posterior],
    store: Store,
) -> dict[FieldKey, Decision | Task]:
    """The answers, but for fields that an operator locked, whose decision stands, and those that they asked again.

    Payment data are asked of nobody.
    """
    changed = dict(answers)
    for key in store.values_asked_again(scan) & answers.keys():
        if isinstance(changed[key], Decision) and form.field(key.name).personal != "payment":
            changed[key] = ask(posteriors[key], "read", Reason.ASKED_AGAIN)
    if locked := store.locked_values(scan):
        changed |= {each.key: each for each in store.decisions(scan) if each.key in locked}
    return changed


def _asked_elsewhere(
    form: Form,
    readings: Sequence[Reading],
    posteriors: Mapping[FieldKey, Posterior],
    answers: Mapping[FieldKey, Decision | Task],
    people: Traditions,
    policy: Policy,
) -> dict[FieldKey, Decision | Task]:
    """The answers, with a reader of another writing tradition asked where readers of one tradition stand alone.

    Another tradition adds most there.
    """
    fields, changed = prepared(form).fields, dict(answers)
    for key in {reading.key for reading in readings if reading.kind == "person"} & answers.keys():
        of_field = [reading for reading in readings if reading.key == key]
        if tradition := lone_tradition(fields[key.name], of_field, people, policy):
            changed[key] = from_elsewhere(answers[key], posteriors[key], form.field(key.name), tradition, policy)
    return changed
