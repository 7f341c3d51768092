"""Which files of a watched folder are finished."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.parts.watching.watched_folder import (
    FileChanged,
    Look,
    Settling,
    WatchedFile,
    is_being_written,
    is_settled,
    move_aside,
    move_to_done,
    require_folders,
)
from tests.examples import examples
from transcribe.errors import SettingsError


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def names(found: list[WatchedFile]) -> set[str]:
    return {each.path.name for each in found}


def settled(settling: Settling) -> set[str]:
    return names([each for each in settling.files() if is_settled(each, 5)])


def test_a_file_is_finished_when_it_has_not_changed_for_some_seconds(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "order.jpg"
    file.write_bytes(b"half")
    settling = Settling(folder=tmp_path, clock=clock)
    assert settled(settling) == set()
    clock.seconds = 4.9
    assert settled(settling) == set()
    file.write_bytes(b"half and more")  # it grows for long
    clock.seconds = 9
    assert settled(settling) == set()
    clock.seconds = 14
    assert settled(settling) == {"order.jpg"}
    before = file.stat()
    file.write_bytes(b"half and MORE")  # the same size, and a clock too coarse to tell
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert settled(settling) == set()


def test_another_file_of_the_same_size_and_time_in_its_place_is_another_file(tmp_path: Path, clock: Clock) -> None:
    file, other = tmp_path / "order.jpg", tmp_path / ".other"
    file.write_bytes(b"one")
    other.write_bytes(b"two")
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    settling = Settling(folder=tmp_path, clock=clock)
    settling.files()
    clock.seconds = 5
    other.rename(file)
    assert settled(settling) == set()


@pytest.mark.parametrize(
    "name",
    "order.jpg.part order.jpg.PARTIAL order.tmp order.jpg~ ~$order.pdf .order.jpg x.crdownload Thumbs.db desktop.ini"
    " .DS_Store order.jpg.filepart #order.jpg#".split(),
)
def test_a_temporary_name_is_waited_for(tmp_path: Path, clock: Clock, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    settling = Settling(folder=tmp_path, clock=clock)
    settling.files()
    clock.seconds = 1_000
    assert settling.files() == []


def test_subfolders_are_looked_into_but_done_aside_hidden_ones_and_links_are_not(tmp_path: Path, clock: Clock) -> None:
    places = ("sub/deep", "done", "aside", ".hidden", "sub/done")
    for place in places:
        (tmp_path / "in" / place).mkdir(parents=True)
        (tmp_path / "in" / place / f"{place.replace('/', '-')}.jpg").write_bytes(b"")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "elsewhere")
    settling = Settling(folder=tmp_path / "in", clock=clock)
    assert names(settling.files()) == {"sub-deep.jpg", "sub-done.jpg"}
    assert settling.unreached == {tmp_path / "in" / "linked": "it is a link, which is not followed"}


def test_a_file_that_a_program_writes_is_not_finished_however_long_it_pauses(tmp_path: Path) -> None:
    file = tmp_path / "order.jpg"
    file.write_bytes(b"half")
    assert not is_being_written(file)
    writing = subprocess.Popen(
        [sys.executable, "-c", f"f = open({str(file)!r}, 'ab'); print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writing.stdout is not None
    writing.stdout.readline()
    assert is_being_written(file)
    writing.communicate(b"\n")
    assert not is_being_written(file)
    with file.open("rb"):
        assert not is_being_written(file), "who reads it does not change it"


def test_who_opens_a_file_that_is_looked_at_does_not_end_us(tmp_path: Path) -> None:
    """A lease that is broken sends a signal; the one it sends by itself would end the process."""
    file = tmp_path / "order.jpg"
    file.write_bytes(b"")
    code = f"""
import threading
from pathlib import Path
from flows.parts.watching.watched_folder import is_being_written
file = Path({str(file)!r})
def write():
    for _ in range(3000):
        open(file, "ab").close()
writer = threading.Thread(target=write)
writer.start()
while writer.is_alive():
    is_being_written(file)
print("alive")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), (signal.Signals(-done.returncode), done.stderr)


def test_a_link_a_pipe_and_a_missing_file_are_not_waited_for(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "link.jpg").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.jpg")
    settling = Settling(folder=tmp_path, clock=clock)
    assert {each.kind for each in settling.files()} == {"no file"}
    clock.seconds = 6
    assert settled(settling) == {"link.jpg", "pipe.jpg"}
    assert not is_being_written(tmp_path / "gone.jpg")


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Settling(folder=tmp_path / "gone").files()


def put(folder: Path, name: str, content: bytes) -> tuple[Path, Look]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path, Look.of(path)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.promise("the same file again")
def test_equal_names_are_told_apart_and_equal_files_are_kept_once(tmp_path: Path) -> None:
    for content in (b"one", b"two", b"two", b"three", b"one"):
        move_to_done(tmp_path, *put(tmp_path, "sub/order.jpg", content))
    kept = contents(tmp_path)
    assert kept["done/sub/order.jpg"] == b"one"
    assert set(kept.values()) == {b"one", b"two", b"three"}
    assert not any(name.startswith("sub/") for name in kept)


