"""How probable each value of a field is, and why."""

from reconcile.inference.calibration import Lesson, at_hand, calibrated, fit_calibration
from reconcile.inference.circumstances import PEOPLE, Circumstances, circumstances
from reconcile.inference.noisy_channel import edits, habits, ways
from reconcile.inference.posterior import FieldPosterior, weigh_field
from reconcile.inference.prior import flat_prior
from reconcile.inference.scan_memory import ScanMemory
from reconcile.inference.votes import Vote, closely, majority, null_of, vote, votes
from reconcile.inference.weigh import weigh, weigh_together

__all__ = [
    "PEOPLE",
    "Circumstances",
    "FieldPosterior",
    "Lesson",
    "ScanMemory",
    "Vote",
    "at_hand",
    "calibrated",
    "circumstances",
    "closely",
    "edits",
    "fit_calibration",
    "flat_prior",
    "habits",
    "majority",
    "null_of",
    "vote",
    "votes",
    "ways",
    "weigh",
    "weigh_field",
    "weigh_together",
]
