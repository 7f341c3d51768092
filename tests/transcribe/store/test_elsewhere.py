"""Whose reading adds most: tasks where one writing tradition stands alone, and who comes to them first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.store.world import NOON, World, after, passing, person, put, sent
from transcribe.model import FieldKey
from transcribe.store.facts import Offer
from transcribe.store.verbs.queue import EXPERIENCED_READING_COUNT


def abroad(here: World) -> None:
    """Ann and ben learnt to write in French, cat in German; dora has named no language."""
    languages = {"ann": ("fr",), "ben": ("fr-BE", "de"), "cat": ("de",), "dora": ()}
    for handle, named in languages.items():
        put(here.store, person(handle, languages=named), NOON)


@pytest.mark.promise("within a priority, people")
def test_who_learnt_to_write_elsewhere_comes_first_to_where_one_tradition_stands_alone(here: World) -> None:
    abroad(here)
    plain, marked = here.scan("plain"), here.scan("marked")
    here.ask(plain, "number")
    here.ask(marked, "number", slot=2, elsewhere="fr")
    (first,) = here.store.lease("cat", 1, NOON)
    assert (first.scan, first.elsewhere) == (marked.id, "fr")
    here.store.give_back("cat", NOON)
    for who in ("ann", "ben", "dora"):
        (task,) = here.store.lease(who, 1, NOON)
        assert task.scan == plain.id
        here.store.give_back(who, NOON)


def test_where_nothing_else_is_open_they_get_it_all_the_same(here: World) -> None:
    abroad(here)
    here.ask(here.scan("marked"), "number", "total", slot=2, elsewhere="fr")
    for who in ("ann", "cat", "dora"):
        assert len(here.store.lease(who, 4, NOON)) == 2
        here.store.give_back(who, NOON)


def test_priority_comes_before_whose_reading_adds_most(here: World) -> None:
    abroad(here)
    urgent = here.scan("urgent")
    here.ask(here.scan("marked"), "number", slot=2, elsewhere="fr")
    here.ask(urgent, "number", priority=5)
    (first,) = here.store.lease("cat", 1, NOON)
    assert first.scan == urgent.id


@pytest.mark.promise("within a priority, people")
def test_after_a_day_a_marked_task_is_like_any_other(here: World) -> None:
    abroad(here)
    marked, plain = here.scan("marked"), here.scan("plain")
    here.ask(marked, "number", elsewhere="fr")
    here.ask(plain, "number")
    (task,) = here.store.lease("ann", 1, after(3600))
    assert task.scan == plain.id
    here.store.give_back("ann", after(3600))
    (task,) = here.store.lease("ann", 1, after(25 * 3600))
    assert task.scan == marked.id


def test_asked_again_a_task_has_the_mark_of_the_last_asking(here: World) -> None:
    scan = here.scan("a")
    for mark in ("", "fr", "de", ""):
        here.ask(scan, "number", elsewhere=mark)
        assert [each.elsewhere for each in here.store.field_history(scan.id, FieldKey("number")).tasks] == [mark]


def test_of_one_field_too_they_are_given_those_first_to_which_they_add_most(here: World) -> None:
    abroad(here)
    first, second = here.scan("first"), here.scan("second")
    here.ask(first, "number")
    here.ask(second, "number", elsewhere="fr")
    offer = Offer(form="order", field="number")
    (task,) = here.store.lease("cat", 1, NOON, offer=offer)
    assert task.scan == second.id
    (task,) = here.store.lease("ann", 1, NOON, offer=offer)
    assert task.scan == first.id


MARKS = st.lists(st.sampled_from(["", "fr", "de", "ar"]), min_size=1, max_size=6)


@pytest.mark.promise("Which field, never how")
@given(
    marks=MARKS,
    named=st.lists(st.sampled_from([(), ("fr",), ("de",), ("ar",)]), min_size=3, max_size=3),
    counts=st.lists(st.tuples(st.sampled_from(["ann", "ben", "cat"]), st.integers(1, 4)), max_size=6),
)
@examples(60)
def test_whose_reading_adds_most_changes_which_field_somebody_gets_and_never_how_many(
    marks: list[str], named: list[tuple[str, ...]], counts: list[tuple[str, int]]
) -> None:
    def given_out(marks: list[str]) -> list[int]:
        with passing() as here:
            for handle, languages in zip(("ann", "ben", "cat"), named, strict=True):
                put(here.store, person(handle, languages=languages), NOON)
            for number, mark in enumerate(marks):
                here.ask(here.scan(f"s{number}"), "number", elsewhere=mark)
            return [len(here.store.lease(who, count, NOON)) for who, count in counts]

    assert given_out(marks) == given_out([""] * len(marks))


def experienced(here: World, *handles: str) -> None:
    """Some people who have read often enough to be given more than what is easiest."""
    for handle in handles:
        put(here.store, person(handle), NOON)
    for number in range(EXPERIENCED_READING_COUNT):
        scan = here.scan(f"before {number}")
        for slot, handle in enumerate(handles, start=1):
            here.ask(scan, "number", slot=slot)
            (task,) = here.store.lease(handle, 1, NOON)
            here.store.submit(task.id, handle, sent("x", task.id), NOON)


def test_somebody_is_given_first_what_their_readings_say_most_about(here: World) -> None:
    experienced(here, "ann", "ben")
    here.ask(here.scan("a"), "number", "total")
    here.store.put_adds({person("ann").id: {"amount": 2}, person("ben").id: {"amount": -1, "code": 1}}, NOON)
    (mine,) = here.store.lease("ann", 1, NOON)
    (other,) = here.store.lease("ben", 1, NOON)
    assert (mine.key.name, other.key.name) == ("total", "number")
    here.store.put_adds({}, NOON)
    for who in ("ann", "ben"):
        here.store.give_back(who, NOON)
    (mine,) = here.store.lease("ann", 1, NOON)
    assert mine.key.name == "number", "the order of the queue again"


def test_what_has_waited_for_a_day_comes_before_what_somebody_adds_most_to(here: World) -> None:
    experienced(here, "ann")
    here.ask(here.scan("a"), "number")
    here.store.put_adds({person("ann").id: {"amount": 5}}, NOON)
    tomorrow = after(25 * 3600)
    here.ask(here.scan("b"), "total", now=tomorrow)
    (task,) = here.store.lease("ann", 1, tomorrow)
    assert task.key.name == "number"


def test_what_somebody_adds_is_told_them_and_forgotten_when_they_leave(here: World) -> None:
    put(here.store, person("ann"), NOON)
    here.store.put_adds({person("ann").id: {"amount": 2, "date": -1}}, NOON)
    assert here.store.about("ann")["adds"] == [{"type": "amount", "bits": 2}, {"type": "date", "bits": -1}]
    assert here.store.adds("ann") == {"amount": 2, "date": -1}
    here.store.leave("ann", NOON)
    here.store.put_adds({person("ann").id: {"amount": 2}}, NOON)
    assert here.store.about(person("ann").id)["adds"] == []
