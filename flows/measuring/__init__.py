"""What audits, engines and people's answers tell of quality, counted over a bounded number of the latest scans."""

from flows.measuring.confusions import Confusion, confusions
from flows.measuring.form_suggestions import SuggestedForm, suggest_form
from flows.measuring.quality_measures import (
    COST_DAYS,
    MIN_GROUP_COUNT,
    CurvePoint,
    Measured,
    calibration_points,
    coverage_points,
    error_by_week,
    field_qualities,
    measure,
)

__all__ = [
    "COST_DAYS",
    "MIN_GROUP_COUNT",
    "Confusion",
    "CurvePoint",
    "Measured",
    "SuggestedForm",
    "calibration_points",
    "confusions",
    "coverage_points",
    "error_by_week",
    "field_qualities",
    "measure",
    "suggest_form",
]
