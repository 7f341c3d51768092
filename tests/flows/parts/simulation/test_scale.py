"""Simulation at scale: queues as theory has them, laws of crews, and the command on a home."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import factorial

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.home.home import Home
from flows.parts.simulation.planning import DEFAULT_READING_SECONDS, PlanOptions
from flows.parts.simulation.scale import (
    ALWAYS,
    MIN_FINISHED_COUNT,
    MIN_PLAYED_ORDERS_COUNT,
    OFFICE_HOURS,
    SECONDS_AN_HOUR,
    Crew,
    ScaleInputs,
    _served,
    arrivals,
    needed,
    play,
    scale_inputs,
    scale_terms,
)
from flows.parts.simulation.scale_commands import print_scale
from reconcile.decision import assemble
from tests.examples import examples
from tests.flows.house import TYPED, House
from tests.transcribe.store.world import person, put, sent
from transcribe.model import Decision, FieldKey, ReadResult, Scan, ScanPage, SourceFile, Task

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
INPUTS = ScaleInputs(
    read_seconds=(2.0, 4.0),
    weigh_seconds=(0.1,),
    questions=((), (1,), (1, 2)),
    answer_seconds=(5.0, 10.0, 20.0),
    seconds_from="measured over 3 answers",
    pause_seconds=1.0,
    arrivals=OFFICE_HOURS,
    at_work=OFFICE_HOURS,
)
DAY = 24 * SECONDS_AN_HOUR


def waiting_share(servers: int, busy: float) -> float:
    """The share of customers who wait with exponential times: A. K. Erlang's formula C (1917)."""
    full = busy**servers / factorial(servers) * servers / (servers - busy)
    return full / (sum(busy**k / factorial(k) for k in range(servers)) + full)


@pytest.mark.parametrize(("servers", "busy"), [(1, 0.7), (3, 2.4), (20, 17.0)])
def test_a_queue_waits_as_long_as_erlangs_formula_says(servers: int, busy: float) -> None:
    chance = numpy.random.default_rng(5)
    came = numpy.cumsum(chance.exponential(1.0 / busy, 400_000))
    takes = chance.exponential(1.0, len(came))
    waited = float(numpy.mean(_served(came, takes, servers) - came - takes))
    assert waited == pytest.approx(waiting_share(servers, busy) / (servers - busy), rel=0.06)


@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 9)), min_size=1, max_size=40),
    st.integers(1, 4),
)
@examples(100)
def test_nobody_is_served_before_they_come_and_more_servers_are_never_slower(
    customers: list[tuple[float, float]], servers: int
) -> None:
    came, takes = (numpy.array(each) for each in zip(*sorted(customers), strict=True))
    done = _served(came, takes, servers)
    assert (done >= came + takes).all()
    assert (_served(came, takes, servers + 1) <= done + 1e-9).all()


