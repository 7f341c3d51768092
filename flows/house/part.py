"""The contract of parts: what the object behind an entry point of the group `fairhand.parts` gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typer
    from fastapi import APIRouter

    from flows.home import Home
    from reconcile.records import Export
    from transcribe.recognition import LayoutReader

CONTRACT = 1
"""The version of this contract: a part that is made for another one is not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPages:
    """What a part adds to the operator's desk.

    `router` has its pages, `folder` holds their `templates` and `static` files. `pieces` are what it puts into pages of
    the core, by the name of the place: each is given the visit (`flows.desk.Visit`) and what is shown there, and gives
    HTML.
    """

    router: APIRouter
    folder: Path
    pieces: Mapping[str, Callable[[Any, Any], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeExport:
    """A format of exports that has all of a form.

    `write` is given the record database, what opens the home, the form, and the file or folder; it gives how many rows.
    """

    write: Callable[[Path, Callable[[], Home], str, Path], int]
    fills_folder: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BesidePages:
    """A process that runs beside the pages while `fairhand serve` does.

    It does `what`, as is said when it is started again, and is `python -m module`. `is_needed` is given the home:
    what it raises before anything is served ends `serve`, and from the first time that it is true
    the process runs. One that `asks_prefect` waits for Prefect's server, whose address its environment has.
    """

    what: str
    module: str
    is_needed: Callable[[Home], bool]
    asks_prefect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HousePart:
    """What a part brings to the house. What it gives is imported once it is asked for.

    `contract` is the version that it is made for, `libraries` are the modules without which it is not there.
    `commands` gives a typer app whose commands stand beside those of the core; `ctx.obj` is the folder of the home
    that was named, or None. `desk` gives its pages of the operator's desk, `layout_reader` what reads pages without a
    blank, `formats` what writes its formats of exports, by their names, `beside` the process that runs beside all
    pages.
    """

    contract: int
    libraries: tuple[str, ...] = ()
    commands: Callable[[], typer.Typer] | None = None
    desk: Callable[[], DeskPages] | None = None
    layout_reader: Callable[[], LayoutReader] | None = None
    formats: Callable[[], Mapping[str, Export | WholeExport]] | None = None
    beside: Callable[[], BesidePages] | None = None
