"""Parquet: exact decimals, dates and times; what was erased is told, and what does not fit is left empty."""

from __future__ import annotations

import io
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.parts.exports import parquet
from flows.parts.exports.parquet import typed_cell
from reconcile.records import ExportOptions
from reconcile.records.interchange.export_columns import ExportColumn
from reconcile.records.publish import publish
from tests.examples import examples
from tests.reconcile.records import MemoryOutbox, a_record, order_form
from tests.reconcile.records.export.test_export import FORM, published
from transcribe.errors import NotFound, SettingsError


def table_of(records: Path, options: ExportOptions | None = None) -> pyarrow.Table:
    out = io.BytesIO()
    parquet.write(records, FORM, out, options or ExportOptions())
    return pyarrow.parquet.read_table(io.BytesIO(out.getvalue()))


def test_parquet_has_exact_decimals_dates_and_times(tmp_path: Path) -> None:
    table = table_of(published(tmp_path))
    (row,) = table.to_pylist()
    assert (row["total"], row["total_currency"]) == (Decimal("1234.50"), "EUR")
    assert row["order_date"] == date(2026, 1, 3)
    assert (row["signed"], row["recorded_at"].tzinfo is not None) == (True, True)
    assert str(table.schema.field("total").type) == "decimal128(38, 9)"
    assert table.schema.field("total").metadata == {b"label": b"TOTAL", b"type": b"amount"}
    lines = table_of(tmp_path / "records.db", ExportOptions(table="lines")).to_pylist()
    assert [(each["row"], each["quantity"], each["weight"], each["gift"]) for each in lines] == [
        (0, 2, Decimal("0.250"), True),
        (2, 0, None, False),
    ]


def test_a_field_that_was_another_kind_of_number_stays_one(tmp_path: Path) -> None:
    """Else a comparison in DuckDB compares texts. What was no number in one version is text."""
    forms = [order_form(), order_form(version=2, total="decimal", order_number="integer")]
    store = MemoryOutbox(known=forms)
    store.put(a_record("one", total="1234.50"))
    store.put(a_record("two", form_version=2, total="99.5", order_number=7))
    publish(store, tmp_path / "records.db", store.form)
    out = io.BytesIO()
    parquet.write(tmp_path / "records.db", FORM, out, ExportOptions())
    table = pyarrow.parquet.read_table(io.BytesIO(out.getvalue()))
    assert table["total"].to_pylist() == [Decimal("1234.50"), Decimal("99.5")]
    assert table["order_number"].to_pylist() == ["BC-2026-0001", "7"]


def test_parquet_leaves_a_number_empty_that_is_too_long_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (row,) = table_of(published(tmp_path, total="1.0000000001")).to_pylist()
    assert row["total"] is None
    assert "record one: total is no number of Parquet" in caplog.text


@pytest.mark.promise("`--after NUMBER` writes what", "`state` is `final`, `provisional`,")
def test_parquet_tells_what_was_erased_since(tmp_path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    store.put(a_record("two"))
    store.erase("one")
    publish(store, tmp_path / "records.db", store.form)
    rows = table_of(tmp_path / "records.db", ExportOptions(after=1)).to_pylist()
    assert [(each["scan"], each["state"]) for each in rows] == [("two", "final"), ("one", "erased")]


def test_without_pyarrow_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SettingsError, match=r"pip install 'fairhand\[parquet\]'"):
        table_of(published(tmp_path))


@examples(60)
@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**28), max_value=10**28))
def test_parquet_and_csv_keep_every_number_exactly(value: Decimal) -> None:
    column = ExportColumn(name="total", kind="number", field="total")
    assert typed_cell(format(value, "f"), column, "one") == value


def test_parquet_says_how_many_rows_it_wrote_and_how_sure_each_is(tmp_path: Path) -> None:
    records = published(tmp_path)
    assert parquet.write(records, FORM, io.BytesIO(), ExportOptions(after=5)) == 0
    with pytest.raises(NotFound):
        parquet.write(records, "nothing", io.BytesIO(), ExportOptions())
    (record,) = table_of(records).to_pylist()
    told = record["exceptions"], record["least_probability"]
    assert (told[0], 0 < told[1] < 1) == (1, True)
    lines = table_of(records, ExportOptions(table="lines")).to_pylist()
    assert {(row["exceptions"], row["least_probability"]) for row in lines} == {told}
