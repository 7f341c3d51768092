"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from transcribe.whole_files import whole_binary_file, whole_folder, whole_text_file, write_whole


class Broken(Exception):
    pass


def break_text(path: Path) -> None:
    with whole_text_file(path) as file:
        file.write("half of it")
        raise Broken


def break_content(path: Path) -> None:
    with whole_binary_file(path) as file:
        file.write(b"half of it")
        raise Broken


def break_folder(folder: Path) -> None:
    with whole_folder(folder) as part:
        (part / "a.csv").write_text("today")
        raise Broken


def test_a_file_that_fails_half_way_leaves_what_lay_there_and_nothing_else(tmp_path: Path) -> None:
    kept, fresh = tmp_path / "kept.csv", tmp_path / "fresh.csv"
    kept.write_text("yesterday")
    for path in (kept, fresh):
        with pytest.raises(Broken):
            break_text(path)
        with pytest.raises(Broken):
            break_content(path)
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"kept.csv": "yesterday"}


def test_a_whole_file_takes_the_name_and_keeps_the_mode_and_the_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("yesterday")
    real.chmod(0o640)
    link.symlink_to(real)
    with whole_text_file(link) as file:
        file.write("a\r\nb\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"a\r\nb\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    write_whole(tmp_path / ("n" * 251 + ".csv"), "é")
    assert (tmp_path / ("n" * 251 + ".csv")).read_bytes() == "é".encode()


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"through")
    reader.join(timeout=10)
    assert got == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_that_fails_half_way_leaves_what_lay_there_and_no_new_folder(tmp_path: Path) -> None:
    known = tmp_path / "known"
    known.mkdir()
    (known / "a.csv").write_text("yesterday")
    for folder in (known, tmp_path / "new" / "deep"):
        with pytest.raises(Broken):
            break_folder(folder)
    assert [each.name for each in tmp_path.iterdir()] == ["known"]
    assert [(each.name, each.read_text()) for each in known.iterdir()] == [("a.csv", "yesterday")]


def test_a_whole_folder_adds_its_files_to_what_lies_there(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deep"
    for name, text in (("a.csv", "one"), ("b.csv", "two"), ("a.csv", "three")):
        with whole_folder(folder) as part:
            (part / name).write_text(text)
    assert {each.name: each.read_text() for each in folder.iterdir()} == {"a.csv": "three", "b.csv": "two"}
