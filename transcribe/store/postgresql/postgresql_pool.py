"""The connections of one process to one PostgreSQL: a pool that heals, and errors in our own words."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import psycopg
from psycopg import RawCursor
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from transcribe.errors import DatabaseAway, ProgramOutdated, StoreError
from transcribe.store.postgresql.postgresql_connection import ServerConnection
from transcribe.store.postgresql.postgresql_errors import connection_refused, store_errors
from transcribe.store.postgresql.postgresql_rows import adapt, named_rows
from transcribe.store.postgresql.postgresql_silence import ConnectionSilent, ServerSilent, Silence
from transcribe.store.postgresql.postgresql_wire import Answer

Told = TypeVar("Told")

MAX_CONNECTIONS_COUNT = 12
"""The most connections of one process: eight to twenty are enough for two cores and many people. Chosen by hand."""

CONNECT_SECONDS = 5
"""How long a program waits for a server that does not answer. Chosen by hand."""

HURRIED_SECONDS = 0.02
"""How long who must not wait does so for a connection: as long as a page takes. Chosen by hand."""

UNANSWERED_SECONDS = 30
"""After so long without an answer of the server's machine a connection is lost: the system would wait for 15 minutes.
As the server does for whoever holds a lock."""

RECONNECT_SECONDS = 5.0
"""How long the pool tries by itself to connect again; then whoever asks next begins anew. Chosen by hand."""

PLANS_SECONDS = 60.0
"""A connection is replaced when it is so old, and with it the plans that it made. Chosen by hand.

