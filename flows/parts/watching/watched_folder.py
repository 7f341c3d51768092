"""A folder that is watched: what is finished there is taken in, then moved to `done/` or `aside/`."""

from __future__ import annotations

import errno
import fcntl
import filecmp
import os
import shutil
import signal
import stat
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import Literal

from flows.home import Home, now
from flows.incoming import Round, Verdict, verdicts
from flows.runtime import take_lock
from flows.steps import AUTO_FORM, cancelled_at
from transcribe.errors import FairhandError, SettingsError
from transcribe.intake import HOCR_SUFFIX, PICTURE_SUFFIXES, real_path, shown_path

LOCK_NAME = ".fairhand-watch.lock"
"""The file in a watched folder that its watcher holds locked."""


CHUNK_FILES_COUNT = 25
"""The most files taken in together: they are moved when all are read. Chosen by hand."""


PATIENCE_FACTOR = 12
"""An unreadable file is left this many settling times more, a minute by default: a slow copy may not be all there."""


KEY_PLACES = ("state.key", "*/state.key", "*/*/state.key")
"""Where the key of a home or of a backup lies in a folder that must not be watched."""


RETRY_FACTOR = 6
"""A failure for another reason is tried again after this many settling times, half a minute by default.

Chosen by hand.
"""


MORE_SECONDS = 20.0
"""Seconds that finished files wait for more to come: each time has its run in Prefect. Chosen by hand."""


MAX_GATHER_SECONDS = 600.0
"""The most seconds that pages of a form of several pages wait for others in their folder. Chosen by hand."""


MAX_FAILURES = 5
"""Unforeseen failures in a row after which the process ends: started anew it may find its Prefect again."""


PUT_AGAIN = "put it into the watched folder again"
"""Advice on how to give in again a file that was set aside."""


TakeIn = Callable[[list[Path], str], object]
"""Takes these files in as this batch."""


