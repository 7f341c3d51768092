"""The decision or task of each field of a scan, with all that a home knows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from flows.duplicates import View
from reconcile.decision import Answer, Known, Traditions, answers
from reconcile.inference import weigh
from reconcile.parameters import without_shapes
from reconcile.policy import Policy
from transcribe.model import OPERATOR_SOURCE, Decision, FieldKey, Form, Parameters, Posterior, Reading, Scan
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
) -> dict[FieldKey, Answer]:
    """The decision or task of each field of a scan; `reopening` as `reopening_version` gives it."""
    standing, locked = {each.key: each for each in store.decisions(scan.id)}, store.locked_values(scan.id)
    known = Known(
        people=people,
        standing=standing,
        reopening=reopening,
        unshaped=cache(lambda: answers(form, weigh(form, readings, without_shapes(parameters), policy), policy)),
        misplaced=store.misplaced(scan.id),
        asked_again=store.values_asked_again(scan.id),
        locked={key: each for key, each in standing.items() if key in locked},
    )
    return answers(form, posteriors, policy, readings, known)


def on_paper(form: Form, readings: Sequence[Reading], standing: View, parameters: Parameters, policy: Policy) -> View:
    """What would be decided and weighed without what operators and other programs corrected; else what stands."""
    read = [each for each in readings if each.source != OPERATOR_SOURCE]
    if len(read) == len(readings):
        return standing
    posteriors = weigh(form, read, parameters, policy)
    return [each for each in answers(form, posteriors, policy).values() if isinstance(each, Decision)], posteriors
