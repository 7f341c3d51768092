"""Time counts at once up to what is usual; what lies above is kept, and nothing of it is lost or paid twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.store.world import NOON, World, after, passing, person
from transcribe.errors import LeaseLost
from transcribe.pay_arithmetic import for_time
from transcribe.store.drivers.database import Row
from transcribe.store.facts import PAY_MEASURE, Floor, Offer, Rate, SentReading
from transcribe.store.usual_time import MIN_TIMED_COUNT, UsualTime, learnt_from, length_class, start_seconds

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


@pytest.mark.promise("Whatever the door (page,", "What lies above is")
def test_forty_leases_a_week_later_are_paid_what_is_usual_each(here: World) -> None:
    for task in _paid(here, 40):
        here.store.submit(task, "hal", SentReading(text="12", idem=task, seconds=3600.0), after(WEEK))
    lines = here.store.ledger("hal")
    assert sum(line.seconds for line in lines) == pytest.approx(40 * BOUND)
    assert _kept(here) == pytest.approx(40 * (3600 - BOUND))


@pytest.mark.promise("Time on a field,", "Whatever the door (page,", "What lies above is")
def test_six_skips_that_claim_ten_minutes_each_are_paid_what_is_usual(here: World) -> None:
    usual = PAY_MEASURE.usual_times * start_seconds(0)
    for task in _paid(here, 6):
        here.store.skip(task, "hal", "other", 600.0, after(3600))
    assert sum(line.seconds for line in here.store.ledger("hal")) == pytest.approx(6 * usual)
    assert _kept(here) == pytest.approx(6 * (600 - usual))


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


def test_a_lease_ends_at_its_age_however_often_it_is_renewed(here: World) -> None:
    """One person renews all that there is every nine minutes for two days; somebody else asks every hour."""
    tasks = _paid(here, 6)
    given: list[str] = []
    for minute in range(0, 47 * 60, 9):
        for task in tasks:
            with suppress(LeaseLost):
                here.store.renew(task, "hal", after(minute * 60))
        if minute % 60 < 9 and not given:
            given = [task.id for task in here.store.lease("ben", 6, after(minute * 60 + 1))]
            assert not given or minute >= 12 * 60
    assert sorted(given) == sorted(tasks)


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
