"""What the doctor says of the database of the state."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flows.administration.finding import Finding, usable_state
from flows.home import Settings, has_state, now, open_state
from transcribe.errors import FairhandError
from transcribe.i18n import worded
from transcribe.store import StateFile

MAX_CLOCK_DIFFERENCE_SECONDS = 10.0
"""Clocks that differ by more are told of: a minute does harm, and a busy machine may answer late. Chosen by hand."""


def database_findings(settings: Settings) -> Iterator[Finding]:
    """Why the state cannot be opened, and what is wrong with the list of what was forgotten."""
    if not has_state(settings):
        return
    try:
        open_state(settings).close()
    except FairhandError as error:
        mend = worded("put %(file)s back from a backup, as docs/backups.md says", file=str(settings.state))
        if settings.state_url:
            mend = "docs/postgresql.md says what each of these means"
        elif (
            not os.access(settings.state, os.W_OK) or not os.access(settings.home, os.W_OK) or "readonly" in str(error)
        ):
            mend = worded(
                "make the disk of %(folder)s writable; what lies there is as it was", folder=str(settings.home)
            )
        elif settings.state.with_suffix(".key").name in str(error):
            mend = worded(
                "put %(file)s back from the backup of this state", file=str(settings.state.with_suffix(".key"))
            )
        yield Finding(check="database", message=str(error), mend=mend)
        return
    yield from _clock_findings(settings)
    for fault in StateFile(settings.state).erasure_list_faults():
        mend = "leave it, or put it back from a backup; then put back no older state.db without looking at what returns"
        yield Finding(check="database", message=fault, mend=mend, warning=True)


def _clock_findings(settings: Settings) -> Iterator[Finding]:
    """That the clock of this machine is not that of the database, by which all machines go."""
    with usable_state(settings) as store:
        ahead = store.clock_ahead_seconds(now()) if store and settings.state_url else 0.0
    if abs(ahead) > MAX_CLOCK_DIFFERENCE_SECONDS:
        count = f"{abs(ahead):.0f}"
        message = worded("The clock of this machine is %(count)s seconds behind that of the database.", count=count)
        if ahead > 0:
            message = worded(
                "The clock of this machine is %(count)s seconds ahead of that of the database.", count=count
            )
        yield Finding(check="database", message=message, mend="set both by NTP", warning=True)


def _mend(settings: Settings, error: str) -> str:
    if settings.state_url:
        return "docs/postgresql.md says what it may be"
    if not os.access(settings.state, os.W_OK) or not os.access(settings.home, os.W_OK) or "readonly" in error:
        return worded("make the disk of %(folder)s writable; what lies there is as it was", folder=str(settings.home))
    if settings.state.with_suffix(".key").name in error:
        return worded("put %(file)s back from the backup of this state", file=str(settings.state.with_suffix(".key")))
    return worded("put %(file)s back from a backup, as docs/backups.md says", file=str(settings.state))
