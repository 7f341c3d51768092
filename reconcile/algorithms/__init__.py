"""Methods from papers that know nothing of forms: intervals, regression, word networks, error rates."""

from reconcile.algorithms.intervals import Tally, lower_bound, upper_bound, wilson
from reconcile.algorithms.logistic import fit_firmest, fit_logistic
from reconcile.algorithms.metrics import (
    Share,
    Told,
    calibration_curve,
    calibration_error,
    character_errors,
    word_errors,
)
from reconcile.algorithms.word_model import (
    Line,
    LineModel,
    Rates,
    Shares,
    best_line,
    finished_line,
    learn_lines,
    read_as,
    shrunk,
)
from reconcile.algorithms.word_network import network, surfaces, words_of

__all__ = [
    "Line",
    "LineModel",
    "Rates",
    "Share",
    "Shares",
    "Tally",
    "Told",
    "best_line",
    "calibration_curve",
    "calibration_error",
    "character_errors",
    "finished_line",
    "fit_firmest",
    "fit_logistic",
    "learn_lines",
    "lower_bound",
    "network",
    "read_as",
    "shrunk",
    "surfaces",
    "upper_bound",
    "wilson",
    "word_errors",
    "words_of",
]
