"""CSV (RFC 4180, UTF-8): one table of a form in a file, exact, or safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TextIO

from reconcile.records import query
from reconcile.records.export_formats import ExportOptions
from transcribe.model import Value

MEDIA_TYPE = "text/csv"

_RECORD_COLUMNS = ("scan", "scan_name", "record_version", "recorded_at")
"""The first columns of each row, which say of which record it is."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
"""Characters that a formula may begin with in a spreadsheet (OWASP, CSV injection), full-width ones included."""

_NUMBER_TYPES = frozenset({"amount", "integer", "decimal", "date", "checkbox", "signature"})
"""Types whose values are never free text, so that "-5.00" stays a number."""

_BYTE_ORDER_MARK = "\ufeff"


def write(records: Path, form: str, out: TextIO, options: ExportOptions) -> int:
    """Write the plain fields, or the lines of `options.table`, after a header, and give the number of rows.

    Columns are called as in the record database. A blank is an empty cell.
    """
    columns = {each.field: each for each in query.columns(records, form, options.table)}
    if options.for_spreadsheets:
        out.write(_BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow(
        [*_RECORD_COLUMNS, *(["row"] if options.table else []), *(each.column for each in columns.values())]
    )
    count = 0
    for record in query.records(records, form, after=options.after):
        own = [record.scan, _cell(record.scan_name, "", options), record.record_version, record.recorded_at]
        for line in record.tables[options.table] if options.table else (record.values,):
            cells = [_cell(line.get(name), each.type, options) for name, each in columns.items()]
            writer.writerow([*own, *([line["row"]] if options.table else []), *cells])
            count += 1
    return count


def _cell(value: Value, type_name: str, options: ExportOptions) -> str:
    if value is None:
        return ""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    if options.for_spreadsheets and type_name not in _NUMBER_TYPES and text.startswith(_FORMULA_STARTS):
        return "'" + text
    return text
