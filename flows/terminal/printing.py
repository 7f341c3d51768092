"""What a command prints: answers on stdout, as text or JSON; notes and progress on stderr."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Protocol, Self

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
"""The option of every command that reads."""

NAMED_FILES_COUNT = 5
"""So many of the files that are passed over are named. Chosen by hand."""

OBEYED_PATTERN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
"""Characters that are not printed: commands to the terminal, turns of the direction, and bytes that are no UTF-8."""

LINE_BREAK_PATTERN = re.compile("[\\n\\u2028\\u2029]")
"""Breaks of lines that are printed in texts of several lines, and shown in names."""

LEAST_SECONDS_BETWEEN_LINES = 10.0
"""Seconds between two lines of progress where there is no terminal. Chosen by hand."""

LINE_SHARE_OF_TIME = 0.05
"""A line of progress waits for this share of the time that has gone already. Chosen by hand."""

NO_PICTURE_MESSAGE = "There is no picture and no PDF in what was named"
"""What is said where folders hold nothing to read; more follows."""

FILE_KINDS = "JPEG, PNG, TIFF, WebP, HEIF, AVIF, BMP, JPEG 2000, PPM, PDF"
"""The kinds of files that are read."""


def say(text: str = "", *, err: bool = False) -> None:
    """Print a line of the answer. What a file's name or a reading would do to the terminal is shown instead of done."""
    typer.echo(printable(text), err=err)


def printable(text: str) -> str:
    """The text without what a terminal obeys or cannot show: such a character stands as \\x1b or \\u202e."""
    return OBEYED_PATTERN.sub(_escape, text)


def one_line(text: str) -> str:
    """A name or a message as one line. What stands in a name must not look like a line of ours."""
    return LINE_BREAK_PATTERN.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    byte = code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code  # a byte of a name that is no UTF-8
    return f"\\x{byte:02x}" if byte < 0x100 else f"\\u{code:04x}"


def passed_over_message(others: Sequence[str]) -> str:
    """A line on the files in folders that are of no kind that is read."""
    more = f" and {len(others) - NAMED_FILES_COUNT} more" if len(others) > NAMED_FILES_COUNT else ""
    return f"passed over, as only {FILE_KINDS} are read: {one_line(', '.join(others[:NAMED_FILES_COUNT]))}{more}"


def unreached_message(folder: str, reason: str) -> str:
    """A line on a folder whose files were not looked for."""
    return f"not looked into: {one_line(folder)}: {reason}. Name it by itself, once it can be read."


def writable(path: Path | None) -> Path | None:
    """The callback of options that name a file to write: what cannot be written is refused before the work."""
    if path is None:
        return None
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder. Name a file in it.")
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}. Make it first, or name another file.")
    needed = [path] if path.exists() else []
    if path.is_file() or not needed:
        needed.append(path.resolve().parent)  # it is written beside, and takes the name when it is whole
    if not all(os.access(each, os.W_OK) for each in needed):
        raise typer.BadParameter(f"{path} may not be written. Name another file.")
    return path


def as_json(*objects: object) -> None:
    """Print each object as one line of JSON.

    A dataclass is its fields, a time is ISO 8601, a set is a sorted list.
    """
    for item in objects:
        typer.echo(OBEYED_PATTERN.sub(_json_escape, json.dumps(item, ensure_ascii=False, default=_plain)))


def _plain(value: object) -> object:
    """What JSON has no word for, in words that it has. TypeError where there are none."""
    if dataclasses.is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON")


def _json_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def note(text: str) -> None:
    """Print a line beside the answer, on stderr."""
    say(text, err=True)


def require_existing(paths: Iterable[Path]) -> None:
    """Refuse files and folders that do not exist, before anything is done. Most often it is a slip of the fingers.

    A link that leads nowhere does exist; it is named with the other files that cannot be read.
    """
    missing = [printable(str(path)) for path in paths if not os.path.lexists(path)]
    if missing:
        raise typer.BadParameter(f"there is no file or folder {', '.join(missing)}. Nothing was done.")


FILE_NAME = re.compile(r"\A[^:/\n]+\.[A-Za-z0-9]{2,5}: ")
"""The name of a file with which a message begins."""


def with_file(file: str, message: str) -> str:
    """A message after the file that it is about.

    Where the message begins with the file's name, also with another one under which it came later, that is taken off.
    """
    return one_line(f"{file}: {FILE_NAME.sub('', message.removeprefix(f'{Path(file).name}: '), count=1)}")


def photo_advice(codes: Iterable[str], language: str) -> str:
    """The words of codes of advice: what is wrong with a photograph and what to do, in the user's language."""
    from transcribe.i18n import advice, translation

    return advice(codes, translation(language).gettext)


def columns(head: Sequence[str], rows: Iterable[Sequence[object]], nothing: str = "") -> None:
    """Print rows in columns that line up, with columns of numbers to the right; `nothing` where there are no rows."""
    texts = [[one_line(str(cell)) for cell in row] for row in rows]
    if nothing and not texts:
        say(nothing)
        return
    widths = [max(map(len, column)) for column in zip(head, *texts, strict=True)]
    is_number = [
        bool(texts) and all(row[column].replace(".", "").isdigit() for row in texts) for column in range(len(head))
    ]
    for row in [list(head), *texts]:
        cells = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, is_number, strict=True)
        )
        say("  ".join(cells).rstrip())


class Progress(Protocol):
    """Is called with how many are done, of how many. `aside` were set aside; None where nothing is."""

    def __call__(self, done: int, total: int, aside: int | None = None) -> None: ...


@contextmanager
def progress(what: str, clock: Callable[[], float] = time.monotonic) -> Iterator[Progress]:
    """Gives a function to call as the work goes on.

    It draws a bar on stderr, where that is a terminal; else it prints a line there now and then.
    """
    if not sys.stderr.isatty():
        with _Lines(what, clock).going_on() as lines:
            yield lines.told
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    parts = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(what, total=None)
        yield lambda done, total, aside=None: bar.update(line, completed=done, total=total)


class _Lines:
    """Prints a line after some seconds, and then ever more rarely: a night's work is some hundred lines."""

    def __init__(self, what: str, clock: Callable[[], float]) -> None:
        self._what, self._clock = what, clock
        self._begun = self._last = clock()
        self._state: tuple[int, int, int | None] = (0, 0, None)
        self._lock = threading.Lock()

    def told(self, done: int, total: int, aside: int | None = None) -> None:
        """So many are done."""
        self._state = done, total, aside
        self.still()

    def still(self) -> None:
        """Print how far it is, where the last line is long ago."""
        with self._lock:
            at = self._clock()
            if at - self._last < max(LEAST_SECONDS_BETWEEN_LINES, LINE_SHARE_OF_TIME * (at - self._begun)):
                return
            self._last = at
            done, total, aside = self._state
            if total:
                note(f"{self._what}: {done} of {total}{'' if aside is None else f', {aside} set aside so far'}")
            else:
                note(f"{self._what}: none is done yet, after {at - self._begun:.0f} s")

    @contextmanager
    def going_on(self) -> Iterator[Self]:
        """Print lines from a thread too, where one scan takes long or the first has not begun."""
        ended = threading.Event()

        def wait() -> None:
            while not ended.wait(LEAST_SECONDS_BETWEEN_LINES):
                self.still()

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            ended.set()
            thread.join()
