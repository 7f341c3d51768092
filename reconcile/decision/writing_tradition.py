"""Whose reading adds most: somebody who learnt to write elsewhere, where readers of one tradition stand alone.

A 1 with a serif is a 7 to most who never wrote it so: a second reader of the same tradition repeats the first, and two
who agree for such a reason are not two witnesses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconcile.decision.decide import ask
from reconcile.forms import PreparedField
from reconcile.inference import Vote, closely, votes
from reconcile.policy import Policy
from transcribe.codes import Method, Reason
from transcribe.model import INK, Decision, Field, Posterior, Reading, Task, Transcriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Traditions:
    """Which tradition each person learnt to write in, by their id, and those of the people who may be asked now."""

    of: Mapping[str, str]
    working: frozenset[str]

    def elsewhere(self, tradition: str) -> bool:
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
    """What was decided or asked, given that readers of the tradition `alone` stand alone: a task is marked, so that
    others come to it first; and where those readers agree, but are believed less than the target asks, somebody from
    elsewhere is asked before it is decided."""
    if isinstance(said, Task):
        return replace(said, elsewhere=alone) if said.kind == "read" else said
    sure = posterior.probability >= (field.target or policy.target)
    if said.method == Method.PEOPLE and not sure and posterior.people < policy.people_before_expert:
        return replace(ask(posterior, "read", Reason.ONE_TRADITION), elsewhere=alone)
    return said


def standing_alone(spot: PreparedField, readings: Sequence[Reading], known: Traditions, policy: Policy) -> str:
    """The tradition whose readers all say the same of a field while nobody else says it and an engine, or somebody of
    another tradition, says something else; "" where there is none, or as many stand alone on the other side, or nobody
    else could be asked."""
    heard = [each for each in votes(spot, readings) if each.null is None and each.shown is None and each.source != INK]
    people: dict[str, list[Vote]] = defaultdict(list)
    for vote in heard:
        if vote.kind == "person" and (tradition := known.of.get(vote.source, "")):
            people[tradition].append(vote)
    sizes = {
        tradition: len(some)
        for tradition, some in people.items()
        if _alone(spot, some, [vote for vote in heard if vote not in some], policy)
    }
    most = [tradition for tradition, size in sizes.items() if size == max(sizes.values())]
    return most[0] if len(most) == 1 and known.elsewhere(most[0]) else ""


def _alone(spot: PreparedField, some: Sequence[Vote], others: Sequence[Vote], policy: Policy) -> bool:
    says = some[0].says
    alike = [closely(spot, says, other.says, policy.min_text_similarity) for other in others]
    return (
        bool(others)
        and not any(alike)
        and all(closely(spot, says, each.says, policy.min_text_similarity) for each in some)
    )
