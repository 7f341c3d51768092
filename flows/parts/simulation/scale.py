"""How long orders take, and how many machines and people that needs, at a scale that was never tried: a simulation.

Orders come by the hours of the week. Each is read by the first free worker, weighed by the first free process, and
its questions are answered, in the order in which they come up, by the first person who is free in the hours in which
people work. A field that is still doubtful is asked again. An order has ended when its last question has.

Nothing is made up but the times of arrival: what a scan takes to be read, which questions it asks, and what an answer
takes are drawn from what was seen in a home. Left out: that nobody is asked the same field twice, languages, breaks of
a machine. Queues of several servers are played exactly (first come, first served), after J. Kiefer and J. Wolfowitz,
"On the theory of queues with many servers", Transactions of the AMS 78 (1955).
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from time import perf_counter

import numpy
from numpy.typing import NDArray

from flows.home import Home, now, policy
from flows.parts.simulation.planning import DEFAULT_READING_SECONDS, PlanOptions, PlanTerms, terms_of
from flows.steps import laid_pages, read_options
from reconcile.inference import weigh
from reconcile.parameters import shipped_parameters
from transcribe import ocr
from transcribe.errors import FairhandError
from transcribe.model import Reading, Scan
from transcribe.pay_arithmetic import MIN_PLAUSIBLE_SECONDS
from transcribe.recognition import read

HOURS_A_WEEK = 168
"""Hours of a week, from Monday, 0 h."""

WEEKS_COUNT = 2
"""The weeks that are played. Delays are those of orders of the last one, as queues are empty at first."""

SECONDS_AN_HOUR = 3600.0
"""Seconds of an hour."""

SECONDS_A_WEEK = HOURS_A_WEEK * SECONDS_AN_HOUR
"""Seconds of a week."""

WEEKS_A_MONTH = 365.25 / 12 / 7
"""Weeks of a twelfth of a year."""

MIN_PLAYED_PEOPLE_COUNT = 30
"""Of more people a share is played, with the same share of orders, but never fewer than these. Chosen by hand.

