"""Moving files of a watched folder to `done/` or `aside/`, so that no file is lost or written over."""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
from pathlib import Path

from flows.watching.settled_files import ASIDE_FOLDER, DONE_FOLDER, Look
from transcribe.errors import SettingsError

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
