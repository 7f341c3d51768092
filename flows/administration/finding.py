"""What the doctor says is wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and the command that mends it.

    `machine`: something is missing here, rather than set wrongly. `warning`: it works, and less well than it could.
    """

    check: str
    message: str
    mend: str
    machine: bool = False
    warning: bool = False
