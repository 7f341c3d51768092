"""Commands that keep a home safe: backup and restore."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of, now, settings_of
from transcribe.errors import SettingsError
from transcribe.i18n import plural

if TYPE_CHECKING:
    from flows.backup import Backup, BackupFolder, BackupMade, Restored


BEYOND_RESTORE = "Remove that folder, and make another backup:"
"""What is to be done about a backup that cannot be restored."""

Folder = Annotated[Path | None, typer.Argument(help="The folder of backups; else FAIRHAND_BACKUPS.")]


@app.command()
def backup(
    ctx: typer.Context,
    folder: Folder = None,
    keep: Annotated[int | None, typer.Option(help="Remove all but so many of the newest backups.", min=1)] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Make none; read every byte of those that are there and say what is wrong.")
    ] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Back the home up into a folder, while everything goes on; pictures that are there are not copied again.

    Whoever has that folder has everything: orders, people's pay, and the keys.
    """
    from flows.backup import BackupFolder, log_backup, make_backup

    settings = settings_of(ctx)
    path = _folder(folder, settings.backups)
    if check:
        _check(BackupFolder(path), as_json)
        return
    made = make_backup(settings, path, now(), keep)
    try:
        log_backup(home_of(ctx).store, made, now())
    finally:
        _say_made(made, as_json)


