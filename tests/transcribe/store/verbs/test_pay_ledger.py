"""Pay: written with the work, never by its outcome; the floor; closing a period."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.store.world import NOON, World, after, decision, passing, person, put, sent
from transcribe.errors import LeaseLost
from transcribe.pay_arithmetic import for_time
from transcribe.people import transfers
from transcribe.store.drivers.database import Row
from transcribe.store.facts import PAY_MEASURE, Floor, Offer, PayLine, PeriodShare, Rate, SentReading
from transcribe.store.paid_time import MIN_TIMED_COUNT, UsualTime, learnt_from, length_class, start_seconds
from transcribe.store.verbs import pay_ledger, queue, settlement

CENT = 10_000
PEOPLE = ("ann", "ben", "cat")


def pay(here: World, *, rate: int = 2 * CENT, floor: int | None = None) -> None:
    here.store.put_rate(Rate(form="", micro=rate, currency="EUR", since=NOON), NOON)
    if floor is not None:
        here.store.put_floor(Floor(micro=floor, currency="EUR", source="SMIC 2026", since=NOON), NOON)


def read(here: World, name: str, who: str, seconds: float, at: datetime = NOON) -> None:
    here.ask(here.scan(name), "number")
    (task,) = here.store.lease(who, 1, at)
    here.store.submit(task.id, who, sent("x", f"{name}-{who}", seconds), at + timedelta(seconds=seconds))


@pytest.mark.promise("The ledger is in")
def test_a_reading_and_its_pay_line_are_written_together(here: World) -> None:
    pay(here)
    read(here, "a", "ann", 5.0)
    (line,) = here.store.ledger("ann")
    (reading,) = [each for each in here.store.readings(here.scan("a").id) if each.kind == "person"]
    assert (line.kind, line.micro, line.currency, line.seconds) == ("reading", 2 * CENT, "EUR", 5.0)
    assert (line.reading, line.task) == (reading.id, reading.task)


@pytest.mark.promise("What was read before")
def test_a_form_of_its_own_rate_pays_that(here: World) -> None:
    pay(here)
    here.store.put_rate(Rate(form="order", micro=7, currency="EUR", since=NOON), NOON)
    here.store.put_rate(Rate(form="order", micro=9, currency="EUR", since=after(3600)), NOON)
    read(here, "a", "ann", 5.0)
    read(here, "b", "ben", 5.0, after(3600))
    assert [line.micro for line in here.store.ledger()] == [7, 9]


@pytest.mark.promise("what a skip of", "The reading and its")
def test_a_reading_taken_back_stays_paid_and_its_replacement_counts_as_time(here: World) -> None:
    pay(here)
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent("x", "one", 5.0), after(5))
    here.store.undo(task.id, "ann", after(6))
    here.store.submit(task.id, "ann", sent("y", "two", 3.0), after(9))
    assert [(line.micro, line.seconds) for line in here.store.ledger("ann")] == [(2 * CENT, 5.0), (0, 3.0)]


@pytest.mark.promise("corrected: a field is", "A field is paid", "another `idem` for the", "the time since is")
@pytest.mark.parametrize(("claimed", "paid"), [(4.0, 4.0), (90.0, 15.0), (None, None)])
def test_another_reading_sent_over_the_first_has_the_time_since_it_paid_and_no_second_piece(
    here: World, claimed: float | None, paid: float | None
) -> None:
    pay(here, floor=12_000_000)
    put(here.store, person("hal", engagement="hourly"), NOON)
    for who in ("ann", "hal"):
        here.ask(here.scan(who), "number")
        (task,) = here.store.lease(who, 1, NOON)
        here.store.submit(task.id, who, sent("x", f"one-{who}", 5.0), after(5))
        here.store.submit(task.id, who, sent("y", f"two-{who}", claimed), after(20))
        here.store.submit(task.id, who, sent("y", f"again-{who}", claimed), after(40))
        first, *more = here.store.ledger(who)
        assert first.seconds == 5.0
        assert [line.seconds for line in more if line.kind == "reading"] == ([] if paid is None else [paid])
        ahead = 2 * CENT - for_time(12_000_000, 5.0) if who == "ann" else 0  # the piece has paid a second more
        worth = 0 if paid is None else for_time(12_000_000, paid)
        assert sum(line.micro for line in more) == pytest.approx(max(0, worth - ahead), abs=1)


@pytest.mark.promise("You work as a", "You work as staff:")
@pytest.mark.parametrize("engagement", ["staff", "volunteer"])
def test_staff_and_volunteers_have_no_ledger_and_no_timing(here: World, engagement: str) -> None:
    pay(here, floor=12_000_000)
    put(here.store, person("vic", engagement=engagement), NOON)  # type: ignore[arg-type]  # parametrized
    here.ask(here.scan("s"), "number")
    (task,) = here.store.lease("vic", 1, NOON)
    here.store.skip(task.id, "vic", "other", 5.0, after(5))
    here.store.put_time("vic", 60.0, "waiting", after(6))
    read(here, "a", "vic", 5.0)
    assert here.store.ledger() == []
    assert here.store.waiting_seconds("vic") == 0.0
    assert here.store.pay_states(NOON, "vic") == []
    assert [each.seconds for each in here.store.readings(here.scan("a").id) if each.kind == "person"] == [None]


@pytest.mark.promise("What was read before", "The people who read", "`fairhand pay floor 15", "for hourly people the")
def test_hourly_people_are_paid_for_their_time_and_never_under_the_floor(here: World) -> None:
    pay(here, floor=12_000_000)
    put(here.store, person("hal", engagement="hourly"), NOON)
    here.store.put_rate(Rate(form="", micro=9_000_000, currency="EUR", since=NOON, per="hour"), NOON)
    read(here, "a", "hal", 36.0)
    here.store.put_rate(Rate(form="", micro=18_000_000, currency="EUR", since=after(60), per="hour"), NOON)
    read(here, "b", "hal", 36.0, after(60))
    assert [line.micro for line in here.store.ledger("hal")] == [120_000, 180_000]


@pytest.mark.promise("appeals, contested clocks and explanations,")
def test_skips_questions_and_appeals_are_time_paid_at_the_floor_rounded_up(here: World) -> None:
    pay(here, floor=10_000_000)
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.skip(task.id, "ann", "hard to see", 7.0, after(7))
    here.store.put_time("ann", 1.0, "appeal", after(9))
    assert [(line.kind, line.micro) for line in here.store.ledger("ann")] == [("time", 19_445), ("time", 2_778)]


@pytest.mark.promise("By the piece: a")
def test_a_field_pays_the_larger_of_its_price_and_its_time_and_nothing_is_left_to_top_up(here: World) -> None:
    pay(here, floor=10_000_000)
    read(here, "quick", "ann", 2.0)
    read(here, "slow", "ann", 120.0, after(10))
    piece, other, above = here.store.ledger("ann")
    assert (piece.micro, other.micro, other.seconds) == (2 * CENT, 2 * CENT, 120.0)
    assert (above.kind, above.reference, above.seconds) == ("time", "above the piece", 0.0)
    assert other.micro + above.micro == for_time(10_000_000, 120.0)
    assert above.task == other.task
    assert here.store.top_up("ann", after(400)) is None


@pytest.mark.promise("One reading has no", "its readers are paid")
def test_without_a_price_a_reading_pays_its_time_at_once(here: World) -> None:
    here.store.put_floor(Floor(micro=3_600_000, currency="EUR", source="law", since=NOON), NOON)
    read(here, "a", "ann", 30.0)
    assert [(line.micro, line.currency, line.seconds) for line in here.store.ledger("ann")] == [
        (0, "EUR", 30.0),
        (30_000, "EUR", 0.0),
    ]


def test_a_field_is_never_worth_less_than_skipping_it_at_the_rate_of_an_hour(here: World) -> None:
    """That of its own form, which may be under the one of all forms."""
    pay(here, floor=3_600_000)
    for form, micro in (("", 9_000_000), ("order", 7_200_000)):
        here.store.put_rate(Rate(form=form, micro=micro, currency="EUR", since=NOON, per="hour"), NOON)
    read(here, "a", "ann", 30.0)
    here.ask(here.scan("b"), "number")
    (task,) = here.store.lease("ben", 1, NOON)
    here.store.skip(task.id, "ben", "other", 30.0, after(30))
    paid = [sum(line.micro for line in here.store.ledger(who)) for who in ("ann", "ben")]
    assert paid == [60_000, 60_000]


def late_floor(here: World, micro: int) -> None:
    """A floor that is set after the work, for the time of it."""
    here.store.put_floor(Floor(micro=micro, currency="EUR", source="law", since=NOON), NOON)


@pytest.mark.promise(
    "An hour of measured", "As measured, the rate", "Everybody is topped up", "everybody is topped up,"
)
def test_a_slow_person_is_topped_up_to_the_floor_once(here: World) -> None:
    pay(here)
    for number, name in enumerate(("a", "b")):
        read(here, name, "ann", 120.0, after(120.0 * number))
    late_floor(here, 10_000_000)
    line = here.store.top_up("ann", after(400))
    assert line is not None
    assert line.micro + 4 * CENT == -(-10_000_000 * 240 // 3600)
    assert line.reference == "2026-11-24"
    assert here.store.top_up("ann", after(401)) is None


def test_a_good_day_does_not_pay_for_a_slow_one(here: World) -> None:
    pay(here)
    day = 86_400.0
    for number in range(10):
        read(here, f"fast{number}", "ann", 1.0, after(number))
    read(here, "slow", "ann", 100.0, after(day))
    late_floor(here, 3_600_000)
    line = here.store.top_up("ann", after(2 * day))
    assert line is not None
    assert (line.micro, line.reference) == (100 * 1000 - 2 * CENT, "2026-11-25")


def test_a_day_is_the_persons_own_day(here: World) -> None:
    pay(here)
    put(here.store, person("ann", time_zone="Pacific/Auckland"), NOON)
    read(here, "a", "ann", 600.0)
    late_floor(here, 3_600_000)
    line = here.store.top_up("ann", after(700))
    assert line is not None
    assert line.reference == "2026-11-25"


def test_time_before_there_was_a_floor_needs_no_top_up(here: World) -> None:
    pay(here)
    read(here, "a", "ann", 600.0)
    here.store.put_floor(Floor(micro=10_000_000, currency="EUR", source="law", since=after(3600)), NOON)
    assert here.store.top_up("ann", after(7200)) is None


@pytest.mark.promise("Everybody is topped up", "everybody is topped up,")
def test_closing_a_period_pays_what_is_due_and_nothing_twice(here: World) -> None:
    pay(here, floor=10_000_000)
    read(here, "a", "ann", 120.0)
    read(here, "b", "ben", 1.0)
    read(here, "later", "ben", 1.0, after(5000))
    paid = here.store.close_period(after(1000), "2026-11", after(6000))
    assert {(line.transcriber, line.kind, line.reference) for line in paid} == {
        (here.store.transcriber(who).id, "paid", "2026-11") for who in ("ann", "ben")
    }
    assert sorted(line.micro for line in paid) == [-33 * CENT, -2 * CENT]
    assert here.store.close_period(after(1000), "2026-11", after(6001)) == []
    (rest,) = here.store.close_period(after(9000), "2026-12", after(9001))
    assert rest.micro == -2 * CENT


def test_each_person_sees_due_paid_what_comes_and_their_hour(here: World) -> None:
    pay(here)
    read(here, "a", "ann", 120.0)
    late_floor(here, 10_000_000)
    here.store.put_time("ann", 30.0, "waiting", after(130))
    (state,) = here.store.pay_states(after(200), "ann")
    assert (state.due, state.paid, state.coming) == (2 * CENT, 0, 333_334 - 2 * CENT)
    assert (state.seconds, state.waiting_seconds, state.readings) == (120.0, 30.0, 1)
    assert state.an_hour == 10_000_020
    here.store.close_period(after(200), "now", after(201))
    (state,) = here.store.pay_states(after(300), "ann")
    assert (state.due, state.paid, state.coming, state.carried) == (3_334, 33 * CENT, 0, 3_334)


@pytest.mark.promise("Somebody says that a", "A time that you", "the minutes added are")
def test_a_clock_that_was_disputed_is_paid_and_the_person_told(here: World) -> None:
    pay(here, floor=3_600_000)
    read(here, "a", "ann", 5.0)
    (task,) = [line.task for line in here.store.ledger("ann")]
    assert task is not None
    dispute = here.store.dispute_time(task, "ann", 65.0, "the page hung", after(80))
    assert here.store.dispute_time(task, "ann", 99.0, "again", after(81)) == dispute
    here.store.answer_dispute(dispute.id, 60.0, after(100))
    here.store.answer_dispute(dispute.id, 60.0, after(101))
    assert here.store.ledger("ann")[-1].micro == 60_000
    assert len(here.store.ledger("ann")) == 2
    assert here.store.disputes(open_only=True) == []
    assert [each.kind for each in here.store.notices("ann")] == ["time answered"]


@pytest.mark.promise("The clock counts your", "Only the total of")
def test_time_is_never_more_than_since_the_lease_and_is_measured_without_a_page(here: World) -> None:
    pay(here)
    for name in ("a", "b", "c"):
        here.ask(here.scan(name), "number")
    first, second, third = here.store.lease("ann", 3, NOON)
    here.store.submit(first.id, "ann", sent("x", "1", 9999.0), after(10))
    here.store.submit(second.id, "ann", sent("x", "2", None), after(25))
    here.store.submit(third.id, "ann", sent("x", "3", -4.0), after(30))
    assert [line.seconds for line in here.store.ledger("ann")] == [10.0, 15.0, 0.0]


def overclaimed(here: World, *, paused: bool = False, put_back: float = 0.0, how: str = "skip") -> list[PayLine]:
    """A skip or question of 100 s, then 60 s of a reading, all of it leased together; the clock has only 110 s."""
    pay(here, rate=CENT * 100, floor=3_600_000)
    for name in ("a", "b", "c"):
        here.ask(here.scan(name), "number")
    first, second, _ = here.store.lease("ann", 3, NOON)
    if how == "question":
        here.store.put_question(first.id, "ann", "what?", 60.0, after(60))
    elif how == "own question":
        here.store.put_question(second.id, "ann", "what?", 100.0, after(100))
    else:
        here.store.skip(first.id, "ann", "other", 100.0, after(100))
    if put_back:
        here.store.put_time("ben", 1.0, "appeal", after(110 + put_back))
    if paused:
        here.store.set_paused("ann", paused=True, now=after(100))
        here.store.set_paused("ann", paused=False, now=after(109))
    here.store.submit(second.id, "ann", sent("x", "i", 60.0), after(62 if how == "question" else 110))
    return here.store.ledger("ann")


@pytest.mark.promise("the first reading of", "minus what was paid", "Where time was paid")
def test_what_a_skip_has_paid_comes_off_the_piece_claimed_for_the_same_time(here: World) -> None:
    skip, piece, off = overclaimed(here)
    assert (skip.micro, piece.micro, piece.seconds) == (100_000, 100 * CENT, 10.0)
    assert (off.kind, off.reference, off.micro, off.seconds) == ("time", "paid already", -49_000, 0.0)
    assert off.task == piece.task
    assert here.store.top_up("ann", after(200)) is None


@pytest.mark.parametrize(
    "other",
    [{"paused": True}, {"put_back": 60.0}, {"how": "question"}, {"how": "own question"}],
    ids=["a pause", "a clock put back", "a question's time that was a guess", "a question on the same field"],
)
def test_nothing_comes_off_a_piece_where_something_else_explains_the_claim(here: World, other: dict[str, Any]) -> None:
    lines = overclaimed(here, **other)
    assert [line.micro for line in lines if line.kind == "reading"] == [100 * CENT]
    assert all(line.micro > 0 for line in lines)


def test_without_a_claim_nothing_comes_off_a_piece(here: World) -> None:
    pay(here, floor=3_600_000)
    for name in ("a", "b"):
        here.ask(here.scan(name), "number")
    first, second = here.store.lease("ann", 2, NOON)
    here.store.put_question(first.id, "ann", "what?", 100.0, after(100))
    here.store.submit(second.id, "ann", sent("x", "i", None), after(110))
    assert [line.micro for line in here.store.ledger("ann")] == [100_000, 2 * CENT]


def test_a_long_line_without_an_answer_takes_nothing_off(here: World) -> None:
    """What was worked before a skip's lease and sent after it does not take the skip's time."""
    pay(here, floor=3_600_000, rate=1)
    here.ask(here.scan("a"), "number")
    (first,) = here.store.lease("ann", 1, NOON)
    here.ask(here.scan("b"), "number")
    second = next(task for task in here.store.lease("ann", 2, after(90)) if task.id != first.id)
    here.store.submit(first.id, "ann", sent("x", "i", 95.0), after(120))
    here.store.skip(second.id, "ann", "other", 25.0, after(120))
    assert [line.seconds for line in here.store.ledger("ann") if line.seconds] == [95.0, 25.0]
    assert sum(line.micro for line in here.store.ledger("ann")) == for_time(3_600_000, 120.0)


def test_the_pace_of_a_form_is_its_measured_time_without_what_nobody_can_have_looked_at(here: World) -> None:
    pay(here)
    read(here, "a", "ann", 4.0)
    read(here, "b", "ben", 6.0)
    read(here, "c", "ben", 0.1)
    assert (here.store.pace("order").readings, here.store.pace("order").seconds) == (2, 10.0)


Texts = tuple[str, str, str]
AGREEMENT: dict[str, Any] = {
    "texts": st.lists(st.tuples(*[st.sampled_from(["A", "B", "C"])] * 3), min_size=1, max_size=4),
    "turn": st.permutations(range(3)),
    "decided": st.sampled_from(["A", "B", "C"]),
}
SENDS: dict[str, Any] = {
    "sends": st.lists(
        st.tuples(st.sampled_from(PEOPLE), st.integers(0, 400), st.booleans(), st.booleans()), min_size=1, max_size=12
    ),
    "rate": st.integers(1, 100_000),
    "floor": st.integers(1, 30_000_000),
}


@pytest.mark.promise("No code path lets")
@pytest.mark.parametrize("module", [pay_ledger, settlement, queue])
def test_what_pays_and_offers_imports_nothing_of_decisions_agreement_or_trust(module: ModuleType) -> None:
    imported = [
        f"{getattr(node, 'module', '')}.{each.name}"
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
    ]
    assert imported
    assert [each for each in imported if re.search(r"decision|decide|truth|agree|trust|^reconcile\.", each, re.I)] == []


@pytest.mark.promise(
    "Every reading is paid",
    "A reading of a",
    "This does not change",
    "Agreement never changes pay",
    "What your work is",
    "When others read something else, your",
    "The people who read",
    "No code path lets",
    "never from their work.",
)
@given(**AGREEMENT)
@examples(40)
def test_who_agrees_changes_neither_pay_nor_work_nor_hours(
    texts: list[Texts], turn: Sequence[int], decided: str
) -> None:
    agreement_changes_nothing(texts, turn, decided)


@pytest.mark.promise("What your work is", "a task pays once, the larger")
@given(**SENDS)
@examples(40)
def test_each_reading_pays_the_larger_of_its_price_and_its_time(
    sends: list[tuple[str, int, bool, bool]], rate: int, floor: int
) -> None:
    each_reading_pays_the_larger(sends, rate, floor)


def agreement_changes_nothing(texts: list[Texts], turn: Sequence[int], decided: str) -> None:
    """Whoever is in the minority, whatever is decided and learnt: lines, tasks offered and hours are the same."""
    turned = [tuple(words[place] for place in turn) for words in texts]
    assert worked(texts, decided) == worked(turned, "C" if decided == "A" else "A")


def worked(texts: Sequence[Sequence[str]], decided: str) -> tuple[object, ...]:
    """Pay lines without ids, tasks offered, and pay states of three people who read these texts."""
    with passing() as here:
        pay(here, floor=10_000_000)
        offered: list[object] = []
        for number, words in enumerate(texts):
            scan = here.scan(f"scan {number}")
            for slot, (who, word) in enumerate(zip(PEOPLE, words, strict=True), start=1):
                here.ask(scan, "number", slot=slot)
                tasks = here.store.lease(who, 4, after(number * 60))
                offered.append([(who, each.kind, each.slot, each.scan) for each in tasks])
                here.store.submit(tasks[0].id, who, sent(word, f"{number}"), after(number * 60 + 5))
            here.decide(scan, decision("number", decided, *here.store.readings(scan.id)), record=True)
            here.store.put_parameters({"trust": dict(zip(PEOPLE, words, strict=True))}, NOON)
        here.store.close_period(after(9999), "month", after(9999))
        lines = [_line(line) for line in here.store.ledger()]
        return lines, offered, here.store.pay_states(after(9999))


def _line(line: PayLine) -> tuple[object, ...]:
    return (line.transcriber, line.kind, line.micro, line.currency, line.seconds, line.at, line.reference)


def each_reading_pays_the_larger(sends: list[tuple[str, int, bool, bool]], rate: int, floor: int) -> None:
    """Whatever is sent twice or late: once, and nobody's hour is under the floor."""
    with passing() as here:
        pay(here, rate=rate, floor=floor)
        once = 0
        for number, (who, seconds, twice, late) in enumerate(sends):
            here.ask(here.scan(f"s{number}"), "number")
            began = after(number * 1000)
            (task,) = here.store.lease(who, 1, began, seconds=1.0 if late else 900.0)
            for _ in range(2 if twice else 1):
                kind = here.store.submit(
                    task.id, who, sent("x", f"i{number}", float(seconds)), began + timedelta(seconds=seconds + 2)
                ).kind
                once += 0 if kind == "again" else max(rate, for_time(floor, _at_once(float(seconds))))
        here.store.close_period(after(20_000), "all", after(20_000))
        lines = here.store.ledger()
        assert sum(line.micro for line in lines if line.kind != "paid") == once
        for who in PEOPLE:
            mine = here.store.ledger(who)
            assert 0 <= sum(line.micro for line in mine) < CENT
            hours = sum(line.seconds for line in mine) / 3600
            assert sum(line.micro for line in mine if line.kind != "paid") >= int(floor * hours)


