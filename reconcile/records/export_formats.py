"""Exports of the record database, one file each: `reconcile.records.export.load("jsonl")`.

A file of this folder is an `Export`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO, cast

from transcribe import plugins


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What of a form is exported, and how.

    `table` is one of the form's tables ("lines") where the format has one table a file; "" is the plain fields.
    `after` leaves out records that have not changed since. `for_spreadsheets` makes a file that a spreadsheet opens
    without taking text for formulas; it is then no exact copy any more.
    """

    table: str = ""
    after: int = 0
    for_spreadsheets: bool = False


class Export(Protocol):
    """What a file of this folder provides."""

    MEDIA_TYPE: str
    """What the export is, for HTTP."""

    def write(self, records: Path, form: str, out: TextIO, options: ExportOptions) -> int:
        """Write a form's records to `out` (opened with newline=""); how many rows. NotFound where there are none."""


def load_export(name: str) -> Export:
    """The export of this name; SettingsError lists the known ones otherwise."""
    return cast(Export, plugins.load("reconcile.records.export", name))


def export_names() -> tuple[str, ...]:
    """Every export."""
    return plugins.names("reconcile.records.export")
