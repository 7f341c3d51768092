"""`total > 500` is right in six tools: sqlite3, sqlite-utils, Datasette, pandas, DuckDB and Parquet by pyarrow."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pyarrow.compute
import pyarrow.parquet
import pytest

from flows.parts.exports.parquet import write
from reconcile.records.export_formats import ExportOptions
from reconcile.records.publish import publish
from tests.reconcile.records import MemoryOutbox, a_record

TOTALS = {
    **{"nine": "9.00", "seventy": "70.00", "below": "499.99", "at": "500.00", "above": "500.01"},
    **{"thousand": "1000.00", "negative": "-600.00", "million": "1234567.89", "blank": None},
}
"""Totals by scan: as text, "9.00" would be more than "500.00", and "1000.00" less."""

OVER = {"above", "thousand", "million"}
"""The scans whose total is over 500."""

TABLE = "bon_de_commande"


def of_sqlite3(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {scan for (scan,) in connection.execute(f"select scan from {TABLE} where total > 500")}  # noqa: S608


def of_sqlite_utils(path: Path) -> set[str]:
    asked = [sys.executable, "-m", "sqlite_utils", "rows", str(path), TABLE, "--where", "total > 500"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=240, check=True)
    return {row["scan"] for row in json.loads(done.stdout)}


def of_datasette(path: Path) -> set[str]:
    asked = [sys.executable, "-m", "datasette", str(path), "--get", f"/records/{TABLE}.json?total__gt=500&_shape=array"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=240, check=True)
    return {row["scan"] for row in json.loads(done.stdout)}


def of_pandas(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        frame = pandas.read_sql_query(f"select * from {TABLE}", connection)  # noqa: S608 our own name
    return set(frame[frame["total"] > 500]["scan"])


def parquet(path: Path) -> Path:
    out = path.with_suffix(".parquet")
    with out.open("wb") as file:
        write(path, "bon-de-commande", file, ExportOptions())
    return out


def rows(asked: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers."""
    found = duckdb.sql(asked)
    assert found is not None
    return found.fetchall()


def of_duckdb(path: Path) -> set[str]:
    asked = f"select scan from '{parquet(path)}' where total > 500"  # noqa: S608 our own path
    return {scan for (scan,) in rows(asked)}


def of_parquet(path: Path) -> set[str]:
    table = pyarrow.parquet.read_table(parquet(path))
    return set(table.filter(pyarrow.compute.field("total") > Decimal(500))["scan"].to_pylist())


@pytest.fixture
def records(tmp_path: Path) -> Path:
    store = MemoryOutbox()
    for scan, total in TOTALS.items():
        store.put(a_record(scan, total=total))
    publish(store, tmp_path / "records.db", store.form)
    return tmp_path / "records.db"


@pytest.mark.parametrize("asked", [of_sqlite3, of_sqlite_utils, of_datasette, of_pandas, of_duckdb, of_parquet])
def test_total_over_500_is_right(records: Path, asked: Callable[[Path], set[str]]) -> None:
    assert asked(records) == OVER


def test_sums_and_order_are_right_in_duckdb_and_parquet_to_the_cent(records: Path) -> None:
    asked = f"select sum(total), max(total), min(total) from '{parquet(records)}'"  # noqa: S608 our own path
    exact = [Decimal(total) for total in TOTALS.values() if total]
    assert rows(asked) == [(sum(exact), max(exact), min(exact))]
    asked = f"select scan from '{parquet(records)}' where total is not null order by total"  # noqa: S608 our own path
    ordered = [scan for (scan,) in rows(asked)]
    assert ordered == sorted((scan for scan in TOTALS if TOTALS[scan]), key=lambda scan: Decimal(TOTALS[scan] or 0))
