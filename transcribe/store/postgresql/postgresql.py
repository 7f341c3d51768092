"""One PostgreSQL database: transactions that nest, named statements, one writer at a time."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from transcribe.errors import StoreError
from transcribe.store.drivers.columns import as_columns
from transcribe.store.drivers.database import (
    NARROW_STATEMENTS,
    PartsInDoubt,
    Row,
    TransactionLost,
    postgresql_statements,
    without,
)
from transcribe.store.drivers.state_file import newest_version
from transcribe.store.postgresql.postgresql_address import server_address
from transcribe.store.postgresql.postgresql_connection import ServerConnection
from transcribe.store.postgresql.postgresql_errors import connection_refused, one_line, store_errors
from transcribe.store.postgresql.postgresql_pipeline import STEADY_STATEMENTS, Transaction, puts_reading
from transcribe.store.postgresql.postgresql_pool import ServerPool
from transcribe.store.postgresql.postgresql_schema import (
    VERSION,
    WRITE_LOCK,
    bring_up_to_date,
    refuse_unfit_server,
    without_views,
)
from transcribe.store.postgresql.postgresql_silence import Silence
from transcribe.store.postgresql.postgresql_wire import Answer

BEGIN_WRITE = (
    f"BEGIN READ WRITE; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({WRITE_LOCK}); {VERSION}"
)
"""How a write begins: it asks which version the tables have by then."""


BEGIN_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
"""How several reads of one state begin."""


KEYS = {"ledger": "number", "reading": "number"}
"""The key of a table whose key is not called "id"."""


_INSERTED = re.compile(r"INSERT INTO (\w+)")


_CHANGES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|FOR UPDATE|LOCK|nextval|setval)\b", re.IGNORECASE)


class PostgresqlDatabase:
    """The connections of one process to one database.

    One transaction writes at a time, whatever process it is of: it holds an advisory lock from its beginning to its
    end. So numbers are given in the order of commits, and each seal follows the one before, as on SQLite.
    """

    looks_ahead = True
    conflict = psycopg.IntegrityError

    def __init__(self, address: str, path: Path, version: int) -> None:
        self.path = path
        self.address = address
        self._pool = ServerPool(address, version)
        self._local = threading.local()
        self.statements = postgresql_statements()
        self._watch: tuple[Callable[[], Row], Callable[[Row], None]] | None = None

    def all(self, name: str, /, **values: object) -> list[Row]:
        sql, wanted = self._call(name, values)
        own = self._own()
        if own is None:
            return self._pool.ask(sql, wanted).rows
        if _reads(sql):
            return own.rows(sql, wanted, steady=name in STEADY_STATEMENTS)
        return own.execute(sql, wanted).rows

    def one(self, name: str, /, **values: object) -> Row | None:
        return next(iter(self.all(name, **values)), None)

    def ahead(self, name: str, /, **values: object) -> None:
        own, call = self._own(), self._call(name, values)
        if own is not None and _reads(call[0]):
            own.ahead(*call, steady=name in STEADY_STATEMENTS)

    def value(self, name: str, /, **values: object) -> Any:
        row: Any = self.one(name, **values)
        return None if row is None else row[0]

    def run(self, name: str, /, **values: object) -> None:
        transaction = self._own()
        if transaction is None:
            self._execute(*self._call(name, values))
        else:
            transaction.send(*self._call(name, values), narrow=name in NARROW_STATEMENTS)

    def changed(self, name: str, /, **values: object) -> int:
        return self._execute(*self._call(name, values)).count

    def insert(self, name: str, /, **values: object) -> int:
        own, call = self._own(), self._call(name, values)
        if own is not None and own.has_numbers and puts_reading(call[0]):
            return own.put_reading(*call)
        return self.added(name, **values)

    def added(self, name: str, /, **values: object) -> int:
        sql, wanted = self._call(name, values)
        rows = self._execute(_giving_key(sql), wanted).rows
        return int(rows[0][0]) if rows else 0

    @contextmanager
    def write(self) -> Iterator[None]:
        if self._own() is not None:
            yield
            return
        with self._transaction(BEGIN_WRITE):
            before = self._watch[0]() if self._watch else None
            yield
            if self._watch and before is not None:
                self._watch[1](before)

    def watch(self, begun: Callable[[], Row], ended: Callable[[Row], None]) -> None:
        self._watch = begun, ended

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """The failure ends the whole transaction when the connection is lost, for example."""
        transaction = self._own()
        assert transaction is not None, "a part is one of a transaction"
        transaction.begin_part()
        try:
            yield
            transaction.end_part()
        except BaseException as error:
            if not transaction.take_back():
                raise (PartsInDoubt if transaction.is_in_doubt else TransactionLost) from error
            raise

    @contextmanager
    def several(self, coming: Sequence[Callable[[], None]]) -> Iterator[None]:
        if not coming:
            yield
            return
        transaction = self._own()
        assert transaction is not None, "parts are those of a transaction"
        try:
            transaction.begin_several(coming)
            yield
            transaction.end_several()
        except BaseException as error:
            is_in_doubt = transaction.is_in_doubt
            if not transaction.take_back_several():
                raise TransactionLost from error
            if is_in_doubt:
                raise PartsInDoubt from error
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        if self._own() is not None:
            yield
            return
        with self._transaction(BEGIN_SNAPSHOT):
            yield

    def handover(self) -> Callable[[], AbstractContextManager[None]]:
        transaction = self._own()

        @contextmanager
        def elsewhere() -> Iterator[None]:
            own = self._own()
            self._local.transaction = transaction
            try:
                yield
            finally:
                self._local.transaction = own

        return elsewhere

    def hurried(self) -> AbstractContextManager[None]:
        return self._pool.hurried()

    def checkpoint(self, seconds: float = 0.0) -> bool:
        """Clear away what is left of rows that were erased, where there is time for it."""
        if self._own() is not None:
            return False
        if seconds:
            with self.looking() as connection, store_errors():
                clear_away(connection, seconds)
        return True

    def take_lock(self, name: str, machine: str, wait_seconds: float) -> SessionLock | None:
        return take_session_lock(self.address, name, machine, wait_seconds)

    def lock_holder(self, name: str) -> str:
        return lock_holder(self.address, name)

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def looking(self) -> Iterator[Connection[Any]]:
        """A connection for what is no verb: that of this thread's transaction, else one that may write by itself."""
        own = self._own()
        if own is not None:
            own.leave()
            yield own.connection
            return
        connection = self._pool.begin("SET default_transaction_read_only = off")
        try:
            yield connection
        finally:
            with suppress(psycopg.Error):
                connection.execute("RESET default_transaction_read_only")
            self._pool.give_back(connection)

    def _own(self) -> Transaction | None:
        """The transaction of this thread; None outside of one."""
        own: Transaction | None = getattr(self._local, "transaction", None)
        return own

    def _call(self, name: str, values: dict[str, object]) -> tuple[str, list[object]]:
        sql, names = self.statements[name]
        columns = as_columns(values)
        wanted = [columns[each] for each in names]
        if None in wanted:
            sql = without(sql, tuple([place for place, value in enumerate(wanted, start=1) if value is None]))
        return sql, wanted

    def _execute(self, sql: str, values: list[object]) -> Answer:
        own = self._own()
        return self._pool.ask(sql, values) if own is None else own.execute(sql, values)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        """A transaction of this thread: committed at the end, or nothing of it."""
        connection = self._pool.begin(begin, writes=begin == BEGIN_WRITE)
        transaction = self._local.transaction = Transaction(connection)
        try:
            yield
            transaction.execute("COMMIT", [])
            transaction.leave()
        except BaseException as error:
            with suppress(psycopg.Error, StoreError):
                transaction.give_up()
            if psycopg.errors.QueryCanceled in (type(error), type(error.__cause__)):
                self._pool.count_anew()  # else every further try ends so
            raise
        finally:
            self._local.transaction = None
            self._pool.give_back(connection)


