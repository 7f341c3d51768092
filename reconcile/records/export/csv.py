"""CSV (RFC 4180, UTF-8): one table of a form in a file, exact, or safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from reconcile.records import query
from reconcile.records.export_formats import ExportOptions
from reconcile.records.query import ValueOrigin
from transcribe.model import Value

MEDIA_TYPE = "text/csv"

_RECORD_COLUMNS = ("scan", "scan_name", "record_version", "recorded_at", "state", "changed")
"""The first columns of each row, which say of which record it is. `state` is final, provisional or erased."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
"""Characters that a formula may begin with in a spreadsheet (OWASP, CSV injection), full-width ones included."""

_NUMBER_TYPES = frozenset({"amount", "integer", "decimal", "date", "checkbox", "signature"})
"""Types whose values are never free text, so that "-5.00" stays a number."""

_BYTE_ORDER_MARK = "\ufeff"


def write(records: Path, form: str, out: TextIO, options: ExportOptions) -> int:
    """Write the plain fields, or the lines of `options.table`, after a header, and give the number of rows.

    Columns are called as the fields, whatever version of the form has them; beside an amount stands its currency, and
    beside a known value its key in the master data. A blank is an empty cell.
    """
    columns = _columns(records, form, options)
    if options.for_spreadsheets:
        out.write(_BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow(_header(columns, options))
    count = 0
    for record in query.records(records, form, after=options.after):
        name = _cell(record.scan_name, "", options)
        own = [record.scan, name, record.record_version, record.recorded_at, record.state, record.changed]
        beside = {(each.field, each.row): each for each in record.origins}
        for line in record.tables.get(options.table, ()) if options.table else (record.values,):
            row = int(str(line["row"])) if options.table else None
            cells = [
                _beside(beside.get((f"{options.table}.{each.field}" if options.table else each.field, row)), each)
                if each.end
                else _cell(line.get(each.field), each.type, options)
                for each in columns
            ]
            writer.writerow([*own, *([row] if options.table else []), *cells])
            count += 1
    return count


def write_erased(records: Path, form: str, out: TextIO, options: ExportOptions) -> int:
    """Write a row for each scan that was erased since: its id, the state "erased", the number of the change."""
    writer, width = csv.writer(out), len(_header(_columns(records, form, options), options))
    erased = query.erased(records, after=options.after)
    for scan, changed in erased:
        own = [scan, "", "", "", "erased", changed]
        writer.writerow([*own, *[""] * (width - len(own))])
    return len(erased)


class _Column(NamedTuple):
    """A column: a field with its type, or what stands beside its value: "_currency", "_key"."""

    field: str
    type: str
    end: str = ""


def _columns(records: Path, form: str, options: ExportOptions) -> list[_Column]:
    known = query.columns(records, form, options.table)
    types = {each.field: each.type for each in known}
    found = []
    for field, type_name in types.items():
        found.append(_Column(field, type_name))
        for end, wanted in (
            ("_currency", any(each.kind == "amount" for each in known if each.field == field)),
            ("_key", any(each.is_listed for each in known if each.field == field)),
        ):
            found += [_Column(field, "text", end)] if wanted and f"{field}{end}" not in types else []
    return found


def _header(columns: Sequence[_Column], options: ExportOptions) -> list[str]:
    return [*_RECORD_COLUMNS, *(["row"] if options.table else []), *(f"{each.field}{each.end}" for each in columns)]


def _beside(origin: ValueOrigin | None, column: _Column) -> str:
    if origin is None:
        return ""
    return (origin.currency if column.end == "_currency" else origin.known_key) or ""


def _cell(value: Value, type_name: str, options: ExportOptions) -> str:
    if value is None:
        return ""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    if options.for_spreadsheets and type_name not in _NUMBER_TYPES and text.startswith(_FORMULA_STARTS):
        return "'" + text
    return text