def test_beside_what_is_set_aside_lies_the_reason_and_no_file_of_another(tmp_path: Path) -> None:
    move_aside(tmp_path, *put(tmp_path, "order.jpg.txt", b"a letter"), "It is a letter.")
    move_aside(tmp_path, *put(tmp_path, "order.jpg", b"broken"), "It is broken.")
    assert contents(tmp_path) == {
        "aside/order.jpg.txt": b"a letter",
        "aside/order.jpg.txt.txt": b"It is a letter.\n",
        "aside/order (2).jpg": b"broken",
        "aside/order (2).jpg.txt": b"It is broken.\n",
    }


@pytest.mark.promise("A file that changes")
def test_a_file_that_was_changed_or_replaced_meanwhile_stays(tmp_path: Path) -> None:
    path, look = put(tmp_path, "order.jpg", b"one")
    path.write_bytes(b"another")
    with pytest.raises(FileChanged):
        move_to_done(tmp_path, path, look)
    with pytest.raises(FileChanged):
        move_aside(tmp_path, path, look, "why")
    assert path.read_bytes() == b"another"
    path.unlink()
    with pytest.raises(FileChanged):
        move_to_done(tmp_path, path, look)


def test_what_comes_in_its_place_at_the_last_moment_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, look = put(tmp_path, "order.jpg", b"one")
    rename = Path.rename

    def late(source: Path, target: Path) -> Path:
        if source == path:
            path.unlink()
            path.write_bytes(b"never read")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", late)
    with pytest.raises(FileChanged):
        move_to_done(tmp_path, path, look)
    assert contents(tmp_path) == {"order.jpg": b"never read"}


def test_on_another_disk_a_file_is_copied_whole_before_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, look = put(tmp_path, "order.jpg", b"one")

    def apart(source: Path, target: Path) -> Path:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "rename", apart)
    assert move_to_done(tmp_path, path, look).read_bytes() == b"one"
    assert contents(tmp_path) == {"done/order.jpg": b"one"}


@pytest.mark.promise("- Where the disk")
def test_a_full_disk_leaves_the_file_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, look = put(tmp_path, "order.jpg", b"one")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        move_aside(tmp_path, path, look, "why")
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(errno.EXDEV, "apart")))
    monkeypatch.setattr("shutil.copy2", full)
    with pytest.raises(OSError, match="No space left"):
        move_to_done(tmp_path, path, look)
    assert path.read_bytes() == b"one"


def test_a_long_name_has_room_for_its_reason(tmp_path: Path) -> None:
    for name in ("a" * 251 + ".jpg", "é" * 125 + ".jpg"):
        moved = move_aside(tmp_path, *put(tmp_path, name, name.encode()), "why")
        assert moved.with_name(f"{moved.name}.txt").read_text() == "why\n"


def test_links_and_pipes_are_moved_themselves(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    link, pipe = tmp_path / "in" / "link.jpg", tmp_path / "in" / "pipe.jpg"
    link.symlink_to(tmp_path / "secret")
    os.mkfifo(pipe)
    for path in (link, pipe):
        move_aside(tmp_path / "in", path, Look.of(path), "no file")
    assert (tmp_path / "in" / "aside" / "link.jpg").is_symlink()
    assert (tmp_path / "secret").read_bytes() == b"secret"
    assert not pipe.exists()


def test_done_must_be_a_folder_that_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "done").symlink_to(".")
    with pytest.raises(SettingsError, match="is no folder"):
        require_folders(tmp_path)
    (tmp_path / "done").unlink()
    (tmp_path / "done").write_bytes(b"")
    with pytest.raises(SettingsError, match="is no folder"):
        require_folders(tmp_path)
    (tmp_path / "done").unlink()
    require_folders(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {"done", "aside"}
    assert contents(tmp_path) == {}


NAMES = st.sampled_from(["a.jpg", "a.jpg.txt", "a (2).jpg", "a (2).jpg.txt", "b/a.jpg", "b/c"])


@examples(60)
@given(moves=st.lists(st.tuples(st.booleans(), NAMES, st.sampled_from([b"1", b"2", b"3"])), max_size=12))
def test_whatever_is_moved_no_content_is_lost_and_each_file_aside_has_its_reason(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[bool, str, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    came: dict[bool, set[bytes]] = {True: set(), False: set()}
    reasons: dict[Path, str] = {}
    for number, (taken, name, content) in enumerate(moves):
        path, look = put(folder, name, content)
        came[taken].add(content)
        if taken:
            move_to_done(folder, path, look)
        else:
            moved = move_aside(folder, path, look, f"reason {number}")
            reasons[moved] = f"reason {number}"
        assert not path.exists()
    assert {each.read_bytes() for each in (folder / "done").rglob("*") if each.is_file()} == came[True]
    assert {each.read_bytes() for each in reasons} == came[False]
    for moved, reason in reasons.items():
        assert moved.with_name(f"{moved.name}.txt").read_text() == f"{reason}\n"
