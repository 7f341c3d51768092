"""Weigh all readings of one scan together: how probable is each value of each field, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from reconcile.forms import PreparedField, PreparedForm, prepared
from reconcile.inference.arithmetic import apply_rules
from reconcile.inference.calibration import calibrated
from reconcile.inference.circumstances import circumstances
from reconcile.inference.corroboration import near
from reconcile.inference.evidence import evidence
from reconcile.inference.long_text import is_long, word_by_word
from reconcile.inference.posterior import FieldPosterior, weigh_field
from reconcile.inference.row_filter import standing
from reconcile.inference.scan_memory import ScanMemory, WeighedField
from reconcile.inference.votes import closely, majority, null_of, surface, votes
from reconcile.parameters import LearntParameters, read_parameters
from reconcile.policy import POLICY
from transcribe.codes import Flag
from transcribe.model import READ, Candidate, FieldKey, Form, Origin, Parameters, Posterior, Reading

LAST_WORD = frozenset({Flag.HEARD_AN_APPEAL, Flag.SAW_ALL_READINGS})
"""Flags of readings by experts that stand whatever another expert read."""

LIKELIER = 2.0
"""So many times as probable is what an earlier expert read, where it stands against the latest."""


def weigh(
    form: Form, readings: Sequence[Reading], parameters: Parameters, memory: ScanMemory | None = None
) -> dict[FieldKey, Posterior]:
    """The posterior of every field of one scan that has readings, whatever their order.

    A pure function: the same readings and parameters give the same posteriors for ever, with a `memory` or without.
    Readings of fields that the form does not have (another form was tried first) are left out, and so are cells of rows
    that a table does not have. What a scan gave last is kept in `memory`: with one more reading its other fields need
    not be weighed again.
    """
    if not readings:
        return {}
    learnt, made, scan = read_parameters(parameters), prepared(form), readings[0].scan
    before = {} if memory is None else memory.recall(learnt, made, scan)
    by_field = _by_field(made, standing(form, readings))
    tokens = {key: tuple([(each.id, each.text, each.confidence) for each in own]) for key, own in by_field.items()}
    kept = {key: before[key] for key, token in tokens.items() if key in before and before[key].readings == token}
    alone = {
        key: kept[key].alone if key in kept else _by_itself(made.fields[key.name], own, learnt)
        for key, own in by_field.items()
    }
    now = {
        key: kept[key]
        if key in kept and kept[key].ruled == ruled
        else WeighedField(tokens[key], alone[key], ruled, _posterior(key, made.fields[key.name], ruled, learnt))
        for key, ruled in apply_rules(made, alone, learnt).items()
    }
    if memory is not None:
        memory.keep(learnt, made, scan, now)
    return {key: each.posterior for key, each in now.items()}


def weigh_together(
    made: PreparedForm, readings: Sequence[Reading], learnt: LearntParameters
) -> dict[FieldKey, FieldPosterior]:
    """Raw probabilities of every field, each by itself first and then coupled by the form's rules."""
    said = _by_field(made, readings)
    return apply_rules(
        made, {key: _by_itself(made.fields[key.name], here, learnt) for key, here in said.items()}, learnt
    )


def _by_itself(spot: PreparedField, readings: Sequence[Reading], learnt: LearntParameters) -> FieldPosterior:
    """One field without its form: whole, and a long text that several sources read differently word by word."""
    said = votes(spot, readings)
    whole = weigh_field(spot, said, learnt)
    return word_by_word(spot, whole, learnt) if is_long(spot, said) else whole


