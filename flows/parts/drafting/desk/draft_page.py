"""The page of a draft: its fields over its page, to be drawn, named and saved; and its text."""

from __future__ import annotations

from fastapi import APIRouter, Response

from flows.administration import unread_languages
from flows.desk import (
    PERSONAL,
    FormName,
    Look,
    PageNumber,
    Table,
    Visit,
    difference_table,
    type_choices,
)
from flows.mending import form_doubts
from flows.parts.drafting.desk.draft_view import draft_view
from flows.parts.drafting.draft_files import Draft, draft_of
from transcribe import forms
from transcribe.errors import FormError, NotFound
from transcribe.review import picture_response

router = APIRouter()


@router.get("/desk/draft/{name}")
def draft_page(visit: Look, name: FormName) -> Response:
    """A draft with its fields drawn over its pages."""
    return _draft_page(visit, known_draft(visit, name))


def known_draft(visit: Visit, name: str) -> Draft:
    """The draft of a form. NotFound where there is none, or the form is not the visitor's."""
    visit.require_form(name)
    return draft_of(visit.home.settings, name)


def _draft_page(visit: Visit, draft: Draft) -> Response:
    try:
        view = draft_view(draft)
    except FormError as error:
        return visit.page("forms/text.html", draft=draft, text=draft.text, why=visit.told(error), seen=draft.digest)
    form = None if view.mistakes else draft.form()
    return visit.page(
        "forms/draft.html",
        view=view,
        made={each.number: _made_at(draft, each.blank) for each in view.pages},
        types=type_choices(visit),
        personal=[(each, visit.say(words)) for each, words in PERSONAL.items()],
        is_new=draft.name not in visit.home.forms.names(),
        changes=_changes(visit, draft) if form else None,
        doubts=[visit.in_words(each) for each in (*unread_languages(visit.home.settings, form), *form_doubts(form))]
        if form
        else [],
    )


def _made_at(draft: Draft, blank: str) -> int:
    """The time a picture was made, in nanoseconds: the browser loads it again when it changes."""
    path = draft.path.with_name(blank)
    return path.stat().st_mtime_ns if path.is_file() else 0


def _changes(visit: Visit, draft: Draft) -> Table | None:
    """The differences of the draft from the version in force; None where the form is new."""
    library = visit.home.forms
    if draft.name not in library.names():
        return None
    try:
        found = forms.differences(library.find(draft.name), draft.form())
    except (FormError, NotFound):
        return None
    return difference_table(visit, "", [(draft.form().version, found)])


@router.get("/desk/draft/{name}/page/{number}")
def page_of_draft(visit: Look, name: FormName, number: PageNumber) -> Response:
    """The blank of a page."""
    draft = known_draft(visit, name)
    page = next((each for each in draft_view(draft).pages if each.number == number), None)
    if page is None:
        raise NotFound("This draft has no picture of this page.")
    return picture_response(draft.path.with_name(page.blank).read_bytes(), brief=True)


@router.get("/desk/draft/{name}/text")
def text_page(visit: Look, name: FormName) -> Response:
    """The definition as it is written."""
    draft = known_draft(visit, name)
    return visit.page("forms/text.html", draft=draft, text=draft.text, why="", seen=draft.digest)
