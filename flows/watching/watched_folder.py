"""A folder that is watched: what is finished there is taken in, then moved to `done/` or `aside/`."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path

from flows.home import Home, now
from flows.runtime import take_lock
from flows.steps import AUTO_FORM, cancelled_at
from flows.watching.moved_files import FileChanged, move_aside, move_to_done, require_folders
from flows.watching.settled_files import Look, Settling, WatchedFile, is_settled
from flows.watching.verdicts import Verdict, verdicts
from transcribe.errors import FairhandError, SettingsError
from transcribe.intake import HOCR_SUFFIX, real_path, shown_path

LOCK_NAME = ".fairhand-watch.lock"
"""The file in a watched folder that its watcher holds locked."""

CHUNK_FILES_COUNT = 25
"""Files taken in together: so many are moved at the latest when all are read. Chosen by hand."""

PATIENCE_FACTOR = 12
"""A file that cannot be read is left so many times longer, a minute by default: a slow copy may not be all there."""

KEY_PLACES = ("state.key", "*/state.key", "*/*/state.key")
"""Where the key of a home or of a backup lies in a folder that must not be watched."""

RETRY_FACTOR = 6
"""What failed for another reason than the file is tried again so many times later, half a minute by default. Chosen by
hand."""

MORE_SECONDS = 20.0
"""While more files come in, those that are finished wait so long for them: each time has its run in Prefect. Chosen by
hand."""

MAX_GATHER_SECONDS = 600.0
"""Pages of a form of several pages wait so long for others in their folder that grow still. Chosen by hand."""

MAX_FAILURES = 5
"""Unforeseen failures in a row after which the process ends: started anew it may find its Prefect again."""

TakeIn = Callable[[list[Path], str], object]
"""Takes these files in as this batch."""


@dataclass(slots=True, kw_only=True)
class Round:
    """What one look at a folder brought.

    `known` of those taken were so before. `aside` has the files set aside with the reason, `troubles` sentences about
    what keeps fairhand from its work.
    """

    taken: int = 0
    known: int = 0
    aside: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


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
        before = {path for path, verdict in verdicts(self._home, paths, begun).items() if verdict.taken}
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
        for path, verdict in verdicts(self._home, paths, begun).items():
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