def _at_once(seconds: float) -> float:
    return min(seconds, PAY_MEASURE.usual_times * start_seconds(length_class(1)))


def test_what_was_paid_out_is_told_by_reference_and_currency_the_latest_first(here: World) -> None:
    pay(here)
    put(here.store, person("bob"), NOON)
    assert here.store.pay_periods() == []
    read(here, "a", "ann", 5.0)
    read(here, "b", "bob", 7.0)
    first = here.store.close_period(after(100), "first", after(100))
    read(here, "c", "bob", 1.0, after(150))
    second = here.store.close_period(after(200), "second", after(200))

    said = [(each.reference, each.currency, each.at, each.people) for each in here.store.pay_periods()]
    assert said == [("second", "EUR", after(200), 1), ("first", "EUR", after(100), 2)]
    assert [each.micro for each in here.store.pay_periods()] == [
        -sum(line.micro for line in of) for of in (second, first)
    ]
    assert sorted(here.store.payments_of("first"), key=lambda line: line.number) == first
    assert here.store.payments_of("third") == []


def test_work_is_told_by_person_month_and_currency(here: World) -> None:
    pay(here)
    put(here.store, person("bob"), NOON)
    read(here, "a", "ann", 5.0)
    read(here, "b", "bob", 7.0)
    read(here, "c", "bob", 1.0, after(50))
    here.store.close_period(after(100), "paid out", after(100))
    assert here.store.work_by_month(NOON) == []
    work = {here.store.transcriber(each.transcriber).handle: each for each in here.store.work_by_month(after(3600))}
    assert {who: (each.seconds, each.micro) for who, each in work.items()} == {
        "ann": (5.0, 2 * CENT),
        "bob": (8.0, 4 * CENT),
    }
    assert {each.month for each in work.values()} == {f"{NOON:%Y-%m}"}


