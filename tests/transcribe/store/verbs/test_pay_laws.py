"""Laws of pay, whatever is sent in whatever order: nobody earns more than by the same work done once, nobody less."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.examples import SOAK, examples
from tests.transcribe.store import databases
from tests.transcribe.store.world import NOON, World, after, decision, passing, person
from transcribe.errors import CountsAlready, LeaseLost, NotFound
from transcribe.model import FieldKey, Truth
from transcribe.pay_arithmetic import for_time
from transcribe.store.facts import Floor, PayLine, PayMeasure, Rate, SentReading
from transcribe.store.paid_time import UsualTime, length_class, start_seconds

RATE, FLOOR = 20_000, 12_000_000
MEASURE = PayMeasure(late_days=3, questions_a_day=2, tests_a_day=3, waiting_minutes_a_day=11, skip_minutes_a_day=5)
WHO = st.sampled_from(["ann", "hal"])
PLACE = st.integers(0, 30)
CLAIM = st.sampled_from([0.0, 1.0, 5.5, 600.0, 3600.0, 1e9])
TEXT = st.sampled_from(["A", "B", ""])
DAY = 86_400.0

MET: Counter[str] = Counter()
"""What happened in all sequences of this run, by name."""

ROUNDS = 4
"""So often histories are drawn anew where chance left out something that must be met, as it did once."""

TO_BE_MET = {
    "kept": "a first reading under its lease",
    "late": "a first reading after its lease",
    "again": "a reading sent again, by its own name or from another tab",
    "corrected": "another text for a task that was answered",
    "refused": "a correction or a late reading that came too late",
    "skipped": "a skip",
    "skipped again": "a skip of what this person had skipped or answered",
    "undone": "a reading taken back",
    "undone in vain": "a reading that can no longer be taken back",
    "leased": "tasks given out",
    "test begun": "items of a test given out",
    "test answered": "an item of a test answered",
    "test skipped": "an item of a test skipped",
    "waited in vain": "a wait after the measure of a day",
    "let in": "a pause that ended while something leased before was not sent",
    "asked": "a question",
    "asked again": "the same question once more",
    "paused": "an account paused that holds tasks",
    "sent while paused": "a reading from a paused account",
    "clock put back": "the server's clock put back",
    "clock put ahead": "the server's clock put ahead",
    "claimed too much": "a page whose clock says more seconds than there were",
    "given back": "tasks given back",
    "skipped above the measure": "a skip of which more is kept than was left of the measure of a day",
    "kept above what is usual": "time on a field above what is usual for its kind and length",
    "taken off a piece": "a piece of which a skip or a question had paid the time",
    "above the piece": "a reading whose time was worth more than its piece",
}
"""What sequences must have met, each in its plain words: a law about what never happened says nothing."""


class PayMachine(RuleBasedStateMachine):
    """Two people, by the piece and by the hour, who send whatever a script could; a clock that may be put wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.here: World = self.stack.enter_context(passing())
        self.store = self.here.store
        self.now, self.moved, self.skewed = NOON, 0.0, False
        self.tasks: list[tuple[str, str]] = []
        self.idems: list[tuple[str, str]] = []
        self.paused: dict[str, datetime] = {}
        self.pauses: dict[str, float] = defaultdict(float)

    def teardown(self) -> None:
        self.stack.close()

    @initialize()
    def begin(self) -> None:
        self.store.put_rate(Rate(form="", micro=RATE, currency="EUR", since=NOON - timedelta(days=9000)), NOON)
        floor = Floor(micro=FLOOR, currency="EUR", source="law", since=NOON - timedelta(days=9000))
        self.store.put_floor(floor, NOON)
        self.store.put_transcriber(person("hal", engagement="hourly"), NOON)
        self.scans = [self.here.scan(name) for name in ("a", "b", "c")]
        for scan in self.scans:
            self.here.ask(scan, "number", "total")
        known = self.here.scan("known")
        self.store.put_truth(Truth(scan=known.id, key=FieldKey("number"), text="A", origin="gold", at=NOON), NOON)
        self.lease("ann", 3)
        self.lease("hal", 2)

    def _task(self, place: int) -> tuple[str, str] | None:
        return self.tasks[place % len(self.tasks)] if self.tasks else None

    @rule(seconds=st.sampled_from([0.5, 3.0, 20.0, 700.0, 0.9 * DAY, 4 * DAY]))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.moved += seconds

    @rule(seconds=st.sampled_from([-2 * DAY, -300.0, -0.02, 0.02, 300.0, 2 * DAY]))
    def skew(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.moved += abs(seconds)
        self.skewed = True
        MET["clock put back" if seconds < 0 else "clock put ahead"] += 1

    @rule(who=WHO, count=st.integers(1, 4))
    def lease(self, who: str, count: int) -> None:
        given = [task.id for task in self.store.lease(who, count, self.now)]
        MET["leased"] += len(given)
        self._hold(who, given)

    @rule(who=WHO)
    def begin_test(self, who: str) -> None:
        items = [task.id for task in self.store.lease_test(who, "code", 2, self.now)]
        MET["test begun"] += len(items)
        self._hold(who, items)

    @rule(who=WHO)
    def give_back(self, who: str) -> None:
        MET["given back"] += self.store.give_back(who, self.now)

    def _hold(self, who: str, tasks: list[str]) -> None:
        self.tasks += [(who, task) for task in tasks if (who, task) not in self.tasks]

    @rule(place=PLACE, text=TEXT, claim=st.none() | CLAIM, twice=st.booleans())
    def send(self, place: int, text: str, claim: float | None, twice: bool) -> None:
        """A new reading, from one tab or from two."""
        if (found := self._task(place)) is None:
            return
        for _ in range(2 if twice else 1):
            idem = f"i{len(self.idems)}"
            self.idems.append((found[1], idem))
            self._submit(found, idem, text, claim)

    @rule(place=PLACE, text=TEXT, claim=st.none() | CLAIM)
    def send_again(self, place: int, text: str, claim: float | None) -> None:
        """One of the requests that went out already, whenever that was: its answer was lost."""
        if self.idems:
            task, idem = self.idems[place % len(self.idems)]
            who = next(who for who, each in self.tasks if each == task)
            self._submit((who, task), idem, text, claim)

    def _submit(self, found: tuple[str, str], idem: str, text: str, claim: float | None) -> None:
        who, task = found
        row = self.store.leased_row(task, self.store.person_row(who))
        sent = SentReading(text=text, idem=f"{idem}-{task}", seconds=claim)
        try:
            outcome = self.store.submit(task, who, sent, self.now, MEASURE)
        except LeaseLost:
            MET["refused"] += 1
            return
        MET["corrected" if outcome.kind == "kept" and row["answers"] else outcome.kind] += 1
        MET["test answered"] += row["reason"] == "qualification"
        MET["sent while paused"] += who in self.paused
        MET["claimed too much"] += (claim or 0.0) > 1e6

    @rule(place=PLACE, reason=st.sampled_from(["other", "rather not", "wrong picture"]), claim=CLAIM)
    def skip(self, place: int, reason: str, claim: float) -> None:
        if found := self._task(place):
            row = self.store.leased_row(found[1], self.store.person_row(found[0]))
            with suppress(LeaseLost):
                self.store.skip(found[1], found[0], reason, claim, self.now, MEASURE)
                again = row["skipped"] or row["answers"]
                MET["skipped above the measure"] += not again and self._is_measure_full(found[0])
                MET["skipped again" if again else "skipped"] += 1
                MET["test skipped"] += row["reason"] == "qualification" and not again

    @rule(place=PLACE)
    def skip_one_after_another(self, place: int) -> None:
        """More than the measure of a day."""
        for number in range(6):
            self.wait(600.0)
            self.skip(place + number, "other", 3600.0)

    @rule(place=PLACE, other=PLACE, seconds=st.sampled_from([20.0, 300.0]))
    def skip_and_send_what_was_typed_meanwhile(self, place: int, other: int, seconds: float) -> None:
        """The same time is claimed twice, by who holds both tasks."""
        self.wait(seconds)
        self.skip(place, "other", seconds)
        self.send(other, "A", seconds, False)

    @rule(place=PLACE)
    def undo(self, place: int) -> None:
        if found := self._task(place):
            try:
                self.store.undo(found[1], found[0], self.now)
                MET["undone"] += 1
            except (LeaseLost, NotFound):
                MET["undone in vain"] += 1

    @rule(place=PLACE)
    def renew(self, place: int) -> None:
        if found := self._task(place):
            with suppress(LeaseLost):
                self.store.renew(found[1], found[0], self.now)

    @rule(place=PLACE, words=TEXT, claim=CLAIM)
    def ask(self, place: int, words: str, claim: float) -> None:
        if found := self._task(place):
            before = len(self.store.questions())
            self.store.put_question(found[1], found[0], words, claim, self.now, MEASURE)
            MET["asked again" if len(self.store.questions()) == before else "asked"] += 1

    @rule(who=WHO, seconds=st.sampled_from([1.0, 300.0]))
    def look_in_vain(self, who: str, seconds: float) -> None:
        """The page counts what passes between two looks."""
        self.wait(seconds)
        before = len(self.store.ledger(who))
        self.store.put_time(who, seconds, "waiting", self.now, MEASURE)
        MET["waited in vain"] += who == "hal" and who not in self.paused and len(self.store.ledger(who)) == before

    @rule(who=WHO)
    def pause_or_let_in(self, who: str) -> None:
        if who in self.paused:
            self.pauses[who] += (self.now - self.paused.pop(who)).total_seconds()
            MET["let in"] += any(each == who for each, _ in self.tasks)
        else:
            self.paused[who] = self.now
            MET["paused"] += bool(self.store.held(who, self.now))
        self.store.set_paused(who, paused=who in self.paused, now=self.now)

    @rule(name=st.sampled_from([0, 1, 2]), key=st.sampled_from(["number", "total"]), value=TEXT)
    def decide(self, name: int, key: str, value: str) -> None:
        scan = self.scans[name]
        self.here.decide(scan, decision(key, value, *self.store.readings(scan.id)), now=self.now)
        self.here.ask(scan, key, now=self.now)

    @invariant()
    def no_second_is_paid_twice(self) -> None:
        for who in ("ann", "hal"):
            paid = sum(line.seconds for line in self.store.ledger(who))
            assert paid <= self.moved + 1e-6
            if not self.skewed:
                stretches = self._stretches(who)
                assert all(first[1] < second[0] for first, second in pairwise(stretches))
                assert all(NOON <= begin < end <= self.now for begin, end in stretches)
                taken = sum((end - begin).total_seconds() for begin, end in stretches)
                kept = sum(each.seconds for each in self.store.kept_times(who))
                assert abs(taken - self.pauses[who] - paid - kept) < 1e-6, "a pause is taken off the clock, unpaid"

    @invariant()
    def nothing_counts_above_what_is_plausible(self) -> None:
        """What lies above it is kept; it is no line."""
        for line in self.store.ledger():
            if line.kind == "reading" or line.reference in ("skip", "test"):
                assert line.seconds <= MEASURE.usual_times * start_seconds(length_class(1)) + 1e-6
        MET["kept above what is usual"] += bool(self.store.kept_times())

    @invariant()
    def one_task_is_paid_once(self) -> None:
        for line in self.store.ledger("hal"):
            assert line.micro == for_time(FLOOR, line.seconds)
        by_task: dict[str | None, list[PayLine]] = defaultdict(list)
        for line in self.store.ledger("ann"):
            by_task[None if line.reference == "question" else line.task].append(line)
            assert line.micro >= 0 or line.reference == "paid already"
        for task, lines in by_task.items():
            paid, worth = sum(line.micro for line in lines), sum(for_time(FLOOR, line.seconds) for line in lines)
            assert paid >= 0
            assert paid <= (worth if task is None else max(RATE, worth) + len(lines))
            assert sum(line.micro > 0 for line in lines if line.kind == "reading") <= 1

    @invariant()
    def lines_and_paid_readings_are_one_to_one(self) -> None:
        lines = [line for line in self.store.ledger() if line.kind == "reading"]
        assert len({line.reading for line in lines}) == len(lines)
        assert all(line.reading for line in lines)

    @invariant()
    def a_day_has_its_measure(self) -> None:
        for who in ("ann", "hal"):
            for what, most in (("question", MEASURE.questions_a_day), ("test", MEASURE.tests_a_day)):
                times = [line.at for line in self.store.ledger(who) if line.reference == what]
                within = [sum(at <= each < at + timedelta(days=1) for each in times) for at in times]
                assert self.skewed or max(within, default=0) <= most

    @invariant()
    def what_is_beside_pieces_has_its_measure(self) -> None:
        lines = self.store.ledger("ann")
        MET["taken off a piece"] += any(line.reference == "paid already" for line in lines)
        MET["above the piece"] += any(line.reference == "above the piece" for line in lines)
        beside = [line for line in lines if line.kind == "time" and line.reference in ("skip", "question", "test")]
        for first in beside:
            day = [each for each in beside if first.at <= each.at < first.at + timedelta(days=1)]
            assert self.skewed or sum(each.seconds for each in day) <= MEASURE.skip_minutes_a_day * 60 + 1e-6

    @invariant()
    def waiting_has_its_measure_and_only_by_the_hour(self) -> None:
        assert not [line for line in self.store.ledger("ann") if line.reference == "waiting"]
        lines = [line for line in self.store.ledger("hal") if line.reference == "waiting"]
        for first in lines:
            day = [each for each in lines if first.at <= each.at < first.at + timedelta(days=1)]
            assert self.skewed or sum(each.seconds for each in day) <= MEASURE.waiting_minutes_a_day * 60 + 1e-6

    def _is_measure_full(self, who: str) -> bool:
        person = self.store.person_row(who)
        return self.store.beside_left(person, self.now, MEASURE) < 1e-6

    def _stretches(self, who: str) -> list[tuple[datetime, datetime]]:
        number = self.store.person_row(who)["id"]
        rows = databases.Behind(self.store).execute(
            "SELECT from_at, until_at FROM paid_time WHERE transcriber_id = ? ORDER BY from_at", (number,)
        )
        epoch = NOON - timedelta(seconds=NOON.timestamp())
        return [tuple(epoch + timedelta(microseconds=each) for each in row) for row in rows]  # type: ignore[misc]  # two


class TestPay(PayMachine.TestCase):  # type: ignore[misc, valid-type]  # a class that Hypothesis makes
    """The laws over drawn sequences, and that these have met all that a script could send."""

    settings = examples(250 if SOAK else 100, stateful_step_count=25, derandomize=False)  # rounds draw anew

    @pytest.mark.promise("The laws of pay", "The time of a")
    def runTest(self) -> None:
        for _ in range(ROUNDS):
            super().runTest()
            missed = {name: what for name, what in TO_BE_MET.items() if not MET[name]}
            if not missed:
                break
        assert not missed, MET


@pytest.mark.law
@pytest.mark.only_on("postgresql")
def test_the_laws_of_pay_hold_on_postgresql_too() -> None:
    run_state_machine_as_test(PayMachine, settings=examples(6, stateful_step_count=25))


def test_a_clock_put_back_again_and_again_pays_no_more_than_it_was_put_back() -> None:
    with passing() as here:
        here.ask(here.scan("a"), "number", "total")
        first, second = here.store.lease("ann", 2, NOON)
        here.store.submit(first.id, "ann", SentReading(text="x", idem="one", seconds=300.0), after(-300))
        here.store.submit(second.id, "ann", SentReading(text="x", idem="two", seconds=600.0), after(-600))
        assert sum(line.seconds for line in here.store.ledger("ann")) <= 600.0


@pytest.mark.promise("`paid_time` holds the stretches", "A reading by the", "the time of whatever")
@given(
    pieces=st.lists(st.tuples(st.floats(0.5, 40.0), st.none() | CLAIM), min_size=1, max_size=8),
    last=st.floats(0.0, 60.0),
    claim=CLAIM,
    how=st.sampled_from(["skip", "question", "reading"]),
)
@examples(60)
def test_no_hour_is_paid_by_the_piece_and_by_the_time(
    pieces: list[tuple[float, float | None]], last: float, claim: float, how: str
) -> None:
    """One field is kept while others are read, whatever is claimed for these; then the time is claimed for the first.

    Each stretch between two sends is paid once: by the piece or at the floor, whichever is more. What passed since the
    last reading is paid in any case.
    """
    with passing() as here:
        here.store.put_rate(Rate(form="", micro=RATE, currency="EUR", since=NOON), NOON)
        here.store.put_floor(Floor(micro=FLOOR, currency="EUR", source="law", since=NOON), NOON)
        for number in range(len(pieces) + 1):
            here.ask(here.scan(f"s{number}"), "number")
        kept, *others = [task.id for task in here.store.lease("ann", len(pieces) + 1, NOON)]
        clock = 0.0
        for task, (seconds, said) in zip(others, pieces, strict=True):
            clock += seconds
            here.store.submit(task, "ann", SentReading(text="x", idem=task, seconds=said), after(clock))
        clock += last
        if how == "skip":
            here.store.skip(kept, "ann", "other", claim, after(clock))
        elif how == "reading":
            here.store.submit(kept, "ann", SentReading(text="x", idem=kept, seconds=claim), after(clock))
        else:
            here.store.put_question(kept, "ann", "what?", claim, after(clock))
        here.store.top_up("ann", after(clock))
        lines = here.store.ledger("ann")
        once = sum(max(RATE, for_time(FLOOR, seconds)) for seconds, _ in pieces)
        once += max(RATE if how == "reading" else 0, for_time(FLOOR, last))
        assert sum(line.micro for line in lines) <= once + len(lines) + 2
        of_kept = sum(line.micro for line in lines if line.task == kept)
        assert of_kept >= for_time(FLOOR, min(claim, last) - 1e-5)


def _paid(here: World, count: int) -> None:
    """The rate and the floor of these laws, and so many fields to be read."""
    here.store.put_rate(Rate(form="", micro=RATE, currency="EUR", since=NOON), NOON)
    here.store.put_floor(Floor(micro=FLOOR, currency="EUR", source="law", since=NOON), NOON)
    for number in range(count):
        here.ask(here.scan(f"s{number}"), "number")


@given(
    pieces=st.lists(st.tuples(st.floats(0.5, 6.0) | st.floats(0.5, 40.0), st.floats(0.0, 1.2)), min_size=1, max_size=8),
    skipped=st.floats(0.0, 400.0),
    how=st.sampled_from(["skip", "reading"]),
    first=st.booleans(),
    minutes=st.sampled_from([0.0, 1.0, 60.0]),
)
@examples(90)
def test_in_either_order_a_stretch_is_paid_by_the_piece_or_by_the_time_as_far_as_claims_overlap(
    pieces: list[tuple[float, float]], skipped: float, how: str, first: bool, minutes: float
) -> None:
    """A long skip or reading, and others typed meanwhile under other leases, of which a share of their time is claimed.

    What is claimed for a reading is paid by its piece or at the floor, whichever is more, and only the rest as time. A
    begun second each is let pass. No piece falls below nothing, and none falls where the skip came after it.
    """
    with passing() as here:
        _paid(here, len(pieces) + 1)
        kept, *others = [task.id for task in here.store.lease("ann", len(pieces) + 1, NOON)]
        end = sum(seconds for seconds, _ in pieces) + 0.1
        claims = [seconds * share for seconds, share in pieces]

        def send_kept() -> None:
            if how == "skip":
                measure = PayMeasure(skip_minutes_a_day=minutes)
                here.store.skip(kept, "ann", "other", skipped, after(end), measure)
            else:
                here.store.submit(kept, "ann", SentReading(text="x", idem=kept, seconds=skipped), after(end))

        if first:
            send_kept()
        for task, claim in zip(others, claims, strict=True):
            here.store.submit(task, "ann", SentReading(text="x", idem=task, seconds=claim), after(end))
        if not first:
            send_kept()
        lines = here.store.ledger("ann")
        of_kept = sum(each.seconds for each in lines if each.task == kept)
        assert of_kept <= min(skipped, minutes * 60 if how == "skip" else skipped) + 1e-6
        of_task: Counter[str | None] = Counter()
        for each in lines:
            of_task[each.task] += each.micro
        assert min(of_task.values()) >= 0
        assert first or sum(claims) > end or all(of_task[task] >= RATE for task in others)
        rest = max(0.0, end - sum(claims))
        once = sum(max(RATE, for_time(FLOOR, claim)) for claim in claims)
        once += max(RATE if how == "reading" else 0, for_time(FLOOR, min(rest, of_kept)))
        assert sum(of_task.values()) <= once + for_time(FLOOR, len(pieces) * 1.0) + len(lines)


@pytest.mark.promise("minutes of skips, questions, appeals, contested clocks", "Of skips and questions")
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["skip", "ask", "read", "skip of a test"]),
            st.sampled_from([0.0, 1.0, 50.0, 300.0, 1800.0]),
            CLAIM,
        ),
        min_size=1,
        max_size=14,
    ),
    minutes=st.sampled_from([0.0, 0.5, 10.0, 45.0]),
)
@examples(60)
def test_whatever_the_order_and_the_claims_skips_and_questions_pay_at_most_the_measure_of_a_day(
    acts: list[tuple[str, float, float]], minutes: float
) -> None:
    """What is above it is kept with the skip, and not paid; a day later there is a new measure."""
    measure = PayMeasure(skip_minutes_a_day=minutes)
    with passing() as here:
        _paid(here, len(acts))
        known = here.scan("known")
        here.store.put_truth(Truth(scan=known.id, key=FieldKey("number"), text="A", origin="gold", at=NOON), NOON)
        here.ask(known, "number")
        tasks = [task.id for task in here.store.lease("ann", len(acts), NOON, 1e6)]
        tests = [task.id for task in here.store.lease_test("ann", "code", 1, NOON, 1e6)]
        clock, skips = 0.0, 0
        for (how, wait, claim), task in zip(acts, tasks, strict=False):
            clock += wait
            if how == "read":
                here.store.submit(task, "ann", SentReading(text="x", idem=task, seconds=claim), after(clock), measure)
            elif how == "ask":
                here.store.put_question(task, "ann", "what?", claim, after(clock), measure)
            elif how == "skip" or tests:
                of = tests.pop() if how == "skip of a test" else task
                here.store.skip(of, "ann", "other", claim, after(clock), measure)
                skips += 1
        lines = [each for each in here.store.ledger("ann") if each.kind == "time" and each.micro >= 0]
        for last in lines:
            day = [each for each in lines if last.at - timedelta(days=1) < each.at <= last.at]
            assert sum(each.seconds for each in day) <= minutes * 60 + 1e-6
        kept = here.behind.execute("SELECT seconds FROM skip").fetchall()
        assert len(kept) == skips, "every skip is kept"
        assert sum(each.seconds for each in lines if each.reference != "question") <= sum(row[0] for row in kept) + 1e-6


