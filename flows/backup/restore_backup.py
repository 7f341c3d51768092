"""Makes a home from a backup: verified before anything is written, in an epoch of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from flows.backup.files import (
    ARCHIVE_LIST_FILE,
    ERASURE_LIST_FILE,
    FORMS_FOLDER,
    HOME_FILES,
    LOCK_FILE,
    STATE_FILE,
    Backup,
    BackupDamaged,
    BackupFolder,
    Manifest,
    batched_pictures,
    copy_file,
    disk_errors_said,
    sync_folder,
)
from flows.home import (
    RESTORING_FOLDER,
    SETTINGS_FILE,
    Settings,
    archive_of,
    change_settings,
    load_settings,
    set_elsewhere,
    who_acts,
)
from flows.runtime import take_lock
from transcribe.archive import Archive, Folder
from transcribe.errors import NotFound, SettingsError
from transcribe.store import AuditState, StateFile, Store, copying, open_store

SET_ASIDE_SUFFIX = ".of-backup"
"""The suffix of settings of a backup that no longer hold: they are kept, and not used."""

CLAIM_FILE = "database"
"""The file that says, while a home is made, which database was found empty for it."""

STATE_VARIABLE = "FAIRHAND_STATE"
ARCHIVE_VARIABLE = "FAIRHAND_ARCHIVE"
"""The setting that says where the state is."""

SHOWN_FAULTS_COUNT = 5
"""The most faults of a backup that are named. Chosen by hand."""

IGNORED_NAMES = frozenset({"lost+found"})
"""Names allowed in an empty folder: the file system's own."""

GOES_ON = "Mend that and run it again: it begins anew. The backup is as it was."
"""The advice where a disk refuses something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A home that was made from a backup.

    `forgotten` scans were forgotten again, `lost` files of the archive the backup had not. So many `tokens` are in
    force, and so many `webhooks` switched off. `settings_error` says why the settings of the backup
    are not used, "" where they are.
    """

    backup: Backup
    epoch: int
    forgotten: int
    lost: tuple[str, ...]
    log_head: str
    log_holds: bool
    tokens: int
    webhooks: int
    settings_error: str


def choose_backup(folder: BackupFolder, until: str | None) -> Backup:
    """The newest backup of a folder, or the newest one made until then.

    `until` is a date, a time, or a backup's own name. NotFound where there is none.
    """
    backups, wrong = folder.backups()
    if until is not None:
        named = [each for each in backups if each.folder.name == until]
        last = named[0].manifest.made_at if named else _moment(until)
        backups = [each for each in backups if each.manifest.made_at <= last]
    if not backups:
        there = ", ".join(folder.names()) or "none"
        raise NotFound(" ".join([f"There is no such backup in {folder.path}. There are: {there}.", *wrong]))
    return backups[-1]


