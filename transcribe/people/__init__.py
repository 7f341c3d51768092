"""What is fair to people: the floor of pay, the outcome of a reading, access tokens."""

from transcribe.people.floor import MIN_MEASURED_READINGS, PayFault, has_fair_floor, pay_faults
from transcribe.people.outcome import ReadingOutcome, is_same_text, outcome_of
from transcribe.people.tokens import Scope, new_token, secret_hash

__all__ = [
    "MIN_MEASURED_READINGS",
    "PayFault",
    "ReadingOutcome",
    "Scope",
    "has_fair_floor",
    "is_same_text",
    "new_token",
    "outcome_of",
    "pay_faults",
    "secret_hash",
]
