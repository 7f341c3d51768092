"""Weighing is pure: the same readings and parameters give the same, whatever was weighed before and is remembered."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.forms import prepared
from reconcile.inference.scan_memory import REMEMBERED_SCAN_COUNT, ScanMemory
from reconcile.inference.weigh import weigh, weigh_together
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import field, form, machine, reading
from transcribe.model import Parameters, Reading

ORDER = form(field("total", "amount"), field("customer", "name"), field("remark", "text"))
TEXTS = {
    "total": ("15.60", "15.80", "1560", "", "99.10"),
    "customer": ("Dupont SARL", "Dupond SARL", "Anna Meier"),
    "remark": ("ring twice", "ring thrice the dog is deaf and old", "ring"),
}
SOURCES = ("tesseract 5", "rapidocr 3", "ana", "ben", "eve")


def readings_of(said: list[tuple[str, str, int]]) -> list[Reading]:
    """One reading for each (field, source, number of the text), of a source the last one of a field alone."""
    latest = {(name, source): TEXTS[name][number % len(TEXTS[name])] for name, source, number in said}
    return [
        machine(name, source, text, 0.9) if " " in source else reading(name, source, text)
        for (name, source), text in latest.items()
    ]


SAID = st.lists(
    st.tuples(st.sampled_from(sorted(TEXTS)), st.sampled_from(SOURCES), st.integers(0, 4)), max_size=12
).map(readings_of)


@settings(max_examples=40, deadline=None)
@given(rounds=st.lists(SAID, min_size=1, max_size=3))
def test_a_memory_changes_nothing(rounds: list[list[Reading]]) -> None:
    memory = ScanMemory()
    for readings in rounds:
        alone = weigh(ORDER, readings, shipped_parameters(), POLICY)
        assert weigh(ORDER, readings, shipped_parameters(), POLICY, memory) == alone
        assert weigh(ORDER, readings, shipped_parameters(), POLICY, memory) == alone
        assert weigh(ORDER, readings, shipped_parameters(), POLICY) == alone


@settings(max_examples=40, deadline=None)
@given(readings=SAID)
def test_weighing_changes_neither_the_parameters_nor_what_was_read_from_them(readings: list[Reading]) -> None:
    content = json.dumps(shipped_parameters().content, sort_keys=True)
    parameters = Parameters(version=7, content=json.loads(content))
    learnt = read_parameters(parameters)
    said = repr(learnt)
    first = weigh_together(prepared(ORDER), readings, learnt)
    weigh(ORDER, readings, parameters, POLICY, ScanMemory())
    assert repr(learnt) == said
    assert json.dumps(parameters.content, sort_keys=True) == content
    assert weigh_together(prepared(ORDER), readings, learnt) == first


def test_other_parameters_are_not_answered_from_memory() -> None:
    readings = readings_of([("total", "tesseract 5", 0), ("total", "ana", 1), ("remark", "ben", 1)])
    other = Parameters(version=8, content={"rates": {"person": {"amount": [400.0, 500.0]}}})
    memory = ScanMemory()
    for parameters in (shipped_parameters(), other, shipped_parameters()):
        assert weigh(ORDER, readings, parameters, POLICY, memory) == weigh(ORDER, readings, parameters, POLICY)
    assert weigh(ORDER, readings, other, POLICY) != weigh(ORDER, readings, shipped_parameters(), POLICY)


def test_equal_parameters_are_read_once() -> None:
    content = json.dumps(shipped_parameters().content)
    first, again = (Parameters(version=3, content=json.loads(content)) for _ in range(2))
    assert read_parameters(first) is read_parameters(again)
    assert read_parameters(first) is not read_parameters(Parameters(version=4, content=json.loads(content)))


def test_a_field_that_nothing_was_said_of_is_not_weighed_again() -> None:
    memory = ScanMemory()
    before = readings_of([("total", "tesseract 5", 0), ("customer", "ana", 0)])
    first = weigh(ORDER, before, shipped_parameters(), POLICY, memory)
    then = weigh(ORDER, [*before, reading("customer", "ben", "Dupont SARL")], shipped_parameters(), POLICY, memory)
    total, customer = (next(key for key in first if key.name == name) for name in ("total", "customer"))
    assert then[total] is first[total]
    assert then[customer] != first[customer]


@pytest.mark.parametrize("count", [1, REMEMBERED_SCAN_COUNT, REMEMBERED_SCAN_COUNT + 1])
def test_no_more_than_the_last_scans_are_remembered(count: int) -> None:
    memory, learnt, made = ScanMemory(), read_parameters(shipped_parameters()), prepared(ORDER)
    for number in range(count):
        scan = [replace(each, scan=str(number)) for each in readings_of([("total", "ana", 0)])]
        weigh(ORDER, scan, shipped_parameters(), POLICY, memory)
    remembered = [number for number in range(count) if memory.recall(learnt, POLICY, made, str(number))]
    assert count - 1 in remembered
    assert len(remembered) <= REMEMBERED_SCAN_COUNT
