"""A watched folder over a real store, its reading played: killed at any step, every file is there once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.parts.watching import watched_folder
from flows.parts.watching.watch_commands import _report
from flows.parts.watching.watched_folder import WatchedFolder
from flows.steps import place_of
from tests.examples import examples
from transcribe.errors import FairhandError, ScanError
from transcribe.intake import scan_id
from transcribe.intake.file_pages import unreadable
from transcribe.model import ReadResult, Scan, ScanPage, SourceFile


class Killed(BaseException):
    """Stands for the end of the process."""


@dataclass
class Reader:
    """Takes files in as the flow does: the scan first, then its readings. It is killed before its step `dies_at`.

    A file with "broken" in it is set aside.
    """

    home: Home
    dies_at: int | None = None
    error: Exception | None = None
    steps: int = 0
    batches: list[int] = field(default_factory=list)

    def __call__(self, paths: list[Path], batch: str) -> None:
        self.batches.append(len(paths))
        if self.error:
            raise self.error
        for path in paths:
            content = path.read_bytes()
            file = SourceFile(sha256=hashlib.sha256(content).hexdigest(), name=path.name, size=1, media_type="")
            self.step()
            if b"broken" in content:
                message = unreadable(path, file, ScanError("broken.")).message
                self.home.store.set_aside(file, "ScanError", message, batch, now(), place_of(path))
                continue
            pages = (ScanPage(file=file.sha256, page=1),)
            scan = Scan(id=scan_id([(file.sha256, 1)]), pages=pages, form="receipt", form_version=1, name=path.name)
            self.home.store.put_scan(scan, [file], now())
            self.step()
            self.home.store.put_reads(scan.id, ReadResult(places=(), readings=(), fit=None, quality={}), now())

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.dies_at:
            raise Killed


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("homes") / "home"
    settings = configuration.load_settings(folder).model_copy(update={"watch_seconds": 0.000_001})
    opened = open_home(settings)
    opened.use_form("receipt")
    yield opened
    opened.close()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def watched(home: Home, inbox: Path, reader: Reader) -> WatchedFolder:
    return WatchedFolder(home, inbox, "receipt", "", reader)


def look_until_quiet(folder: WatchedFolder) -> None:
    for _ in range(30):
        folder.look()
    folder.close()


def names(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file() and each.name[0] != "."}


ADVICE = "Replace the file and put it into the watched folder again."
CONTENTS = st.lists(st.sampled_from([b"1", b"2", b"3", b"broken 1", b"broken 2"]), max_size=6)
STEPS = st.lists(st.tuples(CONTENTS, st.integers(1, 12), st.booleans()), max_size=4)


@pytest.mark.promise("the same file again")
@examples(40, HealthCheck.function_scoped_fixture)
@given(rounds=STEPS)
def test_killed_at_any_step_every_file_is_taken_in_once_and_moved_once(
    homes: Home, tmp_path_factory: pytest.TempPathFactory, rounds: list[tuple[list[bytes], int, bool]]
) -> None:
    inbox, salt = tmp_path_factory.mktemp("law"), tmp_path_factory.mktemp("salt").name.encode()
    before = {state.scan.id for state in homes.store.scan_states()}
    put: list[bytes] = []
    for contents, dies_at, while_moving in rounds:
        for content in contents:
            (inbox / f"{len(put)}.png").write_bytes(salt + content)
            put.append(salt + content)
        reader = Reader(homes, dies_at=None if while_moving else dies_at)
        folder = watched(homes, inbox, reader)
        moves = iter(range(dies_at))

        def move(path: Path, target: Path, moves: Iterator[int] = moves, kills: bool = while_moving) -> Path:
            if kills and next(moves, None) is None:
                raise Killed
            return Path(path).replace(target)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "rename", move)
            try:
                for _ in range(4):
                    folder.look()
            except Killed:
                pass
            finally:
                folder.close()
    look_until_quiet(watched(homes, inbox, Reader(homes)))
    good = {content for content in put if b"broken" not in content}
    new = {state.scan.id for state in homes.store.scan_states()} - before
    assert new == {scan_id([(hashlib.sha256(content).hexdigest(), 1)]) for content in good}
    assert not [name for name in names(inbox) if not name.startswith(("done/", "aside/"))]
    assert sorted(each.read_bytes() for each in (inbox / "done").iterdir()) == sorted(
        content for content in put if b"broken" not in content
    )
    pictures = [each for each in (inbox / "aside").iterdir() if each.suffix == ".png"]
    assert sorted(each.read_bytes() for each in pictures) == sorted(content for content in put if b"broken" in content)
    assert all(each.with_name(f"{each.name}.txt").read_text().endswith(f": broken. {ADVICE}\n") for each in pictures)


def test_what_cannot_be_read_is_left_for_a_while_as_it_may_not_be_all_there(
    homes: Home, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_folder, "PATIENCE_FACTOR", 1e9)
    folder, reader = None, Reader(homes)
    (inbox / "slow.png").write_bytes(b"broken: half of it")
    folder = watched(homes, inbox, reader)
    for _ in range(5):
        folder.look()
    assert reader.batches == [1], "it is not read again before its time"
    assert names(inbox) == {"slow.png"}
    (inbox / "slow.png").write_bytes(b"all of it")
    for _ in range(3):
        folder.look()
    folder.close()
    assert names(inbox) == {"done/slow.png"}


def test_of_two_files_with_the_same_bytes_each_is_told_of_by_its_own_name(homes: Home, inbox: Path) -> None:
    for name in ("one.png", "two.png"):
        (inbox / name).write_bytes(b"broken alike")
    look_until_quiet(watched(homes, inbox, Reader(homes)))
    told = {name: (inbox / "aside" / f"{name}.txt").read_text("utf-8") for name in ("one.png", "two.png")}
    assert told == {name: f"{name}: broken. {ADVICE}\n" for name in told}


@pytest.mark.promise("a watched folder tries", "where Prefect, an engine")
def test_what_keeps_it_from_reading_is_said_and_nothing_is_moved(
    homes: Home, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "order.png").write_bytes(b"order of the engine")
    reader = Reader(homes, error=FairhandError("The engine is missing."))
    monkeypatch.setattr(watched_folder, "RETRY_FACTOR", 30 / homes.settings.watch_seconds)
    folder = watched(homes, inbox, reader)
    folder.look()
    assert folder.look().troubles == ["The engine is missing."]
    assert folder.look().troubles == [], "it waits"
    assert names(inbox) == {"order.png"}
    reader.error = None
    monkeypatch.setattr(watched_folder, "RETRY_FACTOR", 0.0)
    folder.close()
    look_until_quiet(watched(homes, inbox, reader))
    assert names(inbox) == {"done/order.png"}


def test_where_files_settle_sooner_what_failed_is_tried_again_sooner(homes: Home, inbox: Path) -> None:
    (inbox / "order.png").write_bytes(b"order of the quick")
    folder = watched(homes, inbox, Reader(homes, error=FairhandError("The engine is missing.")))
    folder.look()
    for _ in range(2):
        time.sleep(watched_folder.RETRY_FACTOR * homes.settings.watch_seconds)
        assert folder.look().troubles == ["The engine is missing."]
    folder.close()


def test_files_for_a_cancelled_batch_stay_in_the_folder_and_nothing_is_tried(
    homes: Home, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "order.png").write_bytes(b"order of nobody")
    monkeypatch.setattr(watched_folder, "cancelled_at", lambda *_: now())
    reader = Reader(homes, error=AssertionError("it is tried"))
    folder = watched(homes, inbox, reader)
    folder.look()
    (trouble,) = folder.look().troubles
    assert "is cancelled" in trouble
    assert names(inbox) == {"order.png"}
    folder.close()


def test_an_unforeseen_failure_is_tried_again_and_ends_the_process_after_some(
    homes: Home, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_folder, "RETRY_FACTOR", 0.0)
    (inbox / "order.png").write_bytes(b"order of nobody")
    folder = watched(homes, inbox, Reader(homes, error=ConnectionError("refused")))
    folder.look()
    for _ in range(watched_folder.MAX_FAILURES - 1):
        assert folder.look().troubles == ["Taking files in failed (ConnectionError: refused); it is tried again."]
    with pytest.raises(ConnectionError):
        folder.look()
    folder.close()


def test_words_go_with_their_picture_and_wait_for_one(homes: Home, inbox: Path) -> None:
    (inbox / "order.png").write_bytes(b"order with words")
    (inbox / "order.hocr").write_text("<html/>")
    (inbox / "alone.hocr").write_text("<html/>")
    look_until_quiet(watched(homes, inbox, Reader(homes)))
    assert {"done/order.png", "done/order.hocr"} <= names(inbox)
    assert names(inbox) <= {
        "done/order.png",
        "done/order.hocr",
        "alone.hocr",
        "aside/alone.hocr",
        "aside/alone.hocr.txt",
    }


def test_a_forgotten_file_is_set_aside_and_told_how_it_comes_back(homes: Home, inbox: Path) -> None:
    (inbox / "order.png").write_bytes(b"order to forget")
    look_until_quiet(watched(homes, inbox, Reader(homes)))
    homes.store.forget(scan_id([(hashlib.sha256(b"order to forget").hexdigest(), 1)]), now())
    (inbox / "again.png").write_bytes(b"order to forget")
    look_until_quiet(watched(homes, inbox, Reader(homes)))
    assert "It was forgotten before" in (inbox / "aside" / "again.png.txt").read_text()


def test_while_files_come_in_one_run_takes_several(homes: Home, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_folder, "is_settled", lambda each, _: "new" not in each.path.name)
    for number in range(3):
        (inbox / f"{number}.png").write_bytes(f"busy {number}".encode())
    reader = Reader(homes)
    folder = watched(homes, inbox, reader)
    for number in range(3):
        (inbox / "new.png").write_bytes(f"grows {number}".encode())
        folder.look()
    assert reader.batches == []
    (inbox / "new.png").unlink()
    folder.look()
    assert reader.batches == [3]
    folder.close()


def test_a_file_that_came_before_is_taken_and_said_to_be_known(
    homes: Home, inbox: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = watched(homes, inbox, Reader(homes))
    rounds = []
    for name in ("first.jpg", "again.jpg"):
        (inbox / name).write_bytes(b"one that comes twice")
        rounds += [done for _ in range(5) if (done := folder.look()).taken]
    folder.close()
    assert [(done.taken, done.known) for done in rounds] == [(1, 0), (1, 1)]
    for done in rounds:
        _report(done)
    first, again = capsys.readouterr().out.splitlines()
    assert first == "1 file taken in."
    assert again == "1 file taken in. 1 of them came before, and nothing of them is read again."
