"""Statements of one connection by libpq itself: prepared once, sent at once, answered when somebody waits."""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus

from transcribe.store.postgresql.postgresql_rows import row_maker
from transcribe.store.postgresql.postgresql_silence import ServerSilent, await_socket

PREPARED_COUNT = 2048
"""Prepared statements that a connection keeps: each of `queries/` with and without values that are None."""

PUSHED_COUNT = 6
"""So many statements are given to the network together, so that the server begins while the program goes on.

Each by itself made the program's share of a submit a seventh dearer; none before somebody waits made it 20 % slower.
"""

_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)


class Prepared:
    """A statement that the server knows under a name, for values of these types. It has no name where there are too
    many."""

    __slots__ = ("key", "make_row", "name")

    def __init__(self, key: tuple[str, tuple[int, ...]], name: bytes) -> None:
        self.key = key
        self.name = name
        self.make_row: Callable[[Sequence[Any]], Any] | None = None


class Answer:
    """What a statement gives, once its connection was waited for."""

    __slots__ = ("count", "is_here", "prepared", "rows")

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.is_here = False
        self.rows: list[Any] = []
        self.count = 0


class Wire:
    """Sends statements over one connection and reads their answers, many at a time.

    A cursor of psycopg costs 30 microseconds a statement more. Values and rows are made by psycopg's own adapters.
    """

    def __init__(self, connection: Connection[Any], check_silence: Callable[[float], None]) -> None:
        self._pgconn = connection.pgconn
        self._check_silence = check_silence
        self._adapters = Transformer(connection)
        self._prepared: dict[tuple[str, tuple[int, ...]], Prepared] = {}
        self._named_count = 0
        self._unsent_count = 0
        self._waiting: deque[Answer | Prepared] = deque()  # the latter are statements that are being prepared
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(self._pgconn.socket, select.POLLIN)
        self._writable.register(self._pgconn.socket, select.POLLIN | select.POLLOUT)

    @property
    def waiting_count(self) -> int:
        """How many answers have not been read yet."""
        return len(self._waiting)

    def send(self, sql: str, values: Sequence[object]) -> Answer:
        """Have the server run a statement after those before it. Its answer is there after `wait`."""
        pgconn, adapters = self._pgconn, self._adapters
        if not pgconn.pipeline_status:
            pgconn.enter_pipeline_mode()
        written = adapters.dump_sequence(values, [PyFormat.AUTO] * len(values))
        key = (sql, tuple(adapters.types or ()))
        prepared = self._prepared.get(key) or self._prepare(key)
        if prepared.name:
            pgconn.send_query_prepared(prepared.name, written, adapters.formats)
        else:
            pgconn.send_query_params(sql.encode(), written, key[1], adapters.formats)
        answer = Answer(prepared)
        self._waiting.append(answer)
        self._unsent_count += 1
        if self._unsent_count >= PUSHED_COUNT:
            self.push()
        return answer

    def push(self) -> None:
        """Give what was sent to the network, so that the server begins with it."""
        self._unsent_count = 0
        while self._pgconn.flush():
            self._await(self._writable)
            self._pgconn.consume_input()

    def wait(self) -> None:
        """Read every answer. The first error of the server is raised; what came after it was not run."""
        if not self._waiting:
            return
        self._read_all(None)

    def flush(self) -> None:
        """Have the server give the answers of what was sent so far as soon as it has them."""
        self._pgconn.send_flush_request()
        self.push()

    def wait_for(self, answer: Answer) -> None:
        """Read the answers up to this one. The first error is raised, once all answers are read."""
        self.flush()
        while not answer.is_here:
            error = self._read(None)
            if error is not None:
                self._read_all(error)

    def _read_all(self, error: psycopg.Error | None) -> None:
        self._pgconn.pipeline_sync()
        self.push()
        while self._waiting:
            error = self._read(error)
        self._next()  # that all is read
        if error is not None:
            raise error

    def _read(self, error: psycopg.Error | None) -> psycopg.Error | None:
        """Read the next answer after this error, if there was one. Gives the first error."""
        result = self._next()
        if result is None:
            raise psycopg.OperationalError("the connection to the server is lost")
        one = self._waiting.popleft()
        if error is None and result.status in _FAILED:
            error = error_from_result(result)
        if error is None and isinstance(one, Answer):
            self._keep(one, result)
        elif error is not None:
            self._forget(one, error)
        self._next()
        return error

    def ask(self, sql: str, values: Sequence[object]) -> Answer:
        """What one statement gives by itself."""
        answer = self.send(sql, values)
        self.leave()
        return answer

    def leave(self) -> None:
        """Read what is left, and give the connection back to psycopg."""
        try:
            self.wait()
        finally:
            if self._pgconn.pipeline_status and not self._waiting and self._pgconn.status == ConnStatus.OK:
                self._pgconn.exit_pipeline_mode()

    def _prepare(self, key: tuple[str, tuple[int, ...]]) -> Prepared:
        if len(self._prepared) >= PREPARED_COUNT:
            return Prepared(key, b"")
        self._named_count += 1
        prepared = self._prepared[key] = Prepared(key, f"fairhand{self._named_count}".encode())
        self._pgconn.send_prepare(prepared.name, key[0].encode(), key[1])
        self._waiting.append(prepared)
        return prepared

    def _forget(self, one: Answer | Prepared, error: psycopg.Error) -> None:
        """Have a statement prepared anew that the server does not know, or whose tables were changed since."""
        if isinstance(one, Prepared):
            self._prepared.pop(one.key, None)
        elif isinstance(error, psycopg.errors.FeatureNotSupported | psycopg.errors.InvalidSqlStatementName):
            self._prepared.pop(one.prepared.key, None)

    def _next(self) -> Any:
        """The next result; None between those of two statements."""
        pgconn = self._pgconn
        while pgconn.is_busy():
            self._await(self._readable)
            pgconn.consume_input()
        return pgconn.get_result()

    def _keep(self, answer: Answer, result: Any) -> None:
        """Keep the rows of a statement, or how many it changed."""
        answer.is_here = True
        if result.status == ExecStatus.TUPLES_OK:
            prepared, adapters = answer.prepared, self._adapters
            if prepared.make_row is None:
                prepared.make_row = row_maker(result)
            adapters.set_pgresult(result)
            answer.rows = adapters.load_rows(0, result.ntuples, prepared.make_row)
        answer.count = result.command_tuples or 0

    def _await(self, poll: select.poll) -> None:
        """Wait for the server. ServerSilent where it stands still: the connection is closed."""
        try:
            await_socket(poll, self._check_silence)
        except ServerSilent:
            self._pgconn.finish()
            raise
