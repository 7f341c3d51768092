"""How probable each value of a field is, and why."""

from reconcile.inference.calibration import Lesson, calibrated, fit_calibration, informed_share
from reconcile.inference.circumstances import PEOPLE_STAGE, Circumstances, circumstances
from reconcile.inference.noisy_channel import flat_prior, habits, has_shapes, ways
from reconcile.inference.posterior import FieldPosterior, shared_confusions, weigh_field
from reconcile.inference.votes import Vote, is_nearly_same, majority, null_of, vote, votes
from reconcile.inference.weigh import LAST_WORD_FLAGS, ScanMemory, weigh, weigh_together

__all__ = [
    "LAST_WORD_FLAGS",
    "PEOPLE_STAGE",
    "Circumstances",
    "FieldPosterior",
    "Lesson",
    "ScanMemory",
    "Vote",
    "calibrated",
    "circumstances",
    "fit_calibration",
    "flat_prior",
    "habits",
    "has_shapes",
    "informed_share",
    "is_nearly_same",
    "majority",
    "null_of",
    "shared_confusions",
    "vote",
    "votes",
    "ways",
    "weigh",
    "weigh_field",
    "weigh_together",
]
