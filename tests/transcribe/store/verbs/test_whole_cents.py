"""A closed period pays whole minor units of the currency, and carries the rest: nothing is lost or rounded away."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.store.world import NOON, World, after, passing
from transcribe.people import transfers
from transcribe.store.facts import PeriodShare

CENT = 10_000
PEOPLE = ("ann", "ben", "cat")
LEAST = {"EUR": CENT, "JPY": 1_000_000, "KWD": 1_000}


def earn(here: World, who: str, micro: int, at: int, currency: str = "EUR") -> None:
    """A line of the ledger as work writes it; a negative one takes off."""
    with here.store.db.write():
        number = here.store.person_row(who)["id"]
        here.store.write_line(number, "correction" if micro < 0 else "time", micro, currency, 0.0, after(at))


def carried(here: World, reference: str) -> dict[tuple[str, str], int]:
    handles = {each.id: each.handle for each in here.store.transcribers()}
    return {(handles[each.transcriber], each.currency): each.micro for each in here.store.carried_of(reference)}


@pytest.mark.promise("A closed period pays", "What is less is", "`carried` keeps for each")
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
    "less than a bank can transfer:",
    "A closed period pays",
    "The rest stays due,",
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
