"""What an alert is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that an operator should look at. `subject` stays the same as long as it lasts.

    `message` names no person, file or batch and nothing that stands on paper: it may go through other people's hands.
    """

    check: str
    subject: str
    message: str
