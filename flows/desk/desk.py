"""Puts the desk together: its routes, templates and static files, in the app of the review pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.routing import BaseRoute

from flows.desk.pages import (
    batch_pages,
    form_pages,
    money_page,
    now_page,
    people_page,
    programs_page,
    quality_page,
    rates_page,
    record_pages,
    scan_list,
    scan_page,
    system_page,
)
from flows.desk.parts import section_routes
from flows.desk.static_files import pages_of_parts
from flows.desk.static_files import router as static_files
from flows.desk.visit import Desk, Piece
from flows.desk.words import SECTIONS
from flows.home import Home
from flows.house import require_on
from transcribe.review import Rendering

TEMPLATES = Path(__file__).parent / "templates"
"""Where the templates of the desk lie."""

PAGES = (
    now_page,
    batch_pages,
    scan_list,
    scan_page,
    system_page,
    quality_page,
    record_pages,
    money_page,
    rates_page,
    programs_page,
    people_page,
    form_pages,
)
"""The files of pages, each with a `router`."""

DESK_ADDRESS = "/desk"
"""Where operators and auditors come to."""


def add_desk(app: FastAPI, home: Home) -> None:
    """Add the desk over one home to the review pages."""
    folders = [TEMPLATES, *(each.folder / "templates" for each in pages_of_parts().values())]
    rendering = Rendering(app.state.context.options.languages, DESK_ADDRESS, folders)
    app.state.desk = Desk(home=home, rendering=rendering, pieces=_pieces(home))
    app.state.context.rendering.show_tabs([(each.address, each.name, each.of_home) for each in SECTIONS])
    app.router.routes.extend(_routes())


def _pieces(home: Home) -> Mapping[str, Sequence[Piece]]:
    """What the parts that are on here put into pages of others, by place."""
    pieces: dict[str, list[Piece]] = defaultdict(list)
    for name, added in pages_of_parts().items():
        if name not in home.settings.parts_off:
            for place, piece in added.pieces.items():
                pieces[place].append(piece)
    return pieces


def _required(part: str) -> Callable[[Request], None]:
    """A dependency: PartOff where this part is switched off in the home of the desk."""

    def required(request: Request) -> None:
        require_on(part, request.app.state.desk.home.settings.parts_off)

    return required


@cache
def _routes() -> Sequence[BaseRoute]:
    """The routes of the desk: FastAPI looks at the parameters of each once, however many apps have them."""
    desk = APIRouter()
    for part, added in pages_of_parts().items():
        desk.include_router(added.router, include_in_schema=False, dependencies=[Depends(_required(part))])
    for pages in PAGES:
        desk.include_router(pages.router, include_in_schema=False)
    for pages in (system_page, quality_page, record_pages, money_page, people_page):
        desk.include_router(section_routes(pages.SECTION), include_in_schema=False)
    desk.include_router(static_files, include_in_schema=False)
    return desk.routes
