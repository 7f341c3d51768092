"""What an operator does: people, pay, disputes, records, the doctor."""

from flows.administration.disputes import expect_work, settle_dispute
from flows.administration.doctor import CHECKS, Listed, engines, examine
from flows.administration.fair_pay import reasons_of, require_fair_serving, require_fair_start, unfair
from flows.administration.pay import PayOf, close_period, micro_of, pay_lines, set_floor, set_rate
from flows.administration.people import Invited, invite, pause
from flows.administration.records import export_records, forget_scan

__all__ = [
    "CHECKS",
    "Invited",
    "Listed",
    "PayOf",
    "close_period",
    "engines",
    "examine",
    "expect_work",
    "export_records",
    "forget_scan",
    "invite",
    "micro_of",
    "pause",
    "pay_lines",
    "reasons_of",
    "require_fair_serving",
    "require_fair_start",
    "set_floor",
    "set_rate",
    "settle_dispute",
    "unfair",
]
