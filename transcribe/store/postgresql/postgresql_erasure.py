"""What PostgreSQL keeps of rows that were erased: the rows until they are cleared away, and samples of their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import Connection

from transcribe.store.postgresql.postgresql_schema import WRITE_LOCK, without_views

WORDS_TABLES = (
    "reading_text", "decision_text", "record_text", "task_text", "truth_text", "appeal_text", "question_text",
    "guide_example_text", "act_text", "time_dispute", "place", "scan", "other_name", "source_file",
)  # fmt: skip
"""Tables with words that are erased when a scan is forgotten."""

SAMPLED = """SELECT s.tablename, s.attname FROM pg_stats s
    JOIN pg_class c ON c.oid = to_regclass(quote_ident(s.tablename)) JOIN pg_attribute a ON a.attrelid = c.oid
    AND a.attname = s.attname AND a.atttypid = 'text'::regtype WHERE s.schemaname = current_schema()"""
"""The columns of text of whose values the server has samples for its plans. pg_stats shows them as they stand."""


def clear_away(connection: Connection[Any], seconds: float) -> None:
    """Clear erased rows away, and have the server take its samples anew. It waits for others so many seconds."""
    connection.execute(f"SET lock_timeout = {int(1000 * seconds)}; SET statement_timeout = 0")
    try:
        connection.execute(f"VACUUM {', '.join(WORDS_TABLES)}")
        sampled: dict[str, list[str]] = {}
        for table, column in connection.execute(SAMPLED):
            if table in WORDS_TABLES:
                sampled.setdefault(table, []).append(column)
        if sampled:
            connection.execute(f"ANALYZE {', '.join(sampled)}")
        if empty := {table: sampled[table] for table in sampled if _is_empty(connection, table)}:
            _drop_samples(connection, empty)
    finally:
        connection.execute("RESET lock_timeout; RESET statement_timeout")


def _is_empty(connection: Connection[Any], table: str) -> bool:
    return connection.execute(f"TABLE {table} LIMIT 1").fetchone() is None


def _drop_samples(connection: Connection[Any], empty: Mapping[str, Sequence[str]]) -> None:
    """Have the server forget its samples of tables that are empty now, as it takes none of those anew.

    It does with those of a column that is given a type, be it the one that it has.
    """
    with connection.transaction():
        connection.execute(f"SET TRANSACTION READ WRITE; SELECT pg_advisory_xact_lock({WRITE_LOCK})")
        with without_views(connection):
            for table, columns in empty.items():
                changes = ", ".join(f'ALTER COLUMN {column} TYPE TEXT COLLATE "C"' for column in columns)
                connection.execute(f"ALTER TABLE {table} {changes}")
