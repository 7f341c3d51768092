"""Room on the disk of a home, and folders in it for what is needed for a while."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from flows.home.settings import Settings
from transcribe.errors import DiskFull

TEMPORARY_FOLDER = "temporary"
"""The folder of a home with a locked folder for each deed that needs files for a while."""


def require_room(settings: Settings) -> None:
    """DiskFull where no more of the disk of a home is free than what is kept for readings."""
    folder = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    if shutil.disk_usage(folder).free < settings.reserve_bytes:
        raise DiskFull(
            f"No file is taken now: {settings.reserve_bytes // 1_000_000} MB of the disk are kept for what people "
            "read. Make room, or set FAIRHAND_RESERVE_BYTES lower."
        )


@contextmanager
def temporary_folder(settings: Settings) -> Iterator[Path]:
    """A new folder in the home, for its owner only, that is gone afterwards.

    Where we are killed it goes when the home is opened next. Without a home that may be written it is the system's.
    """
    if not os.access(settings.home, os.W_OK):
        with tempfile.TemporaryDirectory() as elsewhere:
            yield Path(elsewhere)
        return
    root = settings.home / TEMPORARY_FOLDER
    root.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as held:
        with _locked(root):  # nobody clears what is not locked yet
            folder = Path(held.enter_context(tempfile.TemporaryDirectory(dir=root)))
            held.enter_context(_locked(folder))
        yield folder


def clear_temporary(settings: Settings) -> None:
    """Remove the temporary folders of processes that were killed."""
    root = settings.home / TEMPORARY_FOLDER
    with suppress(FileNotFoundError, PermissionError), _locked(root):
        for folder in root.iterdir():
            with suppress(BlockingIOError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold a folder locked, until we end however that is. With LOCK_NB BlockingIOError where another process has it."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, how)
        yield
    finally:
        os.close(opened)
