"""What an operator tells people: answers to disputes about their measured time, and what work is to come."""

from __future__ import annotations

import math
import secrets
from datetime import UTC, datetime

from flows.home import Home, now
from transcribe.errors import NotFound, SettingsError
from transcribe.store import ExpectedWork


def expect_work(home: Home, at: datetime, hours: float, form: str) -> ExpectedWork:
    """Announce work, in UTC where `at` names no zone. SettingsError where it is past or no hours, FormError where there
    is no such form."""
    when = at if at.tzinfo else at.replace(tzinfo=UTC)
    if when < now():
        raise SettingsError(f"{when:%Y-%m-%d %H:%M} is past. Announce work that is to come.")
    if not math.isfinite(hours) or hours <= 0:
        raise SettingsError("Say about how many hours of work it is, such as --hours 20.")
    expected = ExpectedWork(
        id=secrets.token_urlsafe(9), at=when, hours=hours, form=home.forms.find(form).name if form else ""
    )
    home.store.put_expected_work(expected, now())
    return expected


def settle_dispute(home: Home, dispute: str, seconds: float | None, reason: str, by: str) -> float:
    """Add so many seconds to a person's paid time (None: what makes up their own figure); the seconds added.

    NotFound where there is no such dispute; SettingsError where it is settled already, or where it is less than the
    person says and no reason is given.
    """
    found = next((each for each in home.store.disputes() if each.id == dispute), None)
    if found is None:
        raise NotFound(f"There is no dispute {dispute!r}. See them with: fairhand time list --open")
    if found.answered_at is not None:
        raise SettingsError(f"This dispute is settled: {found.granted:g} seconds were added. The first answer holds.")
    granted = found.missing if seconds is None else seconds
    if granted < found.missing and not reason.strip():
        raise SettingsError(
            f"They say {found.missing:g} seconds are missing. Say with --reason why it is less: they are told."
        )
    home.store.answer_dispute(dispute, granted, now(), by=by, reason=reason.strip())
    return granted
