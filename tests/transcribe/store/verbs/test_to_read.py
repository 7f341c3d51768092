"""Scans that machines are to read: each is held by one worker at a time, and comes back when that one is silent."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.transcribe.store.world import NOON, World, after, form, passing, sha
from transcribe.model import Scan, ScanPage, SourceFile
from transcribe.store.facts import ToRead

SECONDS = 60.0


def taken_in(here: World, name: str, batch: str = "monday") -> Scan:
    """A scan that nobody has read yet, and that is to be read."""
    page = ScanPage(file=sha(f"unread {name}"), page=1)
    scan = Scan(id=sha(f"scan {name}"), pages=(page,), form="order", form_version=1, name=name, batch=batch)
    here.store.put_scan(scan, [SourceFile(sha256=page.file, name=name, size=1, media_type="image/png")], NOON)
    assert here.store.put_to_read(scan.id, batch, NOON)
    return here.store.scan(scan.id)


def claimed(here: World, worker: str, seconds: float, count: int = 9, **more: object) -> list[str]:
    found: Sequence[ToRead] = here.store.claim_to_read(worker, count, after(seconds), SECONDS, **more)  # type: ignore[arg-type]
    return [each.scan.name for each in found]


def test_each_scan_is_held_by_one_and_is_free_again_when_that_one_was_silent_too_long(here: World) -> None:
    for name in "abc":
        taken_in(here, name)
    assert claimed(here, "one", 0, count=2) == ["a", "b"]
    assert claimed(here, "two", 1) == ["c"]
    assert claimed(here, "two", 59) == []
    assert here.store.count_to_read(after(59)) == (3, 3)
    assert here.store.renew_to_read("two", after(59), SECONDS) == 1
    assert here.store.count_to_read(after(60)) == (3, 1)
    assert claimed(here, "three", 60) == ["a", "b"]
    assert claimed(here, "three", 119) == ["c"]


@pytest.mark.promise("A scan that machines")
def test_what_is_read_set_aside_or_forgotten_is_not_to_be_read_any_more(here: World) -> None:
    read, aside, forgotten = (taken_in(here, name) for name in ("read", "aside", "forgotten"))
    here.store.put_reads(read.id, here.reads(read, form()), after(1))
    here.store.set_scan_aside(aside.id, "ScanError", "it is no picture", "monday", after(1))
    here.store.forget(forgotten.id, after(1))
    assert here.store.count_to_read(after(1)) == (0, 0)
    assert [here.store.put_to_read(each.id, "monday", after(2)) for each in (read, aside, forgotten)] == [
        False,
        True,
        False,
    ]
    assert here.store.put_to_read(read.id, "monday", after(2), anew=True), "its pictures may be lost"
    assert here.store.batch_to_read(read.id) == "monday"


@pytest.mark.promise("`holds_to_read` says, in the")
def test_who_was_silent_too_long_holds_it_no_more_only_once_another_has_it(here: World) -> None:
    scan = taken_in(here, "a")
    claimed(here, "one", 0)
    assert here.store.begin_to_read(scan.id, "one", after(100), SECONDS), "nobody else wanted it"
    assert claimed(here, "two", 170, begun=True) == ["a"]
    assert not here.store.holds_to_read(scan.id, "one")
    assert here.store.holds_to_read(scan.id, "two")
    assert not here.store.begin_to_read(scan.id, "one", after(171), SECONDS)
    here.store.give_back_to_read(scan.id, "one")
    assert here.store.release_to_read("one") == 0
    assert claimed(here, "three", 172, begun=True) == []


def test_what_was_begun_and_not_ended_is_found_apart_and_counted(here: World) -> None:
    scan, _ = taken_in(here, "a"), taken_in(here, "b")
    for number in range(3):
        worker = f"worker {number}"
        claimed(here, worker, 100 * number, begun=number > 0)
        here.store.begin_to_read(scan.id, worker, after(100 * number), SECONDS)
    (suspect,) = here.store.claim_to_read("last", 9, after(300), SECONDS, begun=True)
    assert (suspect.scan.name, suspect.begun, suspect.batch) == ("a", 3, "monday")
    here.store.give_back_to_read(scan.id, "last", begun=True)
    (again,) = here.store.claim_to_read("last", 9, after(301), SECONDS, begun=True)
    assert again.begun == 2
    assert claimed(here, "last", 302) == ["b"]


def test_a_batch_is_claimed_alone_and_a_scan_goes_with_the_run_that_came_last(here: World) -> None:
    scan, _ = taken_in(here, "a", "monday"), taken_in(here, "b", "tuesday")
    assert claimed(here, "one", 0, batch="tuesday") == ["b"]
    here.store.put_to_read(scan.id, "wednesday", after(1))
    assert claimed(here, "one", 1, batch="monday") == []
    assert claimed(here, "one", 1, batch="wednesday") == ["a"]
    assert here.store.batch_to_read(scan.id) == "wednesday"


STEP = some.tuples(
    some.sampled_from(["claim", "claim begun", "begin", "renew", "release", "read"]),
    some.sampled_from(["one", "two", "three"]),
    some.integers(1, 70),
)


@pytest.mark.promise("`holds_to_read` says, in the")
@settings(max_examples=60, deadline=None)
@given(steps=some.lists(STEP, max_size=25))
def test_whatever_workers_do_no_scan_is_held_by_two_and_each_can_be_read(steps: list[tuple[str, str, int]]) -> None:
    with passing() as here:
        scans = [taken_in(here, name) for name in "abcd"]
        until: dict[str, tuple[str, float]] = {}
        at = 0.0
        for what, worker, seconds in steps:
            at += seconds
            if what.startswith("claim"):
                for name in claimed(here, worker, at, 2, begun=what == "claim begun"):
                    assert name not in until or until[name][1] <= at, "another held it"
                    until[name] = (worker, at + SECONDS)
                continue
            own = [each for each in scans if until.get(each.name, ("", 0.0))[0] == worker]
            if what == "renew" or (what == "begin" and own):
                if what == "begin":
                    assert here.store.begin_to_read(own[0].id, worker, after(at), SECONDS)
                else:
                    here.store.renew_to_read(worker, after(at), SECONDS)
                until |= {each.name: (worker, at + SECONDS) for each in own}
            elif what == "release":
                assert here.store.release_to_read(worker) == len(own)
                until = {name: held for name, held in until.items() if held[0] != worker}
            elif what == "read" and own:
                assert here.store.holds_to_read(own[0].id, worker)
                here.store.put_reads(own[0].id, here.reads(own[0], form()), after(at))
                scans.remove(own[0])
                del until[own[0].name]
        late = at + 2 * SECONDS
        left = {*claimed(here, "last", late), *claimed(here, "last", late, begun=True)}
        assert left == {each.name for each in scans}
