"""A scan of an unknown form: a person is asked which it is, and what they say is taken as its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcribe.model import WHOLE, Reading, Task

REASON = "form unknown"
TURNS = ("0", "90", "180", "270")


def which_form(scan: str, readings: Sequence[Reading] = ()) -> Task:
    """The task of saying which form a scan is; who has said "none of these" leaves it to an expert."""
    asked = sum(each.key == WHOLE and each.kind != "machine" for each in readings)
    return Task(
        scan=scan, key=WHOLE, kind="identify", reason=REASON, slot=1 + asked, pool="expert" if asked else "read"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Which form a scan is, and how far its pages must be turned with the clock to stand upright."""

    form: str
    version: int
    turn: int = 0


def identified(readings: Sequence[Reading]) -> Identified | None:
    """The form that a person said last ("name/version turn"); None where nobody knew one."""
    said = [each.text for each in readings if each.key == WHOLE and each.kind != "machine" and each.text]
    form, _, turn = said[-1].strip().partition(" ") if said else ("", "", "")
    name, slash, version = form.rpartition("/")
    if not slash or not version.isdigit():
        return None
    return Identified(form=name, version=int(version), turn=int(turn) if turn in TURNS else 0)
