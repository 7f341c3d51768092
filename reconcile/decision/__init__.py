"""A decision, or the task of asking one more person; and the record."""

from reconcile.decision.audit_sampling import draw_audit, may_need_second_look
from reconcile.decision.blind_agreement import agreed_blind
from reconcile.decision.decide import ask, decide, target_of
from reconcile.decision.prefill import prefilled
from reconcile.decision.provisional import provisional, provisional_record
from reconcile.decision.record import assemble, is_complete
from reconcile.decision.true_reasons import with_true_reason
from reconcile.decision.writing_tradition import Traditions, from_elsewhere, lone_tradition, traditions

__all__ = [
    "Traditions",
    "agreed_blind",
    "ask",
    "assemble",
    "decide",
    "draw_audit",
    "from_elsewhere",
    "is_complete",
    "lone_tradition",
    "may_need_second_look",
    "prefilled",
    "provisional",
    "provisional_record",
    "target_of",
    "traditions",
    "with_true_reason",
]
