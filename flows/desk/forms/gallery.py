"""The gallery: every form with a picture."""

from __future__ import annotations

from fastapi import APIRouter, Response

from flows.desk.forms.drawn_form import drawn_pages
from flows.desk.forms.form_tables import forms_table
from flows.desk.forms.known_forms import known_forms
from flows.desk.tables import Kind, table_file
from flows.desk.visit import Look

router = APIRouter()


@router.get("/desk/forms")
def gallery(visit: Look) -> Response:
    """All forms, the most used first."""
    found = known_forms(visit)
    shown = {each.name: drawn_pages(each.form, visit.language)[:1] if each.form else [] for each in found}
    return visit.page(
        "forms/gallery.html",
        forms=found,
        pages=shown,
        table_of_forms=forms_table(visit, found),
    )


@router.get("/desk/forms.{kind}")
def gallery_file(visit: Look, kind: Kind) -> Response:
    """All forms as a file."""
    return table_file(forms_table(visit, known_forms(visit)), kind)
