"""The options of the review pages that the settings give."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from flows.home import Settings, policy

if TYPE_CHECKING:
    from transcribe.review import ReviewOptions


def review_options(settings: Settings, port: int) -> ReviewOptions:
    """The options of the review pages when they listen on this port."""
    from flows.desk import DESK_ADDRESS  # they load the whole web app
    from transcribe.review import DecisionRules, ReviewOptions

    in_force = policy(settings)
    rules = DecisionRules(**{each.name: getattr(in_force, each.name) for each in fields(DecisionRules)})
    return ReviewOptions(
        public_url=settings.web_address(port),
        desk=DESK_ADDRESS,
        lease_seconds=settings.lease_seconds,
        late_days=settings.late_days,
        paid_questions=settings.paid_questions,
        paid_tests=settings.paid_tests,
        paid_waiting_minutes=settings.paid_waiting_minutes,
        paid_usual_times=settings.paid_usual_times,
        paid_skip_minutes=settings.paid_skip_minutes,
        link_days=settings.link_days,
        audit_share=settings.audit_share,
        appeal_days=settings.appeal_days,
        pay_day=settings.pay_day,
        most_along=settings.most_along,
        along_hours=settings.along_hours,
        rules=rules,
        asked_by=settings.asked_by,
        training=settings.training,
        upload_bytes=settings.most_file_bytes,
    )
