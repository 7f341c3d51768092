"""Why a value is probable: the evidence of a posterior, as codes with numbers in bits."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from reconcile.agree import Vote
from reconcile.known import Known
from reconcile.posterior import Ruled, Weighed
from reconcile.sheet import Spot
from transcribe.model import Evidence

BIT = log(2.0)
SILENT = 0.05
"""Fewer bits than this are no evidence either way."""


def evidence(spot: Spot, weighed: Weighed, best: str, order: Sequence[str], learnt: Known) -> tuple[Evidence, ...]:
    """What speaks for the value that was read against the next likely one (or against "none of these"), in bits.

    No evidence holds a text that was read: texts are personal and may be erased, evidence stays.
    """
    other = next((says for says in order if says != best), None)
    if other is not None and weighed.shares[other] < weighed.none:
        other = None
    against = weighed.none_terms if other is None else weighed.terms[other]
    found = [
        _reader(vote, log(term / rival) / BIT, learnt.hearing(vote.source, vote.kind, spot.field.type).error)
        for vote, term, rival in zip(weighed.votes, weighed.terms[best], against, strict=True)
    ]
    found += [_rule(ruled, best, other) for ruled in weighed.ruled]
    if other is None:
        found.append(Evidence(code="nothing else", numbers={"probability": round(weighed.none, 6)}))
    else:
        found.append(Evidence(code="runner-up", numbers={"probability": round(weighed.shares[other], 6)}))
    return tuple(found)


def _reader(vote: Vote, bits: float, rate: float) -> Evidence:
    if vote.shown is not None:
        return Evidence(code="saw a value", numbers={"source": vote.source, "bits": round(bits, 2)})
    code = "reader neither" if abs(bits) < SILENT else "reader for" if bits > 0 else "reader against"
    return Evidence(code=code, numbers={"source": vote.source, "bits": round(bits, 2), "rate": round(rate, 4)})


def _rule(ruled: Ruled, best: str, other: str | None) -> Evidence:
    rival = ruled.none if other is None else ruled.factors[other]
    bits = log(ruled.factors[best] / rival) / BIT
    code = "rule broken" if ruled.factors[best] < 1.0 and bits <= 0 else "rule holds"
    return Evidence(code=code, numbers={"rule": ruled.rule, "bits": round(bits, 2)})
