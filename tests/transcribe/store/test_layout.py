"""What the store keeps of the layout that people show: pictures that are wrong, boxes drawn anew, pages turned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transcribe.store.world import NOON, World, after, machine, sent, sha
from transcribe.geometry import Box
from transcribe.model import FieldKey, Place

NUMBER = FieldKey("number")


def place(here: World, scan: str) -> Place:
    (found,) = (each for each in here.store.places(scan) if each.key == NUMBER)
    return found


def test_who_says_that_a_picture_is_wrong_wakes_the_scan_and_may_show_where_it_is(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.skip(task.id, "ann", "wrong picture", 3.0, after(1))
    assert here.store.misplaced(scan.id) == {NUMBER}
    assert [each.scan.id for each in here.store.claim_waiting(9, after(2))] == [scan.id]
    assert here.store.lease("ann", 1, after(3)) == []  # not the same picture again

    here.ask(scan, "number", kind="locate", reason="misplaced")
    (shown,) = here.store.lease("ann", 1, after(4))
    assert shown.kind == "locate"
    here.store.submit(shown.id, "ann", sent("A-1", "i", box=(1, 2, 3, 4), page=1), after(5))
    assert here.store.misplaced(scan.id) == frozenset()


@pytest.mark.parametrize("reason", ["hard to see", "rather not", "other"])
def test_another_reason_to_skip_says_nothing_of_the_place(here: World, reason: str) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.skip(task.id, "ann", reason, 3.0, after(1))
    assert here.store.misplaced(scan.id) == frozenset()
    assert here.store.claim_waiting(9, after(2)) == []


def test_a_page_that_the_scan_does_not_have_is_not_kept(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number", kind="locate", reason="not found")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent("A-1", "i", box=(1, 2, 3, 4), page=7), after(1))
    assert (place(here, scan.id).page, place(here, scan.id).box) == (1, (1, 2, 3, 4))
    (reading,) = (each for each in here.store.readings(scan.id) if each.kind == "person")
    assert (reading.box, reading.conditions) == ((1, 2, 3, 4), {})


def test_what_machines_read_in_a_drawn_box_is_kept_with_its_picture(here: World) -> None:
    scan = here.scan("a")
    drawn = replace(place(here, scan.id), box=Box(1, 2, 3, 4), snippet=sha("cut anew"))
    read = replace(machine(scan, "number", "A-1"), id="anew", box=Box(1, 2, 3, 4))
    here.store.put_places(scan.id, [drawn], after(1), [read])
    here.store.put_places(scan.id, [drawn], after(1), [read])  # again is no change
    assert place(here, scan.id) == drawn
    assert [each.box for each in here.store.readings(scan.id) if each.key == NUMBER] == [None, Box(1, 2, 3, 4)]


def test_pictures_that_were_replaced_are_erased_with_the_scan(here: World) -> None:
    scan = here.scan("a")
    old = place(here, scan.id).snippet
    reads = here.reads(scan, here.form)
    newer = tuple(replace(each, sha256=sha("another page")) for each in reads.pictures)
    here.store.put_places(scan.id, [replace(place(here, scan.id), snippet=sha("cut anew"))], after(1))
    here.store.put_reads(scan.id, replace(reads, pictures=newer, places=()), after(1))
    names = here.store.forget(scan.id, after(2))
    assert {old, sha("cut anew"), sha("another page"), *(each.sha256 for each in reads.pictures)} <= set(names)


def test_pages_stay_turned_as_they_were_read_or_as_a_person_says(here: World) -> None:
    scan = here.scan("a")
    reads = replace(here.reads(scan, here.form), turns=(180,))
    here.store.put_reads(scan.id, reads, after(1))
    here.store.put_reads(scan.id, reads, after(1))  # again is no further turn
    assert [page.turn for page in here.store.scan(scan.id).pages] == [180]
    here.other_form("other")
    here.store.set_form(scan.id, "other", 1, after(2), 90)
    assert [page.turn for page in here.store.scan(scan.id).pages] == [90]
