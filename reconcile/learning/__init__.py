"""Parameters learnt from what later proved right or wrong."""

from reconcile.learning.aptitude import adds
from reconcile.learning.error_rates import rates
from reconcile.learning.proposal import Proposal, can_learn_from, propose
from reconcile.learning.reopening import ChangedFields, changed
from reconcile.learning.training_facts import ScanFacts

__all__ = ["ChangedFields", "Proposal", "ScanFacts", "adds", "can_learn_from", "changed", "propose", "rates"]
