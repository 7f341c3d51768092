"""Operators' messages to people: answers to disputes, examples in guides, and the work to come."""

from __future__ import annotations

import math
import secrets
from datetime import UTC, datetime

from flows.home import Home, now
from transcribe.errors import NotFound, SettingsError
from transcribe.model import FieldKey, GuideKind
from transcribe.store import ExpectedWork


def expect_work(home: Home, at: datetime, hours: float, form: str) -> ExpectedWork:
    """Announce work to come, in UTC where `at` names no zone.

    What is announced alike already is given as it is. SettingsError where the time is past or the hours are none,
    FormError where there is no such form.
    """
    when = at if at.tzinfo else at.replace(tzinfo=UTC)
    if when < now():
        raise SettingsError(f"{when:%Y-%m-%d %H:%M} is past. Announce work that is to come.")
    if not math.isfinite(hours) or hours <= 0:
        raise SettingsError("Say about how many hours of work it is, such as --hours 20.")
    of = home.forms.find(form).name if form else ""
    for known in home.store.expected_work(now()):
        if (known.at, known.hours, known.form) == (when, hours, of):
            return known
    expected = ExpectedWork(id=f"w{secrets.token_urlsafe(9)}", at=when, hours=hours, form=of)
    home.store.put_expected_work(expected, now())
    return expected


def show_in_guide(home: Home, scan: str, key: FieldKey, kind: GuideKind, text: str, words: str, by: str) -> str:
    """Show a field's picture in the guide of its field, with what is to be typed; the example's id.

    SettingsError where the field holds personal data: everybody who reads such fields would see it.
    """
    known = home.store.scan(scan)
    form = home.forms(known.form, known.form_version)
    if not form.may_be_shown(key.name):
        raise SettingsError(f"{key} is personal, or its form is strict: its picture is shown to its readers alone.")
    return home.store.put_guide_example(known.id, key, kind, text, words, by, now())


def settle_dispute(home: Home, dispute: str, seconds: float | None, reason: str, by: str) -> float:
    """Settle a dispute by adding seconds to the person's paid time; gives the seconds added.

    None adds what makes up the person's own figure. NotFound where there is no such dispute. SettingsError where it is
    settled already, where more is added than the person says that it took, or less without a reason.
    """
    disputed = next((known for known in home.store.disputes() if known.id == dispute), None)
    if disputed is None:
        raise NotFound(f"There is no dispute {dispute!r}. See them with: fairhand disputes list --open")
    if disputed.answered_at is not None:
        raise SettingsError(
            f"This dispute is settled: {disputed.granted:g} seconds were added. The first answer holds."
        )
    granted = disputed.missing if seconds is None else seconds
    if granted > disputed.claimed:
        raise SettingsError(
            f"They say that it took {disputed.claimed:g} seconds in all: {granted:g} are more. The first answer holds, "
            "so look again; --as-claimed adds what they say is missing."
        )
    if granted < disputed.missing and not reason.strip():
        raise SettingsError(
            f"They say {disputed.missing:g} seconds are missing. Say with --reason why it is less: they are told."
        )
    home.store.answer_dispute(dispute, granted, now(), by=by, reason=reason.strip())
    return granted
