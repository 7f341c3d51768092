"""The reserve of the disk: no door takes a file where no more is free than what is kept for readings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.drafting.draft_files import start_draft, start_version
from flows.home.home import Home
from flows.mending.retake import retake
from flows.steps.read_scans import Because, TakenScan, take_in
from flows.watching.incoming import ArrivingFile
from tests.flows.house import CASES
from transcribe.errors import DiskFull
from transcribe.model import Scan

PHOTO = CASES / "receipt-007.jpg"
SCAN = Scan(id="a" * 64, pages=(), form="receipt", form_version=1, name="a", batch="monday")


def files_of(folder: Path) -> set[Path]:
    """Every file in a home but those of its database."""
    return {each for each in folder.rglob("*") if each.is_file() and not each.name.startswith("state.")}


def with_no_room(home: Home) -> Home:
    return replace(home, settings=home.settings.model_copy(update={"reserve_bytes": 2**62}))


def draft(home: Home) -> object:
    return start_draft(home.settings, PHOTO, "own", title="Own", language="eng", locale="en_GB")


DOORS: dict[str, Callable[[Home], object]] = {
    "sent": lambda home: ArrivingFile(home.settings, "a.jpg"),
    "ingest, watch and what was sent": lambda home: list(take_in(home, [PHOTO], "receipt", "monday")),
    "draft": draft,
    "version": lambda home: start_version(home.settings, home.forms, "receipt"),
    "retake": lambda home: retake(home, SCAN, PHOTO, Because(by="op", why="blurred")),
}


@pytest.mark.parametrize("door", DOORS)
def test_no_door_takes_a_file_from_the_reserve(rooms: Home, door: str) -> None:
    rooms.use_form("receipt")
    before = files_of(rooms.settings.home)
    with pytest.raises(DiskFull, match=r"kept for what people read.*FAIRHAND_RESERVE_BYTES"):
        DOORS[door](with_no_room(rooms))
    assert files_of(rooms.settings.home) == before


def test_what_came_before_the_disk_was_nearly_full_is_kept_and_the_rest_comes_with_the_next_call(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [PHOTO, CASES / "receipt-035.jpg"]
    taking = take_in(rooms, photos, "receipt", "monday")
    next(taking)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(DiskFull):
        next(taking)
    monkeypatch.undo()
    assert len(rooms.store.scan_states("monday")) == 1
    again = take_in(rooms, photos, "receipt", "monday")
    assert [isinstance(each, TakenScan) and each.new for each in again] == [False, True]
