"""Values that are known: what an expert and two people read alike, each blind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconcile.forms import prepared
from reconcile.inference import LAST_WORD_FLAGS, Vote, votes
from transcribe.model import FieldKey, Form, Reading

AGREEING_PEOPLE_COUNT = 2
"""The people who must agree beside an expert. With fewer, one slip of a pair who write alike would become a truth."""


def agreed_blind(form: Form, readings: Sequence[Reading]) -> Iterator[tuple[FieldKey, str]]:
    """Each field that is known, with its text as an expert wrote it.

    An expert and two people or more read it alike, none of whom had seen a value or another's reading, and nobody who
    read it blind read it otherwise.
    """
    of_field: dict[FieldKey, list[Reading]] = defaultdict(list)
    for reading in readings:
        of_field[reading.key].append(reading)
    fields = prepared(form).fields
    for key in sorted(of_field.keys(), key=str):
        if key.name not in fields:
            continue
        blind = [vote for vote in votes(fields[key.name], of_field[key]) if _is_blind(vote)]
        experts = [vote for vote in blind if vote.kind == "expert"]
        is_alike = len({vote.says for vote in blind}) == 1 and blind[0].null is None
        if is_alike and experts and len(blind) - len(experts) >= AGREEING_PEOPLE_COUNT:
            yield key, experts[-1].text


def _is_blind(vote: Vote) -> bool:
    """Whether a person read it who had seen neither a value nor another's reading."""
    return not vote.machine and vote.shown is None and not vote.flags & LAST_WORD_FLAGS
