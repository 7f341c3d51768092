"""What is fair to people: the floor of pay, the outcome of a reading, access tokens."""

from transcribe.people.floor import MEASURED, Fault, fair, faults
from transcribe.people.outcome import Outcome, outcome, same_text
from transcribe.people.tokens import Scope, new_token, secret_hash

__all__ = [
    "MEASURED",
    "Fault",
    "Outcome",
    "Scope",
    "fair",
    "faults",
    "new_token",
    "outcome",
    "same_text",
    "secret_hash",
]
