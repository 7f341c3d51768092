"""What was learnt about sources, typed."""

from reconcile.parameters.champion import ENOUGH
from reconcile.parameters.confidence_bins import BAD_PAGE, STEPS, bin_of, confidence_table, has_digits
from reconcile.parameters.parameters import (
    HABITS,
    PLACES,
    PLAIN_CONFUSION,
    PRIOR_ERROR,
    LearntParameters,
    odds,
    place_bin,
    read_parameters,
)
from reconcile.parameters.shipped import shipped_parameters
from reconcile.parameters.source_model import SourceModel
from reconcile.parameters.source_phrases import differences, kept_phrases
from reconcile.parameters.standings import standing_of

__all__ = [
    "BAD_PAGE",
    "ENOUGH",
    "HABITS",
    "PLACES",
    "PLAIN_CONFUSION",
    "PRIOR_ERROR",
    "STEPS",
    "LearntParameters",
    "SourceModel",
    "bin_of",
    "confidence_table",
    "differences",
    "has_digits",
    "kept_phrases",
    "odds",
    "place_bin",
    "read_parameters",
    "shipped_parameters",
    "standing_of",
]