class WatchedFolder:
    """One watched folder. `take_in` has files read and kept; it may be killed at any moment and is then called again.

    SettingsError where the folder cannot be watched. It is ours alone until the process ends.
    """

    def __init__(self, home: Home, folder: Path, form: str, batch: str, take_in: TakeIn) -> None:
        self._home, self._folder, self._batch, self._take_in = home, real_path(folder), batch, take_in
        _require_apart(home, folder)
        self._lock = _locked(folder)
        require_folders(self._folder)
        self._gathers = _has_pages_apart(home, form)
        self._settling = Settling(folder=self._folder)
        self._seconds = home.settings.watch_seconds
        self._not_before: dict[Path, tuple[Look, float]] = {}
        self._moves: dict[Path, tuple[Look, Verdict]] = {}
        self._pause_until = 0.0
        self._failures = 0

    def close(self) -> None:
        """Let others watch the folder."""
        self._lock.close()

    def look(self) -> Round:
        """Look once; take in what is finished, at most some files, and move it."""
        done = Round()
        if time.monotonic() < self._pause_until:
            return done
        try:
            files = self._settling.files()
        except OSError as error:
            return self._paused(done, f"{shown_path(self._folder)} cannot be looked into ({error.strerror}).")
        done.troubles += [f"{shown_path(path)}: {why}." for path, why in sorted(self._settling.unreached.items())]
        for path, (look, verdict) in tuple(self._moves.items()):
            self._move(path, look, verdict, done)
        ready = [each for each in files if self._is_ready(each)]
        pictures = {each.path.with_suffix("") for each in files if each.kind == "picture"}
        for each in ready:
            is_alone = each.path.with_suffix("") not in pictures and each.seconds > PATIENCE_FACTOR * self._seconds
            if each.kind in ("other", "no file") or (each.kind == "words" and is_alone):
                self._move(each.path, each.look, Verdict(reason=_no_picture_reason(each)), done)
        self._take(self._chosen(files, [each for each in ready if each.kind == "picture"]), files, done)
        return done

    def _is_ready(self, file: WatchedFile) -> bool:
        look, until = self._not_before.get(file.path, (None, 0.0))
        waits = (look == file.look and time.monotonic() < until) or file.path in self._moves
        return not waits and is_settled(file, self._seconds)

    def _chosen(self, files: Sequence[WatchedFile], ready: Sequence[WatchedFile]) -> list[WatchedFile]:
        """The pictures to take in now: without those whose words, or whose other pages, are being written still."""
        words = {each.path for each in files if each.kind == "words" and not is_settled(each, self._seconds)}
        ready = [each for each in ready if each.path.with_suffix(HOCR_SUFFIX) not in words]
        growing = {each.path.parent for each in files if each.kind == "picture" and each.seconds < self._seconds}
        if not self._gathers:
            waited = max((each.seconds for each in ready), default=0.0)
            is_busy = bool(growing) and len(ready) < CHUNK_FILES_COUNT and waited < self._seconds + MORE_SECONDS
            return [] if is_busy else list(ready[:CHUNK_FILES_COUNT])
        folders: dict[Path, list[WatchedFile]] = defaultdict(list)
        for each in ready:
            folders[each.path.parent].append(each)
        for folder, found in folders.items():
            if folder not in growing or max(each.seconds for each in found) > MAX_GATHER_SECONDS:
                return found
        return []

    def _take(self, chosen: Sequence[WatchedFile], files: Sequence[WatchedFile], done: Round) -> None:
        if not chosen:
            return
        begun, paths = now(), [each.path for each in chosen]
        batch = self._batch or f"watch {begun:%Y-%m-%d}"
        if cancelled_at(self._home, batch) is not None:
            self._paused(done, f"The batch {batch!r} is cancelled. Files for it wait in the folder until it goes on.")
            return
        before = {path for path, verdict in verdicts(self._home, paths, begun, PUT_AGAIN).items() if verdict.taken}
        try:
            self._take_in(paths, batch)
            self._failures = 0
        except FairhandError as error:
            self._paused(done, str(error))
        except Exception as error:  # such as a Prefect that has gone: what was kept until then counts
            self._failures += 1
            if self._failures == MAX_FAILURES:
                raise
            self._paused(done, f"Taking files in failed ({type(error).__name__}: {error}); it is tried again.")
        looks = {each.path: each for each in files}
        left = 0
        for path, verdict in verdicts(self._home, paths, begun, PUT_AGAIN).items():
            file = looks[path]
            if verdict.may_pass and file.seconds < PATIENCE_FACTOR * self._seconds:
                self._wait(file, PATIENCE_FACTOR * self._seconds - file.seconds)
            elif verdict.taken or verdict.reason:
                done.known += verdict.taken and path in before
                self._move(path, file.look, verdict, done)
                words = looks.get(path.with_suffix(HOCR_SUFFIX))
                if words and verdict.taken:
                    self._move(words.path, words.look, verdict, Round())
            else:
                self._wait(file, RETRY_FACTOR * self._seconds)
                left += 1
        if left and not done.troubles:
            done.troubles.append(f"{left} files could not be taken in, and are tried again; see fairhand status.")

    def _wait(self, file: WatchedFile, seconds: float) -> None:
        self._not_before[file.path] = (file.look, time.monotonic() + seconds)

    def _move(self, path: Path, look: Look, verdict: Verdict, done: Round) -> None:
        """Move a file as the verdict says. Where there is no room it is moved later, and not read again."""
        self._moves.pop(path, None)
        try:
            if verdict.taken:
                move_to_done(self._folder, path, look)
                done.taken += 1
            else:
                move_aside(self._folder, path, look, verdict.reason)
                done.aside.append((_name(path), verdict.reason))
            self._not_before.pop(path, None)
        except FileChanged:
            return
        except OSError as error:
            self._moves[path] = (look, verdict)
            self._paused(done, f"Files that were looked at cannot be moved ({error.strerror}); it is tried again.")

    def _paused(self, done: Round, trouble: str) -> Round:
        self._pause_until = time.monotonic() + RETRY_FACTOR * self._seconds
        done.troubles.append(trouble)
        return done


def _require_apart(home: Home, folder: Path) -> None:
    """SettingsError where there is no such folder, or it holds a home or a backup, or lies in the home."""
    if not folder.is_dir():
        raise SettingsError(f"{shown_path(folder)} is no folder; make it, or name another one.")
    own, watched = real_path(home.settings.home), real_path(folder)
    if own == watched or own in watched.parents or watched in own.parents:
        raise SettingsError(
            f"{shown_path(folder)} lies in the home {own} or around it. Watch a folder beside it: what fairhand keeps "
            "must not be moved as if it had come in."
        )
    keys = (found for places in KEY_PLACES for found in folder.glob(places))
    if kept := next((key for key in keys if watched in key.resolve().parents), None):  # links are not followed
        raise SettingsError(
            f"{shown_path(folder)} holds a home or a backup ({shown_path(kept.parent)}), which would be moved as if it "
            "had come in. Watch a folder beside it."
        )


def _locked(folder: Path) -> TextIOWrapper:
    try:
        held = take_lock(folder / LOCK_NAME)
    except OSError as error:
        raise SettingsError(
            f"{shown_path(folder)} cannot be written ({error.strerror}). Files are moved when they are taken in: let "
            "the user that runs fairhand write there."
        ) from error
    if held is None:
        raise SettingsError(f"{shown_path(folder)} is watched by another fairhand already.")
    return held


