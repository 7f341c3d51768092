"""Bring a state on PostgreSQL up to this program's version, by the same numbered steps as SQLite's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from transcribe.errors import ProgramOutdated, StoreError
from transcribe.store.drivers.migrate import MIGRATIONS_FOLDER, statements_of, steps_of
from transcribe.store.postgresql.postgresql_ddl import VIEW, for_postgresql

OLDEST_SERVER_VERSION = 140000
"""The oldest PostgreSQL that the statements are written for: 14."""

MIGRATION_LOCK = 0x66616972_6D696772
"""The advisory lock of whoever changes the tables: "fairmigr" in ASCII."""

WRITE_LOCK = 0x66616972_77726974
"""The advisory lock of who writes: "fairwrit" in ASCII."""

VARIANTS_FOLDER = "postgresql"
"""The folder, among the steps, of what is written for PostgreSQL alone: steps in place of common ones, and what comes
before and after all of them."""

VERSION_TABLE = (
    "CREATE TABLE IF NOT EXISTS schema_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)"
)
"""Where the version of the tables is kept."""

VERSION = "SELECT version FROM schema_version"
"""Asks for it."""


def refuse_unfit_server(connection: psycopg.Connection[Any]) -> None:
    """StoreError where the server is too old, or its database is not in UTF-8."""
    version = connection.info.server_version
    if version < OLDEST_SERVER_VERSION:
        raise StoreError(
            f"FAIRHAND_STATE names a PostgreSQL {version // 10000}; fairhand needs {OLDEST_SERVER_VERSION // 10000} or "
            "newer. Upgrade the server, or name another one."
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreError(
            f"The database {connection.info.dbname} is in {encoding}, and names of people would not fit. Make one in "
            "UTF8: createdb --encoding UTF8 --template template0 NAME."
        )


def bring_up_to_date(connection: psycopg.Connection[Any], folder: Path = MIGRATIONS_FOLDER) -> int:
    """Apply the steps that are missing, all or none of them. Gives the version that there was; 0 for none.

    Several programs may start at once: one changes the tables, the others wait. StoreError where the database is newer
    than the program, or holds tables of something else.
    """
    steps = steps_of(folder)
    newest = max(steps)
    with connection.transaction():
        present = _version(connection)
        if present == newest:
            return present
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATION_LOCK])
        present = _version(connection)
        if present > newest:
            raise StoreError(
                f"The database has version {present}, this program knows {newest}. Install a newer fairhand."
            )
        if present < newest:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])  # older programs write until then
            _apply(connection, folder, steps, present)
            connection.execute(VERSION_TABLE)
            connection.execute(
                "INSERT INTO schema_version VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET version = excluded.version",
                [newest],
            )
    return present


FOREIGN_TABLES = """SELECT 1 FROM pg_class c WHERE c.relkind IN ('r', 'p')
    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""
"""Tables in a database that has none of ours, but for those of its extensions: it is Prefect's, for example."""


def _version(connection: psycopg.Connection[Any]) -> int:
    """The version of the tables; 0 where there are none of ours."""
    ((made, foreign),) = connection.execute(
        f"SELECT to_regclass('schema_version') IS NOT NULL, EXISTS ({FOREIGN_TABLES})"
    ).fetchall()
    if made:
        ((version,),) = connection.execute(VERSION).fetchall()
        return int(version)
    if foreign:
        raise StoreError(
            f"The database {connection.info.dbname} holds tables of something else. Give fairhand one of its own."
        )
    return 0


def _apply(connection: psycopg.Connection[Any], folder: Path, steps: dict[int, Path], present: int) -> None:
    """The steps above a version. Views are made anew after them: PostgreSQL keeps the columns that one began with."""
    views, changes = _views_and_changes(folder, steps, present)
    _run(connection, (folder / VARIANTS_FOLDER / "before.sql").read_text(encoding="utf-8"))
    for name in views:
        _run(connection, f"DROP VIEW IF EXISTS {name}")
    for statement in [*changes, *views.values()]:
        _run(connection, statement)
    _run(connection, (folder / VARIANTS_FOLDER / "after.sql").read_text(encoding="utf-8"))


@contextmanager
def without_views(connection: psycopg.Connection[Any], folder: Path = MIGRATIONS_FOLDER) -> Iterator[None]:
    """Within it no view is there, so that columns may be changed. Then they are made again, as the last step has them.

    ProgramOutdated where a newer program has made other ones.
    """
    steps = steps_of(folder)
    present, known = _version(connection), max(steps)
    if present != known:
        raise ProgramOutdated(present, known)
    views, _ = _views_and_changes(folder, steps, known)
    for name in views:
        _run(connection, f"DROP VIEW IF EXISTS {name}")
    yield
    for statement in views.values():
        _run(connection, statement)


def _views_and_changes(folder: Path, steps: dict[int, Path], present: int) -> tuple[dict[str, str], list[str]]:
    """The views as the last step has them ("" for one that is gone), and all else of the steps above a version."""
    views: dict[str, str] = {}
    changes = []
    for version in sorted(steps):
        variant = folder / VARIANTS_FOLDER / steps[version].name
        chosen = variant if variant.exists() else steps[version]
        for statement in statements_of(chosen.read_text(encoding="utf-8")):
            view = VIEW.search(statement)
            if view:
                views[view[2]] = statement if view[1] == "CREATE" else ""
            elif version > present:
                changes.append(for_postgresql(statement))
    return views, changes


def _run(connection: psycopg.Connection[Any], script: str) -> None:
    if re.sub(r"--[^\n]*", "", script).strip(" ;\n"):
        connection.execute(script.encode())
