"""Parameters learnt from what later proved right or wrong."""

from reconcile.learning.form_suggestions import MIN_RECORD_COUNT, DecidedScan, Suggestion, suggestions
from reconcile.learning.proposal import REOPENING, ChangedFields, Proposal, can_learn_from, changed, propose
from reconcile.learning.training_facts import AuditedValue, ScanFacts, adds, audited_of, rates

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
