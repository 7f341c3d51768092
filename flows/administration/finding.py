"""What the doctor says is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from flows.home import Settings, has_state, open_state
from transcribe.errors import FairhandError
from transcribe.store import Store

MACHINE_CHECKS = ("packages", "parts", "engines", "settings", "forms", "disk", "backups", "archive", "private", "ports")
HOME_CHECKS = ("database", "people", "learning", "records", "webhooks")
"""What `doctor` looks at on every machine, and where a home was made."""


def checks(settings: Settings) -> tuple[str, ...]:
    """The names of what `doctor` looks at here."""
    return (*MACHINE_CHECKS, *(HOME_CHECKS if has_state(settings) else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and the command that mends it.

    `machine`: something is missing here, rather than set wrongly. `warning`: it works, and less well than it could.
    `facts` are those of an alert about the same, where there is one: a code, and what its sentence is made of.
    """

    check: str
    message: str
    mend: str
    machine: bool = False
    warning: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)


@contextmanager
def usable_state(settings: Settings) -> Iterator[Store | None]:
    """The state of a home, closed afterwards; None where there is none, or it cannot be opened.

    That it cannot is a finding of its own.
    """
    try:
        store = open_state(settings) if has_state(settings) else None
    except FairhandError:
        store = None
    if store is None:
        yield None
        return
    with closing(store):
        yield store
