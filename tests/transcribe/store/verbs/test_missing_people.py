"""Who is missing where some fields can be finished by nobody who is there."""

from __future__ import annotations

from tests.transcribe.store.world import NOON, World, after, field, form, person, put, sent
from transcribe.store.facts import MissingPeople, Offer

PEOPLE = ("ann",)
"""She transcribes; eve is the expert."""

EXPERTS = Offer(pools=("expert", "read"))


def away(here: World, *people: str) -> None:
    for who in people:
        here.store.set_paused(who, paused=True, now=NOON)


def test_where_everything_can_end_nobody_is_missing(here: World) -> None:
    here.ask(here.scan("a"), "number", "total")
    assert here.store.missing_people() == []
    away(here, "ann")
    assert here.store.missing_people() == [], "an expert may have the last word on everything"


def test_where_nobody_is_there_two_who_read_are_missing_for_all_that_is_open(here: World) -> None:
    away(here, "ann", "eve")
    here.ask(here.scan("a"), "number", "total")
    here.ask(here.scan("b"), "number")
    (missing,) = here.store.missing_people()
    assert missing == MissingPeople(role="transcriber", people=2, waits="orders", fields=3, orders=2)


def test_who_has_read_a_field_is_nobody_to_read_it_again(here: World) -> None:
    away(here, "eve")
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent("A", "i"), after(1))
    here.ask(scan, "number", slot=2)
    assert here.store.missing_people() == [
        MissingPeople(role="transcriber", people=1, waits="orders", fields=1, orders=1)
    ]
    put(here.store, person("ben"), NOON)
    assert here.store.missing_people() == []


def test_what_only_experts_may_do_needs_one(here: World) -> None:
    away(here, "eve")
    here.ask(here.scan("a"), "number", kind="adjudicate", pool="expert")
    here.ask(here.scan("b"), "number", kind="audit", reason="audit")
    here.ask(here.scan("c"), "number", kind="appeal", pool="expert")
    found = {each.waits: (each.role, each.people, each.fields) for each in here.store.missing_people()}
    assert found == dict.fromkeys(("orders", "checks", "appeals"), ("expert", 1, 1))


def test_two_appeals_on_one_field_need_two_experts_as_each_hears_one(here: World) -> None:
    away(here, "eve")
    scan, other = here.scan("a"), here.scan("b")
    for slot in (1, 2):
        here.ask(scan, "number", slot=slot, kind="appeal", pool="expert")
    here.ask(other, "number", kind="appeal", pool="expert")
    assert [(each.people, each.fields) for each in here.store.missing_people()] == [(2, 3)]


def test_an_expert_who_has_read_a_field_hears_no_appeal_on_it(here: World) -> None:
    away(here, "ann")
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("eve", 1, NOON, offer=EXPERTS)
    here.store.submit(task.id, "eve", sent("A", "i"), after(1))
    here.ask(scan, "number", kind="appeal", pool="expert")
    (missing,) = here.store.missing_people()
    assert (missing.role, missing.waits) == ("expert", "appeals")


def test_the_languages_regions_and_tests_that_are_missing_are_named(here: World) -> None:
    shut = form(
        field("town", languages=("fr", "de")), field("total", "amount", regions=("EU",)), name="shut", options={}
    )
    tested = form(field("total", "amount"), name="tested", options={"qualification": True})
    for each in (shut, tested):
        here.store.put_form(each, "", NOON)
    here.ask(here.scan("a", form=shut), "town", "total")
    here.ask(here.scan("b", form=tested), "total")
    found = {(each.languages, each.regions, each.qualification) for each in here.store.missing_people()}
    assert found == {(("de", "fr"), (), ""), ((), ("EU",), ""), ((), (), "amount")}
    put(here.store, person("fay", languages=("fr",), regions=("EU",), qualifications=frozenset({"amount"})), NOON)
    assert here.store.missing_people() == []


def test_who_only_operates_is_nobody_to_wait_for(here: World) -> None:
    away(here, "eve")
    here.store.set_roles("ann", ["operator"], NOON)
    here.ask(here.scan("a"), "number")
    assert [each.people for each in here.store.missing_people()] == [2]
