"""CSV (RFC 4180, UTF-8): one table of a form in a file, exact, or safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TextIO

from reconcile.records import query
from reconcile.records.export_formats import ExportOptions, spreadsheet_text
from reconcile.records.interchange.export_columns import ExportColumn, columns_of, gone_row, rows_of
from transcribe.model import Value

MEDIA_TYPE = "text/csv"

IS_BINARY = False

HOLDS_ONE_FORM = True

_BYTE_ORDER_MARK = "\ufeff"


def write(records: Path, form: str, out: TextIO, options: ExportOptions) -> int:
    """Write the plain fields, or the lines of `options.table`, after a header, and give the number of rows.

    Columns are called as the fields, whatever version of the form has them; beside an amount stands its currency, and
    beside a known value its key in the master data. A blank is an empty cell.
    """
    columns = columns_of(records, form, options.table)
    if options.for_spreadsheets:
        out.write(_BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow([each.name for each in columns])
    count = 0
    for record in query.records(records, form, after=options.after, selection=options.selection):
        for cells in rows_of(record, columns, options.table):
            writer.writerow([_cell(*each, options) for each in zip(cells, columns, strict=True)])
            count += 1
    return count


def write_erased(records: Path, form: str, out: TextIO, options: ExportOptions) -> int:
    """Write a row for each scan that was erased since, or left the form, and give the number of rows."""
    writer, columns = csv.writer(out), columns_of(records, form, options.table)
    gone = query.gone(records, form, options.after, moves=options.tells_moves)
    for scan, state, changed, _ in gone:
        writer.writerow(gone_row(columns, scan, state, changed))
    return len(gone)


def _cell(value: Value | float, column: ExportColumn, options: ExportOptions) -> str:
    if value is None:
        return ""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return spreadsheet_text(text) if options.for_spreadsheets and column.kind == "text" else text