def test_who_is_a_volunteer_now_is_paid_the_rest_of_what_they_earned_before(here: World) -> None:
    """The top-up was on the way for ever, and a contested time that was granted brought nothing."""
    pay(here, floor=3_600_000)
    read(here, "a", "ann", 100.0)
    (task,) = {line.task for line in here.store.ledger("ann")}
    dispute = here.store.dispute_time(str(task), "ann", 160.0, "", after(610))
    here.store.set_engagement("ann", "volunteer", after(620))
    here.store.answer_dispute(dispute.id, 60.0, after(630))
    here.store.close_period(after(86_400), "november", after(86_400))
    (state,) = here.store.pay_states(after(86_400), "ann")
    assert (state.paid, state.coming) == (160_000, 0)
    read(here, "b", "ann", 600.0, after(90_000))
    assert here.store.pay_states(after(100_000), "ann")[0].coming == 0, "volunteers' work has no lines"


def test_another_time_zone_brings_no_second_top_up(here: World) -> None:
    """Work of one evening was topped up as one day's, and again as the next day's."""
    pay(here, floor=3_600_000)
    for number, zone in enumerate(("Europe/Paris", "Asia/Tokyo", "Pacific/Honolulu", "Asia/Tokyo")):
        evening = 8 * 3600.0 + 1000.0 * number  # in Tokyo it is the next morning
        here.store.set_time_zone("ann", zone, after(evening))
        read(here, f"a{number}", "ann", 100.0, after(evening + 1))
        here.store.close_period(after(evening + 900), zone, after(evening + 900))
    here.store.close_period(after(90_000), "all", after(90_000))
    (state,) = here.store.pay_states(after(90_000), "ann")
    assert (state.paid + state.due, state.coming) == (4 * 100_000, 0)


