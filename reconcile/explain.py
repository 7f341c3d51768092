"""Why a value is probable: the evidence of a posterior, as codes with numbers in bits."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from reconcile.agree import Vote
from reconcile.known import Known
from reconcile.posterior import Weighed
from transcribe.model import Evidence, Field

BIT = log(2.0)
SILENT = 0.05
"""Fewer bits than this are no evidence either way."""


def evidence(
    field: Field, said: Sequence[Vote], order: Sequence[str], weighed: Weighed, learnt: Known
) -> tuple[Evidence, ...]:
    """What speaks for the first value against the next likely one (or against "none of these"), in bits.

    No evidence holds a text that was read: texts are personal and may be erased, evidence stays.
    """
    best = order[0]
    next_likely = order[1] if len(order) > 1 and weighed.shares[order[1]] >= weighed.none else None
    other = weighed.none_terms if next_likely is None else weighed.terms[next_likely]
    found = [
        _reader(vote, (for_it - against) / BIT, learnt.error(vote.source, vote.kind, field.type))
        for vote, for_it, against in zip(said, weighed.terms[best], other, strict=True)
    ]
    if next_likely is None:
        found.append(Evidence(code="nothing else", numbers={"probability": round(weighed.none, 6)}))
    else:
        found.append(Evidence(code="runner-up", numbers={"probability": round(weighed.shares[next_likely], 6)}))
    return tuple(found)


def _reader(vote: Vote, bits: float, rate: float) -> Evidence:
    if vote.shown is not None:
        return Evidence(code="saw a value", numbers={"source": vote.source, "bits": round(bits, 2)})
    code = "reader neither" if abs(bits) < SILENT else "reader for" if bits > 0 else "reader against"
    return Evidence(code=code, numbers={"source": vote.source, "bits": round(bits, 2), "rate": round(rate, 4)})
