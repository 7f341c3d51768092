"""What a box shows at first: nothing, unless the form says so and a value is probable enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconcile.decision.decide import decide
from reconcile.decision.prefill import prefilled
from reconcile.policy import POLICY
from tests.reconcile.made import field, form, machine, posterior, reading
from transcribe.model import Field, Form, Reading, Task

NUMBER = field("order_number", "code", pattern=r"BC-\d{4}-\d{4}")
SAYS = machine("order_number", "tesseract 5", "BC-2025-0417", 0.99)


def showing(least: float | None, of: Field = NUMBER) -> Form:
    return replace(form(of), options={} if least is None else {"prefill": least})


def asked(least: float | None, *readings: Reading, of: Field = NUMBER) -> Task:
    weighed = posterior(of, *readings)
    task = decide(of, weighed, POLICY)
    assert isinstance(task, Task)
    return prefilled(task, weighed, showing(least, of))


@pytest.mark.promise("below it the box")
def test_a_box_is_empty_where_the_form_does_not_say_otherwise() -> None:
    assert asked(None, SAYS).prefill == ""


@pytest.mark.promise("below it the box")
def test_the_likeliest_value_is_shown_where_it_is_probable_enough_and_only_there() -> None:
    sure = posterior(NUMBER, SAYS).probability
    assert asked(sure, SAYS).prefill == "BC-2025-0417"
    assert asked(min(1.0, sure + 1e-6), SAYS).prefill == ""


@pytest.mark.promise("Nobody sees what others")
def test_whoever_reads_after_the_first_is_blind() -> None:
    saw = reading("order_number", "mina", "BC-2025-0417", shown="BC-2025-0417")
    assert asked(0.5, SAYS, saw).prefill == ""


@pytest.mark.promise("people tend to take")
def test_who_only_agrees_with_what_they_saw_is_no_independent_vote() -> None:
    saw = reading("order_number", "mina", "BC-2025-0417", shown="BC-2025-0417")
    blind = replace(saw, shown=None)
    says = replace(SAYS, confidence=0.9)
    weighed = {each.shown: posterior(NUMBER, says, each) for each in (saw, blind)}
    assert weighed["BC-2025-0417"].standing.people == 0
    assert weighed[None].standing.people == 1
    assert posterior(NUMBER, says).probability < weighed["BC-2025-0417"].probability < weighed[None].probability


@pytest.mark.parametrize("text", ["", None])
def test_nothing_is_no_value_to_show(text: str | None) -> None:
    says = machine("order_number", "tesseract 5", text, 0.99)
    weighed = replace(posterior(NUMBER, says), probability=1.0)
    task = Task(scan="scan", key=says.key, kind="read", reason="one engine")
    assert prefilled(task, weighed, showing(0.5)).prefill == ""


@pytest.mark.promise("Ticks, audits, control items,")
def test_a_tick_is_never_shown() -> None:
    tick = field("express", "checkbox")
    weighed = replace(posterior(tick, machine("express", "ink 1", "true")), probability=1.0)
    task = Task(scan="scan", key=weighed.key, kind="read", reason="one engine")
    assert prefilled(task, weighed, showing(0.5, tick)).prefill == ""


@pytest.mark.promise("decided values drawn by", "Ticks, audits, control items,")
@pytest.mark.parametrize("kind", ["adjudicate", "audit", "appeal", "test", "locate"])
def test_only_first_readings_are_shown_anything(kind: str) -> None:
    task = Task(scan="scan", key=SAYS.key, kind=kind, reason="audit")  # type: ignore[arg-type]  # real kinds
    assert prefilled(task, replace(posterior(NUMBER, SAYS), probability=1.0), showing(0.5)).prefill == ""
