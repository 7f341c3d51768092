"""What was learnt about sources, typed."""

from reconcile.parameters.code_shapes import MAX_CODE_LENGTH, USUAL_SCAN_COUNT, FieldShapes, shape_of
from reconcile.parameters.confusions import (
    MAX_EDIT_SHARE,
    SHARED_CONFUSIONS,
    CharacterConfusions,
    edit_path,
    misreading_probability,
)
from reconcile.parameters.evidence_model import EvidenceModel, shipped_models
from reconcile.parameters.parameters import (
    MIN_CONTEST_COUNT,
    LearntParameters,
    champion_standing,
    read_parameters,
    without_shapes,
)
from reconcile.parameters.shipped import shipped_parameters
from reconcile.parameters.shrinkage import odds
from reconcile.parameters.source_errors import PLACE_CONFIDENCE_STEPS, PRIOR_ERROR_SHARE, PRIOR_HABIT_SHARE, place_bin
from reconcile.parameters.source_model import (
    BAD_PAGE_QUALITY,
    CONFIDENCE_STEPS,
    SourceModel,
    bin_of,
    confidence_table,
    differences,
    has_digits,
    kept_phrases,
)

__all__ = [
    "BAD_PAGE_QUALITY",
    "CONFIDENCE_STEPS",
    "MAX_CODE_LENGTH",
    "MAX_EDIT_SHARE",
    "MIN_CONTEST_COUNT",
    "PLACE_CONFIDENCE_STEPS",
    "PRIOR_ERROR_SHARE",
    "PRIOR_HABIT_SHARE",
    "SHARED_CONFUSIONS",
    "USUAL_SCAN_COUNT",
    "CharacterConfusions",
    "EvidenceModel",
    "FieldShapes",
    "LearntParameters",
    "SourceModel",
    "bin_of",
    "champion_standing",
    "confidence_table",
    "differences",
    "edit_path",
    "has_digits",
    "kept_phrases",
    "misreading_probability",
    "odds",
    "place_bin",
    "read_parameters",
    "shape_of",
    "shipped_models",
    "shipped_parameters",
    "without_shapes",
]
