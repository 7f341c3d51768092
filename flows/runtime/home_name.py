"""What machines of one database share: the name of a home, which one `serve` goes by at a time, and the schedule."""

from __future__ import annotations

from contextlib import AbstractContextManager

from flows.home import Home
from transcribe.errors import SettingsError

NAME_SECONDS = 40.0
"""The seconds for which the name of a home is tried. A machine that is gone loses it within half a minute. Chosen by
hand."""

SCHEDULE = "schedule"
"""Who does it, as the log says; and the lock of the one machine of all that does what is to be done once."""

SHARED_WORD = "--shared"
"""Tells the process that runs deployments that the Prefect is one of all machines: then one machine at a time does."""


def name_lock(home: Home) -> AbstractContextManager[object]:
    """The lock of this home's name among machines. SettingsError where a `serve` of another home goes by it."""
    name = f"home-{home.store.machine}"
    held = home.store.take_lock(name, NAME_SECONDS)
    if held is None:
        file = home.settings.state.with_suffix(".machine")
        raise SettingsError(
            f"{home.store.lock_holder(name)} goes by the name of this home. Is this home a copy of that one? Then "
            f"remove {file} here, so that it gets a name of its own, and start serve again."
        )
    return held
