"""The tables on PostgreSQL are those of a file, and every statement is understood there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from tests.transcribe.store.world import World
from transcribe.store.drivers.database import NUMBER_PARAMETERS, postgresql_statements, sqlite_statements, without
from transcribe.store.drivers.state_file import migrate

ONLY_ON = "postgresql"

TYPES = {"INTEGER": "bigint", "TEXT": "text", "REAL": "double precision", "BLOB": "bytea"}

COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type, c.is_nullable = 'NO', c.column_default, c.collation_name
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position
"""

CONSTRAINTS = """
SELECT conrelid::regclass::text, contype, array_agg(a.attname ORDER BY a.attname)::text[],
    confrelid::regclass::text, confdeltype = 'c'
FROM pg_constraint JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = ANY (conkey)
WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f')
GROUP BY pg_constraint.oid, conrelid, contype, confrelid, confdeltype
"""

OWN_TABLES = {"last_number", "schema_version"}
"""What SQLite has built in."""


@pytest.fixture(scope="module")
def file() -> Iterator[sqlite3.Connection]:
    """A database in a file, as the last step leaves it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        yield connection


def tables(file: sqlite3.Connection, kind: str = "table") -> list[str]:
    return [
        name
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = ? ORDER BY name", (kind,))
        if not name.startswith("sqlite_")
    ]


def test_both_have_the_same_columns_in_the_same_order(here: World, file: sqlite3.Connection) -> None:
    wanted = {
        table: [
            (name, TYPES[kind], bool(needed or key), None if kind != "TEXT" else "C")
            for _, name, kind, needed, _, key in file.execute(f"PRAGMA table_info({table})")
        ]
        for table in tables(file)
    }
    found: dict[str, list[tuple[str, str, bool, str | None]]] = {}
    for table, name, kind, needed, _, collation in here.behind.execute(COLUMNS):
        found.setdefault(table, []).append((name, kind, bool(needed), collation))
    assert set(found) - set(wanted) == OWN_TABLES
    assert {table: found[table] for table in wanted} == wanted


def test_both_have_the_same_keys_and_references(here: World, file: sqlite3.Connection) -> None:
    wanted = set()
    for table in tables(file):
        keys = sorted(name for _, name, _, _, _, key in file.execute(f"PRAGMA table_info({table})") if key)
        wanted.add((table, "p", tuple(keys), "", False))
        for _, index, unique, origin, _ in file.execute(f"PRAGMA index_list({table})"):
            if unique and origin == "u":
                columns = sorted(name for _, _, name in file.execute(f"PRAGMA index_info({index})"))
                wanted.add((table, "u", tuple(columns), "", False))
        for _, _, other, column, _, _, deleted, _ in file.execute(f"PRAGMA foreign_key_list({table})"):
            wanted.add((table, "f", (column,), other, deleted == "CASCADE"))
    found = {
        (table, kind, tuple(columns), "" if other == "-" else other, bool(cascade))
        for table, kind, columns, other, cascade in here.behind.execute(CONSTRAINTS)
        if table not in OWN_TABLES
    }
    assert found == wanted


def test_both_have_the_same_indexes_views_and_triggers(here: World, file: sqlite3.Connection) -> None:
    indexes = "SELECT indexname, indexdef LIKE '%% WHERE %%' FROM pg_indexes WHERE schemaname = 'public'"
    found = {name: bool(partial) for name, partial in here.behind.execute(indexes.replace("%%", "%"))}
    wanted = {
        name: " WHERE " in sql
        for name, sql in file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    }
    assert wanted.items() <= found.items()
    views = here.behind.execute("SELECT viewname FROM pg_views WHERE schemaname = 'public'")
    assert sorted(row[0] for row in views) == tables(file, "view")
    triggers = here.behind.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    assert sorted(row[0] for row in triggers) == tables(file, "trigger")


def test_every_statement_is_understood(here: World) -> None:
    """Also those whose parameters may be None, for which the server is told what they are."""
    refused = {}
    for number, (name, (sql, names)) in enumerate(postgresql_statements().items()):
        types = ", ".join("BIGINT" if each in NUMBER_PARAMETERS else "UNKNOWN" for each in names)
        try:
            here.behind.execute(f"PREPARE p{number} {f'({types})' if types else ''} AS {sql}")
        except psycopg.Error as error:
            refused[name] = str(error)
    assert refused == {}
    assert postgresql_statements().keys() == sqlite_statements().keys()


def test_every_statement_is_understood_where_values_are_none(here: World) -> None:
    refused, number = {}, 0
    for name, (sql, names) in postgresql_statements().items():
        may_be = [place for place in range(1, len(names) + 1) if without(sql, (place,)) != sql]
        for places in {tuple(may_be), *((place,) for place in may_be)} - {()}:
            number += 1
            kinds = enumerate(names, start=1)
            types = ["BIGINT" if it in NUMBER_PARAMETERS and at not in places else "UNKNOWN" for at, it in kinds]
            try:
                here.behind.execute(f"PREPARE none{number} ({', '.join(types)}) AS {without(sql, places)}")
            except psycopg.Error as error:
                refused[name, places] = str(error)
    assert refused == {}
    assert number > 20


def test_conditions_on_values_that_are_none_are_left_out() -> None:
    sql = "(CAST($1 AS TEXT) IS NULL OR a = $1) AND (CAST($2 AS TEXT) IS NOT NULL OR b = $2)"
    sql += " AND CAST($12 AS TEXT) IS NULL"
    assert without(sql, (1,)) == sql.replace("CAST($1 AS TEXT) IS NULL", "TRUE")
    assert without(sql, (2,)) == sql.replace("CAST($2 AS TEXT) IS NOT NULL", "FALSE")
    assert without(sql, (12,)) == sql, "it would be nowhere any more"