LEAST = {"EUR": CENT, "JPY": 1_000_000, "KWD": 1_000}


def earn(here: World, who: str, micro: int, at: int, currency: str = "EUR") -> None:
    """A line of the ledger as work writes it; a negative one takes off."""
    with here.store.db.write():
        number = here.store.person_row(who)["id"]
        here.store.write_line(number, "correction" if micro < 0 else "time", micro, currency, 0.0, after(at))


def carried(here: World, reference: str) -> dict[tuple[str, str], int]:
    handles = {each.id: each.handle for each in here.store.transcribers()}
    return {(handles[each.transcriber], each.currency): each.micro for each in here.store.carried_of(reference)}


@pytest.mark.promise("A closed period pays", "What is [carried]", "`carried` keeps for each")
def test_what_no_bank_can_transfer_waits_for_the_next_period(here: World) -> None:
    earn(here, "ann", 951_121, 1)
    earn(here, "ben", 9_999, 1)
    paid = here.store.close_period(after(10), "October", after(10))
    assert [line.micro for line in paid] == [-950_000]
    assert carried(here, "October") == {("ann", "EUR"): 1_121, ("ben", "EUR"): 9_999}
    earn(here, "ann", 8_879, 11)
    earn(here, "ben", 1, 11)
    paid = here.store.close_period(after(20), "November", after(20))
    assert [line.micro for line in paid] == [-CENT, -CENT]
    assert carried(here, "November") == {("ann", "EUR"): 0, ("ben", "EUR"): 0}
    assert [state.carried for state in here.store.pay_states(after(21))] == [0, 0]
    assert here.store.close_period(after(30), "December", after(30)) == []
    assert carried(here, "December") == {}


