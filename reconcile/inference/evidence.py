"""Why a value is probable: the evidence of a posterior, as codes with numbers in bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, log

from reconcile.forms import PreparedField
from reconcile.inference.circumstances import Circumstances
from reconcile.inference.corroboration import MIN_SETTLING_BITS, NATS_PER_BIT, settling_bits, shape_bits
from reconcile.inference.posterior import FieldPosterior, Ruled
from reconcile.inference.prior import shapes_of
from reconcile.inference.votes import Vote
from reconcile.parameters import PRIOR_ERROR_SHARE, FieldShapes, LearntParameters
from transcribe.codes import EvidenceCode, Witness
from transcribe.model import Evidence, Numbers

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
    if not seen.readers and seen.by_one_engine:
        found.append(Evidence(code=EvidenceCode.ONE_SURE_ENGINE, numbers={"confidence": round(seen.sure, 3)}))
    if not seen.readers and (situation := seen.situation):
        wrong, count = learnt.machines.tally(situation)
        is_own = learnt.machines.is_audited_here(situation)
        audits = EvidenceCode.AUDITED if is_own else EvidenceCode.AUDITED_AS_SHIPPED
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
