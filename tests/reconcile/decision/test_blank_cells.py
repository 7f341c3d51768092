"""Blank cells and marks of which the ink test is not sure: two careful people end it, or one and the ink test."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.policy import POLICY
from tests.bench.reconciling import blanks
from tests.reconcile.made import both, field, ink, posterior, reading
from transcribe.codes import Flag, Method
from transcribe.model import Decision, Task

CELL = field("cell", "code")
TICK = field("express", "checkbox")


@pytest.mark.law
@given(confidence=st.floats(0.5, 1.0), type_name=st.sampled_from(["code", "text", "amount", "checkbox", "signature"]))
def test_ink_alone_decides_nothing_less_probable_than_an_engine_alone_may(confidence: float, type_name: str) -> None:
    spot = field("cell", type_name)
    for says in ("true", "false") if type_name in ("checkbox", "signature") else ("",):
        found = posterior(spot, ink("cell", says, confidence))
        if isinstance(decide(spot, found, POLICY), Decision):
            assert found.probability >= POLICY.min_one_engine_probability


def test_a_person_and_an_ink_test_that_is_not_sure_decide() -> None:
    unsure = ink("cell", "", 0.7)
    assert isinstance(decide(CELL, posterior(CELL, unsure), POLICY), Task)
    answer = decide(CELL, posterior(CELL, unsure, reading("cell", "ana", "")), POLICY)
    assert isinstance(answer, Decision)
    assert (answer.null, answer.method) == ("blank", Method.PERSON_AND_MACHINE)


@pytest.mark.parametrize("says", ["true", "false"])
@pytest.mark.parametrize("confidence", [0.7, 0.94])
def test_an_ink_test_that_no_audit_proves_decides_no_mark_with_a_person(says: str, confidence: float) -> None:
    unsure = ink("express", says, confidence)
    assert isinstance(decide(TICK, posterior(TICK, unsure), POLICY), Task)
    assert isinstance(decide(TICK, posterior(TICK, unsure, reading("express", "ana", says)), POLICY), Task)


@pytest.mark.parametrize("says", ["true", "false"])
def test_a_person_and_an_ink_test_that_audits_prove_decide_a_mark(says: str) -> None:
    answer = decide(TICK, posterior(TICK, ink("express", says, 0.99), reading("express", "ana", says)), POLICY)
    assert isinstance(answer, Decision)
    assert (answer.text, answer.method) == (says, Method.PERSON_AND_MACHINE)


@pytest.mark.parametrize("says", ["true", "false"])
def test_a_person_who_sees_a_mark_otherwise_is_asked_about(says: str) -> None:
    other = "false" if says == "true" else "true"
    answer = decide(TICK, posterior(TICK, ink("express", says, 0.7), reading("express", "ana", other)), POLICY)
    assert isinstance(answer, Task)


def test_a_person_who_reads_something_there_is_asked_about() -> None:
    answer = decide(CELL, posterior(CELL, ink("cell", "", 0.7), reading("cell", "ana", "AB-1042")), POLICY)
    assert isinstance(answer, Task)


def test_one_person_who_gives_up_is_not_borne_out_by_engines_that_read_nothing() -> None:
    given_up = reading("cell", "ana", None, flags=frozenset({Flag.ILLEGIBLE}))
    assert isinstance(decide(CELL, posterior(CELL, *both("cell", None), given_up), POLICY), Task)
    again = reading("cell", "ben", None, flags=frozenset({Flag.ILLEGIBLE}))
    answer = decide(CELL, posterior(CELL, *both("cell", None), given_up, again), POLICY)
    assert isinstance(answer, Decision)
    assert answer.null == "illegible"


@pytest.mark.parametrize("silent", [True, False])
def test_two_people_who_agree_end_it(silent: bool) -> None:
    people = [reading("cell", who, "") for who in ("ana", "ben")]
    answer = decide(CELL, posterior(CELL, *(both("cell", None) if silent else []), *people), POLICY)
    assert isinstance(answer, Decision)
    assert answer.null == "blank"


def test_people_who_err_on_one_cell_in_twenty_read_two_times_at_most() -> None:
    """The benchmark `bench_reconcile --set blanks`, a small part of it."""
    cells = [
        blanks.run(doubt, kind, seed)
        for doubt in blanks.DOUBTS.values()
        for kind in ("code", "amount")
        for seed in range(30)
    ]
    assert blanks.effort(cells) <= 2.0
    assert sum(not each.right for each in cells) <= 3
