"""The page of one form, its pictures and tables, and what the data suggest for it."""

from __future__ import annotations

from typing import Annotated

import fastapi
from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from flows.desk.deeds import with_done
from flows.desk.forms.drawn_form import blank_of, drawn_pages, small_blank
from flows.desk.forms.form_tables import (
    differences_table,
    fields_table,
    form_of_version,
    lists_table,
    rules_table,
    versions_table,
    without_empty,
)
from flows.desk.forms.known_forms import KnownForm, known_form
from flows.desk.forms.suggested import look_if_quick, suggested, suggesting, suggestions_table
from flows.desk.parts import when_counted
from flows.desk.tables import Kind, table_file
from flows.desk.visit import Act, Look, Visit
from transcribe import forms
from transcribe.errors import NotFound
from transcribe.model import Form as FormModel
from transcribe.review import picture_response

router = APIRouter()

MAX_PAGE_NUMBER = 1000
"""No form has more pages. Chosen by hand."""

FormName = Annotated[str, fastapi.Path(pattern=forms.FORM_NAME, max_length=100)]
PageNumber = Annotated[int, fastapi.Path(ge=1, le=MAX_PAGE_NUMBER)]
Version = Annotated[int, Query(ge=1)]

TABLES = {
    "fields": fields_table,
    "versions": versions_table,
    "differences": differences_table,
    "rules": rules_table,
    "lists": lists_table,
}
"""What stands on the page, by the name of its files."""


@router.get("/desk/form/{name}")
def form_page(visit: Look, name: FormName) -> Response:
    """One form: its pages with every field drawn, and all that is known of it."""
    known = known_form(visit, name)
    counting = suggesting(visit, name)
    look_if_quick(visit, name, known.scans)
    return visit.page(
        "forms/form.html",
        known=known,
        pages=drawn_pages(known.form, visit.language) if known.form else [],
        tables={each: without_empty(made_of(visit, known)) for each, made_of in TABLES.items()},
        suggestions=suggestions_table(visit, name),
        found=suggested(visit, name),
        when=when_counted(visit, counting),
        looks=counting.runs,
    )


@router.get("/desk/form/{name}/page/{number}")
def page_of_form(visit: Look, name: FormName, number: PageNumber, version: Version | None = None) -> Response:
    """The blank of a page."""
    form = _form(visit, known_form(visit, name), version)
    return picture_response(blank_of(form, number).read_bytes(), brief=True)


@router.get("/desk/form/{name}/small/{number}")
def small_page_of_form(visit: Look, name: FormName, number: PageNumber) -> Response:
    """The same, small."""
    return picture_response(small_blank(_form(visit, known_form(visit, name), None), number), brief=True)


@router.get("/desk/form/{name}/{table}.{kind}")
def form_file(visit: Look, name: FormName, table: str, kind: Kind) -> Response:
    """One of its tables as a file."""
    known = known_form(visit, name)
    if table == "suggestions":
        return table_file(suggestions_table(visit, name), kind)
    if table not in TABLES:
        raise NotFound("There is no such table.")
    return table_file(TABLES[table](visit, known), kind)


@router.post("/desk/form/{name}/look")
async def look_for_suggestions(visit: Act, name: FormName) -> Response:
    """Has it looked for what the data suggest."""
    await visit.look(lambda: known_form(visit, name))
    suggesting(visit, name).begin()
    return RedirectResponse(with_done(f"/desk/form/{name}", "count"), 303)


def _form(visit: Visit, known: KnownForm, version: int | None) -> FormModel:
    form = known.form if version is None else form_of_version(visit, known, version)
    if form is None:
        raise NotFound("This form cannot be shown.")
    return form
