"""One place gives a value, a reason or a task; what is said last of a field counts."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis import strategies as st

from reconcile.decision.answer import Answer, Known, answers, prefilled, traditions, with_true_reason
from reconcile.decision.audit_sampling import draw_audit, may_need_second_look
from reconcile.decision.blind_agreement import agreed_blind
from reconcile.decision.decide import decide
from reconcile.decision.record import provisional_record
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.examples import examples
from tests.house_rules import nodes, sources
from tests.reconcile.made import both, expert, field, form, ink, machine, posterior, reading
from transcribe.codes import Flag, Method, Reason
from transcribe.model import Decision, Field, FieldKey, Form, Posterior, Reading, Scan, Task

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
    """What the store reads back from its rows, by `noun`, was made there."""
    makers = {
        (type_of, file.room)
        for file in sources()
        for node in nodes(file)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if (type_of := node.func.id) in ("Decision", "decide")
    }
    assert makers == {
        ("Decision", "reconcile.decision"),
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


@pytest.mark.promise("Ticks, audits, control items,")
@pytest.mark.parametrize("kind", ["adjudicate", "audit", "appeal", "test", "locate"])
def test_only_first_readings_are_shown_anything(kind: str) -> None:
    task = Task(scan="scan", key=SAYS.key, kind=kind, reason="audit")  # type: ignore[arg-type]  # real kinds
    assert prefilled(task, replace(posterior(NUMBER, SAYS), probability=1.0), showing(0.5)).prefill == ""


TOTAL = field("total", "amount")
ORDER = form(TOTAL)
SCAN = Scan(id="scan", pages=(), form="test", form_version=1)


def told(found: Posterior) -> tuple[str, str]:
    """What the exception of this field says was expected, and found."""
    answer = decide(TOTAL, found, POLICY)
    assert isinstance(answer, Task)
    record = provisional_record(SCAN, ORDER, {FieldKey("total"): found}, {FieldKey("total"): answer}, POLICY)
    assert record is not None
    (exception,) = record.exceptions
    assert (exception.rule, exception.keys) == ("below target", (FieldKey("total"),))
    return exception.expected, exception.found


@pytest.mark.parametrize(("probability", "found"), [(0.5, "0.5000"), (0.98, "0.9800"), (0.994999, "0.9949")])
def test_how_probable_it_is_is_never_rounded_up_to_the_target(probability: float, found: str) -> None:
    alone = posterior(TOTAL, machine("total", "tesseract 5", "15.80", 1.0))
    assert told(replace(alone, probability=probability)) == ("0.995", found)


def test_a_value_that_is_sure_enough_names_what_else_keeps_it_from_being_decided() -> None:
    alone = posterior(TOTAL, machine("total", "tesseract 5", "15.80", 1.0))
    assert told(replace(alone, probability=0.99991)) == ("decided", Reason.ONE_ENGINE)
    agreed = posterior(TOTAL, *both("total", "15.80"))
    unproven = replace(agreed, probability=POLICY.target, standing=agreed.standing._replace(earned=0.5))
    assert told(unproven) == ("decided", Reason.NOT_PROVEN)


FORM_OF_BLIND_AGREEMENT = form(field("total", "amount"))
TOTAL_OF_BLIND_AGREEMENT = FieldKey("total")

Role = Literal["person", "expert"]
DRAWN = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben", "eve", "zoe"]),
        st.sampled_from(["person", "expert"]),
        st.sampled_from(["12.50", "12,50", "12.80", None]),
        st.sampled_from([None, "12.50"]),
        st.booleans(),
    ),
    max_size=7,
)


def read(who: str, text: str | None, kind: Role = "person", minute: int = 0) -> Reading:
    return reading("total", who, text, kind=kind, minute=minute)


def known(*readings: Reading) -> list[tuple[FieldKey, str]]:
    return list(agreed_blind(FORM_OF_BLIND_AGREEMENT, readings))


def test_an_expert_and_two_people_make_a_value_known_and_fewer_do_not() -> None:
    expert, ana, ben = read("eve", "12.50", "expert"), read("ana", "12,50"), read("ben", "12.50")
    assert known(expert, ana, ben) == [(TOTAL_OF_BLIND_AGREEMENT, "12.50")]
    assert known(expert, ana, machine("total", "tesseract 5.5.0 eng", "12.50")) == []
    assert known(read("zoe", "12.50"), ana, ben) == []
    assert known(expert, ana, ben, read("zoe", "12.80")) == []
    assert known(expert, ana, read("ana", "12.50", minute=1)) == []


@examples(60)
@given(drawn=DRAWN)
def test_what_is_known_was_read_blind_by_three_sources_and_nobody_blind_read_it_otherwise(
    drawn: list[tuple[str, Role, str | None, str | None, bool]],
) -> None:
    readings = [
        reading(
            "total",
            who,
            text,
            kind=kind,
            minute=minute,
            shown=shown,
            flags=frozenset({Flag.SAW_ALL_READINGS}) if saw else frozenset(),
        )
        for minute, (who, kind, text, shown, saw) in enumerate(drawn)
    ]
    last = {each.source: each for each in readings}.values()
    blind = [each for each in last if each.shown is None and not each.flags]
    texts = {(each.text or "").replace(",", ".") for each in blind}
    experts = sum(each.kind == "expert" for each in blind)
    expected = experts > 0 and len(blind) - experts >= 2 and len(texts) == 1 and texts != {""}
    assert bool(known(*readings)) is expected


CONFIRMS = expert("total", "15.80")


def test_the_share_drawn_is_the_share_asked_for() -> None:
    drawn = sum(draw_audit(f"scan {number}", FieldKey("total"), 1, 0.04) for number in range(20_000))
    assert 700 < drawn < 900


def test_the_same_decision_is_drawn_or_not_for_ever() -> None:
    lots = {draw_audit("scan", FieldKey("lines.quantity", 3), 2, 0.5) for _ in range(10)}
    assert len(lots) == 1


def test_nothing_is_drawn_at_no_share_and_everything_at_the_whole() -> None:
    assert not draw_audit("scan", FieldKey("total"), 1, 0.0)
    assert draw_audit("scan", FieldKey("total"), 1, 1.0)


def test_an_expert_who_reads_what_is_improbable_even_with_their_word_is_heard_a_second_time_by_another() -> None:
    said = [*both("total", "15.60"), reading("total", "ana", "15.60"), reading("total", "ben", "15.60")]
    assert may_need_second_look(posterior(TOTAL, *said, expert("total", "15.80")))
    assert not may_need_second_look(posterior(TOTAL, *said))
    assert not may_need_second_look(posterior(TOTAL, *said, expert("total", "15.60")))
    assert not may_need_second_look(
        posterior(TOTAL, *both("total", "15.60"), reading("total", "ana", "15.80"), CONFIRMS)
    )
    assert not may_need_second_look(posterior(TOTAL, ink("total", ""), expert("total", "")))


def test_two_experts_are_enough_whatever_they_read() -> None:
    other = reading("total", "other expert", "15.90", kind="expert", minute=10)
    assert not may_need_second_look(posterior(TOTAL, *both("total", "15.60"), expert("total", "15.80"), other))


NAME = form(field("name", "name"))
CODE_OF_TRUE_REASONS = form(field("code", "code"))
TOTAL_OF_TRUE_REASONS = form(field("total", "amount"))
GAVE_UP = frozenset({"illegible"})


def asked_of_true_reasons(of: Form, *readings: Reading) -> Task:
    (posterior,) = weigh(of, readings, shipped_parameters(), POLICY).values()
    answer = decide(of.fields[0], posterior, POLICY)
    assert isinstance(answer, Task), answer
    return with_true_reason(answer, of, readings)


def gave_up(key: str, who: str) -> Reading:
    return reading(key, who, None, flags=GAVE_UP)


def test_one_who_gives_up_disagrees_with_nobody() -> None:
    text = reading("total", "ana", "15.80")
    assert asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, gave_up("total", "ben")).reason == "given up", (
        "nobody has read it yet"
    )
    assert asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, text, gave_up("total", "ben")).reason == "given up"
    third = asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, text, gave_up("total", "ben"), gave_up("total", "eve"))
    assert (third.kind, third.reason) == ("adjudicate", "given up")


def test_people_who_differ_disagree_and_three_of_them_are_split() -> None:
    ana, ben, eve = (reading("total", who, text) for who, text in zip("abe", ("15.80", "16.80", "99.10"), strict=True))
    assert asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, ana, ben).reason == "readers disagree"
    assert asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, ana, ben, eve).reason == "readers split"
    assert asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, ana, ben, gave_up("total", "eve")).reason == "readers split"
    assert (
        asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, ana, reading("total", "ben", "")).reason == "readers disagree"
    ), "blank is a reading"


def test_people_who_agree_against_something_else_are_not_said_to_disagree() -> None:
    saw = [reading("total", who, "15.80", shown="15.80") for who in ("ana", "ben")]
    assert asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, *saw).reason == "agreed in doubt"
    three = [*saw, reading("total", "eve", "15.80", shown="15.80")]
    assert (
        asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, *three).kind,
        asked_of_true_reasons(TOTAL_OF_TRUE_REASONS, *three).reason,
    ) == ("adjudicate", "agreed in doubt")


def test_an_engine_that_reads_nothing_disagrees_with_no_other() -> None:
    one, silent = machine("name", "tesseract 5", "Dupont SARL", 0.5), machine("name", "rapidocr 3", "")
    assert asked_of_true_reasons(NAME, one, silent).reason != "engines disagree"
    assert asked_of_true_reasons(NAME, one, machine("name", "rapidocr 3", "Durand SARL")).reason == "engines disagree"
    assert asked_of_true_reasons(NAME, *both("name", "")).reason != "engines disagree"


@pytest.mark.parametrize("of", [NAME, CODE_OF_TRUE_REASONS, TOTAL_OF_TRUE_REASONS], ids=lambda of: of.fields[0].name)
@given(data=some.data())
def test_readers_are_said_to_differ_where_two_of_them_do_and_nowhere_else(of: Form, data: some.DataObject) -> None:
    name = of.fields[0].name
    texts = {"name": ["Dupont", "Durand", ""], "code": ["PO-1042", "PO-1047", ""], "total": ["15.80", "16.80", ""]}
    said = data.draw(some.lists(some.sampled_from([*texts[name], None]), min_size=1, max_size=5))
    shown = data.draw(some.lists(some.booleans(), min_size=len(said), max_size=len(said)))
    readings = [
        gave_up(name, f"p{at}")
        if text is None
        else reading(name, f"p{at}", text, shown=text if prompted and text else None)
        for at, (text, prompted) in enumerate(zip(said, shown, strict=True))
    ]
    heard = data.draw(some.lists(some.sampled_from(texts[name]), max_size=2))
    engines = [
        machine(name, f"{engine} 1", text) for engine, text in zip(("tesseract", "rapidocr"), heard, strict=False)
    ]
    (posterior,) = weigh(of, [*readings, *engines], shipped_parameters(), POLICY).values()
    answer = decide(of.fields[0], posterior, POLICY)
    if not isinstance(answer, Task):
        return
    answer = with_true_reason(answer, of, [*readings, *engines])
    told = {text for text in said if text is not None}
    assert (answer.reason in ("readers disagree", "readers split")) == (len(told) > 1), (answer.reason, said)
    assert answer.reason != "engines disagree"
    if answer.reason == "one reader":
        assert len([text for text in said if text is not None]) == 1
    if answer.reason == "given up":
        assert None in said
    assert FieldKey(name) == answer.key
