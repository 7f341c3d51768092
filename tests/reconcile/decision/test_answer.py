"""One place gives a value, a reason or a task; what is said last of a field counts."""

from __future__ import annotations

import ast
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.answer import Answer, Known, answers
from reconcile.decision.writing_tradition import traditions
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.house_rules import nodes, sources
from tests.reconcile.made import both, expert, field, form, machine, reading
from transcribe.codes import Flag, Method, Reason
from transcribe.model import Decision, FieldKey, Posterior, Reading, Task

CODE, CARD = field("number", "code"), replace(field("card", "code"), personal="payment")
FORM = form(CODE, CARD, columns=(field("lines.article", "code"),))
KEY, CELLS = FieldKey("number"), (FieldKey("lines.article", 0), FieldKey("lines.article", 1))
CARD_KEY = FieldKey("card")

TEXTS = st.sampled_from(["A-17", "A-77", "B-17", ""])
READINGS = st.lists(
    st.builds(
        lambda name, who, text: reading(name, who, text) if who != "eve" else expert(name, text),
        st.just("number"),
        st.sampled_from(["ana", "ben", "dan", "eve"]),
        TEXTS,
    ),
    max_size=4,
)


def posteriors(*readings: Reading) -> dict[FieldKey, Posterior]:
    return dict(weigh(FORM, readings, shipped_parameters(), POLICY))


def said(*readings: Reading, known: Known | None = None) -> dict[FieldKey, Answer]:
    return answers(FORM, posteriors(*readings), POLICY, readings, known or Known())


def decided(text: str = "A-17") -> Decision:
    (found,) = (it for it in said(expert("number", text)).values() if isinstance(it, Decision))
    return found


def test_decisions_are_made_in_one_room() -> None:
    """What the store reads back from its rows was made there."""
    makers = {
        (type_of, file.room)
        for file in sources()
        for node in nodes(file)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if (type_of := node.func.id) in ("Decision", "decide")
    }
    assert makers == {
        ("Decision", "reconcile.decision"),
        ("Decision", "transcribe.store"),
        ("decide", "reconcile.decision"),
        ("decide", "reconcile.learning"),  # what other parameters would decide: nothing comes of it by itself
    }


@given(READINGS, TEXTS)
def test_what_an_operator_locked_stands_whatever_is_read_and_asked(some: list[Reading], text: str) -> None:
    before = replace(decided(), text=text)
    known = Known(locked={KEY: before}, standing={KEY: before}, asked_again={KEY}, misplaced={KEY})
    assert said(*some, *both("number", "A-17"), known=known)[KEY] is before


def test_a_locked_value_of_which_no_reading_counts_any_more_stands_too() -> None:
    gone = FieldKey("lines.article", 7)
    before = replace(decided(), key=gone)
    assert said(*both("number", "A-17"), known=Known(locked={gone: before}))[gone] is before


@given(READINGS)
def test_what_is_asked_again_is_never_decided(some: list[Reading]) -> None:
    answer = said(*some, *both("number", "A-17"), known=Known(asked_again={KEY}))[KEY]
    assert isinstance(answer, Task)


@given(READINGS)
def test_what_was_decided_on_these_readings_stands_until_a_truth_spoke_against_it(some: list[Reading]) -> None:
    readings = [*some, *both("number", "A-17")]
    found = {key: replace(each, parameters=2) for key, each in posteriors(*readings).items()}
    before = replace(decided("C-99"), readings=found[KEY].readings, parameters=1)
    assert answers(FORM, found, POLICY, readings, Known(standing={KEY: before}, reopening=1))[KEY] is before
    other = answers(FORM, found, POLICY, readings, Known(standing={KEY: before}, reopening=2))[KEY]
    assert other != before
    guess = replace(before, method=Method.PROVISIONAL)
    assert answers(FORM, found, POLICY, readings, Known(standing={KEY: guess}, reopening=1))[KEY] != guess


@given(st.lists(st.sampled_from(["4111", "4112", None]), max_size=3), st.booleans(), st.booleans())
def test_payment_data_are_never_a_task(texts: list[str | None], asked: bool, misplaced: bool) -> None:
    masked = replace(machine("card", "ink", None, 0.9), flags=frozenset({Flag.MASKED}))
    readings = [masked, *(machine("card", f"engine {at}", text, 0.5) for at, text in enumerate(texts))]
    known = Known(asked_again={CARD_KEY} if asked else set(), misplaced={CARD_KEY} if misplaced else set())
    assert isinstance(said(*readings, known=known)[CARD_KEY], Decision)


def absent(name: str, row: int | None) -> list[Reading]:
    key = FieldKey(name, row)
    return [replace(each, key=key, flags=frozenset({Flag.ABSENT})) for each in both(name, None)]


def test_a_table_of_which_no_cell_was_found_is_shown_once_and_a_single_cell_by_itself() -> None:
    lost = [each for row in (0, 1) for each in absent("lines.article", row)]
    found = said(*lost)
    assert {found[key].key for key in CELLS} == {FieldKey("lines")}
    assert all(isinstance(found[key], Task) and found[key].kind == "rows" for key in CELLS)  # type: ignore[union-attr]
    one = [replace(each, key=CELLS[1]) for each in both("lines.article", "X-1")]
    alone = said(*absent("lines.article", 0), *one)[CELLS[0]]
    assert isinstance(alone, Task)
    assert (alone.kind, alone.reason) == ("locate", Reason.NOT_FOUND)


def test_a_field_whose_picture_shows_something_else_is_shown_unless_it_is_decided() -> None:
    unsure = machine("number", "tesseract 5", "A-17", 0.3)
    answer = said(unsure, known=Known(misplaced={KEY}))[KEY]
    assert isinstance(answer, Task)
    assert (answer.kind, answer.reason) == ("locate", Reason.MISPLACED)
    assert isinstance(said(expert("number", "A-17"), known=Known(misplaced={KEY}))[KEY], Decision)


def test_what_a_store_does_not_know_changes_nothing() -> None:
    readings = [*both("number", "A-17"), reading("number", "ana", "A-77")]
    assert said(*readings) == said(*readings, known=Known(people=traditions([])))
