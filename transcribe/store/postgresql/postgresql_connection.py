"""One connection to PostgreSQL: its parameters, what its statements are sent by, and an end where nothing comes."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import cached_property
from typing import Any, Self, TypeVar

from psycopg import Connection, OperationalError

from transcribe.store.postgresql.postgresql_silence import ServerSilent, watched
from transcribe.store.postgresql.postgresql_wire import Wire

Told = TypeVar("Told")

STATEMENT_SECONDS = 30
"""How long one reading statement may take: longer ones keep dead rows of the queue from being cleared away."""

LOCK_SECONDS = 30
"""How long a write waits for others: as long as on SQLite."""

IDLE_SECONDS = 60
"""A transaction whose program does nothing for so long is ended by the server: others wait for it. Chosen by hand."""

WHOLE_TABLE_WAYS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
"""Ways of the server to read more of a table than is asked for. Without them it goes from row to row by indexes, as
SQLite does. A plan is made once, and may be made while tables are nearly empty: among 8,000 readings those of one scan
then took 17 ms, not .3, and a lease 9 ms, not 1.4."""

SESSION = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    "default_transaction_read_only": "on",  # a write outside `write()` is a programming error
    "plan_cache_mode": "force_generic_plan",  # a plan is made once a connection, as on SQLite: making one takes longer
    **dict.fromkeys(WHOLE_TABLE_WAYS, "off"),
    "jit": "off",  # compiling takes longer than any of our statements
    "synchronous_commit": "on",  # only this survives a power cut, and this is people's work and pay
}
"""Parameters of every connection."""


class ServerConnection(Connection[Any]):
    """A connection, and what the statements of its transactions are sent by. It is closed when its server is silent.

    `check_silence` is told how long an answer has been waited for, and raises ServerSilent where that is too long.
    Without it an answer is waited for however long it takes.
    """

    check_silence: Callable[[float], None] | None = None

    @classmethod
    def connect(  # type: ignore[override]  # psycopg names each parameter; all but ours go there as they come
        cls, conninfo: str = "", *, tried: Callable[[OperationalError | None], None] | None = None, **named: Any
    ) -> Self:
        """A new connection. `tried` is told why there is none, and None where there is one."""
        try:
            made = super().connect(conninfo, **named)
        except OperationalError as error:
            if tried:
                tried(error)
            raise
        if tried:
            tried(None)
        return made

    @cached_property
    def wire(self) -> Wire:
        """Made when first needed."""
        return Wire(self, self.check_silence or _wait_on)

    def wait(self, gen: Generator[Any, Any, Told], interval: float = 0.1, timeout: float | None = None) -> Told:
        try:
            return super().wait(watched(gen, self.check_silence or _wait_on), interval, timeout)
        except ServerSilent:
            self.pgconn.finish()
            raise


def _wait_on(waited_seconds: float) -> None:
    """Wait however long it takes."""
