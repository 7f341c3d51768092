"""A full disk: one sentence says which and what to do, the rest goes on, and the same again finishes the work."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.home.home import Home, now
from flows.incoming import verdicts
from flows.steps.ingested import Ingested, count_failed, finish_batch
from flows.steps.read_scans import failure_message, take_in
from flows.steps.reconcile_scans import reconcile_to_the_end
from reconcile.records import database as records_file
from tests.flows.house import CASES, House
from tests.flows.steps.test_reconcile_scans import received
from tests.transcribe.store.world import sqlite_of
from transcribe.archive import Archive, Folder
from transcribe.errors import ArchiveFull, DiskFull, EngineMissing
from transcribe.intake import Unreadable
from transcribe.store import enable_write_ahead
from transcribe.store.state_store import Store

NO_ROOM = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
RECEIPTS = ("receipt-007.jpg", "receipt-035.jpg", "receipt-217.jpg")


def state_of(rooms: Home) -> sqlite3.Connection:
    assert isinstance(rooms.store, Store)
    return sqlite_of(rooms.store).connection


def fill(rooms: Home) -> None:
    """Have the state's file grow no more: SQLite then says what it says of a full disk."""
    connection = state_of(rooms)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")


def taken(rooms: Home, monkeypatch: pytest.MonkeyPatch, failing: int) -> list[object]:
    """What becomes of some receipts where the archive has no room for one of them."""
    real, count = os.fsync, iter(range(100))

    def fsync(file: int) -> None:
        if next(count) == failing:
            raise NO_ROOM
        real(file)

    monkeypatch.setattr("transcribe.archive.archive.os.fsync", fsync)
    paths = [CASES / name for name in RECEIPTS]
    return list(take_in(rooms, paths, "receipt", "monday"))


def test_the_archive_names_itself_and_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(Folder(tmp_path / "archive"))
    kept = archive.put(b"before")
    with monkeypatch.context() as patched:
        patched.setattr("transcribe.archive.archive.os.fsync", lambda _: (_ for _ in ()).throw(NO_ROOM))
        with pytest.raises(ArchiveFull, match=f"The disk of the archive is full .*{tmp_path.name}") as raised:
            archive.put_all([b"one", b"two"])
    assert "Make room on it and do the same again." in str(raised.value)
    assert [path.name for path in (tmp_path / "archive").rglob("*") if path.is_file()] == [kept]
    assert len(archive.put_all([b"one", b"two"])) == 2


def test_another_error_of_the_disk_is_not_called_a_full_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = OSError(errno.EIO, "broken")
    monkeypatch.setattr("transcribe.archive.archive.os.fsync", lambda _: (_ for _ in ()).throw(broken))
    with pytest.raises(OSError, match="broken"):
        Archive(Folder(tmp_path / "archive")).put(b"one")


def test_a_file_that_the_archive_has_no_room_for_fails_alone_and_comes_with_the_next_call(
    rooms: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun = now()
    with monkeypatch.context() as patched:
        found = taken(rooms, patched, failing=0)
    (failed,) = [each for each in found if isinstance(each, Unreadable)]
    assert failed.message.startswith(f"{RECEIPTS[0]}: the disk of the archive is full (")
    assert failed.message.endswith("). Make room on it and ingest it again.")
    assert failed.failed
    assert "Traceback" not in caplog.text
    assert len(rooms.store.scan_states()) == 2
    path = CASES / RECEIPTS[0]
    assert (verdicts(rooms, [path], begun)[path].taken, verdicts(rooms, [path], begun)[path].reason) == (False, "")
    assert not any(isinstance(each, Unreadable) for each in take_in(rooms, [path], "receipt", "monday"))
    assert rooms.store.list_set_aside() == []
    assert len(rooms.store.scan_states()) == 3


def test_a_scan_whose_reading_had_no_room_is_told_so(rooms: Home) -> None:
    scan, done = received(rooms, texts={}), Ingested(batch="monday")
    for error, again in ((ArchiveFull("/mnt/pictures"), False), (DiskFull.of("state.db", rooms.settings.state), True)):
        count_failed(done, scan, failure_message(scan, error), of_file=False, again=again)
    assert done.failed[0][1] == (
        "the disk of the archive is full (/mnt/pictures). Make room on it and ingest it again."
    )
    assert done.failed[1][1].startswith("It was not read again, and stays as it was: The disk of state.db is full (")


def test_a_language_that_is_missing_is_told_of_the_form(rooms: Home) -> None:
    scan = received(rooms, texts={})
    error = EngineMissing("Tesseract has no language data for nld: apt-get install x")
    assert failure_message(scan, error) == (
        "the form receipt cannot be read on this machine. Tesseract has no language data for nld: apt-get install x. "
        "Then ingest it again."
    )


def test_the_state_names_itself_and_what_was_kept_before_stays(rooms: Home) -> None:
    received(rooms, texts={})
    before = rooms.store.scan_states()
    fill(rooms)
    with pytest.raises(DiskFull, match=r"The disk of state.db is full \(.*state.db\). Make room on it"):
        rooms.store.log("olga", "tried", "x" * 1_000_000, {}, now())
    assert rooms.store.scan_states() == before
    state_of(rooms).execute("PRAGMA max_page_count = 1000000")
    rooms.store.log("olga", "tried", "again", {}, now())
    assert rooms.store.verify_audit().whole


@pytest.mark.promise("Where `records.db` has none,")
def test_where_the_records_have_no_room_the_batch_ends_and_says_so(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(rooms, texts={})

    def full(connection: sqlite3.Connection, seconds: float) -> None:
        enable_write_ahead(connection, seconds)
        connection.execute("PRAGMA max_page_count = 2")

    done = Ingested(batch="monday", scans=1, files=1, read=1)
    with monkeypatch.context() as patched:
        patched.setattr(records_file, "enable_write_ahead", full)
        finish_batch(rooms, done, reconcile_to_the_end)
    assert done.unfinished.startswith(f"The disk of the record database is full ({rooms.settings.records})")
    assert done.headline == "not published"
    again = Ingested(batch="monday")
    finish_batch(rooms, again, reconcile_to_the_end)
    assert again.unfinished == ""


def test_a_file_that_is_written_to_a_full_disk_ends_in_one_sentence(house: House) -> None:
    done = house.run("forms", "preview", "order-form", "--out", "/dev/full")
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert done.err.endswith(" is full. Make room on it and give the command again.\n")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 160 kB, where this user may have one."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root mounts a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.promise("- Where the disk", "Where `records.db` has none,")
def test_a_batch_on_a_real_full_disk_loses_nothing(working_house: House, small_disk: Path, tmp_path: Path) -> None:
    house = working_house
    house.environment = {"FAIRHAND_ARCHIVE": str(small_disk / "archive")}
    words = ("ingest", CASES / RECEIPTS[0], CASES / RECEIPTS[1], "--form", "receipt", "--batch", "monday")
    full = house.run(*words)
    assert full.code == 1
    assert "the disk of the archive is full (" in full.out
    assert "Save the picture anew" not in full.out + full.err
    assert "Traceback" not in full.out + full.err
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    assert house.run(*words).code == 0
    status = house.run("status", "--json").json[0]
    assert (status["scans"], status["files_set_aside"]) == ({"receipt": 2}, [])
