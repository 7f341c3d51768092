"""What the doctor says is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
