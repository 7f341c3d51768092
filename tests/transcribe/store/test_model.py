"""The queue against a plain dict model: whatever people and the reconciler do in whatever order, both agree."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.examples import examples
from tests.transcribe.store.world import NOON, World, decision, person, put, sent
from transcribe.errors import CountsAlready, LeaseLost
from transcribe.model import FieldKey, Task
from transcribe.store.facts import Rate

PEOPLE = ("ann", "ben", "cat")
LEASE = 100.0
FIELDS = ("number", "total")

Cell = tuple[str, str]


@dataclasses.dataclass
class Wish:
    """A task as the model knows it."""

    field: Cell
    slot: int
    holder: str | None = None
    until: datetime | None = None
    wanted: bool = True
    closed: bool = False
    ever: set[str] = dataclasses.field(default_factory=set)
    answered: bool = False


class QueueMachine(RuleBasedStateMachine):
    """Leases, sends, skips, gives back, takes back, asks, decides and lets time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.here = World(Path(self.folder.name) / "state.db")
        self.store = self.here.store
        self.now = NOON
        self.wishes: dict[tuple[Cell, int], Wish] = {}
        self.ids: dict[str, tuple[Cell, int]] = {}
        self.standing: dict[str, tuple[Cell, str, str]] = {}
        self.idems: set[tuple[str, str]] = set()
        self.skips: set[tuple[str, Cell]] = set()
        self.read: set[tuple[str, Cell]] = set()
        self.paid: dict[str, int] = dict.fromkeys(PEOPLE, 0)
        self.said: dict[str, tuple[str, datetime]] = {}
        self.taken_back: set[tuple[str, Cell]] = set()
        self.counted: dict[tuple[str, Cell], tuple[str, str]] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        self.store.put_rate(Rate(form="", micro=3, currency="EUR", since=NOON), NOON)
        for who, languages in zip(PEOPLE, (("fr",), ("de",), ()), strict=True):
            put(self.store, person(who, languages=languages), NOON)
        self.scans = {name: self.here.scan(name) for name in ("a", "b")}

    @rule(name=st.sampled_from(["a", "b"]), key=st.sampled_from(FIELDS), mark=st.sampled_from(["", "fr", "de"]))
    def ask(self, name: str, key: str, mark: str) -> None:
        scan, where = self.scans[name], (name, key)
        slot = 1 + sum(1 for each, _, _ in self.standing.values() if each == where)
        for wish in self.wishes.values():
            if wish.field == where and not wish.closed:
                self._unwanted(wish)
        up_to = self.here.up_to(scan)
        wished = Task(scan=scan.id, key=FieldKey(key), kind="read", reason="low confidence", slot=slot, elsewhere=mark)
        self.store.conclude(scan.id, up_to, [], [wished], None, self.now)
        wish = self.wishes.setdefault((where, slot), Wish(field=where, slot=slot))
        if not wish.answered:
            wish.wanted = True
            if wish.closed:
                wish.closed, wish.holder, wish.until = False, None, None

    @rule(bits=st.dictionaries(st.sampled_from(PEOPLE), st.integers(-6, 6).filter(bool)))
    def learn(self, bits: dict[str, int]) -> None:
        """Who adds most to which field changes the order of what is given, never how much: see `lease`."""
        self.store.put_adds({who: {"code": each} for who, each in bits.items()}, self.now)

    @rule(name=st.sampled_from(["a", "b"]), key=st.sampled_from(FIELDS))
    def decide(self, name: str, key: str) -> None:
        scan = self.scans[name]
        self.here.decide(scan, decision(key, "d", *self.store.readings(scan.id)), now=self.now)
        for wish in self.wishes.values():
            if wish.field == (name, key) and not wish.closed:
                self._unwanted(wish)
        for idem, (where, who, task) in list(self.standing.items()):
            if where == (name, key):
                self.taken_back.discard((who, where))
                self.standing[idem] = (where, who, "decided")
                if task != "decided":
                    self.counted[who, where] = self.said[idem][0], task
        self.now += timedelta(milliseconds=1)  # what is read from now on came after the decision

    @rule(who=st.sampled_from(PEOPLE), count=st.integers(1, 3))
    def lease(self, who: str, count: int) -> None:
        self._reap()
        before = {id(wish) for wish in self._held(who)}
        given = self.store.lease(who, count, self.now, LEASE)
        may = [wish for wish in self.wishes.values() if self._open_to(wish, who)]
        fields = {wish.field for wish in may}
        assert len(given) == min(count, len(before) + len(fields))
        for task in given:
            where = self._where(task)
            wish = self.wishes[where]
            if id(wish) not in before:
                assert self._open_to(wish, who), "only what is open and was not read, held or skipped"
            wish.holder, wish.until = who, task.leased_until
            wish.ever.add(who)
            self.ids[task.id] = where

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE), text=st.sampled_from(["x", "y", None]), idem=st.integers(0, 9))
    def send(self, data: st.DataObject, who: str, text: str | None, idem: int) -> None:
        task = self._pick(data, list(self.ids))
        wish = self.wishes[self.ids[task]]
        if who not in wish.ever:
            return
        name = f"{self.ids[task]} {idem}"
        holds, before = self._holds(wish, who), self._last_said(who, wish.field)
        if (who, wish.field) in self.counted:
            self._send_what_counts(task, who, text, name)
            return
        try:
            kind = self.store.submit(task, who, sent(text, name), self.now).kind
        except LeaseLost:
            assert before is not None, "only what was read already may be refused within the days that it may be late"
            assert (who, name) not in self.idems
            old = len([each for each in self.idems if each[0] == who]) > 10
            assert old or self.now - before[1] > timedelta(hours=1)
            return
        again = (who, name) in self.idems
        if before is not None and not again and before[2] != task and wish.holder == who and not wish.closed:
            self._free(wish)  # what was sent is a correction of their reading under the other task
        if again or (before is not None and before[0] == (text or "")):
            assert kind == "again"
            return
        assert kind == ("kept" if holds or before else "late")
        self.idems.add((who, name))
        self.standing[f"{who} {name}"] = (wish.field, who, task if before is None else before[2])
        self.said[f"{who} {name}"] = (text or "", self.now)
        self.read.add((who, wish.field))
        if before is not None:
            return
        self.paid[who] += 0 if (who, wish.field) in self.taken_back else 3
        wish.answered = True
        if not wish.closed and (wish.holder in (None, who) or not self._holds(wish, wish.holder)):
            wish.closed, wish.holder = True, who

    def _send_what_counts(self, task: str, who: str, text: str | None, name: str) -> None:
        """Send a reading again that was decided with: other words are refused, and the same change nothing."""
        wish = self.wishes[self.ids[task]]
        again, counted = (who, name) in self.idems, self.counted[who, wish.field]
        same = again or counted[0] == (text or "")
        try:
            kind = self.store.submit(task, who, sent(text, name), self.now).kind
        except CountsAlready:
            assert not same
        else:
            assert same
            assert kind == "again"
            if not again and counted[1] != task and wish.holder == who and not wish.closed:
                self._free(wish)

    @rule(who=st.sampled_from(PEOPLE))
    def give_back(self, who: str) -> None:
        for wish in self.wishes.values():
            if wish.holder == who and not wish.closed:
                self._free(wish)
        self.store.give_back(who, self.now)

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def skip(self, data: st.DataObject, who: str) -> None:
        task = self._pick(data, list(self.ids))
        wish = self.wishes[self.ids[task]]
        if who not in wish.ever:
            return
        self.store.skip(task, who, "other", 1.0, self.now)
        self.skips.add((who, wish.field))
        if wish.holder == who and not wish.closed:
            self._free(wish)

    @precondition(lambda self: self.standing)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        idem = self._pick(data, list(self.standing))
        _, who, task = self.standing[idem]
        mine = [each for each, (_, whose, of) in self.standing.items() if (whose, of) == (who, task)]
        if task == "decided" or mine[-1] != idem:
            return
        wish = self.wishes[self.ids[task]]
        try:
            self.store.undo(task, who, self.now)
        except LeaseLost:
            elsewhere = not wish.closed and wish.holder not in (None, who)
            old = len([each for each in self.idems if each[0] == who]) > 10
            assert elsewhere or old or self.now - self.said[idem][1] > timedelta(hours=1)
            return
        del self.standing[idem]
        self.taken_back.add((who, wish.field))
        wish.answered = False  # whoever is asked anew may read it
        wish.closed, wish.holder, wish.until = False, who, self.now + timedelta(seconds=600)

    def _last_said(self, who: str, field: Cell) -> tuple[str, datetime, str] | None:
        """What a person's reading of a field says that was not taken back, when it came, and for which task."""
        mine = [idem for idem, (where, whose, _) in self.standing.items() if (whose, where) == (who, field)]
        return (*self.said[mine[-1]], self.standing[mine[-1]][2]) if mine else None

    @rule(seconds=st.sampled_from([1.0, 30.0, 101.0]))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def the_readings_are_those_that_stand(self) -> None:
        if not hasattr(self, "scans"):
            return
        found = sorted(
            (name, each.key.name, each.source)
            for name, scan in self.scans.items()
            for each in self.store.readings(scan.id)
            if each.kind == "person"
        )
        people = {who: self.store.transcriber(who).id for who in PEOPLE}
        assert found == sorted((*where, people[who]) for where, who, _ in self.standing.values())

    @invariant()
    def pay_is_what_was_sent(self) -> None:
        for who in PEOPLE:
            assert sum(line.micro for line in self.store.ledger(who)) == self.paid[who]

    @invariant()
    def everybody_holds_what_the_model_says(self) -> None:
        for who in PEOPLE:
            assert {self._where(task) for task in self.store.held(who, self.now)} == {
                (wish.field, wish.slot) for wish in self._held(who)
            }

    @staticmethod
    def _pick(data: st.DataObject, names: list[str]) -> str:
        """By place, as the ids of tasks are other ones in each run."""
        return names[data.draw(st.integers(0, len(names) - 1))]

    def _where(self, task: Task) -> tuple[Cell, int]:
        name = next(name for name, scan in self.scans.items() if scan.id == task.scan)
        return (name, task.key.name), task.slot

    def _holds(self, wish: Wish, who: str) -> bool:
        return not wish.closed and wish.holder == who and wish.until is not None and wish.until > self.now

    def _held(self, who: str) -> list[Wish]:
        return [wish for wish in self.wishes.values() if self._holds(wish, who)]

    def _open_to(self, wish: Wish, who: str) -> bool:
        if wish.closed or wish.holder is not None or (who, wish.field) in self.read | self.skips:
            return False
        return all(other.field != wish.field for other in self._held(who))

    def _unwanted(self, wish: Wish) -> None:
        wish.wanted = False
        if wish.holder is None:
            wish.closed = True

    def _free(self, wish: Wish) -> None:
        wish.holder, wish.until, wish.closed = None, None, not wish.wanted

    def _reap(self) -> None:
        for wish in self.wishes.values():
            if not wish.closed and wish.holder is not None and not self._holds(wish, wish.holder):
                self._free(wish)


QueueMachine.TestCase.settings = examples(25, stateful_step_count=30)
TestQueue = QueueMachine.TestCase


@pytest.mark.promise("a leased task is")
@pytest.mark.law
@pytest.mark.only_on("postgresql")
def test_the_queue_follows_its_model_on_postgresql_too() -> None:
    run_state_machine_as_test(QueueMachine, settings=examples(3, stateful_step_count=30))
