"""Bring a state database up to this program's version: made by `schema.sql`, changed by numbered SQL files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from transcribe.errors import ProgramOutdated, StoreError

SCHEMA = Path(__file__).parents[1] / "schema.sql"
"""The tables of a new state. What only one database has stands beside it, in `schema.DATABASE.sql`."""

MIGRATIONS_FOLDER = SCHEMA.parent / "migrations"
"""Where the numbered SQL files lie. What one changes stands in the schema too."""

OLDEST_VERSION = 74
"""The version of a database that this program can still bring up."""

LAST_WITH_OLDER_STEPS = "14028ba1"
"""The commit of the last program that brings databases of before to `OLDEST_VERSION`."""


def migrate(connection: sqlite3.Connection, copy_before: Callable[[int], None] | None = None) -> int:
    """Make a database, or apply the steps that are missing, all or none of them. Gives the version.

    One that is up to date is not written, so that nobody waits for who writes. Several processes may start at once:
    it is looked at again under BEGIN IMMEDIATE. Before a database with content is changed, `copy_before` is called with
    its version, while nobody else writes. StoreError as for `refuse_unknown`.
    """
    newest = newest_version()
    if _version(connection) == newest:
        return newest
    connection.execute("BEGIN IMMEDIATE")
    try:
        present = _version(connection)
        refuse_unknown(present)
        if 0 < present < newest and copy_before:
            copy_before(present)
        for file in files_from(present, "sqlite"):
            for statement in statements_of(file.read_text(encoding="utf-8")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {newest}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
    return newest


def refuse_unknown(present: int) -> None:
    """StoreError where a database is newer than the program, or too old for it. Version 0 is one that is to be made."""
    if present > (known := newest_version()):
        raise StoreError(f"The database has version {present}, this program knows {known}. Install a newer fairhand.")
    if 0 < present < OLDEST_VERSION:
        raise StoreError(
            f"The database has version {present}, this program opens {OLDEST_VERSION} and newer. Run `fairhand status` "
            f"once with the fairhand of commit {LAST_WITH_OLDER_STEPS}, which brings it up; then open it with this one."
        )


def refuse_other_version(connection: sqlite3.Connection, known: int | None) -> None:
    """ProgramOutdated where a newer program has changed the tables since this one brought them to its version."""
    if known is not None and (present := _version(connection)) != known:
        raise ProgramOutdated(present, known)


def newest_version() -> int:
    """The version of a database to which every step was applied."""
    return max(_steps(), default=OLDEST_VERSION)


def files_from(present: int, database: str) -> list[Path]:
    """The SQL files that bring a database of a version to the newest.

    Of version 0, which has no tables yet, they are the schema; else the steps above it. A step `NAME.DATABASE.sql`
    takes the place of `NAME.sql`.
    """
    if not present:
        return [SCHEMA, SCHEMA.with_suffix(f".{database}.sql")]
    steps = [path for version, path in sorted(_steps().items()) if version > present]
    return [own if (own := path.with_suffix(f".{database}.sql")).exists() else path for path in steps]


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _steps() -> dict[int, Path]:
    """The numbered SQL files, but for those of one database."""
    found = MIGRATIONS_FOLDER.glob("[0-9]*_*.sql")
    return {int(path.name.partition("_")[0]): path for path in found if "." not in path.stem}


def statements_of(script: str) -> list[str]:
    """The statements of a script, one by one: `executescript` would commit the transaction that they stand in."""
    statements, text = [], ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            statements.append(text)
            text = ""
    return statements
