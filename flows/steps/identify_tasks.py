"""Tasks of saying which form a scan is, and the form that people said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from transcribe.codes import Reason, turned_form
from transcribe.model import WHOLE, Reading, Task

NO_FORM_MESSAGE = (
    "None of the forms known here fits this scan, an expert says. Draft its form with `fairhand forms draft`, then "
    "ingest the file again with `--form NAME`."
)
"""Why a scan that is of no form is set aside."""


def identify_task(scan: str, readings: Sequence[Reading] = ()) -> Task:
    """The task of saying which form a scan is; after an answer without a form it is for an expert."""
    answered = len(_answers(readings))
    return Task(
        scan=scan,
        key=WHOLE,
        kind="identify",
        reason=Reason.FORM_UNKNOWN,
        slot=1 + answered,
        pool="expert" if answered else "read",
    )


def is_of_no_form(readings: Sequence[Reading], task_of: Callable[[str], Task]) -> bool:
    """Whether an expert too has said "none of these"; then nobody is asked any more.

    `task_of` gives the task of an id.
    """
    return any(
        answer.kind == "expert" or (answer.task and task_of(answer.task).pool == "expert")
        for answer in _answers(readings)
    )


def _answers(readings: Sequence[Reading]) -> list[Reading]:
    """What people answered to the question which form a scan is."""
    return [reading for reading in readings if reading.key == WHOLE and reading.kind != "machine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Which form a scan is, and how many degrees its pages must be turned with the clock to stand upright."""

    form: str
    version: int
    turn: int = 0


def identified(readings: Sequence[Reading], offered: Collection[tuple[str, int]]) -> Identified | None:
    """The form that a person said last ("name/version turn"), of those `offered`; None where no person knew one."""
    known = {f"{name}/{version}": (name, version) for name, version in offered}
    texts = [answer.text for answer in _answers(readings) if answer.text]
    said = turned_form(texts[-1]) if texts else None
    if said is None or said[0] not in known:
        return None
    form, turn = said
    name, version = known[form]
    return Identified(form=name, version=version, turn=turn)
