"""Weigh all readings of one scan together: how probable is each value of each field, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import cast

from reconcile.agree import closely, null_of, surface, votes
from reconcile.calibrate import calibrated
from reconcile.candidates import Origin
from reconcile.circumstances import circumstances
from reconcile.contest import majority
from reconcile.coupling import couple
from reconcile.explain import evidence
from reconcile.known import Known, known
from reconcile.policy import POLICY
from reconcile.posterior import Weighed, weigh_field
from reconcile.sheet import Sheet, Spot, sheet
from reconcile.told import standing
from transcribe.model import Candidate, FieldKey, Form, Parameters, Posterior, Reading

REMEMBERED = 20_000
"""So many fields that were weighed are kept in memory: some hundred scans that people are reading."""


def weigh(form: Form, readings: Sequence[Reading], parameters: Parameters) -> dict[FieldKey, Posterior]:
    """The posterior of every field of one scan that has readings, whatever their order.

    A pure function: the same readings and parameters give the same posteriors for ever. Readings of fields that the
    form does not have (another form was tried first) are left out, and so are cells of rows that a table does not have.
    """
    learnt, made = known(parameters), sheet(form)
    weighed = weigh_together(made, standing(form, readings), learnt)
    return {key: _remembered(key, made.spots[key.name], each, learnt) for key, each in weighed.items()}


def weigh_together(made: Sheet, readings: Sequence[Reading], learnt: Known) -> dict[FieldKey, Weighed]:
    """Raw probabilities of every field, each by itself first and then coupled by the form's rules."""
    by_key: dict[FieldKey, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.key.name in made.spots:
            by_key[reading.key].append(reading)
    return couple(
        made, {key: _by_itself(made.spots[key.name], by_key[key], learnt) for key in sorted(by_key, key=_place)}, learnt
    )


def _place(key: FieldKey) -> tuple[str, int]:
    return key.name, -1 if key.row is None else key.row


def _by_itself(spot: Spot, readings: list[Reading], learnt: Known) -> Weighed:
    """One field, from memory where the same readings were weighed under the same parameters: with one more reading,
    the other fields of its scan stay as they are."""
    token = (spot, *((reading.id, reading.text, reading.confidence) for reading in readings))
    found = learnt.weighed.get(token)
    if found is None:
        if len(learnt.weighed) >= REMEMBERED:
            learnt.weighed.clear()
        found = learnt.weighed[token] = weigh_field(spot, votes(spot, readings), learnt)
    return cast(Weighed, found)


def _remembered(key: FieldKey, spot: Spot, weighed: Weighed, learnt: Known) -> Posterior:
    """The posterior of one field, from memory where nothing about it has changed."""
    found = learnt.posteriors.get((key, spot))
    if found is None or found[0] is not weighed:
        if len(learnt.posteriors) >= REMEMBERED:
            learnt.posteriors.clear()
        found = learnt.posteriors[key, spot] = (weighed, _posterior(key, spot, weighed, learnt))
    return found[1]


def _posterior(key: FieldKey, spot: Spot, weighed: Weighed, learnt: Known) -> Posterior:
    """What was weighed of one field, as a Posterior: typed values, the calibrated probability, evidence, facts."""
    order = _order(spot, weighed, learnt)
    best = next(says for says in order if weighed.origins[says] == "read")
    seen = circumstances(spot, weighed, best, learnt)
    typed = {vote.says for vote in weighed.votes if not vote.machine} | {best}
    alike = sum(weighed.shares[says] for says in typed if closely(spot, says, best, POLICY.closely))
    probability = calibrated(alike, seen, learnt)
    return Posterior(
        key=key,
        candidates=tuple(_candidate(spot, says, weighed, weighed.origins[says]) for says in order),
        none=weighed.none,
        probability=probability,
        evidence=evidence(spot, weighed, order, seen, probability, learnt),
        readings=tuple(vote.id for vote in weighed.votes) + weighed.neighbours,
        parameters=learnt.version,
        people=seen.readers,
        experts=sum(vote.kind == "expert" for vote in weighed.votes),
        machines=sum(vote.machine for vote in weighed.votes),
        facts={**seen.facts(), "earned": learnt.earned(seen.situation)},
    )


def _order(spot: Spot, weighed: Weighed, learnt: Known) -> list[str]:
    """What the latest expert says first, then what the majority says where it is champion, then the most probable;
    equals in the order of their text."""
    experts = [vote for vote in weighed.votes if vote.kind == "expert"]
    first = max(experts, key=lambda vote: (vote.at, vote.id)).says if experts else None
    if first is None and learnt.champion(spot.family) == "majority":
        first = majority(weighed.votes)
    return sorted(weighed.shares, key=lambda says: (says != first, -weighed.shares[says], says))


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
