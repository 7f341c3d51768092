"""The tables of a state in PostgreSQL, read as a whole or filled anew in one transaction."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import Connection, ServerCursor
from psycopg.sql import SQL, Identifier

from transcribe.errors import StoreError
from transcribe.store.drivers.table_copy import ARCHIVE_NAMES_SQL, OWN_COLUMNS, TOGETHER_ROWS_COUNT, Rows
from transcribe.store.postgresql.postgresql import BEGIN_SNAPSHOT, open_postgresql
from transcribe.store.postgresql.postgresql_address import server_address
from transcribe.store.postgresql.postgresql_errors import store_errors
from transcribe.store.postgresql.postgresql_schema import WRITE_LOCK

OWN_TABLES = ("schema_version", "last_number")
"""Tables that belong to the database and not to the state."""

ALONE_SECONDS = 5
"""So long is waited for a write that is going on. Chosen by hand."""

ENDING_SECONDS = 2.0
"""So long is waited for programs that end just now. Chosen by hand."""

UNLIMITED = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET synchronize_seqscans = off"
"""A copy takes as long as it takes, and reads each table from its beginning."""

NUL_IN_ROW = (
    "Row {row} of the table {table} has a text with a NUL character, which PostgreSQL keeps in no text; nothing was "
    "copied. Earlier versions took such texts. Forget the scan that it is of (fairhand scan forget), and do this again."
)
"""What is said of a text of a file that no database server takes."""

OTHERS_SQL = """
SELECT COALESCE(string_agg(DISTINCT COALESCE(host(client_addr), 'this machine'), ', '), '') FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'fairhand' AND pid <> pg_backend_pid()
"""
"""The machines whose programs have connections of ours."""

COLUMNS_SQL = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.table_name <> ALL (%s)
ORDER BY c.table_name COLLATE "C", c.ordinal_position
"""

IDENTITIES_SQL = """
SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name)
FROM information_schema.columns
WHERE table_schema = current_schema() AND is_identity = 'YES'
"""
"""The tables whose keys a sequence gives."""

REFERENCES_SQL = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.contype = 'f' AND c.relnamespace = to_regnamespace(current_schema()) ORDER BY 1, 2
"""


class PostgresqlTables:
    """The tables of one database, over a connection that is in a transaction."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection

    def columns(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for table, column in self.connection.execute(COLUMNS_SQL, [list(OWN_TABLES)]).fetchall():
            if column not in OWN_COLUMNS.get(table, ()):
                found[table] = (*found.get(table, ()), column)
        return found

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Rows]:
        with ServerCursor(self.connection, "copied") as cursor:
            cursor.execute(SQL("SELECT {} FROM {}").format(_listed(columns), Identifier(table)))
            while rows := cursor.fetchmany(TOGETHER_ROWS_COUNT):
                yield rows

    def last_numbers(self) -> dict[str, int]:
        numbers = dict(self.connection.execute("SELECT name, seq FROM last_number").fetchall())
        for table, _, sequence in self.connection.execute(IDENTITIES_SQL).fetchall():
            last, called = self._one(SQL("SELECT last_value, is_called FROM {}").format(_qualified(sequence)))
            numbers |= {table: int(last)} if called else {}
        return numbers

    def lineage(self) -> tuple[str, str, str]:
        home, mark, moved = self._one("SELECT home, key_mark, moved_to FROM lineage")
        return str(home), str(mark), str(moved)

    def archive_names(self) -> Iterator[str]:
        with ServerCursor(self.connection, "named") as cursor:
            cursor.execute(ARCHIVE_NAMES_SQL)
            while rows := cursor.fetchmany(TOGETHER_ROWS_COUNT):
                yield from (str(name) for (name,) in rows)

    def mark_moved(self, to: str) -> None:
        """Have every later write refused, as the state is somewhere else now; on disk at once."""
        self.connection.execute("ROLLBACK")
        self.connection.execute("BEGIN READ WRITE")
        self.connection.execute("UPDATE lineage SET moved_to = %s", [to])
        self.connection.execute("COMMIT")
        self.connection.execute(BEGIN_SNAPSHOT)

    @contextmanager
    def loading(self) -> Iterator[None]:
        references = self.connection.execute(REFERENCES_SQL).fetchall()
        tables = [Identifier(table) for table in (*self.columns(), "last_number")]
        for table, name, _ in references:
            self._run("ALTER TABLE {} DROP CONSTRAINT {}", Identifier(table), Identifier(name))
        for each in tables:
            self._run("ALTER TABLE {} DISABLE TRIGGER USER", each)
        self.connection.execute(SQL("TRUNCATE {}").format(SQL(", ").join(tables)))
        yield
        for table, name, said in references:
            self._run("ALTER TABLE {} ADD CONSTRAINT {} {}", Identifier(table), Identifier(name), SQL(said))
        for each in tables:
            self._run("ALTER TABLE {} ENABLE TRIGGER USER; ANALYZE {}", each, each)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Rows]) -> None:
        copied = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), _listed(columns))
        with self.connection.cursor() as cursor, cursor.copy(copied) as copy:
            for some in rows:
                for row in some:
                    try:
                        copy.write_row(row)
                    except psycopg.DataError as error:
                        if "NUL" not in str(error):
                            raise
                        raise StoreError(NUL_IN_ROW.format(table=table, row=row[0])) from error

    def go_on_from(self, numbers: Mapping[str, int]) -> None:
        identities = self.connection.execute(IDENTITIES_SQL).fetchall()
        for table, column, sequence in identities:
            number = max(numbers.get(table, 0), self._highest(table, column))
            self.connection.execute("SELECT setval(%s, %s, %s)", [sequence, max(number, 1), number > 0])
        for table in ("audit", "outbox"):
            number = max(numbers.get(table, 0), self._highest(table, "number"))
            if number:
                self.connection.execute("INSERT INTO last_number (name, seq) VALUES (%s, %s)", [table, number])

    def _highest(self, table: str, column: str) -> int:
        asked = SQL("SELECT COALESCE(MAX({}), 0) FROM {}").format(Identifier(column), Identifier(table))
        return int(self._one(asked)[0])

    def _one(self, asked: Any) -> tuple[Any, ...]:
        row = self.connection.execute(asked).fetchone()
        assert row is not None
        return tuple(row)

    def _run(self, command: LiteralString, *parts: Identifier | SQL) -> None:
        self.connection.execute(SQL(command).format(*parts))


