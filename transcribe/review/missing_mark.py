"""The mark of operators that people are missing: what was found when it was looked up last, kept in this process."""

from __future__ import annotations

from datetime import datetime, timedelta

MARK_AGE = timedelta(minutes=1)
"""How long the mark stands before it is looked up again: on every page that would cost too much. Chosen by hand."""


class MissingMark:
    """Whether people were missing when somebody looked."""

    def __init__(self) -> None:
        self._found: tuple[datetime, bool] | None = None

    def known(self, now: datetime) -> bool | None:
        """What was found lately; None where it is to be looked up."""
        if self._found is None or not timedelta(0) <= now - self._found[0] < MARK_AGE:
            return None
        return self._found[1]

    def keep(self, found: bool, now: datetime) -> bool:
        """Keep what was found now, and give it back."""
        self._found = now, found
        return found

    def forget(self) -> None:
        """Have it looked up next time: people came or went."""
        self._found = None
