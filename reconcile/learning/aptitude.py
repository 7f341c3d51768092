"""By how much a person's readings of one type of field are worth more than those of most people.

It orders the open fields that a person is offered. It never limits how much work there is for them: a person who adds
little anywhere has the same queue in another order.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log

from reconcile.parameters import PRIOR_HABIT_SHARE, LearntParameters, odds
from transcribe.fields import facts_of

PERSON = "person"
"""The kind of source that people are."""


def adds(learnt: LearntParameters, people: Iterable[str], types: Iterable[str]) -> dict[str, dict[str, int]]:
    """By how many bits a person's reading speaks more, or less, than anybody's, by person and type of field.

    Bits are whole, rounded towards 0, and left out where they are 0. A reading that is wrong with probability e speaks
    with log2((1 - e) / e) bits for what it says, beside what every reading of a rare text adds. Days and months that a
    person swaps count as wrong here: a known habit does not make a person less trusted, but of 03/04 it leaves open
    what is written.
    """
    usual = {
        name: odds(_unclear(learnt.errors.typical(PERSON, name), PRIOR_HABIT_SHARE["swap"], name))
        for name in set(types)
    }
    found: dict[str, dict[str, int]] = {}
    for person in people:
        own = {name: int((usual[name] - odds(_wrong(learnt, person, name))) / log(2)) for name in sorted(usual)}
        if any(bits != 0 for bits in own.values()):
            found[person] = {name: bits for name, bits in own.items() if bits}
    return found


def _wrong(learnt: LearntParameters, person: str, type_name: str) -> float:
    source_model = learnt.source_model(person, PERSON, type_name)
    return _unclear(source_model.error, source_model.swap, type_name)


def _unclear(error: float, swap: float, type_name: str) -> float:
    return error + (1.0 - error) * (swap if facts_of(type_name).is_day else 0.0)
