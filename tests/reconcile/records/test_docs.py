"""docs/records.md: every table and column is named, and every query and command that it shows works."""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reconcile.records.publish import publish
from reconcile.records.schema import TABLES
from reconcile.records.sql_names import FORM_TABLE_COLUMNS, LINE_TABLE_COLUMNS
from tests.reconcile.records import MemoryOutbox, a_record

PAGE = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
QUERIES = [
    query.strip()
    for block in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    for query in re.sub(r"--.*", "", block).split(";")
    if query.strip()
]
SELECTS = [query for query in QUERIES if query.startswith("select")]
COMMANDS = re.findall(r"^sqlite-utils .*$", PAGE, re.MULTILINE)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    store = MemoryOutbox()
    store.put(a_record("one"))
    publish(store, tmp_path / "records.db", store.form)
    return tmp_path / "records.db"


def described(table: str) -> str:
    return next(line for line in PAGE.splitlines() if line.startswith(f"| `{table}`"))


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_is_described_with_every_column(table: str) -> None:
    missing = [column for column in TABLES[table] if f"`{column}`" not in described(table) and column != "id"]
    assert missing == []


def test_the_own_columns_of_a_form_s_tables_are_described() -> None:
    assert all(f"`{column}`" in described("bon_de_commande") for column in FORM_TABLE_COLUMNS)
    assert all(f"`{column}`" in described("bon_de_commande_lines") for column in LINE_TABLE_COLUMNS)


@pytest.mark.parametrize("query", SELECTS)
def test_every_query_of_the_page_works(records: Path, query: str) -> None:
    with sqlite3.connect(f"file:{records}?mode=ro", uri=True) as connection:
        cursor = connection.execute(query, {"seen": 0} if ":seen" in query else {})
        assert cursor.description is not None


@pytest.mark.parametrize("query", SELECTS)
def test_no_query_of_the_page_walks_through_all_records(records: Path, query: str) -> None:
    """Tables that every order makes larger are searched by an index, or read in the order of one."""
    with sqlite3.connect(f"file:{records}?mode=ro", uri=True) as connection:
        plan = connection.execute(f"explain query plan {query}", {"seen": 0} if ":seen" in query else {}).fetchall()
    walked = [step for *_, step in plan if step.startswith("SCAN") and "USING" not in step]
    assert not [step for step in walked if not any(small in step for small in SMALL)], plan


SMALL = ("exceptions", "outbox", "VIRTUAL TABLE", "bon_de_commande_former", "bon_de_commande_versions")
"""What a query may walk through: exceptions and former versions are few, and the page asks for all exceptions.

A view of versions is walked through after each of its two tables was searched.
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_works(records: Path, command: str) -> None:
    _, *arguments = shlex.split(command)
    program = [sys.executable, "-m", "sqlite_utils", *arguments]
    done = subprocess.run(program, cwd=records.parent, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_page_has_queries_and_commands() -> None:
    assert (len(SELECTS), len(COMMANDS)) == (8, 3)
    assert len(QUERIES) == len(SELECTS) + 2, "begin and commit"
