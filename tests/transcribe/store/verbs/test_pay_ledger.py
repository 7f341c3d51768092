"""Pay: written with the work, never by its outcome; the floor; closing a period."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.store.world import NOON, World, after, decision, passing, person, put, sent
from transcribe.pay_arithmetic import for_time
from transcribe.store.facts import PAY_MEASURE, Floor, PayLine, Rate
from transcribe.store.usual_time import length_class, start_seconds
from transcribe.store.verbs import leases, pay_ledger, settlement

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


@pytest.mark.promise("- What a person", "A reading that comes", "a late reading is", "a reading typed under")
def test_a_late_reading_is_paid_like_any(here: World) -> None:
    pay(here)
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON, seconds=10)
    assert here.store.submit(task.id, "ann", sent("x", "i"), after(500)).kind == "late"
    assert [line.micro for line in here.store.ledger("ann")] == [2 * CENT]


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


def test_time_that_a_quick_field_has_paid_is_not_paid_again_by_a_slow_one(here: World) -> None:
    """Nine fields are sent without any time on them, and a tenth with the time of all."""
    pay(here, floor=12_000_000)
    for number in range(10):
        here.ask(here.scan(f"s{number}"), "number")
    slow, *quick = here.store.lease("ann", 10, NOON)
    for number, task in enumerate(quick, 1):
        here.store.submit(task.id, "ann", sent("x", f"i{number}", 0.0), after(10 * number))
    here.store.submit(slow.id, "ann", sent("x", "slow", 100.0), after(100))
    assert sum(line.micro for line in here.store.ledger("ann")) == pytest.approx(for_time(12_000_000, 100.0), abs=2)


def test_what_a_slow_field_has_paid_comes_off_the_pieces_claimed_for_the_same_time(here: World) -> None:
    pay(here, floor=12_000_000)
    for name in ("a", "b"):
        here.ask(here.scan(name), "number")
    slow, quick = here.store.lease("ann", 2, NOON)
    here.store.submit(slow.id, "ann", sent("x", "slow", 100.0), after(100))
    here.store.submit(quick.id, "ann", sent("x", "quick", 60.0), after(100))
    assert sum(line.micro for line in here.store.ledger("ann")) == pytest.approx(for_time(12_000_000, 100.0), abs=2)


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


def test_the_pace_of_a_form_is_its_measured_time(here: World) -> None:
    pay(here)
    read(here, "a", "ann", 4.0)
    read(here, "b", "ben", 6.0)
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
@pytest.mark.parametrize("module", [pay_ledger, settlement, leases])
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


@pytest.mark.promise("What your work is", "By the piece a")
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
