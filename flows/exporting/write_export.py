"""Writes records in one of the formats: those of `reconcile.records`, and those that need the state of a home."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.exporting import order_x, readings, training_pairs
from flows.exporting.output_folder import require_folder
from flows.home import Home, now
from reconcile.records import ExportOptions, export_names, load_export, one_moment, query, write_package
from transcribe.errors import SettingsError
from transcribe.whole_files import remove_leftovers, whole_binary_file, whole_text_file

OF_A_HOME: dict[str, Callable[[Home, str, Path], int]] = {
    "readings": readings.write,
    "training": training_pairs.write,
    "order-x": order_x.write,
}
"""Formats that are made from the state of a home; the path is a file of `readings`, else a folder."""

PACKAGE = "datapackage"
"""The format of a folder with every table of a form and their description."""

FOLDERS = (PACKAGE, "training", "order-x")
"""Formats of several files: --out is a folder."""

ONE_FORM = ("csv", "parquet", "readings", *FOLDERS)
"""Formats that hold one form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is exported: the form (None: all, where the format holds several), one of its tables, since when."""

    format: str
    form: str | None = None
    table: str = ""
    after: int = 0
    for_spreadsheets: bool = False


def format_names() -> tuple[str, ...]:
    """The names of all formats."""
    return (*export_names(), PACKAGE, *OF_A_HOME)


def export_records(records: Path, home: Callable[[], Home], wanted: Wanted, out: Path | None) -> int:
    """Write records to a file or folder, or to standard output where `out` is None; gives how many rows.

    With `after` those changed since, then what was erased since, and of one form also what left it. The home is opened
    only where the format needs it.

    Raises SettingsError where the format is unknown, needs a form named or does not go to standard output, NotFound
    where there are no records, StartOver where `after` is a number of another state.
    """
    if wanted.format not in format_names():
        raise SettingsError(f"There is no format {wanted.format!r}. Use one of: {', '.join(format_names())}.")
    if out is not None:
        remove_leftovers(out if wanted.format in FOLDERS else out.parent, now())
    with one_moment(records):  # else what is published meanwhile may lie below the largest number of what is written
        return _export(records, home, wanted, out)


def _export(records: Path, home: Callable[[], Home], wanted: Wanted, out: Path | None) -> int:
    query.require_position(records, wanted.after)
    names = [wanted.form] if wanted.form else query.forms(records)
    if wanted.format in ONE_FORM and len(names) != 1:
        known = ", ".join(names) or "none is published yet"
        raise SettingsError(f"An export in the format {wanted.format} holds one form. Say --form with one of: {known}.")
    if wanted.format == PACKAGE or wanted.format in OF_A_HOME:
        return _export_whole(records, home, wanted, names[0], out)
    writer = load_export(wanted.format)
    options = ExportOptions(
        table=wanted.table,
        after=wanted.after,
        for_spreadsheets=wanted.for_spreadsheets,
        tells_moves=wanted.form is not None or wanted.format in ONE_FORM,
    )

    def write(file: Any) -> int:
        count = sum(writer.write(records, name, file, options) for name in names)
        return count + (writer.write_erased(records, names[-1], file, options) if wanted.after and names else 0)

    if out is None:
        return write(sys.stdout.buffer if writer.IS_BINARY else sys.stdout)
    with whole_binary_file(out) if writer.IS_BINARY else whole_text_file(out) as file:
        return write(file)


def _export_whole(records: Path, home: Callable[[], Home], wanted: Wanted, form: str, out: Path | None) -> int:
    """An export of a whole form, without options, to a file or into a folder that is made where it is missing.

    Where it fails nothing is written and no folder made.
    """
    if wanted.table or wanted.after or wanted.for_spreadsheets:
        raise SettingsError(f"The format {wanted.format} has all of a form: leave --table, --after and the like out.")
    if out is None:
        what = "a folder" if wanted.format in FOLDERS else "a file"
        raise SettingsError(f"The format {wanted.format} does not go to standard output: name {what} with --out.")
    if wanted.format in FOLDERS:
        require_folder(out)
    if wanted.format == PACKAGE:
        return write_package(records, form, out)
    return OF_A_HOME[wanted.format](home(), form, out)