@pytest.mark.promise("a task pays once, the larger", "what a skip of", "of a field never")
@given(
    before=st.lists(
        st.tuples(st.sampled_from(["skip", "read", "undo"]), st.sampled_from([0.0, 4.0, 50.0, 300.0]), CLAIM),
        max_size=6,
    ),
    wait=st.floats(0.0, 400.0),
    claim=st.none() | CLAIM,
    usual=st.tuples(st.floats(2.0, 90.0), st.floats(2.0, 90.0)),
    hour=st.sampled_from([None, FLOOR // 2, FLOOR * 2]),
)
@examples(60)
def test_a_field_that_is_answered_never_pays_less_than_the_same_field_skipped(
    before: list[tuple[str, float, float]],
    wait: float,
    claim: float | None,
    usual: tuple[float, float],
    hour: int | None,
) -> None:
    """Whatever was done before, whatever is usual, and whatever an hour pays."""
    times = UsualTime({("read", 1): usual[0], ("skip", 0): usual[1]})

    def paid(how: str) -> int:
        with passing() as here, patch.object(here.store, "_usual", (NOON.date(), times)):
            _paid(here, len(before) + 1)
            if hour is not None:
                here.store.put_rate(Rate(form="", micro=hour, currency="EUR", since=NOON, per="hour"), NOON)
            last, *tasks = [task.id for task in here.store.lease("ann", len(before) + 1, NOON, 1e6)]
            clock = 0.0
            for (act, pause, said), task in zip(before, tasks, strict=True):
                clock += pause
                if act == "skip":
                    here.store.skip(task, "ann", "other", said, after(clock))
                else:
                    of = last if act == "undo" else task
                    sent = SentReading(text=f"x{clock}", idem=task, seconds=said)
                    with suppress(CountsAlready):
                        here.store.submit(of, "ann", sent, after(clock))
                if act == "undo":
                    here.store.undo(last, "ann", after(clock))
            if how == "skip":
                here.store.skip(last, "ann", "other", claim, after(clock + wait))
            else:
                sent = SentReading(text="x", idem=last, seconds=claim)
                here.store.submit(last, "ann", sent, after(clock + wait))
            return sum(line.micro for line in here.store.ledger("ann"))

    assert paid("read") >= paid("skip")


WORK = st.lists(
    st.tuples(
        st.floats(6.0, 120.0),
        st.sampled_from([0.0, 0.0, 3.0, 90.0]),
        st.sampled_from(["read", "read", "skip", "read anew"]),
        st.booleans(),
        st.floats(0.0, 900.0),
    ),
    min_size=1,
    max_size=7,
)
"""Seconds of work, of rest after it, what it is, whether tasks are leased ahead, how long its sending takes."""


@pytest.mark.promise("The laws of pay")
@given(work=WORK, line=st.sampled_from(["good", "gone until the end", "bad"]), twice=st.booleans())
@examples(60)
def test_who_is_honest_earns_the_same_in_whatever_order_it_is_sent(
    work: list[tuple[float, float, str, bool, float]], line: str, twice: bool
) -> None:
    """One thing after the other; leased ahead or one by one; sent at once, or late and out of order, and again.

    A piece pays for no more than its time here. Every piece is paid whole, and every second that was worked.
    """
    with passing() as here:
        _paid(here, len(work))
        clock, read, worked, known = 0.0, 0, 0.0, set[str]()
        held: list[str] = []
        waiting: list[tuple[float, str, str, float]] = []

        def send(until: float, at: float | None = None) -> None:
            for each in sorted(each for each in waiting if each[0] <= until):
                waiting.remove(each)
                for _ in range(2 if twice else 1):
                    _send(here, each[1], each[2], each[3], each[0] if at is None else at)

        for seconds, rest, how, ahead, delay in work:
            send(clock)
            if not held:
                given = here.store.lease("ann", len(waiting) + (3 if ahead else 1), after(clock))
                held = [task.id for task in given if task.id not in known]
                known |= set(held)
            task = held.pop(0)
            clock, worked, read = clock + seconds, worked + seconds, read + (how != "skip")
            late = {"good": 0.0, "bad": delay, "gone until the end": 1e6 + delay}[line]
            waiting.append((clock + late, task, how, seconds))
            if how == "read anew" and line == "good":
                send(clock)
                here.store.undo(task, "ann", after(clock))
                clock, worked = clock + 4.0, worked + 4.0
                here.store.submit(task, "ann", SentReading(text="y", idem=f"{task} anew", seconds=4.0), after(clock))
            clock += rest
        send(1e6 - 1)
        send(1e9, clock)
        lines = here.store.ledger("ann")
        assert {each.reference for each in lines} <= {"", "skip", "above the piece"}, "nothing is taken off"
        assert sum(each.micro for each in lines if each.kind == "reading") == read * RATE
        assert abs(sum(each.seconds for each in lines) - worked) < 1e-4
        assert abs(sum(each.micro for each in lines) - for_time(FLOOR, worked)) <= len(lines) + 1


def _send(here: World, task: str, how: str, seconds: float, at: float) -> None:
    if how == "skip":
        here.store.skip(task, "ann", "other", seconds, after(at))
    else:
        here.store.submit(task, "ann", SentReading(text="x", idem=task, seconds=seconds), after(at))