@pytest.mark.parametrize(("currency", "paid", "rest"), [("JPY", 7_000_000, 654_321), ("KWD", 7_654_000, 321)])
def test_each_currency_has_its_own_least_amount(here: World, currency: str, paid: int, rest: int) -> None:
    earn(here, "ann", 7_654_321, 1, currency)
    assert [line.micro for line in here.store.close_period(after(9), "November", after(9))] == [-paid]
    assert carried(here, "November") == {("ann", currency): rest}


def test_what_is_taken_off_is_taken_off_the_next_period_too(here: World) -> None:
    earn(here, "ann", -25_000, 1)
    assert here.store.close_period(after(9), "October", after(9)) == []
    assert carried(here, "October") == {("ann", "EUR"): -25_000}
    earn(here, "ann", 40_000, 10)
    assert [line.micro for line in here.store.close_period(after(19), "November", after(19))] == [-CENT]
    assert carried(here, "November") == {("ann", "EUR"): 5_000}


@pytest.mark.promise("what was paid and")
def test_who_has_left_is_paid_the_part_of_a_cent_rounded_up(here: World) -> None:
    earn(here, "ann", 951_121, 1)
    who = here.store.transcriber("ann").id
    here.store.leave("ann", after(2))
    share = PeriodShare(transcriber=who, currency="EUR", paid=960_000, carried=0, rounded=8_879)
    assert here.store.period_shares(after(9), after(9)) == [share]
    assert [line.micro for line in here.store.close_period(after(9), "last", after(9))] == [-960_000]
    last = [(line.kind, line.micro) for line in here.store.ledger(who)][-2:]
    assert last == [("rounding", 8_879), ("paid", -960_000)]
    assert here.store.close_period(after(9), "again", after(10)) == []
    assert sum(line.micro for line in here.store.ledger(who)) == 0


