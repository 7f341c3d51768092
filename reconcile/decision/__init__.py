"""A decision, or the task of asking one more person; and the record."""

from reconcile.decision.answer import Answer, Known, Traditions, answers, is_of_same_readings, is_same, traditions
from reconcile.decision.audit_sampling import audit_of, is_audited
from reconcile.decision.blind_agreement import agreed_blind
from reconcile.decision.decide import decide
from reconcile.decision.record import assemble, is_complete, provisional, provisional_record

__all__ = [
    "Answer",
    "Known",
    "Traditions",
    "agreed_blind",
    "answers",
    "assemble",
    "audit_of",
    "decide",
    "is_audited",
    "is_complete",
    "is_of_same_readings",
    "is_same",
    "provisional",
    "provisional_record",
    "traditions",
]
