"""Scans that wait in the home: taken in once as their form and batch, then gone; what fails is tried again."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.home.home import Home, now
from flows.incoming import taking_in
from flows.incoming.sent_files import (
    FOLDER_NAME,
    ArrivingFile,
    sent_file,
    unread_files,
    waiting_batches,
    waiting_scans,
)
from flows.incoming.taking_in import Incoming
from transcribe.errors import DiskFull, SettingsError
from transcribe.model import Scan, SourceFile


def sent(rooms: Home, content: bytes, batch: str = "b") -> str:
    """A file that was sent, as a receipt; its SHA-256."""
    arriving = ArrivingFile(rooms.settings, "order.jpg")
    arriving.add(content)
    arriving.settle("receipt", batch)
    arriving.keep(rooms.store, now())
    return arriving.sha256


def takes(rooms: Home, taken: list[tuple[list[str], str, str]]) -> Incoming:
    """Takes in what waits: "bad" is set aside, all else becomes a scan."""

    def take_in(paths: list[Path], form: str, batch: str, by: str) -> object:
        taken.append(([path.name for path in paths], form, batch))
        for path in paths:
            waiting = next(each for each in waiting_scans(rooms.settings) if each.path == path)
            file = SourceFile(sha256=waiting.sha256, name=path.name, size=1, media_type="image/jpeg")
            if path.read_bytes() == b"bad":
                rooms.store.set_aside(file, "ScanError", "it is no picture", batch, now())
            else:
                rooms.store.put_scan(Scan(id=waiting.sha256, pages=(), form="", form_version=0), [file], now())
        return None

    return Incoming(rooms, take_in)


@pytest.mark.promise("A file that is")
def test_what_was_sent_is_taken_in_by_form_and_batch_and_is_gone(rooms: Home) -> None:
    taken: list[tuple[list[str], str, str]] = []
    rounds = takes(rooms, taken)
    for content, batch in ((b"one", "a"), (b"two", "b"), (b"bad", "a")):
        sent(rooms, content, batch)
    first, second, third = (rounds.look() for _ in range(3))
    assert (first.taken, first.aside) == (1, [("order.jpg", "it is no picture")])
    assert (second.taken, third.taken) == (1, 0)
    assert sorted(taken) == [(["order.jpg"], "receipt", "b"), (["order.jpg", "order.jpg"], "receipt", "a")]
    assert list((rooms.settings.home / FOLDER_NAME).iterdir()) == []


@pytest.mark.parametrize("kept", [0, 1])
def test_while_a_file_that_was_taken_in_is_removed_others_see_all_of_it_or_nothing(
    rooms: Home, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Whoever looks, and whoever is killed, comes between its two files, whichever goes first."""
    sent(rooms, b"one")
    other = sent(rooms, b"two", "another")
    seen: list[list[str]] = []

    def removed_by_half(folder: Path, **_: object) -> None:
        sorted(folder.iterdir())[kept].unlink()
        seen.append([each.sha256 for each in waiting_scans(rooms.settings)])

    monkeypatch.setattr(shutil, "rmtree", removed_by_half)
    takes(rooms, []).look()
    assert seen == [[other]]
    monkeypatch.undo()
    monkeypatch.setattr(taking_in, "PART_SECONDS", -1.0)
    takes(rooms, []).look()
    assert list((rooms.settings.home / FOLDER_NAME).iterdir()) == [], "what a kill left is gone too"


@pytest.mark.parametrize("kept", [0, 1])
def test_what_a_killed_removal_of_an_earlier_version_left_stops_nothing(rooms: Home, kept: int) -> None:
    sent(rooms, b"one")
    (folder,) = (rooms.settings.home / FOLDER_NAME).iterdir()
    sorted(folder.iterdir())[kept].unlink()
    other = sent(rooms, b"two")
    assert [each.sha256 for each in waiting_scans(rooms.settings)] == [other]