def test_a_period_that_was_closed_in_fractions_stays_as_it_was(here: World) -> None:
    earn(here, "ann", 951_121, 1)
    with here.store.db.write():  # as it was closed at first
        number = here.store.person_row("ann")["id"]
        here.store.write_line(number, "paid", -951_121, "EUR", 0.0, after(2), reference="before")
    assert [each.micro for each in here.store.pay_periods()] == [951_121]
    assert transfers(here.store, here.store.payments_of("before")) == [
        ("ann", "0.951121", "EUR", "before", f"{NOON:%Y-%m-%d}", "")
    ]
    earn(here, "ann", 15_000, 3)
    assert [line.micro for line in here.store.close_period(after(9), "after", after(9))] == [-CENT]
    assert carried(here, "before") == {}


def test_a_part_of_a_cent_is_no_pay_that_is_late(here: World) -> None:
    earn(here, "ann", 9_999, 1)
    earn(here, "ben", 10_001, 1)
    assert here.store.due_before(after(9)) == {(here.store.transcriber("ben").id, "EUR"): CENT}


def test_the_rest_of_before_is_among_what_is_held_about_a_person(here: World) -> None:
    earn(here, "ann", 951_121, 1)
    here.store.close_period(after(9), "October", after(9))
    told = here.store.about("ann")["carried"]
    assert told == [{"reference": "October", "currency": "EUR", "micro": 1_121, "at": after(9).isoformat()}]


deeds = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from(sorted(LEAST)), st.integers(-3_000_000, 9_000_000)),
        st.integers(0, 40),
    ),
    max_size=30,
)
"""Work of somebody in a currency, or less than nothing; or closing a period that ended so many seconds ago."""


@pytest.mark.promise(
    "A bank transfers no",
    "A closed period pays",
    "The rest stays due",
    "what was paid and",
)
@given(deeds)
@examples(60)
def test_what_was_paid_and_what_is_carried_is_what_was_earned(done: list[tuple[str, str, int] | int]) -> None:
    with passing() as here:
        earned: Counter[tuple[str, str]] = Counter()
        for number, deed in enumerate(done):
            at = number * 10
            if isinstance(deed, tuple):
                who, currency, micro = deed
                earn(here, who, micro, at, currency)
                earned[who, currency] += micro
            else:
                closes(here, f"period {number}", at, at - deed)
        closes(here, "last", len(done) * 10, len(done) * 10)
        paid: Counter[tuple[str, str]] = Counter()
        for who in PEOPLE:
            for line in here.store.ledger(who):
                if line.kind == "paid":
                    assert line.micro < 0
                    assert line.micro % LEAST[line.currency] == 0, "a bank can transfer it"
                    paid[who, line.currency] -= line.micro
        rests = {(who, s.currency): s.due for who in PEOPLE for s in here.store.pay_states(after(9999), who)}
        for each, micro in earned.items():
            assert paid[each] + rests[each] == micro
            assert rests[each] < LEAST[each[1]], "what can be paid is paid"
        for (_, currency), rest in carried(here, "last").items():
            assert rest < LEAST[currency]
        kept = carried(here, "last")
        assert {each: rest for each, rest in rests.items() if rest} == {e: rest for e, rest in kept.items() if rest}


