"""Times that people contest and that nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flows.alerts.alert import Alert
from flows.home import Home
from transcribe.i18n import counted

MAX_UNANSWERED = timedelta(days=7)
"""The time after which a contested time is late. An expert has as long for an appeal."""


def unanswered_times(home: Home, now: datetime) -> Iterator[Alert]:
    """Contested times that no operator has answered for a week: pay may wait for it."""
    late = [each for each in home.store.disputes(open_only=True) if now - each.at > MAX_UNANSWERED]
    if late:
        first = min(each.at for each in late)
        message = (
            f"{counted(len(late), 'contested time')} not answered, the first is of {first:%Y-%m-%d %H:%M} UTC: "
            "fairhand disputes list --open."
        )
        facts = {"code": "times", "count": len(late), "first": first}
        yield Alert(check="times", subject="times:late", message=message, facts=facts)