Many people wait for less long than few of whom each has as much to do; from thirty on that hardly shows.
"""

MIN_PLAYED_ORDERS_COUNT = 200
"""Fewer orders a month are played as so many: of two or three nobody could tell how long 95 % of them take. Chosen by
hand."""

LONGEST_WEEKS_COUNT = 520
"""An order that has not ended after ten years is said to take so long."""

READ_SHARE = 0.1
"""Reading by machine may take this share of the time that an order may take. Chosen by hand."""

ON_TIME_SHARE = 0.95
"""The share of orders that is to end within the time asked for."""

Seconds = NDArray[numpy.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleInputs:
    """The measurements of a home, and the hours in which orders come and people work.

    `read_seconds`, `weigh_seconds` are processor seconds of one scan each, `questions` of one scan each how often
    people read each field that they read at all, `answer_seconds` of one answer each, which `seconds_from` says
    the origin of. `pause_seconds` pass between an
    answer, or the end of reading, and what follows from it. `arrivals` are weights of the 168 hours from Monday, 0 h,
    `at_work` the share of people who work in each.
    """

    read_seconds: Sequence[float]
    weigh_seconds: Sequence[float]
    questions: Sequence[tuple[int, ...]]
    answer_seconds: Sequence[float]
    seconds_from: str
    pause_seconds: float
    arrivals: Sequence[float]
    at_work: Sequence[float]

    @property
    def answers_a_scan(self) -> float:
        """How often people read for one order."""
        return sum(map(sum, self.questions)) / len(self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """The workers: processes that read, processes that weigh, and people."""

    workers: int
    weighers: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """Seconds from the arrival of each order until it was read by machines, and until it ended."""

    read: Seconds
    ended: Seconds


def play(inputs: ScaleInputs, scans_a_month: float, crew: Crew, seed: int = 1) -> Played:
    """The delays of all orders that came in the second of two weeks, in the order of arrival."""
    chance = numpy.random.default_rng(seed)
    came = arrivals(inputs.arrivals, max(scans_a_month, MIN_PLAYED_ORDERS_COUNT), chance)
    weighed = read_and_weighed(inputs, came, crew, chance)
    people = max(1, round(crew.people / max(1, crew.people // MIN_PLAYED_PEOPLE_COUNT)))
    chosen = numpy.flatnonzero(chance.random(len(came)) < people / crew.people)
    ended = answered(inputs, weighed[chosen], people, chance)
    late = came >= (WEEKS_COUNT - 1) * SECONDS_A_WEEK
    return Played(read=(weighed - came)[late], ended=(ended - came[chosen])[late[chosen]])


def read_and_weighed(inputs: ScaleInputs, came: Seconds, crew: Crew, chance: numpy.random.Generator) -> Seconds:
    """When each order was read by machines and weighed, from when it came; `came` is sorted."""
    read = _served(came, chance.choice(numpy.asarray(inputs.read_seconds), len(came)), crew.workers)
    order = numpy.argsort(read, kind="stable")
    ready = read[order] + inputs.pause_seconds
    weighed = numpy.empty_like(read)
    weighed[order] = _served(ready, chance.choice(numpy.asarray(inputs.weigh_seconds), len(came)), crew.weighers)
    return weighed


def arrivals(weights: Sequence[float], scans_a_month: float, chance: numpy.random.Generator) -> Seconds:
    """Times of arrival in two weeks, sorted: a Poisson process whose rate changes by the hour of the week."""
    hourly = numpy.asarray(weights, dtype=float)
    counts = chance.poisson(numpy.tile(hourly / hourly.sum() * scans_a_month / WEEKS_A_MONTH, WEEKS_COUNT))
    hours = numpy.repeat(numpy.arange(len(counts)), counts)
    times: Seconds = numpy.sort((hours + chance.random(len(hours))) * SECONDS_AN_HOUR)
    return times


def _served(came: Seconds, takes: Seconds, servers: int) -> Seconds:
    """When each is done: first come, first served, by so many servers."""
    free = [0.0] * servers
    done = numpy.empty_like(came)
    for at, (time, seconds) in enumerate(zip(came.tolist(), takes.tolist(), strict=True)):
        end = max(time, free[0]) + seconds
        heapq.heapreplace(free, end)
        done[at] = end
    return done


def answered(inputs: ScaleInputs, ready: Seconds, people: int, chance: numpy.random.Generator) -> Seconds:
    """When each order has ended, from when its questions came up.

    Played in time at work, in which people are always there: an hour in which half of them work is half an hour.
    """
    worked, hours = _time_at_work(inputs.at_work)
    ended = ready.copy()
    questions = [inputs.questions[at] for at in chance.integers(len(inputs.questions), size=len(ready))]
    starts = numpy.interp(ready, hours, worked).tolist()
    waiting = [(start, order, count) for order, start in enumerate(starts) for count in questions[order]]
    heapq.heapify(waiting)
    takes = iter(chance.choice(numpy.asarray(inputs.answer_seconds), sum(map(sum, questions))).tolist())
    free, last = [0.0] * people, numpy.asarray(starts)
    while waiting:
        start, order, count = waiting[0]
        end = max(start, free[0]) + next(takes)
        heapq.heapreplace(free, end)
        if count > 1:
            heapq.heapreplace(waiting, (end + inputs.pause_seconds, order, count - 1))
        else:
            heapq.heappop(waiting)
            last[order] = max(last[order], end)
    asked = numpy.array([bool(each) for each in questions], dtype=bool)
    ended[asked] = numpy.interp(last[asked], worked, hours) + inputs.pause_seconds
    return ended


def _time_at_work(at_work: Sequence[float]) -> tuple[Seconds, Seconds]:
    """Seconds at work by the end of each hour of ten years, and the seconds of these ends."""
    shares = numpy.tile(numpy.asarray(at_work, dtype=float), LONGEST_WEEKS_COUNT)
    hours = numpy.arange(len(shares) + 1, dtype=numpy.float64)
    worked: Seconds = numpy.concatenate([[0.0], numpy.cumsum(shares * SECONDS_AN_HOUR)])
    worked += 1e-9 * hours  # strictly rising, so that it can be turned about
    return worked, SECONDS_AN_HOUR * hours


def needed(inputs: ScaleInputs, scans_a_month: float, within_seconds: float, seed: int = 1) -> Crew | None:
    """The fewest workers, weighing processes and people with whom 95 % of orders end within so many seconds.

    None where no crew is enough, as orders also come while nobody is at work. Machines may take a tenth of the time.
    """
    crew = _plenty(inputs, max(scans_a_month, MIN_PLAYED_ORDERS_COUNT))
    unasked = replace(inputs, questions=[()])

    def is_read(tried: Crew) -> bool:
        read = play(unasked, scans_a_month, tried, seed).read
        return bool(numpy.quantile(read, ON_TIME_SHARE) <= READ_SHARE * within_seconds)

    def is_ended(tried: Crew) -> bool:
        ended = play(inputs, scans_a_month, tried, seed).ended
        return bool(numpy.quantile(ended, ON_TIME_SHARE) <= within_seconds)

    if not is_read(crew) or not is_ended(crew):
        return None
    crew = replace(crew, workers=_fewest(crew.workers, lambda count: is_read(replace(crew, workers=count))))
    crew = replace(crew, weighers=_fewest(crew.weighers, lambda count: is_read(replace(crew, weighers=count))))
    return replace(crew, people=_fewest(crew.people, lambda count: is_ended(replace(crew, people=count))))


def _fewest(plenty: int, is_enough: Callable[[int], bool]) -> int:
    """The least number up to `plenty`, which is enough, that is enough: more never are less so."""
    low, high = 0, plenty
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _plenty(inputs: ScaleInputs, scans_a_month: float) -> Crew:
    """More of everybody than the fullest hour needs."""
    weights = numpy.asarray(inputs.arrivals, dtype=float)
    busiest = scans_a_month / WEEKS_A_MONTH * weights.max() / weights.sum() / SECONDS_AN_HOUR
    a_week = scans_a_month / WEEKS_A_MONTH * inputs.answers_a_scan * float(numpy.mean(inputs.answer_seconds))
    at_once = max(busiest * inputs.answers_a_scan * float(numpy.mean(inputs.answer_seconds)), a_week / _hours(inputs))
    return Crew(
        workers=_many(busiest * float(numpy.mean(inputs.read_seconds))),
        weighers=_many(busiest * float(numpy.mean(inputs.weigh_seconds))),
        people=_many(4 * at_once),
    )


def _hours(inputs: ScaleInputs) -> float:
    """Seconds of a week in which people are at work."""
    return max(SECONDS_AN_HOUR / 60, sum(inputs.at_work) * SECONDS_AN_HOUR)


def _many(busy: float) -> int:
    """Servers for so much work at once, with room for chance: three deviations of a Poisson number, and two more."""
    return ceil(busy + 3 * sqrt(busy)) + 2


# What a simulation at scale gives: a line of figures for each number of orders a month.

DELAY_SHARES = (0.5, 0.9, 0.95, 0.99)
"""The shares of orders whose delay is printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleLine:
    """The needs of so many orders a month, in the order of its JSON.

    `workers` read, `weighers` weigh: processes. All are None where no number of people is enough. `hours` and `cost`
    are those of people in a month. Delays are seconds from arrival to the last answer, of so many orders.
    """

    simulation: bool
    orders: int
    within_hours: float
    workers: int | None
    weighers: int | None
    people: int | None
    hours: float
    median: float | None
    ninety: float | None
    ninety_five: float | None
    ninety_nine: float | None
    cost: str | None
    currency: str


