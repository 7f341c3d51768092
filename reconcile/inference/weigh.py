"""Weigh all readings of one scan together: how probable each value of each field is, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import inf, log
from typing import NamedTuple
from unicodedata import category

from rapidfuzz.distance import Indel

from reconcile.forms import PreparedField, PreparedForm, prepared, readings_in_told_rows
from reconcile.inference.arithmetic import apply_rules
from reconcile.inference.calibration import calibrated
from reconcile.inference.circumstances import Circumstances, circumstances
from reconcile.inference.corroboration import (
    MIN_SETTLING_BITS,
    NATS_PER_BIT,
    column_of,
    is_one_slip_apart,
    settling_bits,
    shape_bits,
)
from reconcile.inference.long_text import is_long, word_by_word
from reconcile.inference.noisy_channel import has_shapes, shapes_of
from reconcile.inference.posterior import FieldPosterior, Ruled, weigh_field
from reconcile.inference.votes import Vote, is_nearly_same, is_null, majority, null_of, votes
from reconcile.parameters import PRIOR_ERROR_SHARE, FieldShapes, LearntParameters, read_parameters
from reconcile.policy import Policy
from transcribe.codes import EvidenceCode, Flag, Witness
from transcribe.model import READ, Candidate, Evidence, FieldKey, Form, Numbers, Origin, Parameters, Posterior, Reading
from transcribe.values import has_fillers

EMOJI = ("\U0001f000", "\U0001faff")
"""Where Unicode has pictures: the first and the last of them."""


LAST_WORD_FLAGS = frozenset({Flag.HEARD_AN_APPEAL, Flag.SAW_ALL_READINGS})
"""Flags of readings by experts that hold, whatever another expert read."""


MIN_EARLIER_EXPERT_RATIO = 2.0
"""An earlier expert's text holds against the latest one's where it is more than so many times as probable.

Chosen by hand.
"""


MIN_COLUMN_SHARE = 0.5
"""From this share on a code tells how others of its column are written. Chosen by hand."""


def weigh(
    form: Form,
    readings: Sequence[Reading],
    parameters: Parameters,
    policy: Policy,
    memory: ScanMemory | None = None,
) -> dict[FieldKey, Posterior]:
    """The posterior of every field of one scan that has readings, whatever their order.

    A pure function: the same readings, parameters and policy give the same posteriors for ever, with a `memory` or
    without. Readings of fields that the form does not have (another form was tried first) are left out, and so are
    cells of rows that a table does not have. What a scan gave last is kept in `memory`: with one more reading its other
    fields need not be weighed again.
    """
    if not readings:
        return {}
    made, scan = prepared(form), readings[0].scan
    learnt = read_parameters(parameters)
    told = readings_in_told_rows(form, readings)
    if memory is None:
        together = _with_columns(made, weigh_together(made, told, learnt))
        return {key: _posterior(key, made.fields[key.name], ruled, learnt, policy) for key, ruled in together.items()}
    before, by_field = memory.recall(learnt, policy, made, scan), _by_field(made, told)
    tokens = {key: tuple([(each.id, each.text, each.confidence) for each in own]) for key, own in by_field.items()}
    kept = {key: before[key] for key, token in tokens.items() if key in before and before[key].readings == token}
    alone = {
        key: kept[key].alone if key in kept else _by_itself(made.fields[key.name], own, learnt)
        for key, own in by_field.items()
    }
    now = {
        key: kept[key]
        if key in kept and kept[key].ruled == ruled
        else WeighedField(tokens[key], alone[key], ruled, _posterior(key, made.fields[key.name], ruled, learnt, policy))
        for key, ruled in _with_columns(made, apply_rules(made, alone, learnt)).items()
    }
    memory.keep(learnt, policy, made, scan, now)
    return {key: each.posterior for key, each in now.items()}


def weigh_together(
    made: PreparedForm, readings: Sequence[Reading], learnt: LearntParameters
) -> dict[FieldKey, FieldPosterior]:
    """Raw probabilities of every field, each by itself first and then coupled by the form's rules."""
    said = _by_field(made, readings)
    return apply_rules(
        made, {key: _by_itself(made.fields[key.name], here, learnt) for key, here in said.items()}, learnt
    )


def _with_columns(made: PreparedForm, together: dict[FieldKey, FieldPosterior]) -> dict[FieldKey, FieldPosterior]:
    """These fields, and with each code in a table what the other rows of its column tell of how it is written."""
    columns: dict[str, dict[FieldKey, str]] = defaultdict(dict)
    for key, weighed in together.items():
        spot = made.fields[key.name]
        if key.row is None or not spot.facts.is_free_code or not has_shapes(spot):
            continue
        best = max(weighed.shares, key=lambda says: (weighed.shares[says], says))
        if null_of(best) is None and weighed.shares[best] >= MIN_COLUMN_SHARE:
            columns[key.name][key] = best
    found = dict(together)
    for codes in columns.values():
        for key, code in codes.items():
            others = [other for where, other in codes.items() if where != key]
            found[key] = found[key]._replace(column=column_of(code, others))
    return found


