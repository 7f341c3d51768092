"""Makes a backup of a home into a folder while others read, type and take files in."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.backup.files import (
    ARCHIVE_LIST_FILE,
    ERASURE_LIST_FILE,
    FORMS_FOLDER,
    HOME_FILES,
    STATE_FILE,
    Backup,
    BackupDamaged,
    BackupFolder,
    KeptFile,
    Manifest,
    batched_pictures,
    copy_file,
    disk_errors_said,
    kept_as,
    sync_folder,
    write_file,
    written_list,
)
from flows.home import Settings, archive_of, state_place
from transcribe.archive import Archive, Folder
from transcribe.errors import FairhandError, SettingsError, StateMoved, StoreError
from transcribe.store import StateFile, Store, copying

KEPT = "Earlier backups are as they were."
GOES_ON = f"{KEPT} Mend that and run it again: it goes on where it stopped."
"""The advice where a disk refuses something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """A backup, how many pictures and bytes it added to the folder, and how many older backups were removed.

    So many files beside forms were passed over, as their names are no UTF-8. `is_beside_home`: it lies on the disk of
    the home.
    """

    backup: Backup
    new_files: int
    new_bytes: int
    removed: int
    passed_over: int
    is_beside_home: bool


def make_backup(settings: Settings, path: Path, at: datetime, keep: int | None = None) -> BackupMade:
    """Back a home up into a folder; what an earlier backup has there already is not copied again.

    The state comes first and the pictures that it names then: they are on disk before it names them. The list of what
    was forgotten comes last. With `keep` all but so many of the newest backups are removed. Killed at any moment it
    leaves no half backup, and the next one goes on. SettingsError where there is no home, or the folder will not do.
    """
    _require_home(settings)
    _require_elsewhere(settings, path)
    folder = BackupFolder(path)
    with folder.alone(), disk_errors_said(f"The backup to {path} did not end", GOES_ON):
        folder.remove_unfinished()
        _require_same_home(settings, folder)
        unfinished = folder.new_folder(at)
        try:
            manifest, new = _copied(settings, folder, unfinished, at)
            backup = folder.finish(unfinished, manifest)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        removed = _remove_old(folder, backup, keep) if keep else 0
    return BackupMade(
        backup=backup,
        new_files=len(new),
        new_bytes=sum(new.values()),
        removed=removed,
        passed_over=len(_form_files(settings)[1]),
        is_beside_home=is_beside_home(settings, path),
    )


def is_beside_home(settings: Settings, folder: Path) -> bool:
    """Whether a folder of backups lies on the disk of the home: what takes the disk takes both."""
    return folder.is_dir() and folder.stat().st_dev == settings.home.stat().st_dev


def log_backup(store: Store, made: BackupMade, at: datetime) -> None:
    """Say in the log of a home that it was backed up, and to where. The backup itself has no such line."""
    store.log(store.actor, "backup made", made.backup.folder.name, {"folder": str(made.backup.folder.parent)}, at)


def _remove_old(folder: BackupFolder, made: Backup, keep: int) -> int:
    try:
        return folder.remove_old(keep)
    except BackupDamaged as error:
        raise BackupDamaged(f"{made.folder} is made and whole, but older ones stay: {error}") from error


def _require_home(settings: Settings) -> None:
    """SettingsError where there is no state to back up, or not its key; nothing is made then."""
    if not (copying.is_bound_to_database(settings.state) if settings.state_url else settings.state.is_file()):
        raise SettingsError(
            f"There is no home of fairhand at {settings.home} (no {settings.state.name}). Name another --home."
        )
    key = StateFile(settings.state).key
    if not key.is_file():
        raise SettingsError(
            f"{key} is missing: without it no backup of {settings.state.name} opens. Put it back first; if it is lost "
            "for good: fairhand init --new-key."
        )


def _require_elsewhere(settings: Settings, path: Path) -> None:
    """SettingsError where the folder of backups is, or lies in, what is backed up."""
    target = path.resolve()
    for place in map(Path.resolve, filter(None, (settings.home, settings.archive_folder))):
        if target == place or place in target.parents:
            raise SettingsError(
                f"{path} lies in {place}, which is backed up: what takes the one would take the other. Name a folder "
                "on another disk."
            )
    if path.exists() and not path.is_dir():
        raise SettingsError(f"{path} is a file. Name a folder.")