def open_postgresql(url: str, path: Path) -> PostgresqlDatabase:
    """The database of this URL, its tables made or brought up to date first. Any number of programs may do so at once.

    StoreError where it is away, refuses us, is too old, or newer than this program.
    """
    address = server_address(url)
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            refuse_unfit_server(connection)
            connection.execute("SET default_transaction_read_only = off; SET statement_timeout = 0")
            bring_up_to_date(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        raise StoreError(
            f"The user of FAIRHAND_STATE may not make or change tables there ({one_line(error)}). Make the database "
            "theirs: ALTER DATABASE name OWNER TO user."
        ) from error
    except psycopg.OperationalError as error:
        raise connection_refused(error) from error
    except psycopg.Error as error:
        raise StoreError(f"The database of FAIRHAND_STATE cannot be opened ({one_line(error)}).") from error
    return PostgresqlDatabase(address, path, newest_version())


@cache
def _giving_key(sql: str) -> str:
    found = _INSERTED.search(sql)
    assert found
    return f"{sql} RETURNING {KEYS.get(found[1], 'id')}"


@cache
def _reads(sql: str) -> bool:
    """Whether a statement changes nothing."""
    return _CHANGES.search(sql) is None


# Locks that one process of all machines holds: advisory locks of a session, which end with its connection.

DEAD_PEER_SECONDS = 30
"""A machine that is gone without a word loses its locks after so long: 15 seconds, then 3 tries. Chosen by hand."""


MAX_HOST_LENGTH = 24
"""Characters of a host's name in the name of a session, of which PostgreSQL keeps 63."""


SESSION = (
    "SET idle_in_transaction_session_timeout = 0; SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5;"
    f" SET tcp_keepalives_count = 3; SET tcp_user_timeout = {1000 * DEAD_PEER_SECONDS}"
)
"""What the server looks at to see that a holder is gone; on a socket of the same machine it sees it at once."""


HOLDER = """
SELECT a.application_name, a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database = (
    SELECT oid FROM pg_database WHERE datname = current_database())
AND l.classid::bigint = (%(number)s::bigint >> 32) & 4294967295 AND l.objid::bigint = %(number)s::bigint & 4294967295
"""
"""Whose session holds a lock of this database."""


class SessionLock:
    """A lock that is held until `close`, or the end of its connection, its process or its machine."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def __enter__(self) -> SessionLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_held(self) -> bool:
        """Whether it is held still; a server that was started anew knows nothing of it."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """Let others have it."""
        with suppress(psycopg.Error):
            self._connection.close()


def take_session_lock(address: str, name: str, machine: str, wait_seconds: float) -> SessionLock | None:
    """The lock of this name; None where another session holds it for longer than this wait."""
    with store_errors():
        connection = ServerConnection.connect(address, autocommit=True, application_name=_said(name, machine))
        connection.check_silence = partial(Silence(address).check, hurried=False, backend=connection.info.backend_pid)
        try:
            connection.execute(SESSION)
            if _take(connection, _number(name), wait_seconds):
                return SessionLock(connection)
        except BaseException:
            connection.close()
            raise
    connection.close()
    return None


def lock_holder(address: str, name: str) -> str:
    """Who holds the lock of this name, as "process 12 on host (home 1a2b3c4d)"; "" where nobody does."""
    with store_errors(), psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(HOLDER, {"number": _number(name)}).fetchone()
    if row is None:
        return ""
    words = str(row[0] or "").split(" ")
    if len(words) == 5 and words[0] == "fairhand":
        return f"process {words[2]} on {words[3]} (home {words[4]})"
    return f"a session of PostgreSQL with the process {row[1]}"


def _take(connection: Connection[Any], number: int, wait_seconds: float) -> bool:
    if wait_seconds <= 0:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()
        return bool(row and row[0])
    milliseconds = max(1, int(1000 * wait_seconds))
    connection.execute(f"SET statement_timeout = 0; SET lock_timeout = {milliseconds}")
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", [number])
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _said(name: str, machine: str) -> str:
    """The name of the session, by which others see who it is; without spaces in its parts."""
    host = socket.gethostname().partition(".")[0][:MAX_HOST_LENGTH].replace(" ", "-") or "-"
    return f"fairhand {name[:10]} {os.getpid()} {host} {machine or '-'}"


def _number(name: str) -> int:
    """The number of a lock: PostgreSQL has numbers for them, no names."""
    return int.from_bytes(hashlib.sha256(f"fairhand lock {name}".encode()).digest()[:8], "big", signed=True)


# What PostgreSQL keeps of rows that were erased: the rows until they are cleared away, and samples of their values.

WORDS_TABLES = (
    "reading_text", "decision_text", "record_text", "task_text", "truth_text", "appeal_text", "question_text",
    "guide_example_text", "act_text", "time_dispute", "place", "scan", "other_name", "source_file",
)  # fmt: skip
"""Tables with words that are erased when a scan is forgotten."""


SAMPLED = """SELECT s.tablename, s.attname FROM pg_stats s
    JOIN pg_class c ON c.oid = to_regclass(quote_ident(s.tablename)) JOIN pg_attribute a ON a.attrelid = c.oid
    AND a.attname = s.attname AND a.atttypid = 'text'::regtype WHERE s.schemaname = current_schema()"""
"""The columns of text of whose values the server has samples for its plans. pg_stats shows them as they stand."""


def clear_away(connection: Connection[Any], seconds: float) -> None:
    """Clear erased rows away, and have the server take its samples anew. It waits for others so many seconds."""
    connection.execute(f"SET lock_timeout = {int(1000 * seconds)}; SET statement_timeout = 0")
    try:
        connection.execute(f"VACUUM {', '.join(WORDS_TABLES)}")
        sampled: dict[str, list[str]] = {}
        for table, column in connection.execute(SAMPLED):
            if table in WORDS_TABLES:
                sampled.setdefault(table, []).append(column)
        if sampled:
            connection.execute(f"ANALYZE {', '.join(sampled)}")
        if empty := {table: sampled[table] for table in sampled if _is_empty(connection, table)}:
            _drop_samples(connection, empty)
    finally:
        connection.execute("RESET lock_timeout; RESET statement_timeout")


def _is_empty(connection: Connection[Any], table: str) -> bool:
    return connection.execute(f"TABLE {table} LIMIT 1").fetchone() is None


def _drop_samples(connection: Connection[Any], empty: Mapping[str, Sequence[str]]) -> None:
    """Have the server forget its samples of tables that are empty now, as it takes none of those anew.

    It does with those of a column that is given a type, be it the one that it has.
    """
    with connection.transaction():
        connection.execute(f"SET TRANSACTION READ WRITE; SELECT pg_advisory_xact_lock({WRITE_LOCK})")
        with without_views(connection):
            for table, columns in empty.items():
                changes = ", ".join(f'ALTER COLUMN {column} TYPE TEXT COLLATE "C"' for column in columns)
                connection.execute(f"ALTER TABLE {table} {changes}")
