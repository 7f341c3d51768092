"""Rows and values of PostgreSQL as the store knows them from SQLite: whole numbers for booleans, columns by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cache, partial
from typing import Any

from psycopg import Cursor
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader
from psycopg.pq.abc import PGresult
from psycopg.types.numeric import Int8Dumper


def named_rows(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], Any]:
    """How a cursor makes its rows.

    The names are the result's own: `cursor.description` makes an object of each column at every statement.
    """
    result = cursor.pgresult
    return tuple if result is None else row_maker(result)


def row_maker(result: PGresult) -> Callable[[Sequence[Any]], Any]:
    """How the rows of a result are made."""
    return _maker(tuple([result.fname(place) or b"" for place in range(result.nfields)]))


@cache
def _maker(column_names: tuple[bytes, ...]) -> Callable[[Sequence[Any]], Any]:
    """Rows are those of SQLite's own library, which is written in C: they are the same whatever the database.

    Such a row takes its names from a cursor, here one of a database without tables.
    """
    names = ", ".join('NULL AS "' + name.decode().replace('"', '""') + '"' for name in column_names)
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as nothing:
        return partial(sqlite3.Row, nothing.execute(f"SELECT {names or 'NULL'}"))


class _TruthDumper(Dumper):
    """True and False as 1 and 0: the state has no booleans."""

    oid = Int8Dumper.oid

    def dump(self, obj: Any) -> Buffer:
        return b"1" if obj else b"0"


class _TruthLoader(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _NumberLoader(Loader):
    """A sum of whole numbers is a whole number; PostgreSQL gives it as one of any length."""

    def load(self, data: Buffer) -> int | float:
        number = bytes(data)
        return float(number) if b"." in number or b"N" in number else int(number)


class _BytesLoader(Loader):
    def load(self, data: Buffer) -> bytes:
        return bytes.fromhex(bytes(data)[2:].decode())


def adapt(context: AdaptContext) -> None:
    """Have a connection give and take values as the store does."""
    adapters: AdaptersMap = context.adapters
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _TruthDumper)
    adapters.register_loader("bool", _TruthLoader)
    adapters.register_loader("numeric", _NumberLoader)
    adapters.register_loader("bytea", _BytesLoader)
