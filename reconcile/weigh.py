"""Weigh all readings of one scan together: how probable is each value of each field, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from reconcile.agree import closely, null_of, surface, votes
from reconcile.calibrate import calibrated
from reconcile.candidates import Origin
from reconcile.circumstances import circumstances
from reconcile.coupling import couple
from reconcile.explain import evidence
from reconcile.known import Known, known
from reconcile.policy import POLICY
from reconcile.posterior import Weighed, weigh_field
from reconcile.sheet import Sheet, Spot, sheet
from transcribe.model import Candidate, FieldKey, Form, Parameters, Posterior, Reading


def weigh(form: Form, readings: Sequence[Reading], parameters: Parameters) -> dict[FieldKey, Posterior]:
    """The posterior of every field of one scan that has readings, whatever their order.

    A pure function: the same readings and parameters give the same posteriors for ever. Readings of fields that the
    form does not have (another form was tried first) are left out.
    """
    learnt, made = known(parameters), sheet(form)
    weighed = weigh_together(made, readings, learnt)
    return {key: _posterior(key, made.spots[key.name], weighed[key], learnt) for key in weighed}


def weigh_together(made: Sheet, readings: Sequence[Reading], learnt: Known) -> dict[FieldKey, Weighed]:
    """Raw probabilities of every field, each by itself first and then coupled by the form's rules."""
    by_key: dict[FieldKey, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.key.name in made.spots:
            by_key[reading.key].append(reading)
    weighed = {
        key: weigh_field(made.spots[key.name], votes(made.spots[key.name], by_key[key]), learnt)
        for key in sorted(by_key, key=lambda key: (key.name, -1 if key.row is None else key.row))
    }
    return couple(made, weighed, learnt)


def _posterior(key: FieldKey, spot: Spot, weighed: Weighed, learnt: Known) -> Posterior:
    """What was weighed of one field, as a Posterior: typed values, the calibrated probability, evidence, facts."""
    order = _order(weighed)
    best = next(says for says in order if weighed.origins[says] == "read")
    seen = circumstances(spot, weighed, best, learnt)
    typed = {vote.says for vote in weighed.votes if not vote.machine} | {best}
    alike = sum(weighed.shares[says] for says in typed if closely(spot, says, best, POLICY.closely))
    return Posterior(
        key=key,
        scan="",
        candidates=tuple(_candidate(spot, says, weighed, weighed.origins[says]) for says in order),
        none=weighed.none,
        probability=calibrated(alike, seen, learnt),
        evidence=evidence(spot, weighed, best, order, learnt),
        readings=tuple(vote.id for vote in weighed.votes) + weighed.neighbours,
        parameters=learnt.version,
        people=seen.readers,
        experts=sum(vote.kind == "expert" for vote in weighed.votes),
        machines=sum(vote.machine for vote in weighed.votes),
        facts={**seen.facts(), "earned": learnt.earned(seen.situation)},
    )


def _order(weighed: Weighed) -> list[str]:
    """What the latest expert says first, then the most probable; equals in the order of their text."""
    experts = [vote for vote in weighed.votes if vote.kind == "expert"]
    last = max(experts, key=lambda vote: (vote.at, vote.id)).says if experts else None
    return sorted(weighed.shares, key=lambda says: (says != last, -weighed.shares[says], says))


def _candidate(spot: Spot, says: str, weighed: Weighed, origin: Origin) -> Candidate:
    null = null_of(says)
    text = surface(says, weighed.votes) if origin == "read" else says
    if origin == "master" and spot.values is not None and spot.values.has(says):
        text = spot.values.text(says)
    return Candidate(
        normal=says,
        text=text,
        probability=weighed.shares[says],
        origin=origin,
        null=null,
        value=None if null else spot.value(text),
    )
