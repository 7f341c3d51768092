"""Exports of the record database, one file each in `export/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from reconcile.records.interchange.selection import EVERYTHING, Selection
from transcribe import plugins

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
"""Characters that a formula may begin with in a spreadsheet (OWASP, CSV injection), full-width ones included."""


def spreadsheet_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """The part of a form that is exported, and how.

    `table` is one of the form's tables ("lines") where the format has one table a file; "" is the plain fields.
    `after` leaves out records that have not changed since this change number. With `for_spreadsheets` a spreadsheet
    takes no text for a formula; the file is then no exact copy. `tells_moves`: only one form is exported, so that what
    turned out to be of another form since is told too. `selection` leaves out all that is not looked for.
    """

    table: str = ""
    after: int = 0
    for_spreadsheets: bool = False
    tells_moves: bool = False
    selection: Selection = EVERYTHING


class Export(Protocol):
    """What a file of `export/` provides, and a part for a format of its own."""

    MEDIA_TYPE: str
    """The media type of the export, for HTTP."""

    IS_BINARY: bool
    """Whether `out` is a file of bytes; else one of text, opened with newline=""."""

    HOLDS_ONE_FORM: bool
    """Whether a file holds the records of one form; else those of several may follow each other in it."""

    def write(self, records: Path, form: str, out: Any, options: ExportOptions) -> int:
        """Write a form's records to `out`, and give the number of rows.

        NotFound where nothing of the form was published.
        """

    def write_erased(self, records: Path, form: str, out: Any, options: ExportOptions) -> int:
        """Write the scans of any form that were erased since `options.after`, and give the number of rows.

        With `options.tells_moves` also those that left `form`. Whoever keeps a copy drops what it has of them. It comes
        last, after the records of `form`.
        """


def load_export(name: str) -> Export:
    """The export of this name. SettingsError lists the known ones where there is none."""
    return cast(Export, plugins.load("reconcile.records.export", name))


def export_names() -> tuple[str, ...]:
    """The names of all exports."""
    return plugins.names("reconcile.records.export")
