"""Parquet: one table of a form in a file, with exact decimals, dates and times; it needs pyarrow."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from reconcile.records import ExportOptions, export_columns, query, sql_names
from transcribe.errors import SettingsError
from transcribe.model import Value

MEDIA_TYPE = "application/vnd.apache.parquet"

IS_BINARY = True

HOLDS_ONE_FORM = True

DECIMAL_DIGITS = 38
"""The digits of a decimal: as many as its 16 bytes can have."""

DECIMAL_PLACES = 9
"""Those of them behind the point, as NUMERIC of BigQuery has them. Fixed, so that files of two days have one schema."""

GROUP_ROW_COUNT = 10_000
"""Rows in memory at once; they are written as one group. Chosen by hand."""

_MAX_INTEGER = 2**63 - 1
"""The largest integer of a column."""

logger = logging.getLogger("fairhand.records")


def write(records: Path, form: str, out: BinaryIO, options: ExportOptions) -> int:
    """Write the plain fields, or the lines of `options.table`; with `after` what was erased since too; gives the rows.

    A number too long for its column is left empty, and a warning names its record. SettingsError where pyarrow is not
    installed.
    """
    arrow, parquet = _pyarrow()
    columns = export_columns.columns_of(records, form, options.table)
    types: Mapping[sql_names.ExportKind, Any] = {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.decimal128(DECIMAL_DIGITS, DECIMAL_PLACES),
        "share": arrow.float64(),
        "date": arrow.date32(),
        "time": arrow.timestamp("s", tz="UTC"),
        "boolean": arrow.bool_(),
    }
    fields = [arrow.field(each.name, types[each.kind], metadata=_described(each)) for each in columns]
    schema = arrow.schema(fields, metadata={"form": form, "table": options.table})
    count = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for rows in _groups(_all_rows(records, form, columns, options)):
            named = [dict(zip(schema.names, row, strict=True)) for row in rows]
            writer.write_table(arrow.Table.from_pylist(named, schema=schema))
            count += len(rows)
    return count


def write_erased(records: Path, form: str, out: BinaryIO, options: ExportOptions) -> int:
    """Nothing: `write` has written those too, as a file of Parquet is closed with its last row."""
    return 0


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # 150 MB: an extra
        import pyarrow.parquet
    except ImportError as error:
        advice = "pip install 'fairhand[parquet]'"
        raise SettingsError(f"Parquet needs pyarrow, which is not installed: {advice}.") from error
    return pyarrow, pyarrow.parquet


def _described(column: export_columns.ExportColumn) -> dict[str, str]:
    described = {"label": column.label, "type": column.type if column.field and not column.end else ""}
    return {key: value for key, value in described.items() if value}


def _all_rows(
    records: Path, form: str, columns: Sequence[export_columns.ExportColumn], options: ExportOptions
) -> Iterator[list[object]]:
    for record in query.records(records, form, after=options.after, selection=options.selection):
        for cells in export_columns.rows_of(record, columns, options.table):
            yield [typed_cell(value, each, record.scan) for value, each in zip(cells, columns, strict=True)]
    gone = query.gone(records, form, options.after, moves=options.tells_moves) if options.after else ()
    for scan, state, changed, _ in gone:
        yield [*export_columns.gone_row(columns, scan, state, changed)]


def _groups(rows: Iterator[list[object]]) -> Iterator[list[list[object]]]:
    group: list[list[object]] = []
    for row in rows:
        group.append(row)
        if len(group) == GROUP_ROW_COUNT:
            yield group
            group = []
    if group:
        yield group


def typed_cell(value: Value | float, column: export_columns.ExportColumn, scan: str) -> object:
    """The cell of a value; None, with a warning, where the column cannot hold it."""
    if value is None:
        return None
    try:
        return _OF_KIND[column.kind](value)
    except (ValueError, InvalidOperation):
        logger.warning("record %s: %s is no %s of Parquet and is left empty there", scan, column.name, column.kind)
        return None


def _decimal(value: Value) -> Decimal:
    number = Decimal(str(value))
    exact = _exact().quantize(number, Decimal(1).scaleb(-DECIMAL_PLACES)) if number.is_finite() else number
    if exact != number or exact.adjusted() >= DECIMAL_DIGITS - DECIMAL_PLACES:
        raise ValueError("too long")
    return exact


@cache
def _exact() -> Context:
    """Arithmetic with as many digits."""
    return Context(prec=DECIMAL_DIGITS, traps=[InvalidOperation])


def _integer(value: Value) -> int:
    number = int(str(value))
    if abs(number) > _MAX_INTEGER:
        raise ValueError("too large")
    return number


def _text(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


_OF_KIND: Mapping[sql_names.ExportKind, Callable[[Any], object]] = {
    "text": _text,
    "integer": _integer,
    "number": _decimal,
    "share": float,
    "date": lambda value: date.fromisoformat(str(value)),
    "time": lambda value: datetime.fromisoformat(str(value)),
    "boolean": bool,
}
"""The function that makes a cell of each kind; ValueError or InvalidOperation where the value is none."""
