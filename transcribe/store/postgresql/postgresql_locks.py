"""Locks that one process of all machines holds: advisory locks of a session, which end with its connection."""

from __future__ import annotations

import hashlib
import os
import socket
from contextlib import suppress
from functools import partial
from typing import Any

import psycopg
from psycopg import Connection

from transcribe.store.postgresql.postgresql_connection import ServerConnection
from transcribe.store.postgresql.postgresql_errors import store_errors
from transcribe.store.postgresql.postgresql_silence import Silence

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
