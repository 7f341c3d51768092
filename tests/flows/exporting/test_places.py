"""Where exports are written: a folder or a file, and what a killed one left there."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flows.exporting.write_export import FOLDERS, Wanted, export_records
from flows.home.home import Home
from tests.flows.house import House
from tests.flows.test_values import published
from transcribe.whole_files import LEFTOVER_SECONDS


@pytest.mark.parametrize("format", FOLDERS)
def test_a_file_where_a_folder_is_wanted_is_said_to_be_one(
    house: House, rooms: Home, tmp_path: Path, format: str
) -> None:
    published(rooms)
    out = tmp_path / "mine"
    out.write_text("of yesterday", encoding="utf-8")
    for place in (out, out / "deeper"):
        done = house.run("records", "export", "--format", format, "--form", "receipt", "--out", str(place))
        assert (done.code, out.read_text(encoding="utf-8")) == (2, "of yesterday")
        assert f"{out} is a file, and what is written is a folder" in done.err


def test_datasette_is_not_written_where_a_file_stands(house: House, rooms: Home, tmp_path: Path) -> None:
    published(rooms)
    (tmp_path / "mine").write_text("of yesterday", encoding="utf-8")
    done = house.run("records", "datasette", "--folder", str(tmp_path / "mine"))
    assert done.code == 2
    assert "mine is a file, and what is written is a folder" in done.err


def test_an_export_goes_to_a_pipe_by_its_name(rooms: Home) -> None:
    """/dev/stdout of a pipeline is one: its real name, pipe:[123], is no file beside which one could write."""
    published(rooms)
    reading, writing = os.pipe()
    try:
        out = Path(f"/dev/fd/{writing}")
        export_records(rooms.settings.records, lambda: rooms, Wanted(format="jsonl", form="receipt"), out)
        assert os.read(reading, 1 << 16).startswith(b'{"id": 1, ')
    finally:
        os.close(reading)
        os.close(writing)


def test_what_a_killed_export_left_is_removed_by_one_a_day_later(rooms: Home, tmp_path: Path) -> None:
    """It holds the texts of all records that it had come to, also of those that are forgotten since."""
    published(rooms)
    place = tmp_path / "exports"
    place.mkdir()
    names = ".0123456789abcdef.part", ".fedcba9876543210.part", ".of-another-program.part"
    for name in names:
        (place / name).write_text("Élodie Müller", encoding="utf-8")
    before = time.time() - LEFTOVER_SECONDS - 1
    for name in (names[0], names[2]):
        os.utime(place / name, (before, before))
    wanted = Wanted(format="jsonl", form="receipt")
    export_records(rooms.settings.records, lambda: rooms, wanted, place / "all.jsonl")
    assert sorted(each.name for each in place.iterdir()) == sorted([names[1], names[2], "all.jsonl"])