A plan that was made while tables were nearly empty may read all rows of a person for each reading. The server makes
such plans anew only once it has counted the rows, which it does after a minute or more, or never.
"""

COUNT_SECONDS = 60
"""How long the server may count rows anew after a statement was stopped. Chosen by hand."""

TAKEN_FOR_EMPTY = """SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND reltuples = 0 AND relpages > 0
    AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('scan'))"""
"""Our tables that held no row when they were counted last, and had pages of rows that were gone. A plan for them may
read the same pages again for each row: 3.4 s for a statement of 2 ms, where 900 readings had come since."""

AWAY = "The database of FAIRHAND_STATE does not answer; try again in a moment."
"""What is said where no connection is to be had, and the server has not said why."""

ALL_IN_USE = (
    "Every connection of this process to the database of FAIRHAND_STATE is in use; try again in a moment. Where that "
    "lasts, statements take too long there."
)
"""What is said where the process has as many connections as it may have."""

REFUSAL_SECONDS = 2 * CONNECT_SECONDS
"""So long what the server said to a new connection is why there is none. Chosen by hand."""


class ServerPool:
    """The connections of one process, opened when first needed, and anew in a forked process."""

    def __init__(self, address: str, version: int) -> None:
        self.address = address
        self._version = version
        self._present = version
        self._lock = threading.Lock()
        self._pool: ConnectionPool[ServerConnection] | None = None
        self._process = os.getpid()
        self._left: list[object] = []
        self._local = threading.local()
        self._silence = Silence(address)
        self._refusal: tuple[float, psycopg.OperationalError] | None = None
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # a hundred lines a minute, of what we say ourselves

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Within it this thread waits for no connection: StoreError at once where none is free, or one is lost."""
        self._local.hurried = True
        try:
            yield
        finally:
            self._local.hurried = False

    def take(self) -> ServerConnection:
        """A connection that nobody else uses. StoreError where the server is away, or all are in use for too long."""
        self._refuse()
        pool = self._own()
        try:
            return pool.getconn(HURRIED_SECONDS if self._is_hurried else CONNECT_SECONDS)
        except (PoolTimeout, PoolClosed) as error:
            if not self._is_hurried:
                self._silence.suspect()
            raise self._why_none(pool) from error

    def give_back(self, connection: ServerConnection) -> None:
        """Say that a connection is free. The pool undoes what was not committed, and replaces one that is lost.

        On one that was left within a pipeline a statement would be waited for for ever.
        """
        if connection.pgconn.pipeline_status:
            connection.close()
        self._own().putconn(connection)

    def ask(self, sql: str, values: list[object]) -> Answer:
        """What a statement gives outside of a transaction."""
        connection, answer = self._start(lambda connection: connection.wire.ask(sql, values))
        self.give_back(connection)
        return answer

    def begin(self, command: str, *, writes: bool = False) -> ServerConnection:
        """A connection on which this command was run.

        The last statement of one that `writes` gives the version of the tables. ProgramOutdated where it is another.
        """
        connection, told = self._start(lambda connection: connection.execute(command))
        if writes:
            ((self._present,),) = told.set_result(-1).fetchall()
            if self._present != self._version:
                self.give_back(connection)
                raise ProgramOutdated(self._present, self._version)
        return connection

    def _start(self, work: Callable[[ServerConnection], Told]) -> tuple[ServerConnection, Told]:
        """A connection that nobody else uses, and what was done on it.

        It is tried again once, on another connection, where the connection was lost or the time was up: a machine that
        stood still, or a plan that was made while tables were empty, stops a statement of 2 ms. Rows of such tables are
        counted anew before. So it is where a newer program has changed a table. Once this program is known to be older
        than its tables it reads nothing either.
        """
        with store_errors():
            for last in (False, True):
                connection = self.take()
                try:
                    return connection, work(connection)
                except BaseException as error:
                    may_go = not last and not self._is_hurried and _helps_elsewhere(connection, error)
                    if may_go:
                        self._own().drain()  # others that are free are lost with it, stand still, or know old tables
                    self.give_back(connection)
                    if not may_go:
                        raise
                    if isinstance(error, psycopg.errors.QueryCanceled):
                        self.count_anew()
        raise AssertionError

    def count_anew(self) -> None:
        """Have the server count the rows of tables that it takes for empty; plans of all connections are made anew."""
        with suppress(psycopg.Error, StoreError):
            connection = self.take()
            try:
                connection.execute(
                    f"SET default_transaction_read_only = off; SET statement_timeout = '{COUNT_SECONDS}s'"
                )
                if names := [name for (name,) in connection.execute(TAKEN_FOR_EMPTY)]:
                    connection.execute(f"ANALYZE (SKIP_LOCKED) {', '.join(names)}")
            finally:
                connection.close()  # its parameters are not those of the others
                self.give_back(connection)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            pool, self._pool = self._pool, None
        self._silence.close()
        if pool is not None and self._process == os.getpid():
            pool.close()

    def _tried(self, error: psycopg.OperationalError | None) -> None:
        """Keep what the server said to a new connection; None where it took it in."""
        self._refusal = None if error is None else (time.monotonic(), error)

    def _why_none(self, pool: ConnectionPool[ServerConnection]) -> StoreError:
        """Why no connection is to be had."""
        if self._refusal and time.monotonic() < self._refusal[0] + REFUSAL_SECONDS:
            return connection_refused(self._refusal[1])
        return DatabaseAway(ALL_IN_USE if _is_used_up(pool) else AWAY)

    @property
    def _is_hurried(self) -> bool:
        return getattr(self._local, "hurried", False)

    def _own(self) -> ConnectionPool[ServerConnection]:
        with self._lock:
            if self._pool is not None and self._process != os.getpid():
                self._left.append(self._pool)  # the parent's: its connections are not ours to close
                self._pool = None
            if self._pool is None:
                self._process = os.getpid()
                self._pool = ConnectionPool(
                    self.address,
                    connection_class=ServerConnection,
                    kwargs={
                        "autocommit": True,
                        "cursor_factory": RawCursor,
                        "row_factory": named_rows,
                        "prepare_threshold": None,  # else it takes back ours with its own after a ROLLBACK
                        "tried": self._tried,
                    },
                    configure=self._made,
                    min_size=1,
                    max_size=MAX_CONNECTIONS_COUNT,
                    max_lifetime=PLANS_SECONDS,
                    reconnect_timeout=RECONNECT_SECONDS,
                    name="fairhand",
                    open=True,
                )
            return self._pool

    def _made(self, connection: ServerConnection) -> None:
        adapt(connection)
        backend = connection.info.backend_pid
        connection.check_silence = lambda waited: self._silence.check(waited, hurried=self._is_hurried, backend=backend)

    def _refuse(self) -> None:
        """StoreError at once where tables are newer, or a server stands still: each connection would be waited for."""
        if self._present != self._version:
            raise ProgramOutdated(self._present, self._version)
        if self._silence.refuses_hurried if self._is_hurried else self._silence.is_away:
            raise DatabaseAway(AWAY)


def _is_used_up(pool: ConnectionPool[ServerConnection]) -> bool:
    """Whether no connection is free in a pool, and no other may be made."""
    now = pool.get_stats()
    return not now.get("pool_available") and now.get("pool_size", 0) >= MAX_CONNECTIONS_COUNT


def _helps_elsewhere(connection: ServerConnection, error: BaseException) -> bool:
    """Whether a statement that failed may go through on another connection."""
    if isinstance(error, ServerSilent):
        return isinstance(error, ConnectionSilent)
    return connection.broken or isinstance(error, psycopg.errors.QueryCanceled | psycopg.errors.FeatureNotSupported)
