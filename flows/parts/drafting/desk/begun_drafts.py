"""Drafts on the desk's pages of forms, and the ways to begin one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response

from flows.desk import (
    Act,
    Cell,
    FormName,
    KnownForm,
    Visit,
    do,
    earlier_versions,
    form_of_version,
    known_form,
    suggested,
)
from flows.house import DeskPages
from flows.parts.drafting.desk import draft_deeds, draft_page, new_form, trial_page
from flows.parts.drafting.draft_files import draft_of, drafts, start_version
from flows.parts.drafting.taking_over import take_over
from transcribe.errors import FormError, NotFound
from transcribe.i18n import said

MAX_VERSION = 1_000_000
"""No form has more versions. Chosen by hand."""

router = APIRouter()


@router.post("/desk/form/{name}/draft")
async def begin_version(
    visit: Act, name: FormName, version: Annotated[int | None, Form(ge=1, le=MAX_VERSION)] = None
) -> Response:
    """Begins a draft of the next version, from the form as it is now or as it was."""
    home = visit.home
    await visit.look(lambda: known_form(visit, name))

    def deed() -> None:
        start_version(home.settings, home.forms, name, version)
        home.store.log(visit.by, "form drafted", name, {} if version is None else {"from": version}, visit.now)

    return await do(visit, deed, f"/desk/draft/{name}", "form-drafted", f"/desk/form/{name}")


@router.post("/desk/form/{name}/take")
async def take_suggestion(visit: Act, name: FormName, number: Annotated[int, Form(ge=0, le=10_000)]) -> Response:
    """Puts a suggestion into the draft of the next version, which is begun where there is none."""
    home = visit.home
    await visit.look(lambda: known_form(visit, name))
    found = suggested(visit, name)
    if found is None or number >= len(found.suggestions):
        raise NotFound("There is no such suggestion.")

    def deed() -> None:
        settings = home.settings
        draft = draft_of(settings, name) if name in drafts(settings) else start_version(settings, home.forms, name)
        take_over(draft, found.suggestions[number])

    return await do(visit, deed, f"/desk/draft/{name}", "form-taken", f"/desk/form/{name}")


def _new_form_link(visit: Visit, _: None) -> str:
    """The link to a new form."""
    return visit.piece("forms/new_form_link.html")


def _new_drafts(visit: Visit, _: None) -> str:
    """The drafts of forms that do not exist yet."""
    known = visit.home.forms.names()
    new = [name for name in drafts(visit.home.settings) if name not in known and visit.sees(name)]
    return visit.piece("forms/new_drafts.html", drafts=[(name, _title(visit, name)) for name in new])


def _title(visit: Visit, name: str) -> str:
    """The title of a draft's form; its name while the draft has mistakes."""
    try:
        return said(draft_of(visit.home.settings, name).form().title, visit.language) or name
    except FormError:
        return name


def _badge(visit: Visit, known: KnownForm) -> str:
    """The link to the draft of a form, if it has one."""
    return visit.piece("forms/draft_badge.html", known=known) if _has_draft(visit, known) else ""


def _next_version(visit: Visit, known: KnownForm) -> str:
    """The link to the draft of a form, or the form that begins one."""
    return visit.piece("forms/next_version.html", known=known, has_draft=_has_draft(visit, known))


def _earlier_version(visit: Visit, known: KnownForm) -> str:
    """How a draft is begun from an earlier version."""
    earlier = [
        (each, visit.say("version %(number)s", number=each))
        for each in earlier_versions(known)
        if form_of_version(visit, known, each)
    ]
    has_draft = _has_draft(visit, known)
    return visit.piece("forms/earlier_version.html", known=known, earlier=earlier, has_draft=has_draft)


def _take(visit: Visit, about: tuple[KnownForm, int, tuple[Cell, ...]]) -> str:
    """How a suggestion is put into a draft."""
    known, number, row = about
    return visit.piece("forms/take_suggestion.html", known=known, number=number, row=row)


def _has_draft(visit: Visit, known: KnownForm) -> bool:
    return known.name in drafts(visit.home.settings)


def pages() -> DeskPages:
    """The pages that the part adds to the desk."""
    every = APIRouter()
    for each in (router, new_form.router, draft_page.router, draft_deeds.router, trial_page.router):
        every.include_router(each)
    pieces: dict[str, Callable[[Visit, Any], str]] = {
        "forms head": _new_form_link,
        "forms": _new_drafts,
        "form card": _badge,
        "form head": _next_version,
        "form versions": _earlier_version,
        "suggestion": _take,
    }
    return DeskPages(router=every, folder=Path(__file__).parents[1], pieces=pieces)
