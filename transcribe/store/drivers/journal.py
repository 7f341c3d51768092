"""The write-ahead journal of a database, set however many processes open it first."""

from __future__ import annotations

import sqlite3
import time

RETRY_PAUSE_SECONDS = 0.01
"""Seconds between two attempts."""


def enable_write_ahead(connection: sqlite3.Connection, patience_seconds: float) -> None:
    """Let readers go on while others write. Of a new database only one connection at a time may set this, and SQLite's
    own patience does not cover it: the others wait here, at most so many seconds; then OperationalError."""
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