def scale_terms(home: Home, options: PlanOptions, inputs: ScaleInputs) -> PlanTerms:
    """The time of an answer, and its pay: as stated, else the rate of every form."""
    mean = sum(inputs.answer_seconds) / len(inputs.answer_seconds)
    return replace(terms_of(home, None, options), seconds=mean, seconds_from=inputs.seconds_from)


def scale_line(inputs: ScaleInputs, terms: PlanTerms, orders: int, within_hours: float, seed: int) -> ScaleLine:
    """The figures of one number of orders a month, with the least crew that is enough."""
    crew = needed(inputs, orders, within_hours * SECONDS_AN_HOUR, seed)
    delays: list[float | None] = [None] * len(DELAY_SHARES)
    if crew is not None:
        ended = play(inputs, orders, crew, seed).ended
        delays = [round(float(each), 1) for each in numpy.quantile(ended, DELAY_SHARES)]
    answers = orders * inputs.answers_a_scan
    cost = terms.cost(answers)
    return ScaleLine(
        simulation=True,
        orders=orders,
        within_hours=within_hours,
        workers=crew.workers if crew else None,
        weighers=crew.weighers if crew else None,
        people=crew.people if crew else None,
        hours=answers * terms.seconds / SECONDS_AN_HOUR,
        median=delays[0],
        ninety=delays[1],
        ninety_five=delays[2],
        ninety_nine=delays[3],
        cost=None if cost is None else f"{cost:.2f}",
        currency=terms.currency,
    )


