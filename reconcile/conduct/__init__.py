"""What an operator should ask about how people read."""

from reconcile.conduct.answers import Answer, answers
from reconcile.conduct.odd_readers import HONEST_PEOPLE_ASKED_SHARE, OddReader, odd_readers

__all__ = ["HONEST_PEOPLE_ASKED_SHARE", "Answer", "OddReader", "answers", "odd_readers"]
