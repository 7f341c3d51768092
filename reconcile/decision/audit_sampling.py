"""Which decided fields a person reads again, blind, so that the real error is known. The lot can be repeated."""

from __future__ import annotations

from hashlib import sha256

from reconcile.policy import Policy
from transcribe.codes import Reason
from transcribe.model import Field, FieldKey, Posterior, Task

AUDIT_PRIORITY = -1
"""Audits come after what orders wait for. In a batch as urgent as others experts read the disputes first."""

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


def is_audited(scan: str, field: Field, posterior: Posterior, policy: Policy) -> bool:
    """Whether a decided field is read once more, blind, by an expert. Payment data never are: nobody sees them.

    Each new reading by a person draws anew. A field that an expert has read is not drawn again; it gets a second look
    where nobody else read it so.
    """
    if field.personal == "payment" or posterior.standing.by_operator:
        return False  # operators have the last word, and have seen what an audit would hide
    read_count = posterior.people + posterior.experts
    is_drawn = not posterior.experts and draw_audit(scan, posterior.key, read_count, policy.audit_share)
    return is_drawn or may_need_second_look(posterior)


def audit_of(scan: str, posterior: Posterior) -> Task:
    """The task of reading a decided field once more, blind."""
    return Task(
        scan=scan,
        key=posterior.key,
        kind="audit",
        reason=Reason.AUDIT,
        slot=1 + posterior.people + posterior.experts,
        priority=AUDIT_PRIORITY,
    )
