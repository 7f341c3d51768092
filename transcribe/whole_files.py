"""Files that are written whole or not at all: beside the file first, which then takes its name."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, TextIO, cast

LEFTOVER = re.compile(r"\.[0-9a-f]{16}\.part")
"""How a file or folder is called while it is written."""

LEFTOVER_SECONDS = 86_400
"""A day: longer than anything is written. Chosen by hand."""


@contextmanager
def whole_text_file(path: Path) -> Iterator[TextIO]:
    """A file of UTF-8 to write, without changed line ends; it takes its name when all is written.

    Where anything fails, what lay there stays as it was, and no other file is left.
    """
    with _whole_file(path, lambda part: part.open("w", encoding="utf-8", newline="")) as file:
        yield cast(TextIO, file)


@contextmanager
def whole_binary_file(path: Path) -> Iterator[BinaryIO]:
    """A file of bytes to write, as `whole_text_file`."""
    with _whole_file(path, lambda part: part.open("wb")) as file:
        yield cast(BinaryIO, file)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write these bytes or this text as a file, all of it or nothing."""
    with whole_binary_file(path) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder for new files, which move into `folder` at the end. That is made where it is missing.

    Where anything fails, what lay there stays as it was, and no folder that was made for it is left.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / _part_name()
    try:
        part.mkdir()
        yield part
        for each in sorted(part.iterdir()):
            each.replace(folder / each.name)
        part.rmdir()
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        for each in made:
            if any(each.iterdir()):
                break
            each.rmdir()
        raise


@contextmanager
def _whole_file(path: Path, opened: Callable[[Path], IO[bytes] | IO[str]]) -> Iterator[IO[bytes] | IO[str]]:
    target = path.resolve()  # a link stays one
    if path.exists() and not path.is_file():  # a pipe or a device, such as /dev/stdout, which may resolve to no name
        with opened(path) as file:
            yield file
        return
    part = target.with_name(_part_name())
    try:
        with opened(part) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def remove_leftovers(folder: Path, now: datetime) -> None:
    """Remove what writers that were killed left in a folder a day ago or earlier.

    It is all that they had written so far. What cannot be removed stays.
    """
    for part in folder.glob(".*.part"):
        with suppress(OSError):
            if LEFTOVER.fullmatch(part.name) and now.timestamp() - part.stat().st_mtime > LEFTOVER_SECONDS:
                shutil.rmtree(part) if part.is_dir() else part.unlink()


def _part_name() -> str:
    """A hidden name; short, as the longest names leave no room for more."""
    return f".{secrets.token_hex(8)}.part"