def _has_pages_apart(home: Home, form: str) -> bool:
    """Whether a scan of this form may have its pages in several files."""
    names = home.forms.names() if form == AUTO_FORM else (form,)
    forms = [home.forms.find(name) for name in names]
    return any(len(each.blanks) > 1 and each.options.get("pages") != "file" for each in forms)


def _no_picture_reason(file: WatchedFile) -> str:
    if file.kind == "no file":
        return f"{_name(file.path)}: it is a link or a device, and no file. Put the file itself there."
    if file.kind == "words":
        return f"{_name(file.path)}: it has the words of a picture that is not here. Put both there together."
    return f"{_name(file.path)}: it is no picture and no PDF by its name. Save it as one, and put it there again."


def _name(path: Path) -> str:
    return shown_path(Path(path.name))


# Which files of a watched folder are finished: nobody writes them any more, and they do not change.

DONE_FOLDER = "done"
"""The folder in a watched one to which files go that were taken in."""


ASIDE_FOLDER = "aside"
"""The folder in a watched one to which files go that were not taken in, each with the reason beside."""


TEMPORARY_SUFFIXES = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~")
"""Endings of names that programs give to files which they have not finished."""


TEMPORARY_BEGINNINGS = (".", "~$", "#")
"""Beginnings of such names, and of files that are none of people's."""


SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini"})
"""Files that a desktop leaves in every folder."""


Kind = Literal["picture", "words", "other", "no file"]
"""The kind of a name in the folder: a picture or PDF, words beside one, another kind of file, or no regular file at
all."""


@dataclass(frozen=True, slots=True)
class Look:
    """The look of a file, which shows whether it changed: the file itself, its size, and when it was written."""

    device: int
    file: int
    size: int
    written_ns: int

    @classmethod
    def of(cls, path: Path) -> Look:
        """How this path looks now; a link is looked at itself. OSError where there is nothing."""
        found = path.lstat()
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFile:
    """A file in a watched folder, how it looks, and for how many seconds it has looked so."""

    path: Path
    kind: Kind
    look: Look
    seconds: float


@dataclass(slots=True, kw_only=True)
class Settling:
    """The looks of a folder's files, and since when each is so. `clock` gives seconds that only grow."""

    folder: Path
    clock: Callable[[], float] = time.monotonic
    unreached: dict[Path, str] = field(default_factory=dict)
    _seen: dict[Path, tuple[Look, float]] = field(default_factory=dict)

    def files(self) -> list[WatchedFile]:
        """Every file that is there now, but for those with temporary names, in order of their paths.

        `unreached` has then the folders that could not be looked into, and why. OSError where the whole folder cannot.
        """
        self.unreached.clear()
        os.scandir(self.folder).close()
        found, now = [], self.clock()
        seen: dict[Path, tuple[Look, float]] = {}
        for path in sorted(self._paths()):
            try:
                look = Look.of(path)
            except OSError:
                continue  # it went while we looked
            before, since = self._seen.get(path, (look, now))
            seen[path] = (look, since if before == look else now)
            found.append(WatchedFile(path=path, kind=_kind(path), look=look, seconds=now - seen[path][1]))
        self._seen = seen
        return found

    def _paths(self) -> Iterator[Path]:
        own = {self.folder / DONE_FOLDER, self.folder / ASIDE_FOLDER}

        def failed(error: OSError) -> None:
            self.unreached[Path(error.filename)] = error.strerror or type(error).__name__

        for place, folders, names in os.walk(self.folder, onerror=failed):
            here = Path(place)
            linked = [name for name in folders if (here / name).is_symlink()]
            self.unreached.update({here / name: "it is a link, which is not followed" for name in linked})
            folders[:] = [
                name
                for name in folders
                if name not in linked and here / name not in own and not name.startswith(TEMPORARY_BEGINNINGS)
            ]
            yield from (here / name for name in names if not _is_temporary(name))


def is_settled(file: WatchedFile, seconds: float) -> bool:
    """Whether a file is finished: unchanged for so many seconds, and no program of this machine is writing it."""
    return file.seconds >= seconds and (file.kind == "no file" or not is_being_written(file.path))


def is_being_written(path: Path) -> bool:
    """Whether a program of this machine has the file open for writing, as far as the system tells us.

    It tells by a lease, which it gives only where nobody writes. Where it gives none at all, as for other people's
    files or on some network folders, the answer is False.
    """
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.fcntl(opened, fcntl.F_SETSIG, signal.SIGURG)  # who opens it meanwhile has us told; that does no harm
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(opened)
    return False


def _is_temporary(name: str) -> bool:
    low = name.lower()
    return low.startswith(TEMPORARY_BEGINNINGS) or low.endswith(TEMPORARY_SUFFIXES) or low in SYSTEM_NAMES


