"""Lists of known values beside a draft: an uploaded CSV, or typed values, one a line."""

from __future__ import annotations

import csv
import io
import re

import tomlkit

from flows.parts.drafting.definition_edits import written
from flows.parts.drafting.draft_files import Draft
from transcribe.errors import FormError

VALUE_COLUMN = "value"
"""The column of a list that was typed."""

SEPARATORS = ",;\t|"
"""Separators of columns in CSV files, as spreadsheets write them."""


def read_table(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """The columns and rows of a CSV file. FormError where it is none in UTF-8, or has no rows."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormError("The list is no CSV in UTF-8. Save it as CSV UTF-8 in your spreadsheet.") from error
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [{name: value or "" for name, value in row.items() if isinstance(name, str)} for row in reader]
    except csv.Error as error:
        raise FormError(f"The list is no CSV: {error}.") from error
    columns = [name for name in reader.fieldnames or () if name]
    if not rows or not columns:
        raise FormError("The list has no rows. Its first line names the columns, each other line is one known value.")
    return columns, rows


def add_list(draft: Draft, field: str, columns: list[str], rows: list[dict[str, str]], column: str, key: str) -> None:
    """Put a list beside a draft as a field's known values, in place of the one that it had.

    `column` holds the values, and `key` what records carry with them, "" for the value itself. FormError where there
    is no such column; it names those that there are.
    """
    chosen = column or columns[0] if len(columns) == 1 or column else ""
    for each in filter(None, (chosen or "?", key)):
        if each not in columns:
            named = "Say which column holds the values" if each == "?" else f'The list has no column "{each}"'
            raise FormError(f"{named}: it has {', '.join(columns)}.")
    name = f"{draft.name}-{re.sub(r'[^a-z0-9]+', '-', field)}.csv"
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    draft.path.with_name(name).write_text(out.getvalue(), encoding="utf-8")
    definition = tomlkit.parse(draft.text)
    kept = [each for each in definition.get("master", ()) if each.get("field") != field]
    made = tomlkit.aot()
    for each in kept:
        made.append(each)
    added = tomlkit.table()
    added.update({"field": field, "source": name, "column": chosen, **({"key": key} if key else {})})
    made.append(added)
    definition["master"] = made
    draft.save(written(draft.text, definition))
