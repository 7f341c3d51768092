"""Which decided fields a person reads again, blind, so that the real error is known: drawn by a repeatable lot."""

from __future__ import annotations

from hashlib import sha256

from transcribe.model import FieldKey, Posterior


def draw(scan: str, key: FieldKey, version: int, share: float) -> bool:
    """Whether this decision is audited: `share` of all decisions are, whoever asks and however often.

    The lot is a hash of scan, field and the decision's version, so nobody can foresee it from the value or the source,
    and a repeated run draws the same.
    """
    lot = sha256(f"audit {scan} {key} {version}".encode()).digest()
    return int.from_bytes(lot[:8]) < share * 2**64


def second_look(posterior: Posterior) -> bool:
    """Whether another expert is to read this as well: one alone has read what no engine and nobody else read. Experts
    slip on one field in a hundred, oftener than two engines that agree, and would else be taken for the truth."""
    facts = posterior.facts
    return posterior.experts == 1 and not facts["engines"] and not facts["people"] and not facts["by ink"]