def _by_field(made: PreparedForm, readings: Sequence[Reading]) -> dict[FieldKey, list[Reading]]:
    """The readings of each field that the form has, in an order that the readings' order does not change."""
    found: dict[FieldKey, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.key.name in made.fields:
            found[reading.key].append(reading)
    return {key: found[key] for key in sorted(found, key=_place)}


def _place(key: FieldKey) -> tuple[str, int]:
    return key.name, -1 if key.row is None else key.row


def _posterior(key: FieldKey, spot: PreparedField, weighed: FieldPosterior, learnt: LearntParameters) -> Posterior:
    """What was weighed of one field, as a Posterior: typed values, the calibrated probability, evidence, facts."""
    order = _order(spot, weighed, learnt)
    best = next(says for says in order if weighed.origins[says] in READ)
    seen = circumstances(spot, weighed, best, learnt)
    probability = calibrated(weighed.shares[best] + _alike(spot, weighed, best), seen, learnt)
    return Posterior(
        key=key,
        candidates=tuple([_candidate(spot, says, weighed, weighed.origins[says]) for says in order]),
        none=weighed.none,
        probability=probability,
        evidence=evidence(spot, weighed, order, seen, probability, learnt),
        readings=(*[vote.id for vote in weighed.votes], *weighed.neighbours),
        parameters=learnt.version,
        people=seen.readers,
        experts=len([vote for vote in weighed.votes if vote.kind == "expert"]),
        machines=len([vote for vote in weighed.votes if vote.machine]),
        standing=seen.standing(learnt.machines.earned_share(seen.situation)),
    )


def _alike(spot: PreparedField, weighed: FieldPosterior, best: str) -> float:
    """The share of what people typed that is as good as the best: nearly the same. Not of a text weighed word by word:
    there its near rivals are what the doubt is about, and one in twenty characters is a word."""
    if weighed.words is not None:
        return 0.0
    typed = {vote.says for vote in weighed.votes if not vote.machine} - {best}
    return sum(
        [weighed.shares[says] for says in sorted(typed) if closely(spot, says, best, POLICY.min_text_similarity)]
    )


def _order(spot: PreparedField, weighed: FieldPosterior, learnt: LearntParameters) -> list[str]:
    """What experts say first, then what the majority says where it is champion, then the most probable;
    equals in the order of their text."""
    if len(weighed.shares) == 1:
        return list(weighed.shares)
    first = _of_experts(spot, weighed)
    if first is None and learnt.champion(spot.family) == "majority":
        first = majority(weighed.votes)
    return sorted(weighed.shares, key=lambda says: (says != first, -weighed.shares[says], says))


def _of_experts(spot: PreparedField, weighed: FieldPosterior) -> str | None:
    """What the experts say: the latest, or what another said that is plainly likelier; the latest of those who heard an
    appeal or saw all readings where any did. Where that is no value of the field's type (02/0412024) and they did not
    insist on it, it is a slip: what somebody read that is one and differs in as little stands first, and may be asked
    again."""
    experts = [vote for vote in weighed.votes if vote.kind == "expert"]
    if not experts:
        return None
    last = [vote for vote in experts if vote.flags & LAST_WORD]
    latest = max(last or experts, key=lambda vote: (vote.at, vote.id))
    if not last:
        likeliest = max(experts, key=lambda vote: (weighed.shares[vote.says], vote.at, vote.id))
        if weighed.shares[likeliest.says] > LIKELIER * weighed.shares[latest.says]:
            latest = likeliest
    if null_of(latest.says) or not spot.faults(latest.says) or Flag.OVERRODE_A_CHECK in latest.flags:
        return latest.says
    meant = {
        vote.says
        for vote in weighed.votes
        if null_of(vote.says) is None and not spot.faults(vote.says) and near(vote.text, latest.text)
    }
    return max(meant, key=lambda says: (weighed.shares[says], says), default=latest.says)


def _candidate(spot: PreparedField, says: str, weighed: FieldPosterior, origin: Origin) -> Candidate:
    null = null_of(says)
    text = surface(spot, says, weighed.votes) if origin == "read" else says
    if origin == "words" and weighed.words is not None:
        text = weighed.words.text
    if origin == "master" and spot.known_values is not None and spot.known_values.has(says):
        text = spot.known_values.text(says)
    return Candidate(
        normal=says,
        text=text,
        probability=weighed.shares[says],
        origin=origin,
        null=null,
        value=None if null else spot.value(text),
    )