def test_what_fails_stays_and_holds_up_nothing_else(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(rooms, b"one", "stuck")
    failed: list[str] = []

    def take_in(paths: list[Path], form: str, batch: str, by: str) -> object:
        if batch == "stuck":
            failed.append(batch)
            raise SettingsError("The batch is cancelled.")
        return takes_all(paths, form, batch, by)

    takes_all = takes(rooms, [])._take_in
    rounds = Incoming(rooms, take_in)
    assert rounds.look().troubles == ["The batch is cancelled."]
    sent(rooms, b"two", "fine")
    assert rounds.look().taken == 1
    assert (len(waiting_scans(rooms.settings)), failed) == (1, ["stuck"])
    monkeypatch.setattr(taking_in, "RETRY_SECONDS", 0.0)
    rounds._not_before.clear()
    rounds.look()
    assert failed == ["stuck", "stuck"]


@pytest.mark.promise("%(num)s file waits until")
def test_files_of_a_cancelled_batch_wait_without_a_run_until_it_goes_on(rooms: Home) -> None:
    scan = Scan(id="5" * 64, pages=(), form="", form_version=0, batch="stopped")
    rooms.store.put_scan(scan, [SourceFile(sha256="6" * 64, name="a.jpg", size=1, media_type="image/jpeg")], now())
    rooms.store.cancel_batch("stopped", "op", "withdrawn", now())
    while rooms.store.sum_up(now()):
        pass
    sent(rooms, b"one", "stopped")
    taken: list[tuple[list[str], str, str]] = []
    rounds = takes(rooms, taken)
    done = rounds.look()
    assert (done.taken, done.troubles, taken, len(waiting_scans(rooms.settings))) == (0, [], [], 1)
    rooms.store.resume_batch("stopped", "op", "again", now())
    while rooms.store.sum_up(now()):
        pass
    assert rounds.look().taken == 1


def test_half_a_file_is_never_taken_in_and_is_removed_in_time(rooms: Home) -> None:
    arriving = ArrivingFile(rooms.settings, "order.jpg")
    arriving.add(b"half")
    taken: list[tuple[list[str], str, str]] = []
    rounds = takes(rooms, taken)
    rounds.look()
    (part,) = (rooms.settings.home / FOLDER_NAME).iterdir()
    os.utime(part, (0, 0))
    rounds.look()
    assert (taken, list((rooms.settings.home / FOLDER_NAME).iterdir())) == ([], [])


def test_a_file_is_taken_while_the_disk_has_more_than_what_readings_need(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [rooms.settings.reserve_bytes]
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Usage(left[0]))
    arriving = ArrivingFile(rooms.settings, "order.jpg")
    arriving.add(b"page")
    left[0] -= 1
    with pytest.raises(DiskFull, match="1000 MB of the disk are kept for what people read"):
        arriving.add(b"page")
    arriving.drop()
    with pytest.raises(DiskFull):
        ArrivingFile(rooms.settings, "order.jpg")
    assert list((rooms.settings.home / FOLDER_NAME).iterdir()) == []


@dataclass(frozen=True)
class _Usage:
    free: int


def test_a_file_that_waits_on_another_machine_waits_here_too_until_that_one_has_taken_it_in(rooms: Home) -> None:
    rooms.store.machine = "one"
    file = sent(rooms, b"an order", "monday")
    rooms.store.machine = "two"
    (rooms.settings.home / FOLDER_NAME).rename(rooms.settings.home / "of the other")
    assert sent_file(rooms, file).state == "waiting"
    assert (unread_files(rooms), unread_files(rooms, "monday"), unread_files(rooms, "b")) == (1, 1, 0)
    assert waiting_batches(rooms) == {"monday"}
    takes(rooms, []).look()
    assert sent_file(rooms, file).state == "waiting", "what others hold is not ours to end"
    rooms.store.machine = "one"
    (rooms.settings.home / "of the other").rename(rooms.settings.home / FOLDER_NAME)
    watch = takes(rooms, [])
    watch.look()
    watch.look()
    rooms.store.machine = "two"
    assert sent_file(rooms, file).state == "known"
    assert (unread_files(rooms), waiting_batches(rooms)) == (0, set())
