"""How long people wait for work: the time between looks that found none, kept in this process."""

from __future__ import annotations

from datetime import datetime, timedelta

MAX_COUNTED_WAIT = timedelta(minutes=5)
"""The most that counts of the time between two looks. A person who looks less often does something else meanwhile."""


class WaitingTimes:
    """When each person last looked for work and found none."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}

    def count_look(self, who: str, now: datetime, *, found: bool) -> float:
        """Count a person's look for work. Gives the seconds that they have waited since they last found none."""
        since = self._since.pop(who, None)
        if not found:
            self._since[who] = now
        return 0.0 if since is None else max(0.0, min(now - since, MAX_COUNTED_WAIT).total_seconds())
