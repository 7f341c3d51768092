"""Operators' actions: people, pay, disputes, records, the doctor."""

from flows.administration.deep_check import Finding, checks, examine_deeply, orphaned_files, remove_orphans
from flows.administration.disputes import expect_work, settle_dispute, show_in_guide
from flows.administration.doctor import (
    EngineState,
    engines,
    examine,
    free_bytes,
    missing_in_words,
    unread_languages,
)
from flows.administration.odd_reading import anomalies, forgery_sentence, odd_reading
from flows.administration.pay import (
    PayLine,
    close_period,
    fault_messages,
    micro_of,
    pay_lines,
    require_fair_serving,
    require_fair_start,
    set_floor,
    set_rate,
    unfair_forms,
)
from flows.administration.people import Invitation, end_second_factor, invite, new_link, pause, sign_out_everywhere
from flows.administration.quality import refresh_quality
from flows.administration.records import forget_scan, found_records, keep_retention, readable_records, verify_records

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
