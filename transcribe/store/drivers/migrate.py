"""Bring a state database up to this program's version: numbered SQL files, each one transaction."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from transcribe.errors import ProgramOutdated, StoreError

MIGRATIONS_FOLDER = Path(__file__).parents[1] / "migrations"
"""Where the numbered SQL files lie."""


def migrate(
    connection: sqlite3.Connection,
    folder: Path = MIGRATIONS_FOLDER,
    copy_before: Callable[[int], None] | None = None,
) -> int:
    """Apply the steps that are missing, in order. Gives the version.

    One that is up to date is not written, so that nobody waits for who writes. Several processes may start at once:
    each step looks again under BEGIN IMMEDIATE. Before the first step that changes
    a database with content, `copy_before` is called with its version, while nobody else writes. StoreError where the
    database is newer than the program.
    """
    steps = steps_of(folder)
    newest, copied = max(steps), False
    if _version(connection) == newest:
        return newest
    for version in sorted(steps):
        connection.execute("BEGIN IMMEDIATE")
        try:
            present = _version(connection)
            if present > newest:
                raise StoreError(
                    f"The database has version {present}, this program knows {newest}. Install a newer fairhand."
                )
            if present < version:
                if present and copy_before and not copied:
                    copy_before(present)
                copied = True
                for statement in statements_of(steps[version].read_text(encoding="utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has ended it already
                connection.execute("ROLLBACK")
            raise
    return newest


def refuse_other_version(connection: sqlite3.Connection, known: int | None) -> None:
    """ProgramOutdated where a newer program has changed the tables since this one brought them to its version."""
    if known is not None and (present := _version(connection)) != known:
        raise ProgramOutdated(present, known)


def newest_version(folder: Path = MIGRATIONS_FOLDER) -> int:
    """The version of a database to which every step was applied."""
    return max(steps_of(folder))


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def steps_of(folder: Path) -> dict[int, Path]:
    """The numbered SQL files of a folder."""
    return {int(re.split("_", path.name, maxsplit=1)[0]): path for path in sorted(folder.glob("[0-9]*_*.sql"))}


def statements_of(script: str) -> list[str]:
    """The statements of a script, one by one: `executescript` would commit the transaction that they stand in."""
    statements, text = [], ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            statements.append(text)
            text = ""
    return statements
