"""Which files of a watched folder are finished."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.watching.settled_files import Settling, WatchedFile, is_being_written, is_settled


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
from flows.watching.settled_files import is_being_written
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
