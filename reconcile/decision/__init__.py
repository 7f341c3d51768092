"""A decision, or the task of asking one more person; and the record."""

from reconcile.decision.audit_sampling import draw_audit, second_look
from reconcile.decision.decide import decide
from reconcile.decision.prefill import prefilled
from reconcile.decision.record import assemble, complete
from reconcile.decision.writing_tradition import Traditions, from_elsewhere, standing_alone, traditions

__all__ = [
    "Traditions",
    "assemble",
    "complete",
    "decide",
    "draw_audit",
    "from_elsewhere",
    "prefilled",
    "second_look",
    "standing_alone",
    "traditions",
]
