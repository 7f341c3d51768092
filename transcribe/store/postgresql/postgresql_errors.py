"""Errors of PostgreSQL in our own words: what they mean, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import psycopg

from transcribe.errors import DatabaseAway, DiskFull, NoConnectionFree, StoreError, UnkeepableText

NO_CONNECTION_FREE = re.compile("too many (clients|connections)|remaining connection slots")
"""What a server says that has as many connections as it may have."""

OWN_LIMIT = re.compile("too many connections for (role|database)")
"""What it says where the limit is not its own."""


@contextmanager
def store_errors() -> Iterator[None]:
    """Errors of the server in our words. A constraint that a row would break stays what it is."""
    try:
        yield
    except psycopg.Error as error:
        raise_ours(error)


def raise_ours(error: psycopg.Error) -> NoReturn:
    """Raise an error of the server in our words; that of a constraint as it is."""
    if isinstance(error, psycopg.IntegrityError):
        raise error
    raise store_error(error) from error


def store_error(error: psycopg.Error) -> StoreError:
    """An error of the server in our words."""
    if isinstance(error, psycopg.errors.DiskFull):
        return DiskFull("The disk of the database is full. Make room on its server and do the same again.")
    if isinstance(error, psycopg.OperationalError) and NO_CONNECTION_FREE.search(str(error)):
        return connection_refused(error)
    if isinstance(error, psycopg.DataError) and "NUL" in str(error):
        return UnkeepableText()
    return StoreError(f"The database of FAIRHAND_STATE could not be read or written ({one_line(error)}); try again.")


def connection_refused(error: psycopg.OperationalError) -> DatabaseAway:
    """Why a server could not be connected to, in our words."""
    if NO_CONNECTION_FREE.search(str(error)):
        limited = OWN_LIMIT.search(str(error))
        raised = f"the limit (ALTER {limited[1].upper()} name CONNECTION LIMIT n)" if limited else "its max_connections"
        return NoConnectionFree(
            f"The server of FAIRHAND_STATE has no connection free ({one_line(error)}). Raise {raised}: 12 for each "
            "process, and some more; or end programs that hold some: pg_stat_activity lists them."
        )
    return DatabaseAway(
        f"The database of FAIRHAND_STATE cannot be reached ({one_line(error)}). Is the server running, and are the "
        "host, the name, the user and the password right?"
    )


def one_line(error: BaseException) -> str:
    """What the server said, on one line and without what stands behind it."""
    return str(error).strip().partition("\n")[0].rstrip(".")
