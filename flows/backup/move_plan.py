"""What a move of a home is to do, in a file in the home: a move that was ended goes on by it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from flows.backup.files import LOCK_FILE, sync_folder
from flows.home import MOVING_FOLDER, Settings
from flows.runtime import take_lock
from transcribe.errors import SettingsError

PLAN_FILE = "plan.json"
"""The name of the file of a plan."""

STAGED_FILE = "state.db"
"""The file, in the folder of a move, that a state is copied into."""


class MovePlan(BaseModel):
    """From where to where: a state ("" is the file of the home), and an archive as FAIRHAND_ARCHIVE names it.

    It is `verified` when all is in the new place and was compared: what is left is to use it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_state: str
    to_state: str
    from_archive: str
    to_archive: str
    home_name: str = ""
    verified: bool = False

    @property
    def moves_state(self) -> bool:
        """Whether the state goes to another database."""
        return self.from_state != self.to_state

    @property
    def moves_archive(self) -> bool:
        """Whether pictures go to another place."""
        return self.from_archive != self.to_archive


def folder_of(settings: Settings) -> Path:
    """The folder of a move, in the home."""
    return settings.home / MOVING_FOLDER


def kept_plan(settings: Settings) -> MovePlan | None:
    """The plan of a move that did not end; None where there is none."""
    file = folder_of(settings) / PLAN_FILE
    if not file.exists():
        return None
    try:
        return MovePlan.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise SettingsError(
            f"{file} is no plan as fairhand writes them. Remove {file.parent} and begin anew."
        ) from error


def keep_plan(settings: Settings, plan: MovePlan) -> None:
    """Have a plan on disk, for its owner only: there may be a password in it."""
    folder = folder_of(settings)
    part = folder / f"{PLAN_FILE}.part"
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(plan.model_dump_json())
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(folder / PLAN_FILE)
    sync_folder(folder)
    sync_folder(settings.home)


def remove_plan(settings: Settings) -> None:
    """Say that a move has ended: the home opens again."""
    folder = folder_of(settings)
    (folder / PLAN_FILE).unlink(missing_ok=True)
    shutil.rmtree(folder)
    sync_folder(settings.home)


@contextmanager
def moving_alone(settings: Settings) -> Iterator[None]:
    """Nobody else moves this home meanwhile. SettingsError where somebody does.

    The folder of the move is gone afterwards where there is no plan in it: nothing was begun.
    """
    folder = folder_of(settings)
    folder.mkdir(mode=0o700, exist_ok=True)
    held = take_lock(folder / LOCK_FILE)
    if held is None:
        raise SettingsError(f"{settings.home} is being moved already. Wait until that ends.")
    with held:
        try:
            yield
        finally:
            if folder.exists() and not (folder / PLAN_FILE).exists():
                shutil.rmtree(folder)