# What a simulation at scale takes from a home: seconds of reading and weighing, questions, answers.

MIN_FINISHED_COUNT = 12
"""The least finished scans from which the next ones can be estimated. Chosen by hand."""

MAX_LOOKED_AT_COUNT = 400
"""The most finished scans that are looked at, the latest. Chosen by hand."""

TIMED_COUNT = 4
"""The scans that are read and weighed again, to see how long this machine takes. Chosen by hand."""

PAUSE_SECONDS = 1.0
"""Between an answer and what follows from it: the process that weighs gathers for 0.25 s, and weighs what came."""

KEEPING_SECONDS = 0.05
"""Seconds to keep a scan's conclusion and publish its record, beside weighing. Measured in a real run."""

OFFICE_HOURS = ((0.0,) * 8 + (1.0,) * 10 + (0.0,) * 6) * 5 + (0.0,) * 48
"""Monday to Friday, 8 to 18 h."""

ALWAYS = (1.0,) * HOURS_A_WEEK
"""All hours of the week."""


def scale_inputs(
    home: Home, *, arrivals: Sequence[float], at_work: Sequence[float], seconds: float | None = None
) -> ScaleInputs:
    """The measurements of this home; FairhandError where too few scans of it are finished.

    The latest of its scans are read and weighed again by this machine, and kept nowhere. A scan is weighed once it is
    read and after each answer; all of it counts as one piece of work. `seconds`: what an answer takes, as stated.
    """
    states = sorted(
        (each for each in home.store.scan_states() if each.recorded_at and not each.erased_at and each.scan.form),
        key=lambda each: (each.received_at, each.scan.id),
    )[-MAX_LOOKED_AT_COUNT:]
    if len(states) < MIN_FINISHED_COUNT:
        raise FairhandError(
            f"This home has {len(states)} finished scans; a simulation at scale measures from {MIN_FINISHED_COUNT} or "
            "more. Finish some, or take the home of a demo: fairhand demo --people simulated."
        )
    scans = [each.scan for each in states]
    answers = [[each for each in home.store.readings(scan.id) if each.kind != "machine"] for scan in scans]
    passes = 1 + sum(map(len, answers)) / len(scans)
    takes, seconds_from = _takes([each for of_scan in answers for each in of_scan], seconds)
    return ScaleInputs(
        read_seconds=[_reading_seconds(home, scan) for scan in scans[-TIMED_COUNT:]],
        weigh_seconds=[passes * _weighing_seconds(home, scan) for scan in scans[-TIMED_COUNT:]],
        questions=[tuple(sorted(Counter(each.key for each in of_scan).values())) for of_scan in answers],
        answer_seconds=takes,
        seconds_from=seconds_from,
        pause_seconds=PAUSE_SECONDS,
        arrivals=arrivals,
        at_work=at_work,
    )


def _takes(answers: Sequence[Reading], stated: float | None) -> tuple[Sequence[float], str]:
    """What answers take: as stated, else as measured, and in words where it comes from.

    What somebody sent at once in less time than it takes to look at each does not count: programs did."""
    if stated is not None:
        return (stated,), "as stated"
    sent: dict[object, list[float]] = defaultdict(list)
    for each in answers:
        if each.seconds is not None:
            sent[each.source, each.at].append(each.seconds)
    likely = [each for group in sent.values() if sum(group) >= MIN_PLAUSIBLE_SECONDS * len(group) for each in group]
    if likely:
        return likely, f"measured over {len(likely)} answers"
    return (DEFAULT_READING_SECONDS,), "assumed, as no answer was measured that a person can have given"


def _reading_seconds(home: Home, scan: Scan) -> float:
    """Seconds that one scan takes to be read with every engine; nothing of it is kept."""
    form = home.forms(scan.form, scan.form_version)
    engines = ocr.in_use(home.settings.engines, form.languages, home.settings.engine_options)
    began = perf_counter()
    read(scan, laid_pages(home, scan, form), form, engines, now(), read_options(home.settings, form))
    return perf_counter() - began


def _weighing_seconds(home: Home, scan: Scan) -> float:
    """Seconds that it takes to weigh all that was read of one scan once, and to keep what comes of it."""
    form, readings = home.forms(scan.form, scan.form_version), home.store.readings(scan.id)
    parameters = home.store.parameters() or shipped_parameters()
    began = perf_counter()
    weigh(form, readings, parameters, policy(home.settings))
    return perf_counter() - began + KEEPING_SECONDS