@app.command()
def restore(
    ctx: typer.Context,
    folder: Folder = None,
    at: Annotated[
        str | None, typer.Option(help="The newest backup until then: 2026-11-26, 2026-11-26T13:00, or a backup's name.")
    ] = None,
    forgotten: Annotated[
        Path | None, typer.Option(help="The latest state.erased of the home that was lost, so that nothing comes back.")
    ] = None,
    with_broken_log: Annotated[
        bool, typer.Option("--with-broken-log", help="Restore it though its log does not hold, as after a new key.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(help="An empty database of PostgreSQL for the state (postgresql://...); else a file."),
    ] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Make an empty home from a backup: every byte is verified first, and whoever follows its changes begins anew."""
    from flows.backup import restore_backup
    from flows.home import load_settings, open_home
    from flows.steps import publish_records

    settings = settings_of(ctx)
    path = _folder(folder, settings.backups)
    done = restore_backup(
        settings, path, now(), until=at, erasures=forgotten, with_broken_log=with_broken_log, to=to or ""
    )
    home = open_home(load_settings(settings.home))
    publish_records(home)
    home.close()
    _say_restored(settings.home, done, as_json)


def _say_made(made: BackupMade, as_json: bool) -> None:
    """What a backup holds; exit code 1 where pictures were lost before it was made."""
    manifest = made.backup.manifest
    if as_json:
        terminal.as_json(
            {
                **_of_backup(made.backup),
                "archive_files": manifest.archive_files,
                "new_files": made.new_files,
                "new_bytes": made.new_bytes,
                "removed": made.removed,
                "passed_over": made.passed_over,
                "lost": list(manifest.lost),
                "log_head": manifest.log_head,
            }
        )
    else:
        said = f"{made.new_files} new pictures ({made.new_bytes // 1000} kB)"
        terminal.say(f"{made.backup.folder}: {_in_numbers(made.backup)}; {said}.")
        if made.removed:
            terminal.say(f"{made.removed} older backups were removed.")
        terminal.say(f"The head of its log, to keep elsewhere: {manifest.log_head}")
    if made.is_beside_home:
        terminal.note(
            "It lies on the disk of the home: what takes the disk takes both. Is the disk for backups mounted?"
        )
    if made.passed_over:
        terminal.note(
            f"{made.passed_over} files in forms/ are passed over: their names are no UTF-8, and no form names them."
        )
    if manifest.lost:
        terminal.note(
            f"{len(manifest.lost)} pictures that the state names are missing or damaged in the archive, and are not in "
            "the backup: fairhand doctor --deep names their scans."
        )
        raise typer.Exit(1)


def _say_restored(home: Path, done: Restored, as_json: bool) -> None:
    """What a restored home is, and what to do next; exit code 1 where something of it is not as it was."""
    if as_json:
        terminal.as_json(
            {
                "home": str(home),
                **_of_backup(done.backup),
                "epoch": done.epoch,
                "forgotten": done.forgotten,
                "lost": list(done.lost),
                "log_holds": done.log_holds,
                "log_head": done.log_head,
                "tokens": done.tokens,
                "webhooks": done.webhooks,
                "settings_error": done.settings_error,
            }
        )
    else:
        terminal.say(f"{home} is what it was at {_when(done.backup)}: {_in_numbers(done.backup)}.")
        terminal.say("What came after that is not in it: ingest those files again.")
        if done.forgotten:
            were = plural(done.forgotten, "{n} scan was", "{n} scans were")
            terminal.say(f"{were} forgotten again.")
        terminal.say("Everybody signs in anew, with a password or a new link (fairhand people link NAME).")
        if done.tokens:
            are = plural(done.tokens, "{n} token of a program is", "{n} tokens of programs are")
            terminal.say(f"{are} in force; revoke again what was revoked since then.")
        if done.webhooks:
            are = plural(done.webhooks, "{n} webhook is", "{n} webhooks are")
            terminal.say(f"{are} switched off: fairhand webhooks list, then resume each.")
        terminal.say(f"Programs that follow the records begin anew: numbers count from {done.epoch}.")
    for told in (*_warnings(len(done.lost), done.log_holds, done.settings_error), *_shared_with_the_first(home)):
        terminal.note(told)
    if done.lost or not done.log_holds or done.settings_error:
        raise typer.Exit(1)


def _of_backup(backup: Backup) -> dict[str, object]:
    manifest = backup.manifest
    made_at = manifest.made_at.isoformat()
    return {"backup": str(backup.folder), "made_at": made_at, "numbers": dict(manifest.numbers)}


def _in_numbers(backup: Backup) -> str:
    return ", ".join(f"{count} {what}" for what, count in backup.manifest.numbers.items())


def _when(backup: Backup) -> str:
    return f"{backup.manifest.made_at:%Y-%m-%d %H:%M:%S %Z}"


def _warnings(lost: int, log_holds: bool, settings_error: str) -> list[str]:
    said = []
    if lost:
        said.append(f"{lost} pictures were lost before the backup was made: fairhand doctor --deep names their scans.")
    if not log_holds:
        said.append("The log does not hold: fairhand log verify says from where on.")
    if settings_error:
        said.append(f"The settings of the backup lie in settings.env.of-backup and are not used: {settings_error}")
    return said


def _shared_with_the_first(home: Path) -> list[str]:
    """What a restored home has in common with the one of its backup, which may go on beside it."""
    from flows.home import load_settings

    settings = load_settings(home)
    folders = [f"backs up to {settings.backups} (FAIRHAND_BACKUPS)"] if settings.backups else []
    folders += [f"watches {', '.join(settings.watch)} (FAIRHAND_WATCH)"] if settings.watch else []
    if not folders:
        return []
    return [
        f"As its settings say, this home {' and '.join(folders)}. Where the first one goes on, and this is "
        "a trial, give it others in its settings.env before anything else: one folder is for one home."
    ]


def _folder(named: Path | None, setting: str) -> Path:
    """The folder of backups; SettingsError where none is named and none is set."""
    if named is None and not setting:
        raise SettingsError("Name the folder of backups, or set FAIRHAND_BACKUPS.")
    return named or Path(setting)


def _check(folder: BackupFolder, as_json: bool) -> None:
    """Say of each backup whether it is whole; exit code 1 where one is not, or there is none."""
    backups, wrong = folder.backups()
    known: set[str] = set()
    faults = {str(each.folder): folder.faults(each, known) for each in backups}
    if as_json:
        terminal.as_json(*({"folder": name, "faults": found} for name, found in faults.items()))
    for name, found in faults.items() if not as_json else ():
        terminal.say(f"{name}: {'; '.join(found) or 'whole'}")
    again = shlex.join(["fairhand", "backup", str(folder.path)])
    for told in (*_advice(folder, faults, again), *(f"{each} {BEYOND_RESTORE} {again}" for each in wrong)):
        terminal.note(told)
    if not backups:
        terminal.note(f"There is no backup in {folder.path}. Make one: {again}")
    if wrong or not backups or any(faults.values()):
        raise typer.Exit(1)


def _advice(folder: BackupFolder, faults: Mapping[str, Sequence[str]], again: str) -> list[str]:
    """What to do about what is wrong: with the folders of backups, and with the pictures that they share."""
    of_pictures = {fault for found in faults.values() for fault in found if fault.startswith(f"{folder.archive}/")}
    broken = [name for name, found in faults.items() if not of_pictures.issuperset(found)]
    told = [f"{name} cannot be restored. {BEYOND_RESTORE} {again}" for name in broken]
    if any(fault.endswith("is missing") for fault in of_pictures):
        told.append(f"What is missing of the pictures is copied anew, where the home has it: {again}")
    if not all(fault.endswith("is missing") for fault in of_pictures):
        told.append("Remove a picture that is not as it was written: the next backup copies it anew from the home.")
    return told
