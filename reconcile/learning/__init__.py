"""Parameters learnt from what later proved right or wrong."""

from reconcile.learning.aptitude import adds
from reconcile.learning.error_rates import rates
from reconcile.learning.learn import Learnt, learn
from reconcile.learning.training_facts import ScanFacts

__all__ = ["Learnt", "ScanFacts", "adds", "learn", "rates"]
