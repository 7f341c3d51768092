"""People come and go, read, skip, err and contest: with the least of roles there, every order ends."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.examples import examples
from tests.flows.staffed import SLIP, SLIPS, TRUTH, WRONG, Staffed
from transcribe.model import FieldKey, Role, Task

MINIMA = ((2, 1), (3, 2))
"""Transcribers and experts: the least at which every order ends, and the usual beginning."""

READ = {name: st.sampled_from([text, text, *WRONG[name][:2], "", None]) for name, text in TRUTH.items()}
TEXTS = st.fixed_dictionaries({name: st.tuples(of_it, of_it) for name, of_it in READ.items()})
ROLES: tuple[tuple[Role, ...], ...] = (("transcriber",), ("expert",), ("transcriber", "expert"), ("operator",))
LANGUAGES = ((), ("fr",), ("en",), ("en", "fr"))
WHICH = st.integers(0, 99)
REASONS = ("hard to see", "wrong picture", "other")


class StaffMachine(RuleBasedStateMachine):
    """A team at the least of roles; then anything happens; then as many of each role are there again."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Staffed.begun()
        self.people: list[str] = []
        self.known: list[tuple[str, Task]] = []
        self.at_last: int | None = None

    @initialize(minimum=st.sampled_from(MINIMA), texts=TEXTS, at_last=st.sampled_from([None, SLIP]))
    def begin(self, minimum: tuple[int, int], texts: Any, at_last: int | None) -> None:
        self.minimum, self.at_last = minimum, at_last
        transcribers, experts = minimum
        self.people += [self.home.add(f"t{number}", "transcriber") for number in range(transcribers)]
        self.people += [self.home.add(f"e{number}", "expert") for number in range(experts)]
        self.home.scan(texts)
        self.home.reconcile()

    @precondition(lambda self: len(self.home.scans) < 3)
    @rule(texts=TEXTS, known=st.sampled_from([True, True, False]))
    def an_order_comes(self, texts: Any, known: bool) -> None:
        self.home.scan(texts, known=known)
        self.home.reconcile()

    @precondition(lambda self: len(self.people) < 8)
    @rule(roles=st.sampled_from(ROLES), languages=st.sampled_from(LANGUAGES))
    def somebody_comes(self, roles: tuple[Role, ...], languages: tuple[str, ...]) -> None:
        self.people.append(self.home.add(f"p{len(self.people)}", *roles, languages=languages))

    @rule(which=WHICH, paused=st.booleans())
    def somebody_pauses_or_goes_on(self, which: int, paused: bool) -> None:
        self.home.here.store.set_paused(self._one(which), paused=paused, now=self.home.now)

    @rule(which=WHICH, roles=st.sampled_from(ROLES))
    def somebody_is_promoted_or_demoted(self, which: int, roles: tuple[Role, ...]) -> None:
        self.home.here.store.set_roles(self._one(which), roles, self.home.now)

    @rule(which=WHICH, languages=st.sampled_from(LANGUAGES))
    def somebody_reads_other_languages(self, which: int, languages: tuple[str, ...]) -> None:
        self.home.here.store.set_languages(self._one(which), languages, self.home.now)

    @rule(which=WHICH, count=st.integers(1, 5))
    def somebody_takes_tasks_and_leaves(self, which: int, count: int) -> None:
        who = self._one(which)
        self.known += [(who, task) for task in self.home.lease(who, count)]

    @rule(which=WHICH, wrong=st.lists(st.sampled_from([None, None, 0, 1, 2, SLIP]), min_size=1, max_size=6))
    def somebody_reads(self, which: int, wrong: list[int | None]) -> None:
        who = self._one(which)
        for errs, task in zip(wrong, self.home.lease(who, len(wrong)), strict=False):
            self.known.append((who, task))
            self.home.answer(who, task, wrong=errs)
        self.home.reconcile()

    @rule(which=WHICH, reason=st.sampled_from(REASONS), count=st.integers(1, 4))
    def somebody_skips(self, which: int, reason: str, count: int) -> None:
        who = self._one(which)
        for task in self.home.lease(who, count):
            self.known.append((who, task))
            self.home.skip(who, task, reason)

    @precondition(lambda self: self.known)
    @rule(which=WHICH, wrong=st.sampled_from([None, 0, 1]))
    def what_was_read_comes_late_or_again(self, which: int, wrong: int | None) -> None:
        who, task = self.known[which % len(self.known)]
        self.home.answer(who, task, wrong=wrong)

    @precondition(lambda self: self.known)
    @rule(which=WHICH)
    def somebody_takes_a_reading_back(self, which: int) -> None:
        who, task = self.known[which % len(self.known)]
        self.home.take_back(who, task.id)

    @rule(which=WHICH, number=st.integers(0, 5))
    def somebody_contests(self, which: int, number: int) -> None:
        self.home.contest(self._one(which), number)

    @rule(hours=st.sampled_from([0.1, 0.3, 9.0, 40.0]))
    def time_passes(self, hours: float) -> None:
        self.home.wait(hours=hours)

    @rule()
    def everything_is_weighed_again(self) -> None:
        self.home.here.store.wake(self.home.scans, self.home.now)
        self.home.reconcile()

    def teardown(self) -> None:
        try:
            if self.home.scans:
                self._least_of_roles()
                self.home.work_to_the_end(lambda: self.at_last)  # right, or with the same slip every time
                self._those_who_are_told_to_be_missing_come()
            assert list(self.home.unfinished()) == []
        finally:
            self.home.close()

    def _those_who_are_told_to_be_missing_come(self) -> None:
        """Who hears the appeals that nobody of the least of roles may hear: as many as `status` says, and no more."""
        for each in self.home.here.store.missing_people():
            assert each.waits == "appeals", "the least of roles is enough for every order"
            for _ in range(each.people):
                self.people.append(self.home.add(f"m{len(self.people)}", each.role, languages=each.languages[:1]))
        self.home.work_to_the_end(lambda: self.at_last)

    def _least_of_roles(self) -> None:
        """Whoever was there first is there again, as many of each role as are needed at least; all others are gone."""
        store, now = self.home.here.store, self.home.now
        transcribers, experts = self.minimum
        for place, who in enumerate(reversed(self.people)):
            here = place < transcribers + experts
            store.set_paused(who, paused=not here, now=now)
            if here:
                store.set_roles(who, ["transcriber" if place < transcribers else "expert"], now)
                store.set_languages(who, ["fr"], now)

    def _one(self, which: int) -> str:
        return self.people[which % len(self.people)]


