"""What an operator answers people: disputes about their measured time."""

from __future__ import annotations

from flows.rooms import Rooms, now
from transcribe.errors import NotFound, SettingsError


def settle_dispute(rooms: Rooms, dispute: str, seconds: float | None, reason: str, by: str) -> float:
    """Add so many seconds to a person's paid time (None: what makes up their own figure); the seconds added.

    NotFound where there is no such dispute; SettingsError where it is settled already, or where it is less than the
    person says and no reason is given.
    """
    found = next((each for each in rooms.store.disputes() if each.id == dispute), None)
    if found is None:
        raise NotFound(f"There is no dispute {dispute!r}. See them with: fairhand time list --open")
    if found.answered_at is not None:
        raise SettingsError(f"This dispute is settled: {found.granted:g} seconds were added. The first answer holds.")
    granted = found.missing if seconds is None else seconds
    if granted < found.missing and not reason.strip():
        raise SettingsError(
            f"They say {found.missing:g} seconds are missing. Say with --reason why it is less: they are told."
        )
    rooms.store.answer_dispute(dispute, granted, now(), by=by, reason=reason.strip())
    return granted
