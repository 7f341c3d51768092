"""What is fair of a decision, whatever was read: the order of readings is nothing, and who was upheld is the value."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.policy import POLICY
from tests.reconcile.made import expert, field, machine, posterior, reading
from transcribe.model import Decision, Field, Reading

TEXTS = {
    "amount": ("15.60", "15,60", "15.80", "1560", "13.60", ""),
    "date": ("14/03/2025", "2025-03-14", "03/14/2025", "14/08/2025", "31/02/2025", ""),
    "code": ("PA-1042", "PA-1043", "PA1042", "RA-1042", "PO-1O42", ""),
    "name": ("Ana López", "Ana Lopez", "Anna Lopez", "A. Lopez", "Ana Lopes", ""),
    "text": ("leave at the gate", "leave at gate", "leave it at the gate", "leaf at the gate", "?", ""),
}
MACHINES = ("tesseract 5", "rapidocr 3")
PEOPLE = ("ana", "ben", "eve", "gus", "ida")
FIELDS = {type_: field("told", type_) for type_ in TEXTS}

ORDER: dict[str, Any] = {
    "type_": st.sampled_from(sorted(TEXTS)),
    "said": st.dictionaries(st.sampled_from([*MACHINES, *PEOPLE]), st.integers(0, 5), min_size=1),
    "lot": st.integers(0, 2**32),
}
"""What each source says of a field, and how the readings are shuffled."""

UPHELD: dict[str, Any] = {
    "type_": st.sampled_from(sorted(TEXTS)),
    "right": st.integers(0, 4),
    "wrong": st.integers(0, 4),
    "outvoting": st.integers(2, 4),
    "engines": st.lists(st.integers(0, 4), max_size=2),
}
"""What one person says, what two to four others say, what engines say; an expert then says as the one did."""


def said_by(of: Field, source: str, text: str) -> Reading:
    return machine(of.name, source, text) if source in MACHINES else reading(of.name, source, text)


def the_order_is_nothing(type_: str, said: dict[str, int], lot: int) -> None:
    of = FIELDS[type_]
    readings = [said_by(of, source, TEXTS[type_][number]) for source, number in said.items()]
    shuffled = random.Random(lot).sample(readings, len(readings))
    assert str(decide(of, posterior(of, *shuffled), POLICY)) == str(decide(of, posterior(of, *readings), POLICY))


def who_was_upheld_is_the_value(type_: str, right: int, wrong: int, outvoting: int, engines: list[int]) -> None:
    of, texts = FIELDS[type_], TEXTS[type_]
    readings = [said_by(of, PEOPLE[0], texts[right])]
    readings += [said_by(of, name, texts[wrong]) for name in PEOPLE[1 : 1 + outvoting]]
    readings += [said_by(of, engine, texts[said]) for engine, said in zip(MACHINES, engines, strict=False)]
    answer = decide(of, posterior(of, *readings, expert(of.name, texts[right])), POLICY)
    alone = decide(of, posterior(of, expert(of.name, texts[right])), POLICY)
    if isinstance(alone, Decision):
        assert isinstance(answer, Decision), answer
        assert answer.value == alone.value
    else:  # what an expert alone says may be asked again, but those who were outvoted decide nothing
        assert not isinstance(answer, Decision) or answer.text == texts[right]


@given(**ORDER)
def test_the_order_of_readings_changes_no_decision(type_: str, said: dict[str, int], lot: int) -> None:
    the_order_is_nothing(type_, said, lot)


@given(**UPHELD)
def test_whom_an_expert_upholds_is_the_value_however_many_said_otherwise(
    type_: str, right: int, wrong: int, outvoting: int, engines: list[int]
) -> None:
    who_was_upheld_is_the_value(type_, right, wrong, outvoting, engines)
