"""Moves the state of a home to another database, and its pictures to another archive: verified, then used."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from flows.backup import AHEAD_COUNT, LOCK_FILE, batched_pictures, disk_errors_said, sync_folder
from flows.home import (
    MOVING_FOLDER,
    SETTINGS_FILE,
    Settings,
    archive_of,
    change_settings,
    has_state,
    set_elsewhere,
    state_place,
)
from flows.runtime import is_locked, lock_file, take_lock
from transcribe.archive import Archive
from transcribe.errors import SettingsError, StoreError
from transcribe.store import AuditState, StateFile, copying, open_store

TOGETHER_NAMES_COUNT = 1000
"""The number of picture names held at a time. Chosen by hand."""


GOES_ON = "Mend that and run the same move again: it goes on. The home is as it was."
"""The advice where a disk refuses something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The result of a move: from where to where in words, and whether each part was moved.

    So many `tables` with `rows` in all were compared. So many `pictures` are whole in the new archive, `copied` by this
    run; `lost` ones are not whole in the old one. The `variables` are set in the environment to something else still.
    """

    state: str
    archive: str
    old_state: str
    old_archive: str
    tables: int
    rows: int
    pictures: int
    copied: int
    lost: tuple[str, ...]
    audit: AuditState | None
    variables: tuple[str, ...]


@dataclass(slots=True)
class _Done:
    tables: int = 0
    rows: int = 0
    pictures: int = 0
    copied: int = 0
    audit: AuditState | None = None


def move_home(settings: Settings, to: str = "", archive: str = "") -> Moved:
    """Move the state of a home `to` a database of PostgreSQL or to TO_FILE, and its pictures to an `archive`.

    Nothing may work on the home meanwhile. Where they came from, both stay as they are; the state there takes no write
    any more. What was there is given no other number, so that no epoch begins. Killed at any moment, nothing opens the
    home until the same move is run again: it goes on. SettingsError or StoreError where something is in the way.
    """
    _require_home(settings)
    with moving_alone(settings):
        is_new = kept_plan(settings) is None
        plan = _plan(settings, to, archive)
        done, lost = _Done(), list[str]()
        with disk_errors_said(f"The move of {settings.home} did not end", GOES_ON):
            if not plan.verified:
                try:
                    plan = _copied(settings, plan, done, lost)
                except StoreError:
                    if (
                        is_new and not done.tables and not plan.moves_archive
                    ):  # refused at the door: a name was mistyped
                        remove_plan(settings)
                    raise
            old_state = _used(settings, plan)
            remove_plan(settings)
    moved = _with(settings, plan.to_state, plan.to_archive)
    return Moved(
        state=state_place(moved) if plan.moves_state else "",
        archive=_archive_place(moved) if plan.moves_archive else "",
        old_state=old_state if plan.moves_state else "",
        old_archive=_archive_place(_with(settings, "", plan.from_archive)) if plan.moves_archive else "",
        tables=done.tables,
        rows=done.rows,
        pictures=done.pictures,
        copied=done.copied,
        lost=tuple(lost),
        audit=done.audit,
        variables=tuple(set_elsewhere(settings, _variables(plan))),
    )


def give_up_move(settings: Settings) -> None:
    """Forget a move that did not end: the home is used as before. SettingsError where it is too late for that."""
    if not folder_of(settings).exists():
        raise SettingsError(f"No move of {settings.home} waits to be ended.")
    with moving_alone(settings):
        plan = kept_plan(settings)
        if plan is None:
            raise SettingsError(f"No move of {settings.home} waits to be ended.")
        is_marked = plan.verified
        if plan.moves_state and not is_marked:
            with copying.reading_state(settings.state, plan.from_state) as source:
                is_marked = bool(source.lineage()[2])
        if is_marked:
            raise SettingsError("All is in the new place already. Run the same move again: it ends in a moment.")
        remove_plan(settings)


def _require_home(settings: Settings) -> None:
    if not has_state(settings):
        raise SettingsError(f"There is no home of fairhand at {settings.home}. Name another --home.")
    if is_locked(lock_file(settings)):
        raise SettingsError("fairhand serve runs on this home. Stop it, then run this again; nothing was changed.")


def _plan(settings: Settings, to: str, archive: str) -> MovePlan:
    """The plan of the same move if it did not end; else a new one, which is kept."""
    is_on_server = copying.is_bound_to_database(settings.state)
    from_state = settings.state_url if is_on_server else ""
    plan = MovePlan(
        from_state=from_state,
        to_state=known_state(to) if to else from_state,
        from_archive=settings.archive,
        to_archive=known_archive(settings, archive) if archive else settings.archive,
    )
    kept = kept_plan(settings)
    if kept is not None:
        same_state = kept.to_state == plan.to_state if to else not kept.moves_state
        same_archive = kept.to_archive == plan.to_archive if archive else not kept.moves_archive
        if not (same_state and same_archive):
            raise SettingsError(
                "Another move of this home did not end. Run it again as it was given, or give it up: fairhand move "
                "--give-up."
            )
        if not kept.verified:
            require_old_pictures(settings, kept)
        return kept
    if not plan.moves_state and not plan.moves_archive:
        raise SettingsError("There is nothing to move: the home is there already.")
    if plan.moves_state and not plan.to_state and settings.state.exists():
        raise SettingsError(f"{settings.state} is there already, and nothing is written over. Move it away first.")
    open_store(settings.state, url=from_state).close()  # brought up to date, and its key is here
    with copying.alone_with_state(settings.state, from_state):
        pass  # nothing works on it
    require_old_pictures(settings, plan)
    keep_plan(settings, plan)
    return plan


def _copied(settings: Settings, plan: MovePlan, done: _Done, lost: list[str]) -> MovePlan:
    """Put everything into its new place, compare it, and close the old place for writing; gives the plan, verified."""
    with copying.alone_with_state(settings.state, plan.from_state) as source:
        if plan.moves_archive:
            _copy_pictures(settings, plan, source.archive_names(), done, lost)
        home, _, moved_to = source.lineage()
        if plan.moves_state:
            if not moved_to or not (plan.to_state or _staged(settings).exists()):
                _copy_state(settings, plan, source, done)
            done.audit = copying.verified_log(
                _staged(settings), plan.to_state, StateFile(settings.state).key.read_bytes()
            )
            source.mark_moved(state_place(_with(settings, plan.to_state, "")))
        verified = plan.model_copy(update={"home_name": home, "verified": True})
        keep_plan(settings, verified)
    return verified


def _copy_state(settings: Settings, plan: MovePlan, source: copying.MovableTables, done: _Done) -> None:
    if plan.to_state:
        sums = copying.copy_to_database(source, plan.to_state, settings.state)
    else:
        _staged(settings).unlink(missing_ok=True)
        sums = copying.copy_to_file(source, _staged(settings))
        faults = StateFile(_staged(settings)).faults()
        if faults:
            raise StoreError(f"The copy of the state is broken: {faults[0]}. Run it again.")
    done.tables, done.rows = len(sums), sum(each.rows for each in sums.values())


def _copy_pictures(settings: Settings, plan: MovePlan, names: Iterator[str], done: _Done, lost: list[str]) -> None:
    """Copy the pictures that are not whole in the new archive, and read every one of them back."""
    source, target = (archive_of(_with(settings, "", each)) for each in (plan.from_archive, plan.to_archive))
    target.try_out()
    with ThreadPoolExecutor(AHEAD_COUNT) as readers:
        while some := list(islice(names, TOGETHER_NAMES_COUNT)):
            before = len(lost)
            missing = _not_whole(target, some, readers.map)
            for together in batched_pictures(source, missing, lost.append):
                wrong = _not_whole(target, target.put_all(together), readers.map)
                if wrong:
                    raise StoreError(
                        f"The new archive does not give back {wrong[0][:12]} as it was kept. Run it again."
                    )
                done.copied += len(together)
            done.pictures += len(some) - (len(lost) - before)


def _not_whole(archive: Archive, names: list[str], each: Callable[..., Iterator[bool]]) -> list[str]:
    return [name for name, whole in zip(names, each(archive.is_whole, names), strict=True) if not whole]


def _used(settings: Settings, plan: MovePlan) -> str:
    """Use the new places from now on; gives where the old state is, in words. It may be run again at any moment."""
    old = state_place(_with(settings, plan.from_state, ""))
    if plan.moves_state and plan.to_state:
        copying.bind_to_database(settings.state, plan.home_name)
    elif plan.moves_state:
        if _staged(settings).exists():
            _staged(settings).replace(settings.state)
        copying.unbind(settings.state)
    change_settings(settings.home / SETTINGS_FILE, _variables(plan))
    if plan.moves_state and not plan.from_state:
        old = str(copying.set_file_aside(settings.state))
    return old


def _variables(plan: MovePlan) -> dict[str, str]:
    moved = {"FAIRHAND_STATE": plan.to_state} if plan.moves_state else {}
    return moved | ({"FAIRHAND_ARCHIVE": plan.to_archive} if plan.moves_archive else {})


def _with(settings: Settings, state_url: str, archive: str) -> Settings:
    return settings.model_copy(update={"state_url": state_url, "archive": archive})


def _archive_place(settings: Settings) -> str:
    return str(settings.archive_folder or settings.archive)


def _staged(settings: Settings) -> Path:
    return folder_of(settings) / STAGED_FILE


# The plan of a move, kept in a file of the home so that an interrupted move goes on.

PLAN_FILE = "plan.json"
"""The name of the file of a plan."""


STAGED_FILE = "state.db"
"""The file, in the folder of a move, that a state is copied into."""


class MovePlan(BaseModel):
    """A plan of a move.

    It names a state ("" is the file of the home) and an archive as FAIRHAND_ARCHIVE does, before and after. It is
    `verified` when all is in the new place and was compared: what is left is to use it.
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
    """Write a plan to disk, for its owner only: there may be a password in it."""
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
    """Remove the plan of a move that has ended: the home opens again."""
    folder = folder_of(settings)
    (folder / PLAN_FILE).unlink(missing_ok=True)
    shutil.rmtree(folder)
    sync_folder(settings.home)


@contextmanager
def moving_alone(settings: Settings) -> Iterator[None]:
    """Lock the home so that nobody else moves it. SettingsError where somebody does.

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


# The places to move from and to: those known, those present, and those refused as mistakes.

TO_FILE = "file"
"""The name of the home's own file as a place to move a state to."""


LOOKED_FOR_COUNT = 10
"""The number of pictures looked for in the old archive; the first one found ends it. Chosen by hand."""


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
    if "://" in place:
        archive_of(_with(settings, "", place))
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
