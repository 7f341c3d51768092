"""The disks, databases and backups of this home, with their sizes."""

from __future__ import annotations

from pathlib import Path

from flows.administration import free_bytes
from flows.backup import BackupFolder
from flows.desk.tables import Cell, Column, Table, time_cell
from flows.desk.visit import Visit

MEGABYTE_BYTES = 1_000_000
"""What sizes are shown in."""

GIGABYTE_BYTES = 1_000_000_000
"""What large sizes are shown in."""

MOST_BACKUPS = 50
"""So many backups are listed, the newest. Chosen by hand."""


def megabytes(visit: Visit, size: int) -> str:
    """A size as it is written here: large ones in thousands of megabytes."""
    if size >= GIGABYTE_BYTES:
        return visit.say("%(size)s GB", size=visit.number(size / GIGABYTE_BYTES, 1))
    return visit.say("%(size)s MB", size=visit.number(size / MEGABYTE_BYTES, 1))


def files_table(visit: Visit) -> Table:
    """The sizes of the databases, and what is free on each disk."""
    say, settings = visit.say, visit.home.settings
    databases = {
        "state": (say("state database"), settings.state),
        "state log": (say("write-ahead log of the state"), Path(f"{settings.state}-wal")),
        "records": (say("record database"), settings.records),
    }
    disks = {"home": say("disk of the home"), "archive": say("disk of the pictures"), "backups": say("disk of backups")}
    rows = [
        (Cell(name, words), Cell(str(path)), Cell(size, megabytes(visit, size)), Cell(None))
        for name, (words, path) in databases.items()
        if path.exists() and (size := path.stat().st_size) >= 0
    ]
    places = {"home": str(settings.home), "archive": settings.archive, "backups": settings.backups}
    rows += [
        (Cell(f"disk of {name}", disks[name]), Cell(places[name]), Cell(None), Cell(free, megabytes(visit, free)))
        for name, free in free_bytes(settings).items()
    ]
    return Table(
        name="files",
        caption=say("Disks and databases"),
        columns=(
            Column("what", say("What")),
            Column("where", say("Where")),
            Column("bytes", say("Size"), is_number=True),
            Column("free_bytes", say("Free"), is_number=True),
        ),
        rows=rows,
        address="/desk/system/files",
    )


def backups_table(visit: Visit) -> Table:
    """The finished backups, the newest first."""
    say, settings = visit.say, visit.home.settings
    folder = BackupFolder(Path(settings.backups)) if settings.backups else None
    found, wrong = folder.backups() if folder else ([], [])
    rows = [
        (
            Cell(each.folder.name),
            time_cell(each.manifest.made_at, visit.moment(each.manifest.made_at)),
            Cell(each.manifest.program),
            Cell(each.manifest.archive_files, visit.number(each.manifest.archive_files)),
            Cell(each.manifest.archive_bytes, megabytes(visit, each.manifest.archive_bytes)),
            Cell(""),
        )
        for each in reversed(found[-MOST_BACKUPS:])
    ]
    rows += [(Cell(""), Cell(None), Cell(""), Cell(None), Cell(None), Cell(why)) for why in wrong]
    return Table(
        name="backups",
        caption=say("Backups"),
        columns=(
            Column("backup", say("Backup")),
            Column("made_at", say("Made")),
            Column("program", say("Program")),
            Column("pictures", say("Pictures"), is_number=True),
            Column("bytes", say("Size of the pictures"), is_number=True),
            Column("problem", say("What is wrong")),
        ),
        rows=rows,
        address="/desk/system/backups",
        nothing=say("There is no backup yet.") if folder else say("No folder of backups is named in the settings."),
    )