def test_orders_come_as_often_as_is_said_in_the_hours_that_are_said() -> None:
    times = arrivals(OFFICE_HOURS, 40_000, numpy.random.default_rng(1))
    assert len(times) == pytest.approx(40_000 * 14 / (365.25 / 12), rel=0.03)
    assert (numpy.diff(times) >= 0).all()
    hours = (times // SECONDS_AN_HOUR).astype(int) % 168
    assert set(hours.tolist()) == {hour for hour in range(168) if OFFICE_HOURS[hour]}


def test_what_comes_on_a_sunday_waits_for_monday() -> None:
    sunday = tuple(float(hour == 6 * 24 + 12) for hour in range(168))
    asked = replace(INPUTS, arrivals=sunday, questions=((1,),))
    ended = play(asked, 400, Crew(workers=9, weighers=9, people=50)).ended
    assert 18.9 < ended.min() / SECONDS_AN_HOUR <= ended.max() / SECONDS_AN_HOUR < 20.2, "12 to 13 h until 8 h"


def test_orders_without_a_question_end_when_they_were_weighed() -> None:
    played = play(replace(INPUTS, questions=((),)), 3_000, Crew(workers=2, weighers=1, people=1))
    assert (played.ended == played.read).all()


@pytest.mark.promise("How many processes that")
def test_the_least_crew_is_enough_and_with_one_less_of_any_it_is_not() -> None:
    within = 2 * SECONDS_AN_HOUR
    crew = needed(replace(INPUTS, arrivals=ALWAYS, at_work=ALWAYS), 300_000, within)
    assert crew is not None
    busy = 300_000 / (365.25 / 12 * DAY) * numpy.mean([0, 1, 3]) * numpy.mean(INPUTS.answer_seconds)
    assert crew.people == pytest.approx(busy, rel=0.25), "people have no more time than a twentieth of orders may wait"
    always = replace(INPUTS, arrivals=ALWAYS, at_work=ALWAYS)
    assert numpy.quantile(play(always, 300_000, crew).ended, 0.95) <= within
    fewer = replace(crew, people=crew.people - 1)
    assert numpy.quantile(play(always, 300_000, fewer).ended, 0.95) > within


def test_where_orders_come_when_nobody_works_no_crew_is_enough() -> None:
    assert needed(replace(INPUTS, arrivals=ALWAYS), 3_000, SECONDS_AN_HOUR) is None


@pytest.mark.parametrize("orders", [1, 3, 20])
def test_few_orders_a_month_need_one_of_each_and_take_as_long_as_many(orders: int) -> None:
    few = needed(INPUTS, orders, DAY)
    assert few == needed(INPUTS, MIN_PLAYED_ORDERS_COUNT, DAY)
    assert few == Crew(workers=1, weighers=1, people=1)
    assert len(play(INPUTS, orders, few).ended) > 10


def test_more_orders_than_can_be_played_are_refused_at_once(house: House) -> None:
    done = house.run("simulate", "--scale", "1000000000000")
    assert (done.code, "10000000" in done.err.replace(",", "")) == (2, True), done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--scale 500 --form receipt", "--form has no use with --scale"),
        ("--scale 500 --plot plot.svg", "--plot has no use with --scale"),
        ("--scale 500 --people 0.1 --orders 5", "--people has no use with --scale"),
        ("--within 5", "--within has no use without --scale"),
        ("--scale 500 --rate 5 --currency EURO", "'EURO' is no currency"),
    ],
)
def test_what_would_not_be_heeded_is_refused(house: House, rooms: Home, words: str, said: str) -> None:
    done = house.run("simulate", *words.split())
    assert (done.code, said in done.err) == (2, True), done.err


@pytest.mark.soak
def test_a_share_of_many_people_is_played_with_the_delays_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["flows.parts.simulation.scale"]
    crew = Crew(workers=10, weighers=3, people=36)
    monkeypatch.setattr(module, "MIN_PLAYED_PEOPLE_COUNT", 12)
    part = play(INPUTS, 900_000, crew).ended
    monkeypatch.setattr(module, "MIN_PLAYED_PEOPLE_COUNT", 200)
    whole = play(INPUTS, 900_000, crew).ended
    assert len(part) < len(whole) / 2
    assert numpy.quantile(part, [0.5, 0.95]) == pytest.approx(numpy.quantile(whole, [0.5, 0.95]), rel=0.15)


@pytest.mark.promise("it needs 12 finished")
def test_a_home_with_few_finished_orders_is_refused_with_what_to_do(house: House, rooms: Home) -> None:
    done = house.run("simulate", "--scale", "1000")
    assert done.code == 4
    assert "This home has 0 finished scans" in done.err
    assert "fairhand demo --people simulated" in done.err
    done = house.run("simulate")
    assert "Give --form and --truth to plan a batch, or --scale" in done.err


