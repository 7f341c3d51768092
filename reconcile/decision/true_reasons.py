"""Why people are asked, as it is: nobody is said to disagree, or to be split, who does not differ from anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reconcile.forms import prepared
from reconcile.inference import Vote, votes
from transcribe.codes import Reason
from transcribe.model import INK, Form, Reading, Task

OF_PEOPLE = frozenset({Reason.ONE_READER, Reason.READERS_DISAGREE, Reason.READERS_SPLIT})
"""Reasons that tell how the people who read a field stand to each other."""

OF_ENGINES = frozenset({Reason.ENGINES_DISAGREE, Reason.ONE_ENGINE})
"""Reasons that tell how the engines that read a field stand to each other."""


def with_true_reason(task: Task, form: Form, readings: Iterable[Reading]) -> Task:
    """The task with the reason that its field's readings bear out, where its own tells how readers stand."""
    if task.reason not in OF_PEOPLE | OF_ENGINES:
        return task
    said = votes(prepared(form).fields[task.key.name], [reading for reading in readings if reading.key == task.key])
    if task.reason in OF_PEOPLE:
        people = [vote for vote in said if vote.kind == "person"]
        return replace(task, reason=_of_people(people, adjudicated=task.kind == "adjudicate"))
    return replace(task, reason=_of_engines([vote for vote in said if vote.machine and vote.source != INK]))


def _of_people(people: Sequence[Vote], *, adjudicated: bool) -> Reason:
    told = [vote.says for vote in people if vote.null != "illegible"]
    if len(set(told)) > 1:
        return Reason.READERS_SPLIT if adjudicated else Reason.READERS_DISAGREE
    if len(told) < len(people):
        return Reason.GIVEN_UP
    return Reason.ONE_READER if len(told) == 1 else Reason.AGREED_IN_DOUBT


def _of_engines(engines: Sequence[Vote]) -> Reason:
    texts = [vote.says for vote in engines if vote.null is None]
    if len(set(texts)) > 1:
        return Reason.ENGINES_DISAGREE
    if not texts:
        return Reason.NOTHING_READ
    return Reason.ONE_ENGINE if len(texts) == 1 else Reason.NOT_SURE_ENOUGH
