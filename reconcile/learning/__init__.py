"""Parameters learnt from what later proved right or wrong."""

from reconcile.learning.aptitude import adds
from reconcile.learning.backed_values import DecidedScan
from reconcile.learning.error_rates import AuditedValue, audited_of, rates
from reconcile.learning.form_suggestions import Suggestion, suggestions
from reconcile.learning.proposal import REOPENING, Proposal, can_learn_from, propose
from reconcile.learning.reopening import ChangedFields, changed
from reconcile.learning.rule_suggestions import MIN_RECORD_COUNT
from reconcile.learning.training_facts import ScanFacts

__all__ = [
    "MIN_RECORD_COUNT",
    "REOPENING",
    "AuditedValue",
    "ChangedFields",
    "DecidedScan",
    "Proposal",
    "ScanFacts",
    "Suggestion",
    "adds",
    "audited_of",
    "can_learn_from",
    "changed",
    "propose",
    "rates",
    "suggestions",
]
