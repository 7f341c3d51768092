"""The contract of parts: what the object behind an entry point of the group `fairhand.parts` gives.

A home is `flows.home.Home`, which asks parts itself: no type here can name it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import typer
    from fastapi import APIRouter, FastAPI

    from reconcile.records import Export
    from transcribe.archive import FilePlace
    from transcribe.recognition import LayoutReader
    from transcribe.store import Store

CONTRACT = 1
"""The version of this contract: a part that is made for another one is not used."""

OpenPlace: TypeAlias = "Callable[[str, bool], FilePlace]"
"""Opens an archive at its address; the bool is whether it may be spoken to unencrypted. SettingsError where it cannot.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPages:
    """What a part adds to the operator's desk.

    `router` has its pages, `folder` holds their `templates` and `static` files. `pieces` are what it puts into pages of
    the core, by the name of the place: each is given the visit (`flows.desk.Visit`) and what is shown there, and gives
    HTML; for the page Records what it is made of (`flows.desk.Part`), for the code of a trouble its sentence.
    """

    router: APIRouter
    folder: Path
    pieces: Mapping[str, Callable[[Any, Any], Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRoutes:
    """What a part adds to the interface for programs.

    `routes` is given the home, and what makes of a scope the dependency of a route that it opens. `document` adds to
    the OpenAPI, by an application of its own, what is said beside routes.
    """

    routes: Callable[[Any, Callable[[Any], Any]], APIRouter]
    document: Callable[[FastAPI], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What an operator should know of something.

    `name` is that of the thing, `code` stays the same, `message` is made of `facts`, and `mend` is the command that
    mends it.
    """

    name: str
    code: str
    message: str
    mend: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeExport:
    """A format of exports that has all of a form.

    `write` is given the record database, what opens the home, the form, and the file or folder; it gives how many rows.
    """

    write: Callable[[Path, Callable[[], Any], str, Path], int]
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
    is_needed: Callable[[Any], bool]
    asks_prefect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HousePart:
    """What a part brings to the house. What it gives is imported once it is asked for.

    `contract` is the version that it is made for, `libraries` are the modules without which it is not there.
    `commands` gives a typer app whose commands stand beside those of the core; `ctx.obj` is the folder of the home
    that was named, or None. `desk` gives its pages of the operator's desk, `programs` its routes for programs,
    `beside` the process that runs beside all pages, `watch_pages` what is given the home and their app, to watch how it
    answers, `troubles` what tells the doctor and alerts what is wrong with its own, `layout_reader` what reads pages
    without a blank, `formats` what writes its formats of exports, by names, `places` what opens an archive that is no
    folder, by the scheme of its address.
    """

    contract: int
    libraries: tuple[str, ...] = ()
    commands: Callable[[], typer.Typer] | None = None
    desk: Callable[[], DeskPages] | None = None
    layout_reader: Callable[[], LayoutReader] | None = None
    formats: Callable[[], Mapping[str, Export | WholeExport]] | None = None
    places: Callable[[], Mapping[str, OpenPlace]] | None = None
    beside: Callable[[], BesidePages] | None = None
    programs: Callable[[], ProgramRoutes] | None = None
    watch_pages: Callable[[], Callable[[Any, FastAPI], None]] | None = None
    troubles: Callable[[], Callable[[Store, datetime], Iterator[Trouble]]] | None = None
