"""The page of one scan, its pictures, and its tables as files."""

from __future__ import annotations

from typing import Annotated

import fastapi
from fastapi import APIRouter, Query, Response

from flows.desk.scans.exceptions import exception_lines
from flows.desk.scans.field_view import field_view, readings_table
from flows.desk.scans.kept_until import kept_until
from flows.desk.scans.overridden import overridden_acts
from flows.desk.scans.scan_view import (
    FATE_WORDS,
    ScanView,
    decision_words,
    fields_table,
    form_of,
    known_scan,
    scan_view,
)
from flows.desk.tables import Kind, table_file
from flows.desk.visit import Look, Visit
from flows.desk.words import STATES, VERDICTS
from flows.output import explained
from transcribe.drawing import small_picture, surroundings
from transcribe.errors import NotFound
from transcribe.geometry import Box
from transcribe.model import PagePicture
from transcribe.review import picture_response

router = APIRouter()

SCAN_PATTERN = r"^[0-9a-f]{12,64}$"
"""A scan's id, or its first twelve digits or more."""

MAX_PAGE_NUMBER = 10_000
"""No scan has more pages. Chosen by hand."""

MAX_FIELD_CHARACTERS = 200
"""The longest name of a field that is looked for."""

TURNS = ((90, "90°"), (180, "180°"), (270, "270°"))
"""How far pages can be turned with the clock."""

ScanId = Annotated[str, fastapi.Path(pattern=SCAN_PATTERN)]
PageNumber = Annotated[int, Query(ge=1, le=MAX_PAGE_NUMBER)]
FieldName = Annotated[str, Query(max_length=MAX_FIELD_CHARACTERS)]


@router.get("/desk/scan/{scan}")
def scan_page(visit: Look, scan: ScanId, page: PageNumber = 1, field: FieldName = "") -> Response:
    """One scan: a page with every field drawn, what was decided, and one field in full."""
    view = scan_view(visit, scan)
    line = view.field(field) if field else None
    shown = line.place.page if line and line.place else page
    return visit.page(
        "desk_scan.html",
        view=view,
        fields=fields_table(visit, view, shown),
        exceptions=exception_lines(visit, view),
        overridden=overridden_acts(visit, view.acts),
        kept_until=kept_until(visit, view.scan, view.state),
        page=shown,
        picture=next((each for each in view.pictures if each.number == shown), None),
        chosen=line,
        told=field_view(visit, view.scan.id, field) if line and not line.is_personal else None,
        beside=_beside(view, field),
        forms=visit.forms_to_choose(),
        turns=TURNS,
        state_words=STATES,
        fate_words=FATE_WORDS,
        verdict_words=VERDICTS,
        decision_words=decision_words,
    )


@router.get("/desk/scan/{scan}/page/{number}")
def page_picture(visit: Look, scan: ScanId, number: Annotated[int, fastapi.Path(ge=1, le=MAX_PAGE_NUMBER)]) -> Response:
    """The picture of a page; what is masked on its form is painted over."""
    return picture_response(_picture(visit, scan, number), brief=True)


@router.get("/desk/scan/{scan}/small/{number}")
def small_page(visit: Look, scan: ScanId, number: Annotated[int, fastapi.Path(ge=1, le=MAX_PAGE_NUMBER)]) -> Response:
    """The same, small."""
    return picture_response(small_picture(_picture(visit, scan, number)), brief=True)


@router.get("/desk/scan/{scan}/snippet")
def field_snippet(visit: Look, scan: ScanId, field: FieldName) -> Response:
    """The picture of one field; none of payment data."""
    return picture_response(_snippet(visit, scan, field), brief=True)


@router.get("/desk/scan/{scan}/fields.{kind}")
def fields_file(visit: Look, scan: ScanId, kind: Kind) -> Response:
    """The fields of a scan as a file."""
    return table_file(fields_table(visit, scan_view(visit, scan), of_file=True), kind)


@router.get("/desk/scan/{scan}/readings.{kind}")
def readings_file(visit: Look, scan: ScanId, kind: Kind, field: FieldName) -> Response:
    """The readings of a field as a file; none of what is masked."""
    line = scan_view(visit, scan).field(field)
    if line is None or line.is_personal:
        raise NotFound("There is no such field.")
    return table_file(readings_table(visit, explained(visit.home, scan, field)), kind)


def _picture(visit: Visit, name: str, number: int) -> bytes:
    scan = known_scan(visit, name)
    picture = next((each for each in visit.home.store.pictures(scan.id) if each.number == number), None)
    if picture is None:
        raise NotFound("There is no picture of this page.")
    content, hidden = visit.home.archive.get(picture.sha256), _hidden(visit, name, picture)
    return surroundings(content, picture.size, None, hidden, whole=True) if hidden else content


def _snippet(visit: Visit, name: str, field: str) -> bytes:
    scan = known_scan(visit, name)
    form = form_of(visit, scan)
    place = next((each for each in visit.home.store.places(scan.id) if str(each.key) == field), None)
    is_known = form is not None and place is not None and place.key.name in {each.name for each in form.all_fields()}
    if form is None or place is None or place.snippet is None or not is_known:
        raise NotFound("There is no picture of this field.")
    if form.field(place.key.name).personal == "payment":
        raise NotFound("Nobody is shown payment data.")
    return visit.home.archive.get(place.snippet)


def _hidden(visit: Visit, name: str, picture: PagePicture) -> list[Box]:
    """Where payment data stand on a page, as far as the form says."""
    scan = known_scan(visit, name)
    form = form_of(visit, scan)
    if form is None or not form.has_payment:
        return []
    masked = {field.name for field in form.all_fields() if field.personal == "payment"}
    places = visit.home.store.places(scan.id)
    return [Box(*each.box) for each in places if each.key.name in masked and each.page == picture.number]


def _beside(view: ScanView, field: str) -> tuple[str, str]:
    """The fields before and after one, as the form orders them."""
    names = [str(each.key) for each in view.fields]
    if field not in names:
        return "", names[0] if names else ""
    at = names.index(field)
    return names[at - 1] if at else "", names[at + 1] if at + 1 < len(names) else ""
