"""Writes records in a format of `reconcile.records`, or in one that a part brings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.home import Home, now
from flows.house import WholeExport, brought, require_on
from reconcile.records import Export, ExportOptions, export_names, load_export, one_moment, query
from transcribe.errors import SettingsError
from transcribe.whole_files import remove_leftovers, whole_binary_file, whole_text_file

Format = Export | WholeExport
"""What writes a format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is exported: the form (None: all, where the format holds several), one of its tables, since when."""

    format: str
    form: str | None = None
    table: str = ""
    after: int = 0
    for_spreadsheets: bool = False


def format_names() -> tuple[str, ...]:
    """The names of all formats: those of the core, then those of parts."""
    return (*export_names(), *(name for _, formats in brought(lambda part: part.formats) for name in formats))


def format_of(name: str, off: Collection[str] = ()) -> Format:
    """What writes the format of this name.

    SettingsError lists the known ones where there is none, PartOff where its part is among those that are switched off.
    """
    if name in export_names():
        return load_export(name)
    for part, formats in brought(lambda part: part.formats):
        if name in formats:
            require_on(part, off)
            return formats[name]
    raise SettingsError(f"There is no format {name!r}. Use one of: {', '.join(format_names())}.")


def fills_folder(writer: Format) -> bool:
    """Whether --out is a folder."""
    return isinstance(writer, WholeExport) and writer.fills_folder


def require_folder(path: Path) -> None:
    """SettingsError where a file stands in the way of a folder."""
    found = next(each for each in (path, *path.parents) if each.exists())
    if not found.is_dir():
        raise SettingsError(f"{found} is a file, and what is written is a folder: name another place.")


def export_records(records: Path, home: Callable[[], Home], wanted: Wanted, out: Path | None) -> int:
    """Write records to a file or folder, or to standard output where `out` is None; gives how many rows.

    With `after` those changed since, then what was erased since, and of one form also what left it. The home is opened
    only where the format needs it.

    Raises SettingsError where the format is unknown, needs a form named or does not go to standard output, NotFound
    where there are no records, StartOver where `after` is a number of another state.
    """
    writer = format_of(wanted.format)
    if out is not None:
        remove_leftovers(out if fills_folder(writer) else out.parent, now())
    with one_moment(records):  # else what is published meanwhile may lie below the largest number of what is written
        return _export(records, home, writer, wanted, out)


def _export(records: Path, home: Callable[[], Home], writer: Format, wanted: Wanted, out: Path | None) -> int:
    query.require_position(records, wanted.after)
    names = [wanted.form] if wanted.form else query.forms(records)
    holds_one_form = isinstance(writer, WholeExport) or writer.HOLDS_ONE_FORM
    if holds_one_form and len(names) != 1:
        known = ", ".join(names) or "none is published yet"
        raise SettingsError(f"An export in the format {wanted.format} holds one form. Say --form with one of: {known}.")
    if isinstance(writer, WholeExport):
        return writer.write(records, home, names[0], _place(writer, wanted, out))
    options = ExportOptions(
        table=wanted.table,
        after=wanted.after,
        for_spreadsheets=wanted.for_spreadsheets,
        tells_moves=wanted.form is not None or holds_one_form,
    )

    def write(file: Any) -> int:
        count = sum(writer.write(records, name, file, options) for name in names)
        return count + (writer.write_erased(records, names[-1], file, options) if wanted.after and names else 0)

    if out is None:
        return write(sys.stdout.buffer if writer.IS_BINARY else sys.stdout)
    with whole_binary_file(out) if writer.IS_BINARY else whole_text_file(out) as file:
        return write(file)


def _place(writer: WholeExport, wanted: Wanted, out: Path | None) -> Path:
    """Where an export of a whole form goes, which has no options: a file, or a folder that may be missing yet."""
    if wanted.table or wanted.after or wanted.for_spreadsheets:
        raise SettingsError(f"The format {wanted.format} has all of a form: leave --table, --after and the like out.")
    if out is None:
        what = "a folder" if writer.fills_folder else "a file"
        raise SettingsError(f"The format {wanted.format} does not go to standard output: name {what} with --out.")
    if writer.fills_folder:
        require_folder(out)
    return out