@pytest.mark.promise("How many processes that")
def test_a_home_gives_what_it_saw_and_it_is_printed(
    rooms: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(MIN_FINISHED_COUNT):
        finish(rooms, number, asked=number % 3)
    monkeypatch.setattr(sys.modules["flows.parts.simulation.scale"], "TIMED_COUNT", 1)
    found = scale_inputs(rooms, arrivals=ALWAYS, at_work=ALWAYS)
    assert sorted(found.questions) == [()] * 4 + [(1,)] * 4 + [(1, 1)] * 4
    assert found.answer_seconds == [7.0] * 12
    assert found.read_seconds[0] > 0.1, "the picture is really read"
    assert found.weigh_seconds[0] > 0
    options = PlanOptions(rate="18", is_hourly=True)
    print_scale(rooms, [2000], options, within=24, always=True, as_json=True)
    line = json.loads(capsys.readouterr().out)
    assert (line["orders"], line["workers"], line["people"]) == (2000, 1, 1)
    assert line["hours"] == pytest.approx(2000 * 7 / 3600, abs=0.01)
    assert float(line["cost"]) == pytest.approx(18 * 2000 * 7 / 3600, rel=0.01)
    assert 0 < line["median"] <= line["ninety_nine"] < 24 * SECONDS_AN_HOUR
    print_scale(rooms, [2000], options, within=24, always=False, as_json=False)
    said = capsys.readouterr().out
    assert said.startswith("SIMULATION, no measurement")
    assert "From 12 finished orders of this home" in said
    assert "1.00 answers by people, 7.0 s each (measured over 12 answers)" in said
    stated = PlanOptions(rate="18", is_hourly=True, seconds=20.0)
    print_scale(rooms, [2000], stated, within=24, always=True, as_json=True)
    slower = json.loads(capsys.readouterr().out)
    assert slower["hours"] == pytest.approx(2000 * 20 / 3600, abs=0.01)
    assert slower["ninety"] > line["ninety"], "delays go by what was stated, too"


@pytest.mark.parametrize("seconds", [*(pytest.param(each, marks=pytest.mark.soak) for each in (0.0, 0.1)), 0.4])
def test_answers_that_no_person_can_have_given_say_nothing_of_people(
    rooms: Home, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """The scripted readers of a demo took 0.1 s, and a million orders a month were said to need one person."""
    monkeypatch.setattr(sys.modules["flows.parts.simulation.scale"], "TIMED_COUNT", 1)
    for number in range(MIN_FINISHED_COUNT):
        finish(rooms, number, asked=1, seconds=seconds)
    quick = scale_inputs(rooms, arrivals=ALWAYS, at_work=ALWAYS)
    assert (quick.answer_seconds, quick.questions) == ((DEFAULT_READING_SECONDS,), [(1,)] * 12)
    assert scale_terms(rooms, PlanOptions(), quick).seconds_from.startswith("assumed")
    finish(rooms, MIN_FINISHED_COUNT, asked=2)
    beside = scale_inputs(rooms, arrivals=ALWAYS, at_work=ALWAYS)
    assert (beside.answer_seconds, beside.seconds_from) == ([7.0, 7.0], "measured over 2 answers")


def finish(rooms: Home, number: int, asked: int, seconds: float = 7.0) -> None:
    """A finished scan of a real picture, of which a person read so many fields in so many seconds each."""
    form = rooms.use_form("bon-de-commande")
    picture = TYPED.read_bytes()
    name = hashlib.sha256(picture).hexdigest()
    rooms.archive.put_all([picture])
    scan = Scan(
        id=f"{number:064x}", pages=(ScanPage(file=name, page=1),), form=form.name, form_version=form.version, name="a"
    )
    file = SourceFile(sha256=name, name="a.png", size=len(picture), media_type="image/png")
    rooms.store.put_scan(scan, [file], NOW)
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=(), fit=1.0, quality={"overall": 1.0}), NOW)
    ann = person("ann")
    put(rooms.store, ann, NOW)
    tasks = [
        Task(scan=scan.id, key=FieldKey(key), kind="read", reason="handwriting")
        for key in ("order_number", "order_date")
    ]
    rooms.store.conclude(scan.id, 0, [], tasks[:asked], None, NOW)
    for at in range(asked):
        begun = NOW + timedelta(minutes=10 * number + at)
        (task, *_) = rooms.store.lease(ann.id, 1, begun, 300.0)
        rooms.store.submit(task.id, ann.id, sent("1", f"{number} {at}", seconds), begun + timedelta(seconds=8))
    decided = [
        Decision(
            key=key,
            value=None,
            text="",
            probability=0.99,
            method="agreed",
            evidence=(),
            readings=(),
            parameters=0,
            null="blank",
        )
        for key in tuple(form.keys())
    ]
    rooms.store.conclude(scan.id, 10**6, decided, [], assemble(scan, form, decided), NOW + timedelta(hours=9))
