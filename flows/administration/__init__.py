"""What an operator does: people, pay, disputes, records, the doctor."""

from flows.administration.anomalies import anomalies, forgery_sentence
from flows.administration.archive_upkeep import orphaned_files, remove_orphans
from flows.administration.deep_check import examine_deeply
from flows.administration.disputes import expect_work, settle_dispute, show_in_guide
from flows.administration.doctor import (
    EngineState,
    engines,
    examine,
    free_bytes,
    unread_languages,
)
from flows.administration.fair_pay import fault_messages, require_fair_serving, require_fair_start, unfair_forms
from flows.administration.finding import Finding, checks
from flows.administration.missing_people import missing_in_words
from flows.administration.odd_reading import odd_reading
from flows.administration.pay import PayLine, close_period, micro_of, pay_lines, set_floor, set_rate
from flows.administration.people import Invitation, end_second_factor, invite, new_link, pause, sign_out_everywhere
from flows.administration.quality import refresh_quality
from flows.administration.records import forget_scan, found_records, readable_records, verify_records
from flows.administration.retention import keep_retention

__all__ = [
    "EngineState",
    "Finding",
    "Invitation",
    "PayLine",
    "anomalies",
    "checks",
    "close_period",
    "end_second_factor",
    "engines",
    "examine",
    "examine_deeply",
    "expect_work",
    "fault_messages",
    "forgery_sentence",
    "forget_scan",
    "found_records",
    "free_bytes",
    "invite",
    "keep_retention",
    "micro_of",
    "missing_in_words",
    "new_link",
    "odd_reading",
    "orphaned_files",
    "pause",
    "pay_lines",
    "readable_records",
    "refresh_quality",
    "remove_orphans",
    "require_fair_serving",
    "require_fair_start",
    "set_floor",
    "set_rate",
    "settle_dispute",
    "show_in_guide",
    "sign_out_everywhere",
    "unfair_forms",
    "unread_languages",
    "verify_records",
]
