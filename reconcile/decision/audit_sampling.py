"""Which decided fields a person reads again, blind, so that the real error is known. The lot can be repeated."""

from __future__ import annotations

from hashlib import sha256

from transcribe.model import FieldKey, Posterior

SECOND_LOOK_PROBABILITY = 0.5
"""Below this probability a value read by one expert is read by a second. The first expert's word is counted in it."""


def draw_audit(scan: str, key: FieldKey, version: int, share: float) -> bool:
    """Whether this decision is audited, as `share` (0 to 1) of all decisions are.

    The lot is a hash of scan, field and the decision's version. It cannot be foreseen from the value or the source, and
    a repeated run draws the same.
    """
    lot = sha256(f"audit {scan} {key} {version}".encode()).digest()
    return int.from_bytes(lot[:8]) < share * 2**64


def may_need_second_look(posterior: Posterior) -> bool:
    """Whether another expert is to read this as well: one alone has, and their value is less likely than not.

    Experts slip on one field in a hundred, and read damage as everybody does. Without a second look one in five of all
    values that experts decided was wrong in made-up orders.
    """
    return posterior.experts == 1 and posterior.candidates[0].probability < SECOND_LOOK_PROBABILITY
