"""Parameters learnt from what later proved right or wrong."""

from reconcile.learning.aptitude import adds
from reconcile.learning.backed_values import DecidedScan
from reconcile.learning.error_rates import rates
from reconcile.learning.form_suggestions import Suggestion, suggestions
from reconcile.learning.proposal import REOPENING, Proposal, can_learn_from, propose
from reconcile.learning.reopening import ChangedFields, changed, is_of_same_readings
from reconcile.learning.rule_suggestions import MIN_RECORD_COUNT
from reconcile.learning.training_facts import ScanFacts

__all__ = [
    "MIN_RECORD_COUNT",
    "REOPENING",
    "ChangedFields",
    "DecidedScan",
    "Proposal",
    "ScanFacts",
    "Suggestion",
    "adds",
    "can_learn_from",
    "changed",
    "is_of_same_readings",
    "propose",
    "rates",
    "suggestions",
]
