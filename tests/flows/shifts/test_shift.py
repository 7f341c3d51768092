"""One shift in this process: who reads what, what ends it, and what it gives back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.home.home import Home, now
from flows.ingest import IngestRequest, _Taking
from flows.shifts.shift import FOLDER_NAME, Shift, ShiftProgress, Worker, work_shift
from flows.steps.ingested import Ingested
from flows.steps.read_scans import TakenScan
from tests.flows.house import until
from tests.flows.shifts.made_up_worker import reader, reads_of
from tests.transcribe.store.world import sha
from transcribe.errors import EngineMissing, FormError, PictureLost, SettingsError
from transcribe.model import ReadResult, Scan, ScanPage, SourceFile

READ = "flows.shifts.shift.read_scan"
LONG_SECONDS = 600.0


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READ, reader(0.0))


def taken_in(rooms: Home, *names: str) -> list[Scan]:
    """Scans of a known form that nobody has read."""
    form, scans = rooms.use_form("receipt"), []
    for name in names:
        page = ScanPage(file=sha(name), page=1)
        of = {"form": form.name, "form_version": form.version, "batch": "monday"}
        scan = Scan(id=sha(f"scan {name}"), pages=(page,), name=name, **of)  # type: ignore[arg-type]
        rooms.store.put_scan(scan, [SourceFile(sha256=page.file, name=name, size=1, media_type="image/png")], now())
        scans.append(rooms.store.scan(scan.id))
    return scans


def asked() -> IngestRequest:
    """What a run is asked for that takes these in."""
    return IngestRequest(files=(), form="receipt", again=None, threads=1, progress=lambda *_: None)


def to_read(rooms: Home, *names: str) -> list[Scan]:
    """Scans that are to be read."""
    scans = taken_in(rooms, *names)
    for scan in scans:
        rooms.store.put_to_read(scan.id, "monday", now())
    return scans


@pytest.mark.promise("**`shift`** reads scans that")
def test_a_shift_reads_what_is_to_be_read_and_a_second_one_finds_nothing(rooms: Home) -> None:
    to_read(rooms, *"abcdefghijk")
    assert work_shift(rooms, 3).read == 11
    assert rooms.store.count_to_read(now()) == (0, 0)
    assert rooms.store.counts().unread_scans == 0
    assert work_shift(rooms, 3).scans == 0
    assert not list((rooms.settings.home / FOLDER_NAME).iterdir())


@pytest.mark.promise("**`shift`** reads scans that")
def test_a_shift_whose_time_is_over_leaves_the_rest_free_for_others(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(READ, reader(0.3))
    to_read(rooms, *"abcdef")
    done = work_shift(rooms, 1, seconds=0.1)
    assert (done.read + done.left, done.left >= 4) == (6, True), "what was begun is ended"
    assert rooms.store.count_to_read(now()) == (done.left, 0)


def test_who_is_told_to_stop_ends_what_is_begun_and_gives_the_rest_back(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, slow = threading.Event(), reader(0.3)

    def stopped(*given: Any, **named: Any) -> ReadResult:
        stop.set()
        return slow(*given, **named)

    monkeypatch.setattr(READ, stopped)
    to_read(rooms, *"abcdef")
    done = work_shift(rooms, 1, stop=stop)
    assert (done.read + done.left, done.left >= 4) == (6, True)
    assert rooms.store.count_to_read(now()) == (done.left, 0)
    assert len(rooms.store.claim_to_read("next", 9, now(), 1.0)) == done.left, "none of them counts as begun"


def test_a_shift_holds_no_more_scans_than_it_reads(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    end = threading.Event()
    monkeypatch.setattr(READ, lambda *given, **named: end.wait(LONG_SECONDS) and reader(0.0)(*given, **named))
    to_read(rooms, *"abcdef")
    with Shift(rooms, 2) as shift:
        until(lambda: rooms.store.count_to_read(now()) == (6, 2))
        assert len(rooms.store.claim_to_read("another machine", 9, now(), LONG_SECONDS)) == 4
        end.set()
        until(lambda: shift.is_idle)


@pytest.mark.parametrize("error", [EngineMissing("There is no tesseract here."), FormError("It is not here.")])
def test_what_a_scan_cannot_help_ends_the_shift_and_the_scan_is_read_elsewhere(
    rooms: Home, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    to_read(rooms, *"abc")
    with monkeypatch.context() as broken:
        broken.setattr(READ, fails)
        with pytest.raises(type(error), match=str(error)):
            work_shift(rooms, 2)
    assert rooms.store.list_set_aside() == []
    assert len(rooms.store.claim_to_read("next", 9, now(), 0.0)) == 3
    assert work_shift(rooms, 2).read == 3


def lost_of(lost: str) -> Callable[..., ReadResult]:
    """A reader for whom the picture of the scan with this name is not in the archive."""
    reads = reader(0.0)

    def read(home: Home, scan: Scan, **named: Any) -> ReadResult:
        if scan.name in lost:
            raise PictureLost(f"The archive has no {scan.pages[0].file[:12]}; it may have been erased.")
        return reads(home, scan, **named)

    return read


def test_a_scan_whose_picture_is_lost_is_set_aside_and_the_others_are_read(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(READ, lost_of("a"))
    to_read(rooms, *"abcd")
    rooms.archive.put_all([b"b", b"c", b"d"])
    done = work_shift(rooms, 2)
    assert (done.read, [name for name, _ in done.set_aside]) == (3, ["a"])
    (aside,) = rooms.store.list_set_aside()
    assert "not in the archive any more" in aside.message
    assert rooms.store.count_to_read(now()) == (0, 0)


def test_where_no_picture_is_in_the_archive_the_shift_ends_and_blames_none(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_read(rooms, *"abcd")
    with monkeypatch.context() as broken:
        broken.setattr(READ, lost_of("abcd"))
        with pytest.raises(SettingsError, match="same FAIRHAND_ARCHIVE"):
            work_shift(rooms, 2)
    assert rooms.store.list_set_aside() == []
    assert work_shift(rooms, 2).read == 4


def test_a_form_that_is_another_one_here_is_refused(rooms: Home) -> None:
    (scan,) = to_read(rooms, "a")
    kept = rooms.settings.forms / scan.form / str(scan.form_version) / f"{scan.form}.toml"
    kept.write_text(
        kept.read_text("utf-8").replace("[[field]]", '[[field]]\ntype = "text"\nname = "more"\n[[field]]', 1)
    )
    rooms.forms._known.clear()
    with pytest.raises(FormError, match="copy the folder"):
        work_shift(rooms, 1)
    assert rooms.store.count_to_read(now()) == (1, 0)


def test_a_scan_that_hangs_its_reader_goes_to_others_and_is_set_aside_in_the_end(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = threading.Event()
    plain = reader(0.0)

    def hangs(home: Home, scan: Scan, *, before: Callable[[], None], **_: object) -> ReadResult:
        if scan.name == "hangs":
            end.wait(LONG_SECONDS)
        return plain(home, scan, before=before)

    monkeypatch.setattr(READ, hangs)
    monkeypatch.setattr("flows.shifts.shift.MAX_READING_SECONDS", 1.5)
    quick = Home(
        settings=rooms.settings.model_copy(update={"read_lease_seconds": 1.0}),
        store=rooms.store,
        archive=rooms.archive,
        forms=rooms.forms,
    )
    to_read(rooms, "hangs", "b", "c")
    done = work_shift(quick, 1)
    end.set()
    assert (done.read, done.left) == (2, 0)
    ((name, message),) = done.set_aside
    assert (name, "3 times" in message) == ("hangs", True)
    until(lambda: all(each.name != "shift" for each in threading.enumerate()))
    (hung,) = (each.scan for each in rooms.store.scan_states() if each.scan.name == "hangs")
    assert rooms.store.readings(hung.id) == [], "what came too late is not kept"


def test_what_a_dead_process_of_this_home_held_is_read_at_once(rooms: Home) -> None:
    to_read(rooms, *"ab")
    dead, alive = Worker(rooms), Worker(rooms)
    rooms.store.claim_to_read(dead.name, 1, now(), LONG_SECONDS)
    rooms.store.claim_to_read(alive.name, 1, now(), LONG_SECONDS)
    assert dead._lock is not None
    dead._lock.close()
    begun = time.monotonic()
    assert work_shift(rooms, 1, seconds=3.0).read == 1
    assert time.monotonic() - begun < LONG_SECONDS
    assert rooms.store.count_to_read(now()) == (1, 1), "the other one lives"
    alive.close()
    assert work_shift(rooms, 1).read == 1


def test_a_run_of_ingest_counts_what_others_have_read_for_it_and_takes_back_what_they_left(rooms: Home) -> None:
    read, aside, moved = to_read(rooms, "read", "aside", "moved")
    rooms.store.claim_to_read("rival", 3, now(), LONG_SECONDS)
    done = Ingested(batch="monday", files=3)
    with _Taking(rooms, done, asked(), 1) as taking:
        for scan in (read, aside, moved):
            taking.add(TakenScan(scan=scan, new=True))
        rooms.store.put_to_read(moved.id, "another run", now())
        rooms.store.put_reads(read.id, reads_of(read, "1"), now())
        rooms.store.set_scan_aside(aside.id, "ScanError", "it is no picture.", "monday", now())
        rooms.store.release_to_read("rival")
        first, last, _, chunk = taking.next_chunk()
        assert taking.read(chunk) == {"read": 2, "set aside": 1}
    assert (first, last, taking.waiting_count) == (1, 3, 0)
    assert (done.read, done.set_aside, done.failed) == (2, [("aside", "it is no picture.")], [])
    assert rooms.store.has_reads(moved.id)


def test_without_a_shift_what_is_new_waits_for_others(rooms: Home) -> None:
    done = Ingested(batch="monday", files=2)
    with _Taking(rooms, done, asked(), 0) as taking:
        for scan in taken_in(rooms, *"ab"):
            taking.add(TakenScan(scan=scan, new=True))
    assert taking.waiting_count == 0
    assert (done.waiting, done.read, done.changed, done.is_in_vain) == (2, 0, True, False)
    assert "2 to be read by shifts" in done.sentence
    assert rooms.store.counts().unread_scans == 2
    assert work_shift(rooms, 2).read == 2


def test_workers_of_one_home_know_each_other_by_their_locks(rooms: Home) -> None:
    folder: Path = rooms.settings.home / FOLDER_NAME
    first, second = Worker(rooms), Worker(rooms)
    assert {each.name for each in folder.iterdir()} == {first.name, second.name}
    assert first.release_dead() == 0
    second.close()
    first.close()
    assert not list(folder.iterdir())


def test_progress_counts_what_others_read_and_jumps_in_no_direction() -> None:
    far = ShiftProgress()
    far.count_left(10)
    shown = []
    for left in (None, None, None, 4, None, 7, None):  # three read here, three elsewhere; then three more come
        if left is None:
            far.count_read()
        else:
            far.count_left(left)
        shown.append((far.done, far.total))
    assert shown == [(1, 10), (2, 10), (3, 10), (6, 10), (7, 10), (7, 14), (8, 14)]
