"""The files of named statements are read as aiosql reads them, whose notation they have."""

from __future__ import annotations

import aiosql
import pytest

from transcribe.store.drivers import named_sql


@pytest.mark.parametrize("folder", ["queries", "queries_postgresql"])
def test_named_statements_are_those_that_aiosql_reads(folder: str) -> None:
    read = aiosql.from_path(named_sql.STORE_FOLDER / folder, "sqlite3", mandatory_parameters=False)
    names = [name for name in read.available_queries if hasattr(getattr(read, name), "sql")]
    expected = {name: getattr(read, name).sql.rstrip("; \n") for name in names if not name.endswith("_cursor")}
    assert named_sql._texts(folder) == expected
    assert len(expected) > 5