def _require_same_home(settings: Settings, folder: BackupFolder) -> None:
    """SettingsError where the folder has backups of another home: a restore could take the wrong one."""
    own, backups = kept_as(StateFile(settings.state).key), folder.backups()[0]
    if backups and backups[-1].manifest.files[StateFile(settings.state).key.name] != own:
        raise SettingsError(
            f"{folder.path} has backups of another home, or of this one under another state.key. Name another folder."
        )


def _copied(settings: Settings, folder: BackupFolder, to: Path, at: datetime) -> tuple[Manifest, dict[str, int]]:
    """Everything of a home copied; gives the manifest, and the pictures that were new with their lengths."""
    state = StateFile(to / STATE_FILE, finished=True)
    try:
        _copy_state(settings, state.path)
    except StateMoved:  # a backup of it would be of what goes on elsewhere
        raise
    except StoreError as error:
        raise FairhandError(f"{error} {GOES_ON}") from error
    damage = state.damage()
    if damage:
        raise FairhandError(
            f"{state_place(settings)} is broken ({damage[0]}), so that no backup was made. {KEPT} fairhand doctor "
            "--deep says more."
        )
    files = {STATE_FILE: kept_as(state.path)}
    files |= _copy_files(settings.home, to, [*HOME_FILES, *_form_files(settings)[0]])
    there, new, lost = _copy_pictures(settings, folder, state.archive_names())
    files[ARCHIVE_LIST_FILE] = write_file(to / ARCHIVE_LIST_FILE, written_list(there))
    # Last: whatever was forgotten until now is forgotten again in a home made from this.
    files |= _copy_files(settings.home, to, [ERASURE_LIST_FILE])
    for inner in sorted({(to / name).parent for name in files}, reverse=True):
        sync_folder(inner)
    manifest = Manifest(
        format=1,
        made_at=at,
        program=importlib.metadata.version("fairhand"),
        state_version=state.version(),
        log_head=state.log_head(),
        files=files,
        archive_files=len(there),
        archive_bytes=sum(there.values()),
        lost=tuple(lost),
        numbers=dict(state.numbers()),
    )
    return manifest, new


def _copy_state(settings: Settings, file: Path) -> None:
    """Copy the state as it is at one moment into a file, whichever database it is in."""
    if not settings.state_url:
        StateFile(settings.state).copy_to(file)
        return
    with copying.reading_state(settings.state, settings.state_url) as tables:
        if moved_to := tables.lineage()[2]:
            raise StateMoved(moved_to)
        copying.copy_to_file(tables, file)


def _archive_names(settings: Settings) -> set[str]:
    """The files of the archive that the state names now."""
    with copying.reading_state(settings.state, settings.state_url) as tables:
        return set(tables.archive_names())


def _form_files(settings: Settings) -> tuple[list[str], list[str]]:
    """The files of all forms, installed ones and copies of versions in use, by their names in the home.

    Beside them those whose name is no UTF-8: no form can name them, and no manifest either.
    """
    files = sorted(each for each in settings.forms.rglob("*") if each.is_file())
    names = [f"{FORMS_FOLDER}/{each.relative_to(settings.forms).as_posix()}" for each in files]
    odd = [name for name in names if name.encode(errors="replace").decode() != name]
    return [name for name in names if name not in odd], odd


def _copy_files(home: Path, to: Path, names: Iterable[str]) -> dict[str, KeptFile]:
    """Copy files of a home; what is not there (a half copy of a form that was finished meanwhile) is passed over."""
    kept = {}
    for name in names:
        with suppress(FileNotFoundError):
            kept[name] = copy_file(home / name, to / name)
    return kept


def _copy_pictures(
    settings: Settings, folder: BackupFolder, names: list[str]
) -> tuple[dict[str, int], dict[str, int], list[str]]:
    """Copy the pictures that are not there yet; gives all with their lengths, the new ones, and those that are lost.

    A picture that was erased meanwhile is not lost: its scan is on the list of what was forgotten.
    """
    source, target = archive_of(settings), Archive(Folder(folder.archive))
    sizes = folder.kept_sizes()
    written = folder.newest_sizes()  # what was cut since then is copied anew
    sizes = {name: size for name, size in sizes.items() if written.get(name, size) == size}
    there = {name: sizes[name] for name in names if name in sizes}
    new: dict[str, int] = {}
    missing: list[str] = []
    for together in batched_pictures(source, (name for name in names if name not in sizes), missing.append):
        new |= {name: len(content) for name, content in zip(target.put_all(together), together, strict=True)}
    named = _archive_names(settings) if missing else set()
    return there | new, new, [name for name in missing if name in named]
