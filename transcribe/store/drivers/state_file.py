"""A state database as a file: copied while it is written, counted, and looked at for damage."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from transcribe.errors import ProgramOutdated, StoreError
from transcribe.store.drivers.binding import refuse_network_file_system
from transcribe.store.drivers.durable_files import ErasureList, sync_folder
from transcribe.store.drivers.table_copy import ARCHIVE_NAMES_SQL

COPY_WAIT_SECONDS = 30.0
"""How long a copy waits for a lock of the database. Readers of its log never wait; chosen by hand."""


COUNTED_TABLES = {"scans": "scan", "readings": "reading", "ledger lines": "ledger", "log lines": "audit"}
"""What is counted of a state, and the table of each; every version of the database has these."""


class StateFile:
    """The file of a state database, of whatever version, which nothing here changes or brings up to date.

    A `finished` one, a copy, is written by nobody: it is read also where nothing can be written beside it.
    """

    def __init__(self, path: Path, *, finished: bool = False) -> None:
        self.path = path
        self._mode = "immutable=1" if finished else "mode=ro"

    @property
    def key(self) -> Path:
        """The file of its key."""
        return self.path.with_suffix(".key")

    @property
    def erasures(self) -> Path:
        """The file that lists what was erased."""
        return self.path.with_suffix(".erased")

    def version(self) -> int:
        """The version of its tables; 0 where there are none yet."""
        with self._reading() as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])

    @staticmethod
    def newest_version() -> int:
        """The version of the tables that this program makes."""
        return newest_version()

    @staticmethod
    def refuse_unknown(version: int) -> None:
        """StoreError where a database of this version is newer than the program, or too old for it."""
        refuse_unknown(version)

    def copy_to(self, copy: Path) -> None:
        """Copy it as it is at one moment, while others write; the copy is one file, and on disk when this ends.

        StoreError where the one cannot be read or the other not written; what was copied until then is removed.
        """
        refuse_network_file_system(self.path.parent)
        try:
            os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with self._reading() as source:
                _copy(source, copy)
            _sync(copy)
            sync_folder(copy.parent)
        except BaseException as error:
            _remove(copy)
            if isinstance(error, OSError | sqlite3.DatabaseError):
                raise StoreError(f"{self.path.name} could not be copied to {copy}: {error}.") from error
            raise

    def numbers(self) -> Mapping[str, int]:
        """How many scans, readings, lines of the ledger and lines of the log it holds."""
        with self._reading() as connection:
            sql = "SELECT COUNT(*) FROM {}"
            return {
                what: int(connection.execute(sql.format(table)).fetchone()[0]) for what, table in COUNTED_TABLES.items()
            }

    def log_head(self) -> str:
        """The hash of the last line of its log; "" where it has none."""
        with self._reading() as connection:
            row = connection.execute("SELECT hash FROM audit ORDER BY number DESC LIMIT 1").fetchone()
            return "" if row is None else str(row[0])

    def archive_names(self) -> list[str]:
        """The SHA-256 of every file of the archive that it names, sorted."""
        with self._reading() as connection:
            return [row[0] for row in connection.execute(ARCHIVE_NAMES_SQL)]

    def damage(self) -> list[str]:
        """What is broken in its pages, in words. Empty where it is whole."""
        try:
            with self._reading() as connection:
                return [row[0] for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
        except (sqlite3.DatabaseError, StoreError) as error:
            return [str(error)]

    def faults(self) -> list[str]:
        """What is broken in a database of today's version, triggers and references too. Empty where it is whole."""
        return state_faults(self.path)

    def erasure_list_faults(self) -> list[str]:
        """What is wrong with its list of erasures, in words. Empty where it is whole."""
        return erasure_list_faults(self.path)

    def add_erasures(self, lists: Iterable[Path]) -> None:
        """Add to its list of erasures what other lists have; lines of another key say nothing here and do no harm."""
        own = ErasureList(self.erasures)
        known = own.read()
        for each in lists:
            listed = ErasureList(each).read()
            own.add({keyed: at for keyed, at in listed.items() if keyed not in known})
            known |= listed

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that only reads. StoreError where it is no database, or cannot be read."""
        address = f"{self.path.resolve().as_uri()}?{self._mode}"
        try:
            connection = sqlite3.connect(address, uri=True, timeout=COPY_WAIT_SECONDS)
            connection.execute("PRAGMA schema_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} cannot be read ({error}).") from error
        with closing(connection):
            yield connection


def _copy(source: sqlite3.Connection, copy: Path) -> None:
    """Copy a database into an empty file, which is ours alone and may lie on a disk of a network."""
    with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?nolock=1", uri=True)) as target:
        for pragma in ("synchronous=OFF", "journal_mode=OFF"):  # it is synced as a whole, or removed
            target.execute(f"PRAGMA {pragma}").fetchall()
        source.backup(target)  # in one step: another program that writes would have smaller ones begin anew


def copy_before_upgrade(path: Path, version: int) -> None:
    """Copy a state beside itself before it is brought up from this version; one of before is replaced.

    One that holds nothing yet, as while several processes make it, is not copied.
    """
    if not any(StateFile(path).numbers().values()):
        return
    copy = upgrade_copy(path, version)
    part = copy.with_name(f"{copy.name}.part")
    _remove(part)  # of a killed upgrade
    try:
        StateFile(path).copy_to(part)
        part.replace(copy)
        sync_folder(copy.parent)
    except (StoreError, OSError) as error:
        _remove(part)
        megabytes = path.stat().st_size // 1_000_000 + 1
        raise StoreError(
            f"{path.name} has version {version} and is copied before this newer program changes it, which failed: "
            f"{error} Nothing was changed. Make {megabytes} MB of room in {path.parent} and try again."
        ) from error


def upgrade_copy(path: Path, version: int) -> Path:
    """Where the copy of a state lies that was made before it was brought up from this version."""
    return path.with_name(f"{path.name}.v{version}")


def moved_file(path: Path) -> Path:
    """Where the file of a state lies that was moved to a database."""
    return path.with_name(f"{path.name}.moved")


def remove_upgrade_copies(path: Path) -> None:
    """Remove what upgrades and moves left of a state: what is forgotten since then stands in it."""
    beginning = f"{path.name}.v"
    found = path.parent.glob(f"{beginning}*")
    copies = [each for each in found if each.name.removeprefix(beginning).removesuffix(".part").isdigit()]
    copies += [each for each in [moved_file(path)] if each.exists()]
    for copy in copies:
        with suppress(FileNotFoundError):
            copy.unlink()
    if copies:
        sync_folder(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


# Bring a state database up to this program's version: made by `schema.sql`, changed by numbered SQL files.

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


# What is broken in a state database: pages, rows that refer to nothing, triggers that guard what is append-only.

MAX_FAULTS_COUNT = 10
"""The most faults of a kind that are named. Chosen by hand."""


def state_faults(path: Path) -> list[str]:
    """What is broken in a state database, in words. Empty where it is whole."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            said = [row[0] for row in connection.execute(f"PRAGMA integrity_check({MAX_FAULTS_COUNT})")]
            faults = [each for each in said if each != "ok"]
            for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(MAX_FAULTS_COUNT):
                faults.append(f"row {row} of {table} refers to nothing in {parent}")
            return faults + _missing_triggers(connection)
    except sqlite3.DatabaseError as error:
        return [str(error)]


def erasure_list_faults(path: Path) -> list[str]:
    """What is wrong with the list of erasures beside a state database, in words. Empty where it is whole."""
    listed = ErasureList(path.with_suffix(".erased"))
    count = listed.foreign_line_count()
    said = f"{count} lines of {listed.path} are damaged: what they listed may come back with an older {path.name}."
    return [said] if count else []


def _missing_triggers(connection: sqlite3.Connection) -> list[str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        wanted, found = _triggers(fresh), _triggers(connection)
    return [
        f"the trigger {name} is {'another one' if name in found else 'missing'}"
        for name, sql in wanted.items()
        if found.get(name) != sql
    ]


def _triggers(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"))
