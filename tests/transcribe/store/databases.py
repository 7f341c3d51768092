"""The databases that the tests of the store run on: a file, or a database of the one PostgreSQL of the run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Literal

import psycopg

from tests.postgres import new_database
from transcribe.store.drivers.sqlite import SqliteDatabase
from transcribe.store.postgresql.postgresql import PostgresqlDatabase
from transcribe.store.state_store import Store

Kind = Literal["sqlite", "postgresql"]

KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")

SAVE = """
CREATE SCHEMA saved;
DO $$ DECLARE t TEXT; BEGIN
FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE saved.%1$I AS SELECT * FROM public.%1$I', t);
END LOOP;
CREATE TABLE saved.numbers AS
    SELECT sequencename AS name, COALESCE(last_value, 1) AS last, last_value IS NOT NULL AS called
    FROM pg_sequences WHERE schemaname = 'public';
END $$
"""
"""Keep what a database begins with beside it."""

PUT_BACK = """
SET session_replication_role = replica;
DO $$ DECLARE t TEXT; BEGIN
FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND (
    pg_relation_size(to_regclass(format('public.%I', tablename))) > 0
    OR pg_relation_size(to_regclass(format('saved.%I', tablename))) > 0
) LOOP
    EXECUTE format('DELETE FROM public.%1$I; INSERT INTO public.%1$I SELECT * FROM saved.%1$I', t);
END LOOP;
PERFORM setval(format('public.%I', name), last, called) FROM saved.numbers;
END $$
"""
"""Bring a database back to its beginning: a tenth of the time of a new copy. A table without a page has no rows."""

_now: list[Kind] = ["sqlite"]

_free: dict[tuple[str, ...], list[str]] = {}


def kind() -> Kind:
    """The kind of database that worlds are made on now."""
    return _now[0]


@contextmanager
def on(chosen: Kind) -> Iterator[None]:
    """Worlds that are made meanwhile are on this kind of database."""
    before, _now[0] = _now[0], chosen
    try:
        yield
    finally:
        _now[0] = before


def take(beginning: tuple[str, ...], fill: Callable[[str], None]) -> str:
    """The URL of a database that holds what `fill` puts into a new one, and that nobody else uses now."""
    free = _free.setdefault(beginning, [])
    if free:
        url = free.pop()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(PUT_BACK.encode())
        return url
    url = new_database()
    fill(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SAVE.encode())
    return url


def give_back(beginning: tuple[str, ...], url: str) -> None:
    """Say that nobody uses a database any more."""
    _free[beginning].append(url)


def tamper(store: Store, triggers: tuple[str, ...], *statements: str) -> None:
    """Change rows as somebody does who has the database and not the key: past these triggers."""
    if isinstance(store.db, SqliteDatabase):
        with closing(sqlite3.connect(store.db.path, isolation_level=None)) as connection:
            for trigger in triggers:
                connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
            for statement in statements:
                connection.execute(statement)
        return
    assert isinstance(store.db, PostgresqlDatabase)
    with psycopg.connect(store.db.address, autocommit=True) as past:
        past.execute("SET default_transaction_read_only = off; SET session_replication_role = replica")
        for statement in statements:
            past.execute(statement.encode())


def everything(store: Store) -> bytes:
    """All that a database holds: the bytes of its files, or its rows as text."""
    if isinstance(store.db, SqliteDatabase):
        return b"\n".join(file.read_bytes() for file in sorted(store.db.path.parent.iterdir()))
    assert isinstance(store.db, PostgresqlDatabase)
    with psycopg.connect(store.db.address) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = (row for (table,) in tables for row in connection.execute(f"TABLE {table}".encode()))
        return "\n".join(map(str, rows)).encode()


class Behind:
    """Looks behind the verbs of a store, and changes there, whatever database it is on."""

    def __init__(self, store: Store) -> None:
        self._database = store.db

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is within a transaction of the store."""
        if isinstance(self._database, SqliteDatabase):
            return self._database.connection.in_transaction
        assert isinstance(self._database, PostgresqlDatabase)
        with self._database.looking() as connection:
            return connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE

    def execute(self, sql: str, values: tuple[object, ...] = ()) -> Any:
        """The cursor of a statement with ? for its values: within the transaction of the store, where one has begun."""
        if isinstance(self._database, SqliteDatabase):
            return self._database.connection.execute(sql, values)
        assert isinstance(self._database, PostgresqlDatabase)
        said = sql.replace("%", "%%").replace("?", "%s").encode()
        with self._database.looking() as connection:
            return psycopg.Cursor(connection).execute(said, values)