def closes(here: World, reference: str, at: int, until: int) -> None:
    """Close a period, which pays and carries what was said before."""
    said = here.store.period_shares(after(until), after(at))
    paid = here.store.close_period(after(until), reference, after(at))
    assert [(line.transcriber, line.currency, -line.micro) for line in paid] == [
        (each.transcriber, each.currency, each.paid) for each in said if each.paid
    ]
    assert [(each.transcriber, each.currency, each.micro) for each in here.store.carried_of(reference)] == [
        (each.transcriber, each.currency, each.carried) for each in said
    ]


WEEK = 6.98 * 86_400
BOUND = PAY_MEASURE.usual_times * start_seconds(length_class(2))


def _paid(here: World, count: int) -> list[str]:
    """An hourly reader hal who holds so many fields, at 12 EUR an hour."""
    here.store.put_floor(Floor(micro=12_000_000, currency="EUR", source="law", since=NOON), NOON)
    here.store.put_rate(Rate(form="", micro=50_000, currency="EUR", since=NOON), NOON)
    here.store.put_transcriber(person("hal", engagement="hourly"), NOON)
    for number in range(count):
        here.ask(here.scan(f"s{number}"), "number")
    return [task.id for task in here.store.lease("hal", count, NOON)]


def _kept(here: World, who: str = "hal") -> float:
    return sum(each.seconds for each in here.store.kept_times(who))


@pytest.mark.promise("Time on a field,")
def test_a_week_of_nothing_before_a_plain_form_is_kept_and_not_paid(here: World) -> None:
    (task,) = _paid(here, 1)
    here.store.submit(task, "hal", SentReading(text="12", idem="one", seconds=None), after(WEEK))
    (line,) = here.store.ledger("hal")
    assert (line.seconds, line.micro) == (BOUND, for_time(12_000_000, BOUND))
    assert _kept(here) == pytest.approx(WEEK - BOUND)


@pytest.mark.promise("Time on a field,", "its clock is taken),")
def test_what_is_kept_is_paid_after_a_word_of_the_person_and_one_of_an_operator(here: World) -> None:
    (task,) = _paid(here, 1)
    here.store.submit(task, "hal", SentReading(text="12", idem="one", seconds=1000.0), after(1000))
    (kept,) = here.store.kept_times("hal")
    dispute = here.store.dispute_time(task, "hal", 1000.0, "", after(1001))
    assert dispute.missing == pytest.approx(kept.seconds)
    assert not here.store.kept_times()
    here.store.answer_dispute(dispute.id, dispute.missing, after(1002), by="olga")
    assert sum(line.seconds for line in here.store.ledger("hal")) == pytest.approx(1000.0)
    assert sum(line.micro for line in here.store.ledger("hal")) == pytest.approx(for_time(12_000_000, 1000.0), abs=1)


@pytest.mark.promise("after a word of")
def test_a_second_time_kept_for_one_task_is_claimed_after_the_first_was_answered(here: World) -> None:
    (task,) = _paid(here, 1)
    store = here.store
    store.submit(task, "hal", SentReading(text="12", idem="one", seconds=1000.0), after(1000))
    first = store.dispute_time(task, "hal", 1000.0, "", after(1001))
    store.undo(task, "hal", after(1002))
    store.submit(task, "hal", SentReading(text="13", idem="two", seconds=500.0), after(1502))
    assert store.dispute_time(task, "hal", 1500.0, "", after(1503)) == first, "one word is answered after the other"
    assert first.missing == pytest.approx(1000 - BOUND)
    store.answer_dispute(first.id, first.missing, after(1504), by="olga")
    (kept,) = store.kept_times("hal")
    assert kept.seconds == pytest.approx(500 - BOUND)
    second = store.dispute_time(task, "hal", 1500.0, "", after(1505))
    assert second.missing == pytest.approx(kept.seconds)
    assert store.dispute_time(task, "hal", 1600.0, "", after(1506)) == second
    assert not store.kept_times()
    store.answer_dispute(second.id, second.missing, after(1507), by="olga")
    assert sum(line.seconds for line in store.ledger("hal")) == pytest.approx(1500.0)
    assert store.dispute_time(task, "hal", 1600.0, "", after(1508)).id == second.id, "nothing was kept since"


@pytest.mark.promise("By the piece: in", "what skips take above")
def test_skips_above_the_measure_of_a_day_are_kept_and_claimed_like_any_time(here: World) -> None:
    _paid(here, 0)
    for number in range(2):
        here.ask(here.scan(f"p{number}"), "number")
    first, second = here.store.lease("ann", 2, NOON)
    measure = replace(PAY_MEASURE, skip_minutes_a_day=1.0)
    here.store.skip(first.id, "ann", "other", 40.0, after(40), measure)
    here.store.skip(second.id, "ann", "other", 40.0, after(80), measure)
    assert [line.seconds for line in here.store.ledger("ann")] == [40.0, 20.0]
    (kept,) = here.store.kept_times("ann")
    assert (kept.task, kept.seconds) == (second.id, 20.0)
    assert here.store.dispute_time(second.id, "ann", 40.0, "", after(90)).missing == 20.0


