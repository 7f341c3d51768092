"""Methods from papers that know nothing of forms: intervals, regression, word networks, error rates."""

from reconcile.algorithms.batch_audits import audits_needed
from reconcile.algorithms.logistic import fit_logistic, fit_strongest_ridge
from reconcile.algorithms.metrics import (
    Forecast,
    Share,
    Tally,
    calibration_curve,
    calibration_error,
    character_errors,
    exact_interval,
    least_share,
    lower_bound,
    upper_bound,
    word_errors,
)
from reconcile.algorithms.paired import count_probability, flip_probability, sign_probability
from reconcile.algorithms.usual_accents import missing_accent_bits
from reconcile.algorithms.word_model import (
    Line,
    LineModel,
    WordProbabilities,
    WordRates,
    best_line,
    build_network,
    comparable_words,
    count_edits,
    learn_line_model,
    shrunk_rates,
    word_likelihood,
    written_words,
)

__all__ = [
    "Forecast",
    "Line",
    "LineModel",
    "Share",
    "Tally",
    "WordProbabilities",
    "WordRates",
    "audits_needed",
    "best_line",
    "build_network",
    "calibration_curve",
    "calibration_error",
    "character_errors",
    "comparable_words",
    "count_edits",
    "count_probability",
    "exact_interval",
    "fit_logistic",
    "fit_strongest_ridge",
    "flip_probability",
    "learn_line_model",
    "least_share",
    "lower_bound",
    "missing_accent_bits",
    "shrunk_rates",
    "sign_probability",
    "upper_bound",
    "word_errors",
    "word_likelihood",
    "written_words",
]