def _by_itself(spot: PreparedField, readings: Sequence[Reading], learnt: LearntParameters) -> FieldPosterior:
    """One field without the rules of its form: whole, or word by word where `is_long` says so."""
    said = votes(spot, readings)
    whole = weigh_field(spot, said, learnt)
    return word_by_word(spot, whole, learnt) if is_long(spot, said) else whole


def _by_field(made: PreparedForm, readings: Sequence[Reading]) -> dict[FieldKey, list[Reading]]:
    """The readings of each field that the form has, in an order that the readings' order does not change."""
    found: dict[FieldKey, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.key.name in made.fields:
            found[reading.key].append(reading)
    return {key: found[key] for key in sorted(found, key=_sort_key)}


def _sort_key(key: FieldKey) -> tuple[str, int]:
    return key.name, -1 if key.row is None else key.row


def _posterior(
    key: FieldKey, spot: PreparedField, weighed: FieldPosterior, learnt: LearntParameters, policy: Policy
) -> Posterior:
    """What was weighed of one field, as a Posterior: typed values, calibrated probability, evidence, standing."""
    order = _order(spot, weighed, learnt)
    best = next(says for says in order if weighed.origins[says] in READ)
    seen = circumstances(spot, weighed, best, learnt, policy)
    others = 1.0 - _nearly_same_share(
        spot, weighed, best, policy.min_text_similarity
    )  # they count neither for it nor against it
    share = weighed.shares[best] / max(others, weighed.shares[best])
    probability = calibrated(share, seen, learnt)
    machines = len([vote for vote in weighed.votes if vote.machine])
    return Posterior(
        key=key,
        candidates=tuple([_candidate(spot, says, weighed, weighed.origins[says]) for says in order]),
        none=weighed.none,
        probability=probability,
        evidence=evidence(spot, weighed, order, seen, probability, learnt),
        readings=(*[vote.id for vote in weighed.votes], *weighed.neighbours),
        parameters=learnt.version,
        people=seen.readers,
        experts=len(weighed.votes) - seen.readers - machines,
        machines=machines,
        standing=seen.standing(learnt, share),
    )


def _nearly_same_share(spot: PreparedField, weighed: FieldPosterior, best: str, min_similarity: float) -> float:
    """The share of texts that people typed and that are nearly the same as the best.

    0 for a text weighed word by word: there the doubt is about its near rivals, and one in twenty characters is a word.
    0 too for one that engines alone read: what people typed otherwise is its rival.
    """
    if weighed.words is not None:
        return 0.0
    typed = {vote.says for vote in weighed.votes if not vote.machine}
    if best not in typed:
        return 0.0
    near = [says for says in typed - {best} if is_nearly_same(spot, says, best, min_similarity)]
    return sum([weighed.shares[says] for says in sorted(near)]) if near else 0.0


def _order(spot: PreparedField, weighed: FieldPosterior, learnt: LearntParameters) -> list[str]:
    """All texts in order: the experts', then the majority's where it is champion, then the most probable.

    Equally probable ones stand in the order of their text.
    """
    if len(weighed.shares) == 1:
        return list(weighed.shares)
    first = _experts_text(spot, weighed)
    if first is None and learnt.champion(spot.family) == "majority":
        first = majority(weighed.votes)
    return sorted(weighed.shares, key=lambda says: (says != first, -weighed.shares[says], says))


def _experts_text(spot: PreparedField, weighed: FieldPosterior) -> str | None:
    """The text of the experts; None where none read the field.

    It is that of the latest who heard an appeal or saw all readings, where any did; else the latest, or another one's
    that is plainly likelier. Where it is faulty for the field's type (02/0412024) and they did not insist on it, they
    slipped: what experts said since without such a slip counts instead, else a text without a fault that was read and
    differs as little, and that may be asked again.
    """
    experts = [vote for vote in weighed.votes if vote.kind == "expert"]
    if not experts:
        return None
    last = [vote for vote in experts if vote.flags & LAST_WORD_FLAGS]
    latest = max(last or experts, key=lambda vote: (vote.at, vote.id))
    if not last:
        likeliest = max(experts, key=lambda vote: (weighed.shares[vote.says], vote.at, vote.id))
        if weighed.shares[likeliest.says] > MIN_EARLIER_EXPERT_RATIO * weighed.shares[latest.says]:
            latest = likeliest
    if not _slipped(spot, latest):
        return latest.says
    since = [vote for vote in experts if vote.at > latest.at and not _slipped(spot, vote)]
    if since:
        return max(since, key=lambda vote: (vote.at, vote.id)).says
    meant = {
        vote.says
        for vote in weighed.votes
        if null_of(vote.says) is None and not spot.faults(vote.says) and is_one_slip_apart(vote.text, latest.text)
    }
    return max(meant, key=lambda says: (weighed.shares[says], says), default=latest.says)


def _slipped(spot: PreparedField, vote: Vote) -> bool:
    """Whether a vote has a text that is faulty for the field's type, and whoever sent it did not insist on it."""
    return null_of(vote.says) is None and bool(spot.faults(vote.says)) and Flag.OVERRODE_A_CHECK not in vote.flags


def _candidate(spot: PreparedField, says: str, weighed: FieldPosterior, origin: Origin) -> Candidate:
    null = null_of(says)
    text = _written_text(spot, says, weighed.votes) if origin == "read" else says
    if origin == "words" and weighed.words is not None:
        text = weighed.words.text
    spelt = _listed(spot, says)
    if origin == "master" and spelt is not None:
        text = spelt
    if spelt is None or [vote for vote in weighed.votes if vote.kind == "expert" and vote.says == says]:
        spelt = text  # an expert's spelling counts as they typed it
    return Candidate(
        normal=says,
        text=text,
        probability=weighed.shares[says],
        origin=origin,
        null=null,
        value=None if null else spot.value(spelt),
    )


def _listed(spot: PreparedField, says: str) -> str | None:
    """The known value with this comparable text, spelt as master data spell it; None where there is none."""
    known = spot.known_values
    return known.text(says) if known is not None and known.has(says) else None


def _has_unwritten(text: str) -> bool:
    """Whether a text has characters that stand on no paper: emoji, and signs that only programs see."""
    first, last = EMOJI
    return not text.isascii() and any(
        first <= each <= last or category(each) in ("Cf", "Co", "Cn", "Cs") for each in text
    )


def _written_text(spot: PreparedField, says: str, among: Sequence[Vote]) -> str:
    """The text as written for a comparable one: the spelling of most sources that say it.

    Experts come before people, and people before machines; one with characters that stand on no paper, as emoji, comes
    after all others. Of equally frequent spellings it is the one nearest to how the form writes such a value, then the
    surest engine's.
    """
    if is_null(says):
        return ""
    texts = {each.text for each in among if each.says == says}
    if len(texts) > 1:
        texts = {text for text in texts if not _has_unwritten(text)} or texts
    if len(texts) < 2:
        return texts.pop() if texts else says
    for_it = [each for each in among if each.says == says]
    experts, people, machines = (
        [each.text for each in for_it if each.kind == kind] for kind in ("expert", "person", "machine")
    )
    if not any(each.text for each in for_it if not each.machine) and spot.facts.is_plain_number:
        texts = {text for text in texts if not has_fillers(text)} or texts
    sure = {text: max(each.confidence or 0.0 for each in for_it if each.text == text) for text in texts}
    return max(
        texts,
        key=lambda text: (
            experts.count(text),
            people.count(text),
            machines.count(text),
            _well_written(spot, says, text),
            sure[text],
            text,
        ),
    )


def _well_written(spot: PreparedField, says: str, text: str) -> float:
    """How similar a text is to the same value as the form writes it, or, of free text, to its comparable text."""
    value = spot.value(text)
    return Indel.normalized_similarity(text, says if value is None else spot.written(value)) + (
        Indel.normalized_similarity(text.casefold(), says.casefold())
    )


# Why a value is probable: the evidence of a posterior, as codes with numbers in bits.

MIN_EVIDENCE_BITS = 0.05
"""Fewer bits than this are no evidence either way. Chosen by hand."""


NEXT_VALUE_ERROR_SHARE = 0.05
"""The share of errors that give just the next likely value, of all that they might give. Chosen by hand."""


def evidence(
    spot: PreparedField,
    weighed: FieldPosterior,
    order: Sequence[str],
    seen: Circumstances,
    probability: float,
    learnt: LearntParameters,
) -> tuple[Evidence, ...]:
    """The evidence for the value that was read, in bits against the next likely one or against "none of these".

    No evidence holds a text that was read: texts are personal and may be erased, evidence stays.
    """
    best = seen.says
    other = next((says for says in order if says != best), None) if len(order) > 1 else None
    if other is not None and weighed.shares[other] < weighed.none:
        other = None
    against = weighed.none_terms if other is None else weighed.terms[other]
    found = []
    for (vote, source_model, _), term, rival in zip(weighed.sources, weighed.terms[best], against, strict=True):
        found.append(_reader(vote, log(term / rival) / NATS_PER_BIT, source_model.rate))
    prior = weighed.none_prior if other is None else weighed.priors[other]
    before = (weighed.priors[best] - prior) / NATS_PER_BIT
    shapes = shapes_of(spot, learnt)
    by_shape = 0.0 if other is None or shapes is None else shape_bits(spot, best, other, learnt)
    if abs(before - by_shape) >= MIN_EVIDENCE_BITS:
        found.append(Evidence(code=EvidenceCode.BEFORE_READING, numbers={"bits": round(before - by_shape, 2)}))
    if shapes is not None:
        found += _shape(spot, best, by_shape, shapes, learnt)
    if seen.coded:
        found.append(Evidence(code=EvidenceCode.BARCODE))
    if seen.witness and seen.witness != Witness.SUMS:
        found.append(Evidence(code=EvidenceCode(seen.witness)))
    if weighed.words is not None and not seen.null:
        code = EvidenceCode.EACH_WORD if weighed.origins[best] == "words" else EvidenceCode.READ_WHOLE
        found.append(Evidence(code=code, numbers={"places": weighed.words.places}))
    found += [_rule(ruled, best, other) for ruled in weighed.ruled]
    if other is None:
        found.append(Evidence(code=EvidenceCode.NOTHING_ELSE, numbers={"probability": round(weighed.none, 6)}))
    else:
        found.append(Evidence(code=EvidenceCode.RUNNER_UP, numbers={"probability": round(weighed.shares[other], 6)}))
        found.append(
            Evidence(
                code=EvidenceCode.WOULD_FLIP, numbers={"probability": round(_after_one_more(weighed, best, other), 4)}
            )
        )
    raw, told = round(weighed.shares[best], 4), round(probability, 4)
    if raw != told:
        found.append(Evidence(code=EvidenceCode.CALIBRATED, numbers={"raw": raw, "probability": told}))
    if not seen.readers and seen.features:
        share = weighed.shares[best]
        for why, nats in seen.doubts(share).items():
            if -nats >= NATS_PER_BIT:
                doubt: Numbers = {"why": str(why), "bits": round(-nats / NATS_PER_BIT, 2)}
                found.append(Evidence(code=EvidenceCode.DOUBT, numbers=doubt))
    if not seen.readers and (situation := seen.situation):
        wrong, count = learnt.machines.tally(situation)
        is_own = learnt.machines.is_audited_here(situation)
        audits = EvidenceCode.AUDITED if is_own else EvidenceCode.AUDITED_AS_SHIPPED
        if count:
            found.append(Evidence(code=audits, numbers={"wrong": round(wrong, 1), "count": round(count)}))
    if learnt.champion(spot.family) == "majority":
        found.append(Evidence(code=EvidenceCode.MAJORITY))
    return tuple(found)


def _shape(
    spot: PreparedField, best: str, bits: float, shapes: FieldShapes, learnt: LearntParameters
) -> Iterator[Evidence]:
    """What the shapes of the field's codes say of the value."""
    if abs(bits) >= MIN_EVIDENCE_BITS:
        code = EvidenceCode.SHAPE_FOR if bits > 0 else EvidenceCode.SHAPE_AGAINST
        counted: Numbers = {"like": round(shapes.count_of(best)), "of": round(shapes.total)}
        yield Evidence(code=code, numbers={**counted, "bits": round(bits, 2)})
    settling = settling_bits(spot, best, learnt)
    if MIN_SETTLING_BITS <= settling < inf:
        yield Evidence(code=EvidenceCode.SHAPE_SETTLES, numbers={"bits": round(settling, 2)})


def _after_one_more(weighed: FieldPosterior, best: str, other: str) -> float:
    """The probability of the best value if one more person of the usual kind read the other one."""
    error = PRIOR_ERROR_SHARE["person"]
    kept = weighed.shares[best] * error * NEXT_VALUE_ERROR_SHARE
    return kept / (kept + weighed.shares[other] * (1 - error) + weighed.none * error)


def _reader(vote: Vote, bits: float, rate: float) -> Evidence:
    if vote.shown is not None:
        return Evidence(code=EvidenceCode.SAW_A_VALUE, numbers={"source": vote.source, "bits": round(bits, 2)})
    if abs(bits) < MIN_EVIDENCE_BITS:
        code = EvidenceCode.READER_NEITHER
    else:
        code = EvidenceCode.READER_FOR if bits > 0 else EvidenceCode.READER_AGAINST
    return Evidence(code=code, numbers={"source": vote.source, "bits": round(bits, 2), "rate": rate})


def _rule(ruled: Ruled, best: str, other: str | None) -> Evidence:
    rival = ruled.none if other is None else ruled.factors[other]
    bits = round(log(ruled.factors[best] / rival) / NATS_PER_BIT, 2)
    code = EvidenceCode.RULE_BROKEN if ruled.factors[best] < 1.0 and bits <= 0 else EvidenceCode.RULE_HOLDS
    return Evidence(code=code, numbers={"rule": ruled.rule, "bits": bits})


# What scans gave when they were weighed last, kept for speed by callers that weigh again and again.

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
