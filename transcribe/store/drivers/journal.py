"""The write-ahead journal of a database, set however many processes open it first."""

from __future__ import annotations

import sqlite3
import time

RETRY_PAUSE_SECONDS = 0.01
"""The time between two attempts. Chosen by hand."""


def enable_write_ahead(connection: sqlite3.Connection, patience_seconds: float) -> None:
    """Switch a database to its write-ahead log, so that readers go on while others write.

    Only one connection at a time may set this on a new database, and SQLite's own patience does not cover it. Others
    wait here, at most `patience_seconds`; then OperationalError.
    """
    until = time.monotonic() + patience_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(RETRY_PAUSE_SECONDS)
        else:
            return
