"""The places that a home is moved from and to: which are known, which are there, and which would be a mistake."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path

from flows.backup.move_plan import MovePlan
from flows.home import Settings, archive_of
from transcribe.archive import is_bucket, known_place
from transcribe.errors import SettingsError
from transcribe.store import copying

TO_FILE = "file"
"""How the file of the home is named, as a place to move a state to."""

LOOKED_FOR_COUNT = 10
"""So many pictures are looked for in the old archive; the first that is there ends it. Chosen by hand."""


def known_state(to: str) -> str:
    """A place as FAIRHAND_STATE names it, "" for the file of the home. SettingsError where it is none."""
    if to == TO_FILE:
        return ""
    if not to.startswith(("postgresql://", "postgres://")) and "=" not in to:
        raise SettingsError(f"{to} is no place for a state: write postgresql://USER@HOST/NAME, or {TO_FILE}.")
    return to


def known_archive(settings: Settings, place: str) -> str:
    """A place as FAIRHAND_ARCHIVE names it, "" for the folder in the home.

    SettingsError where it is none, or a folder that is not there or takes no file: none is made but that in the home.
    """
    try:
        known_place(place)
    except ValueError as error:
        raise SettingsError(f"{place} is no place for pictures: {error}.") from error
    if is_bucket(place):
        return place.rstrip("/")
    folder = Path(place).expanduser().absolute()
    if folder == (settings.home / "archive").absolute():
        return ""
    _require_folder(folder)
    return str(folder)


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "is not there"
        raise SettingsError(
            f"The new archive {folder} {what}, and none is made: if its name is mistyped, or its disk is not mounted, "
            f"pictures would fill another disk. Mount it, or make the folder: mkdir -p {folder}. Nothing was moved."
        )
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SettingsError(
            f"Nothing can be written to the new archive {folder} ({error.strerror}). Name a folder that may be "
            "written. Nothing was moved."
        ) from error


def require_old_pictures(settings: Settings, plan: MovePlan) -> None:
    """SettingsError where pictures are to be moved, and the old archive has none: its disk may be away."""
    if not plan.moves_archive:
        return
    archive = archive_of(settings.model_copy(update={"archive": plan.from_archive}))
    with copying.reading_state(settings.state, plan.from_state) as tables:
        names = list(islice(tables.archive_names(), LOOKED_FOR_COUNT))
    if names and not any(archive.has(name) for name in names):
        place = plan.from_archive or str(settings.home / "archive")
        raise SettingsError(
            f"None of the pictures of this state lies in {place}, which they are to be moved from. If its disk is not "
            "mounted, mount it and run this again. If they are lost for good, set FAIRHAND_ARCHIVE to the new place "
            "by hand. Nothing was moved."
        )
