"""Weigh all readings of one scan together: how probable is each value of each field, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from reconcile.agree import Vote, closely, null_of, surface, votes
from reconcile.calibrate import calibrated
from reconcile.circumstances import circumstances
from reconcile.explain import evidence
from reconcile.family import type_of
from reconcile.known import Known, known
from reconcile.policy import POLICY
from reconcile.posterior import Weighed, weigh_field
from transcribe.model import Candidate, Field, FieldKey, Form, Parameters, Posterior, Reading


def weigh(form: Form, readings: Sequence[Reading], parameters: Parameters) -> dict[FieldKey, Posterior]:
    """The posterior of every field of one scan that has readings, whatever their order.

    A pure function: the same readings and parameters give the same posteriors for ever. Readings of fields that the
    form does not have (another form was tried first) are left out.
    """
    learnt = known(parameters)
    fields = {field.name: field for field in form.all_fields()}
    by_key: dict[FieldKey, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.key.name in fields:
            by_key[reading.key].append(reading)
    keys = sorted(by_key, key=lambda key: (key.name, -1 if key.row is None else key.row))
    said = {key: votes(fields[key.name], form, by_key[key]) for key in keys}
    weighed = {key: weigh_field(fields[key.name], form, said[key], learnt) for key in keys}
    return {key: _posterior(key, fields[key.name], form, said[key], weighed[key], learnt) for key in keys}


def _posterior(
    key: FieldKey, field: Field, form: Form, said: Sequence[Vote], weighed: Weighed, learnt: Known
) -> Posterior:
    """What was weighed of one field, as a Posterior: typed values, the calibrated probability, evidence, facts."""
    order = _order(said, weighed)
    best = order[0]
    seen = circumstances(field, form, said, best, null_of(best))
    alike = sum(weighed.shares[says] for says in order if closely(field, says, best, POLICY.closely))
    probability = calibrated(alike, seen, learnt)
    return Posterior(
        key=key,
        candidates=tuple(_candidate(field, form, says, weighed.shares[says], said) for says in order),
        none=weighed.none,
        probability=probability,
        evidence=evidence(field, said, order, weighed, learnt),
        readings=tuple(vote.id for vote in said),
        parameters=learnt.version,
        people=seen.readers,
        experts=sum(vote.kind == "expert" for vote in said),
        machines=sum(vote.machine for vote in said),
        facts=seen.facts(),
    )


def _order(said: Sequence[Vote], weighed: Weighed) -> list[str]:
    """What the latest expert says first, then the most probable; equals in the order of their text."""
    experts = [vote for vote in said if vote.kind == "expert"]
    last = max(experts, key=lambda vote: (vote.at, vote.id)).says if experts else None
    return sorted(weighed.shares, key=lambda says: (says != last, -weighed.shares[says], says))


def _candidate(field: Field, form: Form, says: str, share: float, said: Sequence[Vote]) -> Candidate:
    null = null_of(says)
    text = surface(says, said)
    value = None if null else type_of(field.type).parse(text, field, form)
    return Candidate(normal=says, text=text, probability=share, null=null, value=value)
