"""One PostgreSQL database: transactions that nest, named statements, one writer at a time."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from transcribe.errors import StoreError
from transcribe.store.drivers.database import NARROW_STATEMENTS, PartsInDoubt, Row, TransactionLost
from transcribe.store.drivers.named_sql import postgresql_statements, without
from transcribe.store.drivers.state_file import newest_version
from transcribe.store.postgresql.postgresql_address import server_address
from transcribe.store.postgresql.postgresql_erasure import clear_away
from transcribe.store.postgresql.postgresql_errors import connection_refused, one_line, store_errors
from transcribe.store.postgresql.postgresql_locks import SessionLock, lock_holder, take_session_lock
from transcribe.store.postgresql.postgresql_pipeline import STEADY_STATEMENTS, Transaction, puts_reading
from transcribe.store.postgresql.postgresql_pool import ServerPool
from transcribe.store.postgresql.postgresql_schema import VERSION, WRITE_LOCK, bring_up_to_date, refuse_unfit_server
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
        wanted = [values[each] for each in names]
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