def _moment(text: str) -> datetime:
    """A time as somebody types it, in UTC unless it says otherwise; a day is meant to its end."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{text!r} is no date: write 2026-11-26, 2026-11-26T13:00, or a backup's name.") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at + timedelta(days=1) - timedelta(microseconds=1) if at.time() == time() and len(text) <= 10 else at


def restore_backup(
    settings: Settings,
    path: Path,
    at: datetime,
    *,
    until: str | None = None,
    erasures: Path | None = None,
    with_broken_log: bool = False,
    to: str = "",
) -> Restored:
    """Make the home of these settings from a backup; it must be empty.

    Its state is a file, or in an empty database of PostgreSQL that `to` or FAIRHAND_STATE in the environment names.
    Every byte of the backup is verified before anything is written. What was forgotten since then is forgotten again,
    as far as later backups in the folder or the list `erasures` say it. Killed at any moment, no program takes the home
    for a whole one, and the next run begins anew. What remains to be done is to publish its records. BackupDamaged
    where something is not as it was written.
    """
    url = to or settings.state_url
    if set_elsewhere(settings, {STATE_VARIABLE: url}):
        raise SettingsError(f"{STATE_VARIABLE} in the environment names another database. Unset it, or name the same.")
    folder = BackupFolder(path)
    if not path.is_dir():
        raise SettingsError(f"There is no folder {path}. Name the one that fairhand backup wrote to.")
    erased = _erasure_list(erasures)
    _require_empty(settings.home)
    backup = choose_backup(folder, until)
    _require_known_version(backup.manifest)
    with disk_errors_said(f"The backup in {path} cannot be read", "Mend that and run it again; nothing was written."):
        faults = folder.faults(backup)
        lists = [path / name / ERASURE_LIST_FILE for name in folder.names()]
    if faults:
        shown = "; ".join(faults[:SHOWN_FAULTS_COUNT]) + ("; and more" if len(faults) > SHOWN_FAULTS_COUNT else "")
        raise BackupDamaged(f"This backup is not whole: {shown}. Nothing was written. Take an earlier one with --at.")
    lists = [*(each for each in lists if each.is_file()), *erased]
    with disk_errors_said(f"The home {settings.home} could not be written", GOES_ON), _restoring(settings.home):
        return _restored(settings.home, folder, backup, lists, at, with_broken_log, url)


def _erasure_list(named: Path | None) -> list[Path]:
    """The list that somebody named, if any. Where it is missing in a home, nothing was ever forgotten there."""
    if named is None or named.is_file():
        return [named] if named else []
    if named.name == ERASURE_LIST_FILE and (named.parent / HOME_FILES[0]).is_file():
        return []
    raise SettingsError(
        f"There is no file {named}. Name the state.erased of the home that was lost. Where nothing was ever "
        "forgotten and nobody ever left there is none: leave --forgotten out."
    )


def _require_empty(home: Path) -> None:
    """SettingsError where a home has anything in it, but for what a killed restore left."""
    if home.exists() and not home.is_dir():
        raise SettingsError(f"{home} is a file. Name a folder that is empty, or none that is there, as --home.")
    names = {each.name for each in home.iterdir()} - IGNORED_NAMES if home.is_dir() else set()
    if names and not (home / RESTORING_FOLDER).is_dir():
        raise SettingsError(
            f"{home} is not empty ({sorted(names)[0]} lies there), and a restore overwrites nothing. Name another "
            "--home, or move it away first."
        )


def _require_known_version(manifest: Manifest) -> None:
    if manifest.state_version > StateFile.newest_version():
        raise SettingsError(
            f"This backup is of a newer fairhand ({manifest.program}, version {manifest.state_version} of the "
            f"database); this one knows version {StateFile.newest_version()}. Install a newer one, then restore it."
        )
    StateFile.refuse_unknown(manifest.state_version)


@contextmanager
def _restoring(home: Path) -> Iterator[None]:
    """While a home is made, a folder in it says so; it stays where this does not end."""
    staging = home / RESTORING_FOLDER
    staging.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = take_lock(staging / LOCK_FILE)
    if held is None:
        raise SettingsError(f"Another restore is making {home}. Wait until it ends.")
    with held:
        _remove_half(home)
        yield
        shutil.rmtree(staging)
        sync_folder(home)


def _remove_half(home: Path) -> None:
    """Remove what a killed restore left in a home, but for pictures, which are whole or not there."""
    shutil.rmtree(home / FORMS_FOLDER, ignore_errors=True)
    copying.unbind(home / STATE_FILE)
    for name in (*HOME_FILES, ERASURE_LIST_FILE, STATE_FILE):
        (home / name).unlink(missing_ok=True)
    for file in (home / RESTORING_FOLDER).glob("state*"):
        file.unlink()


def _restored(
    home: Path, folder: BackupFolder, backup: Backup, lists: list[Path], at: datetime, with_broken_log: bool, url: str
) -> Restored:
    """Put everything of a backup in place, the state last; no program takes the home for a whole one before."""
    staging, manifest = home / RESTORING_FOLDER, backup.manifest
    for name in manifest.files.keys() - {ARCHIVE_LIST_FILE}:
        copied = copy_file(backup.folder / name, (staging if name.startswith("state.") else home) / name)
        if copied != manifest.files[name]:
            raise BackupDamaged(f"{backup.folder / name} was changed just now. Run it again.")
    used, settings_error = _settings_of(home, url)
    state = StateFile(staging / STATE_FILE)
    state.add_erasures(lists)
    store = open_store(state.path, copied=True, actor=who_acts())
    try:
        audit = _verified(state, store, manifest, with_broken_log)
        forgotten = len(store.unfinished_erasures())
        epoch = store.begin_epoch(manifest.made_at, at)
        tokens = [
            each for each in store.tokens() if each.revoked_at is None and (each.until is None or each.until > at)
        ]
        webhooks = len(store.webhooks())
        store.empty_log()
    finally:
        store.close()
    if url:
        _put_in_database(state, url, home / STATE_FILE)
    lost = _put_pictures(used, folder, state.archive_names())
    _put_in_place(staging, home, [state.key.name, ERASURE_LIST_FILE, *([] if url else [STATE_FILE])])
    return Restored(
        backup=backup,
        epoch=epoch,
        forgotten=forgotten,
        lost=tuple(lost),
        log_head=audit.head,
        log_holds=audit.broken_at is None and not audit.forgeries,
        tokens=len(tokens),
        webhooks=webhooks,
        settings_error=settings_error,
    )


def _put_in_place(staging: Path, home: Path, names: list[str]) -> None:
    """Give a home the files of its state, in this order."""
    for name in names:
        if (staging / name).exists():
            (staging / name).replace(home / name)
    sync_folder(home)


def _put_in_database(state: StateFile, url: str, path: Path) -> None:
    """Put a state into an empty database of PostgreSQL, and bind the home to it; what a killed try put is replaced."""
    with copying.reading_state(state.path) as tables:
        copying.copy_to_database(tables, url, path, claim=state.path.with_name(CLAIM_FILE))
        copying.bind_to_database(path, tables.lineage()[0])


def _settings_of(home: Path, url: str) -> tuple[Settings, str]:
    """The settings that hold for a home, and why those of the backup do not; they are kept beside then."""
    try:
        used = load_settings(home)
        archive_of(used)  # refused before anything is put there
        changed = {STATE_VARIABLE: url} if used.state_url != url else {}
        if used.archive:  # as the environment may say: pictures are put there, and are to be found without it
            changed[ARCHIVE_VARIABLE] = used.archive
        change_settings(home / SETTINGS_FILE, changed) if changed else None
        return load_settings(home), ""
    except SettingsError as error:
        file = home / SETTINGS_FILE
        if not file.exists():
            raise
        file.replace(file.with_name(f"{SETTINGS_FILE}{SET_ASIDE_SUFFIX}"))
        return load_settings(home), str(error)


def _verified(state: StateFile, store: Store, manifest: Manifest, with_broken_log: bool) -> AuditState:
    """The notes on the log of a state. BackupDamaged if the log or the state does not hold."""
    faults = state.faults()
    if faults:
        raise BackupDamaged(f"The state in this backup is broken: {faults[0]}. Take an earlier one with --at.")
    audit = store.verify_audit(manifest.log_head or None)
    if (audit.broken_at is not None or audit.forgeries) and not with_broken_log:
        where = f"does not hold from line {audit.broken_at} on" if audit.broken_at is not None else "holds"
        rows = f", and {len(audit.forgeries)} of its seals do not" if audit.forgeries else ""
        raise BackupDamaged(
            f"The log in this backup {where}{rows}: something else than fairhand changed it, or the key was replaced "
            "(fairhand init --new-key). Take an earlier one with --at, or restore it all the same: --with-broken-log."
        )
    return audit


def _put_pictures(settings: Settings, folder: BackupFolder, names: list[str]) -> list[str]:
    """Put the pictures that the state names into the archive of the home; gives those that the backup has not."""
    source, target = Archive(Folder(folder.archive)), archive_of(settings)
    lost: list[str] = []
    for together in batched_pictures(source, names, lost.append):
        target.put_all(together)
    return lost
