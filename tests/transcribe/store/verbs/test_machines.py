"""What machines that work on one state share: claims, copies of records, files that came in, counts of use."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, sha
from transcribe.errors import NotFound

MINUTE = timedelta(minutes=1)


def on(here: World, machine: str) -> World:
    """The same world as another machine sees it."""
    here.store.machine = machine
    return here


def test_a_claim_holds_until_somebody_else_has_one(here: World) -> None:
    scan = here.scan("a")
    (first,) = here.store.claim_waiting(5, NOON, 60)
    assert here.store.holds_waiting(scan.id, first.claim)
    assert here.store.claim_waiting(5, after(59), 60) == []
    assert here.store.renew_waiting(first.claim, after(59), 60) == 1
    assert here.store.claim_waiting(5, after(61), 60) == [], "it was renewed"
    (second,) = here.store.claim_waiting(5, after(120), 60)
    assert second.claim != first.claim
    assert not here.store.holds_waiting(scan.id, first.claim)
    assert here.store.renew_waiting(first.claim, after(121), 60) == 0
    here.decide(scan, decision("number", "A-1"), decision("total", "1"), record=True)
    assert here.store.renew_waiting(second.claim, after(122), 60) == 0, "what is weighed is held by nobody"


def forget(here: World) -> str:
    scan = here.scan("a")
    here.decide(scan, decision("number", "A-1"), decision("total", "1"), record=True)
    here.store.forget(scan.id, after(5))
    return scan.id


def test_an_erasure_ends_when_it_has_ended_in_the_records_of_every_machine(here: World) -> None:
    for name, place in (("one", "first:/records.db"), ("two", "second:/records.db")):
        on(here, name).store.note_records_copy(place, 1, NOON)
    scan = forget(here)
    assert on(here, "one").store.unfinished_erasures(here=True) == [scan]
    here.store.end_erasures([scan])
    assert here.store.unfinished_erasures(here=True) == []
    assert here.store.unfinished_erasures() == [scan]
    assert [each.place for each in here.store.records_copies(behind=True)] == ["second:/records.db"]
    on(here, "two").store.end_erasures([scan])
    assert here.store.unfinished_erasures() == []
    assert here.store.records_copies(behind=True) == []


def test_a_machine_that_is_gone_holds_no_erasure_up_once_somebody_says_so(here: World) -> None:
    for name in ("one", "two"):
        on(here, name).store.note_records_copy(f"{name}:/records.db", 1, NOON)
    scan = forget(here)
    on(here, "one").store.end_erasures([scan])
    here.store.drop_records_copy("two", "olga", "its disk was destroyed", after(9))
    assert here.store.unfinished_erasures() == []
    assert [each.machine for each in here.store.records_copies()] == ["one"]
    assert here.store.audit()[-1].action == "records copy gone"
    with pytest.raises(NotFound, match="records copies"):
        here.store.drop_records_copy("two", "olga", "again", after(9))


def test_a_state_with_one_machine_ends_an_erasure_at_once(here: World) -> None:
    scan = forget(here)
    on(here, "").store.note_records_copy("/records.db", 1, NOON)
    assert here.store.records_copies() == []
    here.store.end_erasures([scan])
    assert here.store.unfinished_erasures() == []


def test_a_state_that_was_moved_to_a_file_waits_for_no_copy_of_before(here: World) -> None:
    on(here, "one").store.note_records_copy("one:/records.db", 1, NOON)
    scan = forget(here)
    on(here, "").store.end_erasures([scan])
    assert here.store.unfinished_erasures() == []


def test_where_a_copy_of_records_is_and_how_far_is_brought_up_to_date(here: World) -> None:
    on(here, "one").store.note_records_copy("a:/records.db", 1, NOON)
    here.store.note_records_copy("a:/records.db", 1, after(5))
    assert [(each.position, each.at) for each in here.store.records_copies()] == [(1, NOON)], "nothing was new"
    here.store.note_records_copy("b:/records.db", 4, after(6))
    (copy,) = here.store.records_copies()
    assert (copy.place, copy.position, copy.at) == ("b:/records.db", 4, after(6))


def test_a_file_that_one_machine_was_sent_waits_for_all_until_it_is_taken_in(here: World) -> None:
    file, other = sha("file"), sha("other")
    on(here, "one").store.note_arriving(file, "order", "monday", NOON)
    here.store.note_arriving(other, "order", "monday", after(1))
    assert not here.store.arrives_elsewhere(file)
    assert here.store.arriving_elsewhere() == []
    assert on(here, "two").store.arrives_elsewhere(file)
    assert here.store.arriving_elsewhere() == [(file, "monday"), (other, "monday")]
    here.store.end_arriving(frozenset())
    assert here.store.arrives_elsewhere(file), "it is none of this machine's"
    on(here, "one").store.end_arriving(frozenset([other]))
    assert on(here, "two").store.arriving_elsewhere() == [(other, "monday")]


def test_use_is_counted_over_the_last_minute_by_all_together(here: World) -> None:
    use = here.store.use
    assert [use("a", 1, 4, MINUTE, after(each)) for each in range(6)] == [True] * 4 + [False] * 2
    assert use("b", 4, 4, MINUTE, after(3)), "somebody else"
    assert not use("a", 1, 4, MINUTE, after(60)), "all four of the minute before count"
    assert use("a", 1, 4, MINUTE, after(75)), "three of them, as a quarter of it is over"
    assert not use("a", 1, 4, MINUTE, after(76)), "what was refused was not counted"
    assert use("a", 4, 4, MINUTE, after(300))
    assert not use("a", 1, 4, MINUTE, after(300))
    assert use("a", 4, 4, timedelta(hours=1), after(301)), "an hour is counted by itself"


def test_counts_of_use_name_nobody_and_do_not_stay(here: World) -> None:
    here.store.use("192.0.2.7", 1, 9, MINUTE, NOON)
    assert not here.holds("192.0.2.7")
    here.store.use("other", 1, 9, MINUTE, after(3 * 3600))
    assert here.behind.execute("SELECT COUNT(*) FROM use_count").fetchone()[0] == 1


def test_who_looks_in_vain_waits_until_they_find_work(here: World) -> None:
    ann, ben = (here.store.transcriber(each).id for each in ("ann", "ben"))
    look = here.store.count_look
    assert look(ann, NOON, found=False) == 0
    assert look(ann, after(20), found=False) == 20
    assert look(ben, after(25), found=True) == 0
    assert look(ann, after(30), found=True) == 10
    assert look(ann, after(40), found=True) == 0
    look(ann, after(50), found=False)
    assert look(ann, after(5000), found=True) == 300, "five minutes at most"
