"""The store's verbs hang together as flat as need allows, and each says what it does."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from tests.transcribe.store.world import NOON, World, after, form, machine, person, sent, sha
from transcribe.errors import NotFound
from transcribe.geometry import Box
from transcribe.model import FieldKey, Place, Scan, ScanPage, SourceFile
from transcribe.store.facts import ScanSearch
from transcribe.store.public_ids import long_id, short_id


def test_a_scan_is_found_by_its_id_a_beginning_of_it_and_the_name_of_its_file(here: World) -> None:
    here.scan("order 7.jpg")
    for called in (sha("order 7.jpg"), sha("order 7.jpg")[:9], "order 7.jpg"):
        assert here.store.scan(called).id == sha("order 7.jpg")
    with pytest.raises(NotFound, match="There is no scan 'order'"):
        here.store.scan("order")


def test_of_several_scans_of_one_name_the_ids_are_told(here: World) -> None:
    ids = [here.scan(f"scan {number}").id for number in range(7)]
    here.behind.execute("UPDATE scan SET name = 'page.jpg'")
    with pytest.raises(NotFound, match=r"7 scans came as .page.jpg.: .* and 2 more. Name one by its id") as found:
        here.store.scan("page.jpg")
    assert sum(each[:12] in str(found.value) for each in ids) == 5


def test_a_scan_that_came_again_is_found_by_each_of_its_names_and_by_none_once_it_is_forgotten(here: World) -> None:
    scan = here.scan("ana.jpg").id
    for name in ("copy.jpg", "ana.jpg", "", "copy.jpg"):
        here.store.note_known_again(scan, "", after(1), name)
    assert here.store.scan("copy.jpg").id == here.store.scan("ana.jpg").id == scan
    assert here.store.other_names(scan) == ["copy.jpg"]
    while here.store.sum_up(after(1)):
        pass
    found = here.store.find_scans(ScanSearch(name="cop"), 9)
    assert [each.scan for each in found] == [scan]
    here.store.forget(scan, after(2))
    here.store.note_known_again(scan, "", after(3), "third.jpg")
    assert here.store.other_names(scan) == []
    for name in ("copy.jpg", "third.jpg"):
        with pytest.raises(NotFound):
            here.store.scan(name)
    assert here.store.find_scans(ScanSearch(name="cop"), 9) == []


def test_two_scans_that_came_under_one_name_are_told_by_their_ids(here: World) -> None:
    ids = [here.scan(name).id for name in ("ana.jpg", "ben.jpg")]
    here.store.note_known_again(ids[0], "", after(1), "ben.jpg")
    with pytest.raises(NotFound, match=r"2 scans came as .ben.jpg") as found:
        here.store.scan("ben.jpg")
    assert all(each[:12] in str(found.value) for each in ids)


def test_the_log_says_who_acts_where_a_verb_names_nobody(here: World) -> None:
    here.store.actor = "command line, olga"
    here.store.put_transcriber(person("zoe"), after(1))
    here.store.put_transcriber(person("max"), after(2), "ben")
    assert [line.actor for line in here.store.audit()[-2:]] == ["command line, olga", "ben"]


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


PDF = SourceFile(sha256=sha("a pdf"), name="Zebedee Quandary.pdf", size=10, media_type="application/pdf")


def page_of_pdf(here: World, number: int) -> Scan:
    scan = Scan(
        id=sha(f"page {number}"),
        pages=(ScanPage(file=PDF.sha256, page=number),),
        form=here.form.name,
        form_version=here.form.version,
        name=f"{PDF.name} p. {number}",
    )
    here.store.put_scan(scan, [PDF], NOON)
    return scan


def listed(here: World) -> list[str]:
    return sorted(each.file.name for each in here.store.list_set_aside())


def test_a_scan_that_failed_is_listed_until_machines_have_read_it_whatever_its_neighbours_do(here: World) -> None:
    first, second = page_of_pdf(here, 1), page_of_pdf(here, 2)
    here.store.set_scan_aside(first.id, "KeyError", "it failed", "monday", NOON)
    assert here.store.counts("monday").set_aside == 1
    here.store.put_reads(second.id, here.reads(second, here.form), after(1))
    page_of_pdf(here, 3)
    page_of_pdf(here, 1)  # it came again, and is not read yet
    assert listed(here) == [first.name]
    here.store.put_reads(first.id, here.reads(first, here.form), after(2))
    assert listed(here) == []


def test_it_is_listed_until_somebody_says_that_it_is_another_form(here: World) -> None:
    other = form(name="other")
    here.store.put_form(other, "", NOON)
    scan = page_of_pdf(here, 1)
    here.store.set_scan_aside(scan.id, "ScanError", "too coarse", "", NOON)
    here.store.set_form(scan.id, other.name, other.version, after(1))
    assert listed(here) == []


def test_a_page_that_was_set_aside_before_it_was_a_scan_is_not_listed_once_it_is_one(here: World) -> None:
    page = replace(PDF, sha256=sha("page 1"), name=f"{PDF.name} p. 1")
    here.store.set_aside(page, "ScanError", "not this form", "", NOON, place="somewhere")
    page_of_pdf(here, 2)
    assert listed(here) == [page.name]
    page_of_pdf(here, 1)
    assert listed(here) == []


def test_what_is_forgotten_is_listed_no_more(here: World) -> None:
    scan = page_of_pdf(here, 1)
    here.store.set_scan_aside(scan.id, "ScanError", "too coarse", "", NOON)
    here.store.forget(scan.id, after(1))
    here.store.set_scan_aside(scan.id, "ScanError", "too coarse", "", after(2))
    assert listed(here) == []
    assert not here.holds("Quandary")


def test_no_id_begins_like_an_option_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = ["-Yq", "-", "a-b", "-c", "d"]
    monkeypatch.setattr(secrets, "token_urlsafe", lambda count: drawn.pop(0))
    assert (short_id(), long_id()) == ("a-b", "d")