@pytest.mark.promise("What lies above is", "its clock is taken),")
def test_the_clock_of_what_is_kept_is_paid_to_no_other_field(here: World) -> None:
    first, second = _paid(here, 2)
    here.store.submit(first, "hal", SentReading(text="12", idem="one", seconds=1000.0), after(1000))
    here.store.submit(second, "hal", SentReading(text="12", idem="two", seconds=1000.0), after(1000))
    assert here.store.ledger("hal")[-1].seconds == 0.0


@pytest.mark.promise("Whatever the door (page,")
@given(slow=st.lists(st.floats(1.0, 3.0), min_size=MIN_TIMED_COUNT, max_size=40), cheat=st.floats(1.0, 1e6))
@examples(60)
def test_nobody_raises_what_is_usual_alone(slow: list[float], cheat: float) -> None:
    def rows(who: int, times: list[float]) -> list[Row]:
        lengths = {"read": 5, "skip": 0}
        return [{"person": who, "what": w, "length": n, "seconds": each} for w, n in lengths.items() for each in times]

    honest = [*rows(1, slow), *rows(2, slow)]
    before = learnt_from(honest).seconds("read", 5)
    assert before <= max(max(slow) * 1.2, min(slow))
    assert learnt_from([*honest, *rows(3, [cheat] * 40)]).seconds("read", 5) <= start_seconds(length_class(5))
    assert learnt_from(rows(3, [cheat] * 40)).seconds("read", 5) <= start_seconds(length_class(5))


@pytest.mark.promise("Time on a field,")
@given(usual=st.floats(2.0, 600.0), pace=st.floats(0.2, 1.9))
@examples(40)
def test_a_slow_reader_is_paid_all_at_once(usual: float, pace: float) -> None:
    """Whoever takes less than twice what 95 of 100 readings take."""
    times = UsualTime({("read", 2): usual, ("skip", 0): usual / 2})
    with passing() as here, patch.object(here.store, "_usual", (NOON.date(), times)):
        (task,) = _paid(here, 1)
        here.store.submit(task, "hal", SentReading(text="12", idem="one", seconds=usual * pace), after(usual * pace))
        assert here.store.ledger("hal")[0].seconds == pytest.approx(usual * pace, abs=1e-5)
        assert here.store.kept_times() == []


def test_what_is_usual_is_learnt_from_the_readings_of_this_home(here: World) -> None:
    tasks = _paid(here, 2 * MIN_TIMED_COUNT + 1)
    for number, task in enumerate(tasks[:MIN_TIMED_COUNT]):
        here.store.submit(task, "hal", SentReading(text="12", idem=task, seconds=4.0), after(4.0 * (number + 1)))
    for number, task in enumerate(tasks[MIN_TIMED_COUNT:-1]):
        here.store.skip(task, "hal", "other", 3.0, after(80.0 + 3.0 * (number + 1)))
    tomorrow = NOON + timedelta(days=1)
    assert here.store.usual_time(tomorrow).seconds("read", 2) == 4.0
    assert here.store.usual_time(tomorrow).seconds("skip", 0) == 3.0
    here.store.submit(tasks[-1], "hal", SentReading(text="12", idem="last", seconds=500.0), tomorrow)
    assert here.store.ledger("hal")[-1].seconds == 8.0


HOLD = st.lists(
    st.tuples(st.sampled_from(["lease", "renew", "both", "give back and lease", "lapse"]), st.floats(60.0, 3600.0)),
    min_size=16,
    max_size=60,
)
"""What somebody does who wants to keep all fields, and how long they wait after it."""


@given(acts=HOLD)
@examples(25)
def test_nobody_keeps_fields_from_others_for_longer_than_the_age_of_a_lease(acts: list[tuple[str, float]]) -> None:
    """Whatever they do, and however quick they are; somebody else asks whenever they have done something."""
    age, seconds = timedelta(hours=6), 3600.0
    offer = Offer(longest=age)
    with passing() as here:
        tasks = _paid(here, 3)
        here.store.give_back("hal", NOON)
        clock, given = 1.0, set[str]()
        for act, pause in acts:
            if act == "give back and lease":
                here.store.give_back("hal", after(clock))
            for task in tasks if act in ("renew", "both") else ():
                with suppress(LeaseLost):
                    here.store.renew(task, "hal", after(clock), seconds, age)
            if act not in ("renew", "lapse"):
                here.store.lease("hal", 3, after(clock), seconds, offer)
            found = here.store.lease("ben", 3, after(clock + 0.5), seconds, offer)
            given |= {task.id for task in found}
            if clock > age.total_seconds() + 2 * seconds:
                break
            clock += pause
        assert given == set(tasks) or clock <= age.total_seconds() + 2 * seconds


def test_whoever_holds_a_field_at_the_age_of_a_lease_is_not_lent_it_for_longer(here: World) -> None:
    (task,) = _paid(here, 1)
    for hour in range(12):
        here.store.lease("hal", 1, after(hour * 3600), 3700.0)
    (kept,) = here.store.lease("hal", 1, after(11.9 * 3600), 3600.0)
    assert kept.id == task
    assert kept.leased_until == after(12 * 3600)
