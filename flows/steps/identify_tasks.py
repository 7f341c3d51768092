"""A scan of an unknown form: a person is asked which it is, and what they say is taken as its form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transcribe.codes import Reason
from transcribe.model import WHOLE, Reading, Task

TURNS_DEGREES = ("0", "90", "180", "270")


NO_FORM_MESSAGE = (
    "None of the forms known here fits this scan, an expert says. Draft its form with `fairhand forms draft`, then "
    "ingest the file again with `--form NAME`."
)
"""Why a scan that is of no form is set aside."""


def identify_task(scan: str, readings: Sequence[Reading] = ()) -> Task:
    """The task of saying which form a scan is; who has said "none of these" leaves it to an expert."""
    asked = len(_heard(readings))
    return Task(
        scan=scan,
        key=WHOLE,
        kind="identify",
        reason=Reason.FORM_UNKNOWN,
        slot=1 + asked,
        pool="expert" if asked else "read",
    )


def is_of_no_form(readings: Sequence[Reading], task: Callable[[str], Task]) -> bool:
    """Whether an expert too has said "none of these": then nobody is asked any more. `task` gives what a reading
    answers."""
    return any(each.task and task(each.task).pool == "expert" for each in _heard(readings))


def _heard(readings: Sequence[Reading]) -> list[Reading]:
    return [each for each in readings if each.key == WHOLE and each.kind != "machine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Which form a scan is, and how far its pages must be turned with the clock to stand upright."""

    form: str
    version: int
    turn: int = 0


def identified(readings: Sequence[Reading]) -> Identified | None:
    """The form that a person said last ("name/version turn"); None where nobody knew one."""
    said = [each.text for each in _heard(readings) if each.text]
    form, _, turn = said[-1].strip().partition(" ") if said else ("", "", "")
    name, slash, version = form.rpartition("/")
    if not slash or not version.isdigit():
        return None
    return Identified(form=name, version=int(version), turn=int(turn) if turn in TURNS_DEGREES else 0)
