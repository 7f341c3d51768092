"""What audits, engines and people's answers tell of quality, counted over a bounded number of the latest scans."""

from flows.measuring.audit_curves import MIN_GROUP_COUNT, CurvePoint, calibration_points, coverage_points, error_by_week
from flows.measuring.confusions import Confusion, confusions
from flows.measuring.field_quality import field_qualities
from flows.measuring.quality_measures import Measured, measure

__all__ = [
    "MIN_GROUP_COUNT",
    "Confusion",
    "CurvePoint",
    "Measured",
    "calibration_points",
    "confusions",
    "coverage_points",
    "error_by_week",
    "field_qualities",
    "measure",
]
