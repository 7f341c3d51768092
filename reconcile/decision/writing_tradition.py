"""Readers of one writing tradition who stand alone with what they read: then one of another tradition is asked.

A 1 with a serif is a 7 to most people who never wrote it so. A second reader of the same tradition repeats the first,
and two who agree for such a reason are not two witnesses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconcile.decision.decide import ask
from reconcile.forms import PreparedField
from reconcile.inference import Vote, is_nearly_same, votes
from reconcile.policy import Policy
from transcribe.codes import Method, Reason
from transcribe.model import INK, Decision, Field, Posterior, Reading, Task, Transcriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Traditions:
    """The writing tradition of each person by id, and the traditions of people who may be asked now."""

    of: Mapping[str, str]
    working: frozenset[str]

    def has_elsewhere(self, tradition: str) -> bool:
        """Whether somebody of another known tradition may be asked."""
        return bool(self.working - {"", tradition})


def traditions(people: Iterable[Transcriber]) -> Traditions:
    """The traditions of these people."""
    everybody = list(people)
    return Traditions(
        of={person.id: person.tradition for person in everybody},
        working=frozenset(each.tradition for each in everybody if "transcriber" in each.roles and not each.paused),
    )


def from_elsewhere(
    said: Decision | Task, posterior: Posterior, field: Field, alone: str, policy: Policy
) -> Decision | Task:
    """The decision or task, changed where readers of the tradition `alone` stand alone.

    A task is marked, so that readers of other traditions come to it first. A decision of people that is less probable
    than the target becomes a task for a reader of another tradition.
    """
    if isinstance(said, Task):
        return replace(said, elsewhere=alone) if said.kind == "read" else said
    sure = posterior.probability >= (field.target or policy.target)
    if said.method == Method.PEOPLE and not sure and posterior.people < policy.people_before_expert:
        return replace(ask(posterior, "read", Reason.ONE_TRADITION), elsewhere=alone)
    return said


def lone_tradition(spot: PreparedField, readings: Sequence[Reading], traditions: Traditions, policy: Policy) -> str:
    """The tradition whose readers all agree on a field while nobody else says the same; "" where there is none.

    An engine, or a reader of another tradition, then says something else. "" too where as many stand alone on another
    side, and where no reader of another tradition could be asked.
    """
    heard = [each for each in votes(spot, readings) if each.null is None and each.shown is None and each.source != INK]
    people: dict[str, list[Vote]] = defaultdict(list)
    for vote in heard:
        if vote.kind == "person" and (tradition := traditions.of.get(vote.source, "")):
            people[tradition].append(vote)
    sizes = {
        tradition: len(some)
        for tradition, some in people.items()
        if _stand_alone(spot, some, [vote for vote in heard if vote not in some], policy)
    }
    most = [tradition for tradition, size in sizes.items() if size == max(sizes.values())]
    return most[0] if len(most) == 1 and traditions.has_elsewhere(most[0]) else ""


def _stand_alone(spot: PreparedField, some: Sequence[Vote], others: Sequence[Vote], policy: Policy) -> bool:
    says = some[0].says
    alike = [is_nearly_same(spot, says, other.says, policy.min_text_similarity) for other in others]
    return (
        bool(others)
        and not any(alike)
        and all(is_nearly_same(spot, says, each.says, policy.min_text_similarity) for each in some)
    )