@contextmanager
def reading_database(url: str) -> Iterator[PostgresqlTables]:
    """The tables of a database in one snapshot, while others write."""
    with store_errors(), _connected(url) as connection:
        connection.execute(BEGIN_SNAPSHOT)
        yield PostgresqlTables(connection)


@contextmanager
def alone_with_database(url: str) -> Iterator[PostgresqlTables]:
    """The tables of a database into which nobody can write meanwhile. StoreError where a program of ours uses it."""
    with store_errors(), _connected(url) as connection:
        others = _others(connection)
        if others:
            raise StoreError(
                f"Something works on this state still ({others}): fairhand serve, a worker, or another command. Stop "
                "it, then run this again; nothing was changed."
            )
        connection.execute(f"SET lock_timeout = '{ALONE_SECONDS}s'; SELECT pg_advisory_lock({WRITE_LOCK})".encode())
        connection.execute(BEGIN_SNAPSHOT)
        yield PostgresqlTables(connection)


@contextmanager
def filling_database(url: str) -> Iterator[PostgresqlTables]:
    """The tables of a database, made where they are missing, in one transaction: filled at the end, or as before."""
    with store_errors(), _connected(url) as connection:
        connection.execute(f"BEGIN READ WRITE; SELECT pg_advisory_xact_lock({WRITE_LOCK})".encode())
        yield PostgresqlTables(connection)
        connection.execute("COMMIT")


def make_tables(url: str, path: Path) -> None:
    """Have a database with the tables of this program. StoreError where it cannot be, as for opening one."""
    open_postgresql(url, path).close()


def _others(connection: Connection[Any]) -> str:
    """The machines with programs that use the database; those that end just now are waited for."""
    until = time.monotonic() + ENDING_SECONDS
    while True:
        ((others,),) = connection.execute(OTHERS_SQL).fetchall()
        if not others or time.monotonic() > until:
            return str(others)
        time.sleep(ENDING_SECONDS / 20)


@contextmanager
def _connected(url: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(server_address(url), autocommit=True) as connection:
        connection.execute(UNLIMITED)
        yield connection


def _listed(columns: Sequence[str]) -> Any:
    return SQL(", ").join(map(Identifier, columns))


def _qualified(name: str) -> SQL:
    """A name as PostgreSQL itself wrote it, quoted where it has to be."""
    return SQL(name)