StaffMachine.TestCase.settings = examples(5, stateful_step_count=40)
TestStaff = StaffMachine.TestCase


def history(seed: int, steps: int) -> Any:
    """A long history by lot: more reading than anything else, as on a day of work."""
    chance = random.Random(seed)

    def which() -> int:
        return chance.randrange(100)

    def texts() -> dict[str, tuple[str | None, str | None]]:
        return {name: (said(name), said(name)) for name in TRUTH}

    def said(name: str) -> str | None:
        return chance.choice([TRUTH[name], TRUTH[name], *WRONG[name][:2], "", None])

    def wrong() -> list[int | None]:
        return [chance.choice([None, None, 0, 1, 2, SLIP]) for _ in range(chance.randint(1, 6))]

    here: Any = StaffMachine()
    here.begin(chance.choice(MINIMA), texts(), SLIP if seed % 2 else None)
    acts: list[tuple[int, Callable[[], None]]] = [
        (4, lambda: here.an_order_comes(texts(), chance.random() < 0.8) if len(here.home.scans) < 5 else None),
        (2, lambda: here.somebody_comes(*_who(chance)) if len(here.people) < 8 else None),
        (4, lambda: here.somebody_pauses_or_goes_on(which(), chance.random() < 0.4)),
        (2, lambda: here.somebody_is_promoted_or_demoted(which(), chance.choice(ROLES))),
        (2, lambda: here.somebody_reads_other_languages(which(), chance.choice(LANGUAGES))),
        (3, lambda: here.somebody_takes_tasks_and_leaves(which(), chance.randint(1, 5))),
        (20, lambda: here.somebody_reads(which(), wrong())),
        (4, lambda: here.somebody_skips(which(), chance.choice(REASONS), chance.randint(1, 4))),
        (
            4,
            lambda: (
                here.what_was_read_comes_late_or_again(which(), chance.choice([None, 0, 1])) if here.known else None
            ),
        ),
        (2, lambda: here.somebody_takes_a_reading_back(which()) if here.known else None),
        (3, lambda: here.somebody_contests(which(), which())),
        (6, lambda: here.time_passes(chance.choice([0.1, 0.3, 9.0, 40.0]))),
        (1, here.everything_is_weighed_again),
    ]
    for act in chance.choices([act for _, act in acts], [weight for weight, _ in acts], k=steps):
        act()
    return here


def _who(chance: random.Random) -> tuple[tuple[Role, ...], tuple[str, ...]]:
    return chance.choice(ROLES), chance.choice(LANGUAGES)


@pytest.mark.parametrize("experts", [1, 2])
def test_experts_who_send_the_same_slip_again_and_again_are_not_asked_for_ever(experts: int) -> None:
    home = Staffed.begun()
    people = [home.add(f"t{number}", "transcriber") for number in range(3)]
    people += [home.add(f"e{number}", "expert") for number in range(experts)]
    scan = home.scan({name: (text, text) for name, text in TRUTH.items() if name != "total"} | {"total": ("1", None)})
    home.reconcile()
    for who, wrong in zip(people, (None, 0, 1), strict=False):
        for task in home.lease(who, 5):
            home.answer(who, task, wrong=wrong if task.key.name == "total" else None)
        home.reconcile()
    asked = 0
    for _ in range(60):
        for who in people[3:]:
            for task in home.lease(who, 5):
                asked += task.key.name == "total" and task.kind == "adjudicate"
                home.answer(who, task, wrong=SLIP)
            home.reconcile()
        home.wait(hours=1)
    assert list(home.unfinished()) == []
    assert asked <= experts + 1, "each once, and one of them a second time"
    history = home.here.store.field_history(scan, FieldKey("total"))
    assert history.decisions[-1].text == SLIPS["total"], "what they insist on counts"
    home.close()


@pytest.mark.parametrize("seed", range(5))
def test_after_any_history_the_least_of_roles_is_enough_for_every_order_to_end(seed: int) -> None:
    history(seed, steps=120).teardown()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(200))
def test_after_two_hundred_histories_every_order_ends(seed: int) -> None:
    history(seed, steps=150).teardown()
