"""Which decided fields a person reads again, blind, so that the real error is known: drawn by a repeatable lot."""

from __future__ import annotations

from hashlib import sha256

from transcribe.model import FieldKey, Posterior

LIKELY = 0.5
"""What one expert reads that is less probable, their own word counted, is read by another."""


def draw_audit(scan: str, key: FieldKey, version: int, share: float) -> bool:
    """Whether this decision is audited: `share` of all decisions are, whoever asks and however often.

    The lot is a hash of scan, field and the decision's version, so nobody can foresee it from the value or the source,
    and a repeated run draws the same.
    """
    lot = sha256(f"audit {scan} {key} {version}".encode()).digest()
    return int.from_bytes(lot[:8]) < share * 2**64


def second_look(posterior: Posterior) -> bool:
    """Whether another expert is to read this as well: one alone has, and even with their word it is less likely than
    not. Experts slip on one field in a hundred and read damage as everybody does, and would else be taken for the
    truth: in made-up orders one in five of all that experts decided was wrong."""
    return posterior.experts == 1 and posterior.candidates[0].probability < LIKELY
