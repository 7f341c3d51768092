"""A data package (Frictionless): every table of a form as CSV in one folder, with their description."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from reconcile.records import ExportOptions, export_columns, load_export, query, sql_names
from transcribe.whole_files import whole_folder

DESCRIPTION_NAME = "datapackage.json"
"""The name that tools look for."""

ERASED_NAME = "erased"
"""The resource of the scans that were forgotten."""

_TYPES: dict[sql_names.ExportKind, dict[str, object]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "share": {"type": "number"},
    "date": {"type": "date"},
    "time": {"type": "datetime"},
    "boolean": {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
}
"""The type of each kind of cells in a Table Schema."""


def write_package(records: Path, form: str, folder: Path) -> int:
    """Write the tables of a form and their description into a folder; gives the rows of all of them.

    The folder is made where it is missing. NotFound where nothing of the form was published; then nothing is written.
    """
    with whole_folder(folder) as made:
        return _write_files(records, form, made)


def _write_files(records: Path, form: str, folder: Path) -> int:
    resources, count, table = [], 0, load_export("csv")
    names = {part: form if not part else f"{form}.{part}" for part in query.parts(records, form)}
    for part, name in names.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            count += table.write(records, form, out, ExportOptions(table=part))
        resources.append(_resource(name, export_columns.columns_of(records, form, part), names[""] if part else None))
    with (folder / f"{ERASED_NAME}.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("scan", "changed"), *query.erased(records)])
    column = export_columns.ExportColumn
    erased = [column(name="scan", kind="text"), column(name="changed", kind="integer")]
    resources.append(_resource(ERASED_NAME, erased, None))
    described = {"profile": "tabular-data-package", "name": form, "resources": resources}
    text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    (folder / DESCRIPTION_NAME).write_text(text, encoding="utf-8")
    return count


def _resource(name: str, columns: Sequence[export_columns.ExportColumn], of_records: str | None) -> dict[str, object]:
    """The description of a file. `of_records` is the resource of the records that a table of lines belongs to."""
    schema: dict[str, object] = {
        "fields": [_field(each) for each in columns],
        "missingValues": [""],
        "primaryKey": ["scan", export_columns.ROW_COLUMN] if of_records else ["scan"],
    }
    if of_records:
        schema["foreignKeys"] = [{"fields": ["scan"], "reference": {"resource": of_records, "fields": ["scan"]}}]
    return {
        "name": name.replace("_", "-"),
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"doubleQuote": True},
        "schema": schema,
    }


def _field(column: export_columns.ExportColumn) -> dict[str, object]:
    described: dict[str, object] = {"name": column.name, **_TYPES[column.kind]}
    if column.label:
        described["title"] = f"{column.label} ({column.end.strip('_')})" if column.end else column.label
    if column.field and not column.end:
        described["description"] = f"field {column.field} of type {column.type}"
    return described