def _kind(path: Path) -> Kind:
    if not stat.S_ISREG(path.lstat().st_mode):
        return "no file"
    suffix = path.suffix.lower()
    return "picture" if suffix in PICTURE_SUFFIXES else "words" if suffix == HOCR_SUFFIX else "other"


# Moving files of a watched folder to `done/` or `aside/`, so that no file is lost or written over.

REASON_SUFFIX = ".txt"
"""The ending of the file beside one set aside that says why."""


MAX_STEM_BYTES = 200
"""Bytes of a name without its ending: systems take 255, and ours add a number and an ending."""


HALF_SUFFIX = ".part"
"""The ending of what is being copied or written still."""


class FileChanged(Exception):
    """The file is no more the one that was read: somebody wrote it or put another in its place meanwhile."""


def move_to_done(folder: Path, path: Path, look: Look) -> Path:
    """Move a file that was taken in; gives where it is. A file that is there already with the same content goes.

    `look` is how it looked when it was read; FileChanged where it looks otherwise. OSError where it cannot be moved.
    """
    return _moved(path, _place(folder, DONE_FOLDER, path), look)


def move_aside(folder: Path, path: Path, look: Look, reason: str) -> Path:
    """Move a file that was not taken in, with a text beside that says why; gives where it is. Else as `move_to_done`.

    The reason is there first: no file lies there without one.
    """
    target = _place(folder, ASIDE_FOLDER, path)
    target = target if _is_same(path, target) else _free(target, beside=REASON_SUFFIX)
    text = target.with_name(f"{target.name}{REASON_SUFFIX}")
    half = text.with_name(f".{text.name}{HALF_SUFFIX}")
    half.write_text(f"{reason}\n", encoding="utf-8", errors="backslashreplace")
    half.replace(text)
    return _moved(path, target, look)


def require_folders(folder: Path) -> None:
    """Make `done/` and `aside/`. SettingsError where that is not possible, or one of them is a link."""
    for name in (DONE_FOLDER, ASIDE_FOLDER):
        own = folder / name
        if own.is_symlink() or (own.exists() and not own.is_dir()):
            raise SettingsError(f"{own} is no folder. Move it away: fairhand puts files there that it has looked at.")
        try:
            own.mkdir(exist_ok=True)
            (own / f".write{HALF_SUFFIX}").write_bytes(b"")
            (own / f".write{HALF_SUFFIX}").unlink()
        except OSError as error:
            raise SettingsError(
                f"Files cannot be moved to {own} ({error.strerror}). Let the user that runs fairhand write there."
            ) from error


def _place(folder: Path, name: str, path: Path) -> Path:
    """Where a file belongs: below done/ or aside/ as it lay below the folder."""
    place = folder / name / path.relative_to(folder)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _moved(path: Path, target: Path, look: Look) -> Path:
    same = _is_same(path, target)
    if _look(path) != look:
        raise FileChanged
    if same:
        path.unlink()
        return target
    target = _free(target)
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return _copied(path, target, look)
    if _look(target) != look:  # somebody was quicker by a moment: what lies there now was never read
        target.rename(path if not os.path.lexists(path) else _free(path))
        raise FileChanged
    return target


def _copied(path: Path, target: Path, look: Look) -> Path:
    """Move a file to another disk: whole there before it goes here."""
    half = target.with_name(f".{target.name}{HALF_SUFFIX}")
    try:
        shutil.copy2(path, half, follow_symlinks=False)
        if not half.is_symlink():
            with half.open("rb") as copied:
                os.fsync(copied.fileno())
        if _look(path) != look:
            raise FileChanged
        half.replace(target)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    path.unlink()
    return target


def _look(path: Path) -> Look | None:
    try:
        return Look.of(path)
    except OSError:
        return None


def _is_same(path: Path, target: Path) -> bool:
    """Whether the target is another file with the same content; never the file itself."""
    if path.is_symlink() or target.is_symlink() or not (path.is_file() and target.is_file()):
        return False
    try:
        return not path.parent.samefile(target.parent) and filecmp.cmp(path, target, shallow=False)
    except OSError:
        return False


def _free(target: Path, beside: str = "") -> Path:
    """A name that nothing has yet, and that is free with `beside` after it too: "order.jpg", else "order (2).jpg"."""
    stem = target.stem
    while len(os.fsencode(stem)) > MAX_STEM_BYTES:
        stem = stem[:-1]
    number, free = 1, target.with_name(f"{stem}{target.suffix}")
    while os.path.lexists(free) or (beside and os.path.lexists(f"{free}{beside}")):
        number += 1
        free = target.with_name(f"{stem} ({number}){target.suffix}")
    return free
