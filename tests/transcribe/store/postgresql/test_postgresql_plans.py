"""The plans that PostgreSQL makes of the statements that must stay fast at millions of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest

from tests.transcribe.store.test_plans import HOT, OF_ONE
from tests.transcribe.store.world import World, world
from transcribe.store.drivers.database import NUMBER_PARAMETERS, postgresql_statements
from transcribe.store.postgresql.postgresql_connection import SESSION

ONLY_ON = "postgresql"

NO_TABLE_WHOLE = "; ".join(
    f"SET enable_{way} = off"
    for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort", "incremental_sort", "material", "memoize")
)
"""The small tables of a test would be read whole, or sorted: told not to, the server does so only where no index helps.

Without it the plan depends on whether the server happened to have counted the rows yet.
"""

OURS = "; ".join(f"SET {key} = '{value}'" for key, value in SESSION.items())
"""The parameters of our connections."""

MANY_TASKS = """
INSERT INTO field (id, scan_id, form, form_version, name, row_number)
    SELECT 1000 + row, 1, 'order', 1, 'n', row FROM generate_series(1, 20000) AS row;
INSERT INTO task (public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority, ease, apart,
    opened_at) SELECT 'task ' || row, 1000 + row, 1, 1, 'read', 'value', 'r', 1, 'read', row % 3, 0.5, '', 0
    FROM generate_series(1, 20000) AS row;
ANALYZE
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("plans")) as made:
        yield made


def plan(here: World, name: str, settings: str = "") -> list[str]:
    """The steps of a statement's plan, made for any values as our connections have it."""
    sql, names = postgresql_statements()[name]
    types = ", ".join("BIGINT" if each in NUMBER_PARAMETERS else "UNKNOWN" for each in names)
    nothing = ", ".join(["NULL"] * len(names))
    with psycopg.connect(here.url, autocommit=True) as connection:
        connection.execute(f"SET plan_cache_mode = force_generic_plan; {settings}".encode())
        connection.execute(f"PREPARE asked {f'({types})' if names else ''} AS {sql}".encode())
        told = connection.execute(f"EXPLAIN (COSTS OFF) EXECUTE asked {f'({nothing})' if names else ''}".encode())
        return [step for (step,) in told]


def sorts(steps: list[str]) -> list[str]:
    """The steps that sort more than the rows that a LIMIT gives."""
    found = [place for place, step in enumerate(steps) if re.search(r"-> +(Incremental )?Sort$", step)]
    return [steps[place] for place in found if not _gives_few(steps[place + 1 :])]


def _gives_few(steps: list[str]) -> bool:
    """Whether what is sorted are a LIMIT's rows: the first step that does something is one."""
    doing = (step for step in steps if "->" in step and "Subquery Scan" not in step)
    return next(doing).strip().endswith("Limit")


@pytest.mark.parametrize("name", HOT)
def test_a_hot_statement_has_its_indexes_and_sorts_nothing(here: World, name: str) -> None:
    steps = plan(here, name, NO_TABLE_WHOLE)
    assert [step for step in steps if "Seq Scan" in step] == [], steps
    if name not in OF_ONE:
        assert sorts(steps) == [], steps


def test_the_server_by_itself_leases_by_the_index_of_open_tasks(here: World) -> None:
    here.scan("many")
    with psycopg.connect(here.url, autocommit=True) as connection:
        connection.execute(MANY_TASKS)
    steps = plan(here, "next_tasks")
    assert any("Index Scan using task_open on task t" in step for step in steps), steps
    assert sorts(steps) == [], steps
    assert [step for step in steps if "Seq Scan on task" in step] == [], steps


@pytest.mark.parametrize("name", HOT)
def test_a_plan_that_a_connection_made_while_tables_were_empty_reads_none_of_them_whole(here: World, name: str) -> None:
    """The plan is kept: of a table that has grown since it would read every row for each task that it looks at."""
    with psycopg.connect(here.url, autocommit=True) as connection:
        connection.execute("ANALYZE")
    whole = re.compile("Seq Scan|Hash (Join|Left|Right|Semi|Anti)|Merge (Join|Left|Right|Semi|Anti)")
    assert [step for step in plan(here, name, OURS) if whole.search(step)] == []


UNCOUNTED = """
UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname IN ('task', 'reading');
DELETE FROM pg_statistic WHERE starelid IN ('task'::regclass, 'reading'::regclass)
"""

MANY_READINGS = """
INSERT INTO reading (id, idem, field_id, lane, source, kind, transcriber_id, late, flags, conditions, text_hash,
    words_hash, at) SELECT 'reading ' || row, 'idem ' || row, 1000 + row, 'value', 'p', 'person', 1, 0, '', '', '', '',
    0 FROM generate_series(1, 20000) AS row
"""


@pytest.fixture(scope="module")
def uncounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with 20,000 tasks and readings, of which the server knows nothing yet."""
    with world(tmp_path_factory.mktemp("uncounted")) as made:
        made.scan("many")
        with psycopg.connect(made.url, autocommit=True) as connection:
            connection.execute(MANY_TASKS.replace("ANALYZE", MANY_READINGS))
            connection.execute(UNCOUNTED)
        yield made


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("count_passed", "task_scan"),
        ("people_slots", "reading_pkey"),
        ("readings", "reading_pkey on reading r"),
        ("task_with_lease", "reading_transcriber"),
    ],
)
def test_rows_of_a_field_are_found_by_it_before_the_server_has_counted_them(
    uncounted: World, name: str, others: str
) -> None:
    """By another index it would look through all rows for each field."""
    steps = plan(uncounted, name, OURS)
    assert not any(others in step or "BitmapAnd" in step for step in steps), steps


@pytest.mark.parametrize("name", ["duplicates_of_one", "names_file", "not_alike_any_more"])
def test_what_is_named_in_one_of_two_columns_can_be_found_by_both(here: World, name: str) -> None:
    steps = plan(here, name, f"{OURS}; SET enable_indexscan = off; SET enable_indexonlyscan = off")
    assert any("BitmapOr" in step for step in steps), steps
