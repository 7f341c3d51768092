"""What a command prints: answers on stdout, as text or JSON; notes and progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
"""The option of every command that reads."""


def as_json(*objects: object) -> None:
    """Print each object as one line of JSON."""
    for each in objects:
        typer.echo(json.dumps(each, ensure_ascii=False))


def note(text: str) -> None:
    """Say something beside the answer, on stderr."""
    typer.echo(text, err=True)


def columns(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows in columns that line up; numbers to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *texts, strict=True)]
    right = [bool(texts) and all(row[place].replace(".", "").isdigit() for row in texts) for place in range(len(head))]
    for row in [list(head), *texts]:
        cells = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        typer.echo("  ".join(cells).rstrip())


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that is told (done, of how many); it draws a bar on stderr, only where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    shown = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*shown, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(line, completed=done, total=total)
