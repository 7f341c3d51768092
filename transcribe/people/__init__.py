"""What is fair to people: the floor of pay, the outcome of a reading, access tokens."""

from transcribe.people.currency import kept_currency, paid_currency
from transcribe.people.floor import (
    MIN_MEASURED_READINGS,
    NO_PACE,
    PayFault,
    form_pay,
    has_fair_floor,
    pay_faults,
)
from transcribe.people.outcome import (
    SECOND_LOOK_TIME,
    ReadingOutcome,
    is_against_the_model,
    is_agreed,
    is_same_reading,
    is_same_text,
    outcome_of,
    true_reasons,
)
from transcribe.people.pay_day import PayPromise, pay_promise
from transcribe.people.tokens import OF_ONE_FORM, Scope, new_link, new_token, secret_hash
from transcribe.people.transfers import TRANSFER_COLUMNS, transfers
from transcribe.people.work_figures import (
    HOURLY,
    MIN_AUDITED_COUNT,
    PaidWork,
    WorkFigures,
    paid_here,
    paid_work,
    pays,
    work_figures,
)

__all__ = [
    "HOURLY",
    "MIN_AUDITED_COUNT",
    "MIN_MEASURED_READINGS",
    "NO_PACE",
    "OF_ONE_FORM",
    "SECOND_LOOK_TIME",
    "TRANSFER_COLUMNS",
    "PaidWork",
    "PayFault",
    "PayPromise",
    "ReadingOutcome",
    "Scope",
    "WorkFigures",
    "form_pay",
    "has_fair_floor",
    "is_against_the_model",
    "is_agreed",
    "is_same_reading",
    "is_same_text",
    "kept_currency",
    "new_link",
    "new_token",
    "outcome_of",
    "paid_currency",
    "paid_here",
    "paid_work",
    "pay_faults",
    "pay_promise",
    "pays",
    "secret_hash",
    "transfers",
    "true_reasons",
    "work_figures",
]
