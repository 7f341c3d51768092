"""What an operator does to values: correct, ask once more, lock and unlock, withdraw a reading; and the whole form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from flows.desk.deeds import MOST_REASON_CHARACTERS, Why, do, told_by
from flows.desk.scans.scan_page import MAX_FIELD_CHARACTERS, ScanId
from flows.desk.scans.scan_view import FieldLine, ScanView, decision_words, known_scan, scan_view
from flows.desk.tables import with_query
from flows.desk.visit import Act, Look, Visit
from flows.mending import require_fitting
from transcribe.errors import NotFound, SettingsError
from transcribe.model import FieldKey, Scan
from transcribe.store import Store

router = APIRouter()

MOST_TEXT_CHARACTERS = 16_000
"""The longest text of a correction."""

Name = Annotated[str, Form(min_length=1, max_length=MAX_FIELD_CHARACTERS)]
Text = Annotated[str, Form(max_length=MOST_TEXT_CHARACTERS)]
Anyway = Annotated[str, Form(max_length=10)]
ReadingId = Annotated[str, Form(min_length=1, max_length=64)]

ValueDeed = Callable[[Store, Scan, FieldKey], object]
"""What is done to one value."""


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A field of the whole form: what was typed, and why that is refused."""

    line: FieldLine
    text: str
    refused: str = ""


@router.post("/desk/scan/{scan}/value/correct")
async def correct(visit: Act, scan: ScanId, field: Name, why: Why, text: Text = "", anyway: Anyway = "") -> Response:
    """Says what a field says: the last word on it."""

    def deed(store: Store, known: Scan, key: FieldKey) -> object:
        require_fitting(visit.home, known.id, key, text, no_value=bool(anyway), other_pattern=bool(anyway))
        return store.correct_value(known.id, key, text, visit.by, why, visit.now)

    return await _value(visit, scan, field, deed, "correct")


@router.post("/desk/scan/{scan}/value/ask")
async def ask(visit: Act, scan: ScanId, field: Name, why: Why) -> Response:
    """Has one more person asked what a field says."""
    return await _value(
        visit, scan, field, lambda store, known, key: store.ask_value(known.id, key, visit.by, why, visit.now), "ask"
    )


@router.post("/desk/scan/{scan}/value/lock")
async def lock(visit: Act, scan: ScanId, field: Name, why: Why) -> Response:
    """Has a decided value stand."""
    return await _value(
        visit, scan, field, lambda store, known, key: store.lock_value(known.id, key, visit.by, why, visit.now), "lock"
    )


@router.post("/desk/scan/{scan}/value/unlock")
async def unlock(visit: Act, scan: ScanId, field: Name, why: Why) -> Response:
    """Has a locked value weighed again."""

    def deed(store: Store, known: Scan, key: FieldKey) -> object:
        return store.unlock_value(known.id, key, visit.by, why, visit.now)

    return await _value(visit, scan, field, deed, "unlock")


@router.post("/desk/scan/{scan}/value/withdraw")
async def withdraw(visit: Act, scan: ScanId, field: Name, reading: ReadingId, why: Why) -> Response:
    """Takes a reading of a field out of weighing."""

    def deed(store: Store, known: Scan, key: FieldKey) -> object:
        if reading not in {each.id for each in store.field_history(known.id, key).readings}:
            raise NotFound("There is no such reading of this field.")
        return store.withdraw_reading(reading, visit.by, why, visit.now)

    return await _value(visit, scan, field, deed, "withdraw")


@router.get("/desk/scan/{scan}/edit")
async def edit_page(visit: Look, scan: ScanId) -> Response:
    """The whole form, to be corrected at once."""
    visit.require_operator()

    def made() -> Response:
        view = scan_view(visit, scan)
        return _edit(visit, view, [TypedLine(each, each.words) for each in editable(view)])

    return await visit.look(made)


@router.post("/desk/scan/{scan}/edit")
async def edit(visit: Act, scan: ScanId, request: Request) -> Response:
    """Keeps every value that was typed otherwise, all or none. What is refused is said at its field."""
    sent = await request.form()
    typed = {name: str(value)[:MOST_TEXT_CHARACTERS] for name, value in sent.items() if isinstance(value, str)}
    why, anyway = typed.get("why", "").strip()[:MOST_REASON_CHARACTERS], bool(typed.get("anyway"))

    def made() -> Response | None:
        view = scan_view(visit, scan)
        lines = [
            TypedLine(each, typed.get(f"field {each.key}", each.words).replace("\r\n", "\n")) for each in editable(view)
        ]
        changed = [each for each in lines if each.text != each.line.words]
        refused = {each.line.key: _fault(visit, view.scan, each, anyway=anyway) for each in changed}
        if not why or any(refused.values()):
            told = [TypedLine(each.line, each.text, refused.get(each.line.key, "")) for each in lines]
            return _edit(visit, view, told, why, 422, is_without_reason=not why)
        _keep(visit, view.scan, changed, why)
        return None

    answer = await visit.look(made)
    if answer is not None:
        return answer
    return await do(visit, lambda: None, f"/desk/scan/{scan}", "correct")


def editable(view: ScanView) -> list[FieldLine]:
    """The fields whose value may be corrected: neither locked nor masked."""
    return [each for each in view.fields if each.fate != "locked" and not each.is_personal]


def _keep(visit: Visit, scan: Scan, changed: list[TypedLine], why: str) -> None:
    store = visit.home.store
    with store.together():
        for each in changed:
            store.correct_value(scan.id, each.line.key, each.text, visit.by, why, visit.now)


def _fault(visit: Visit, scan: Scan, typed: TypedLine, *, anyway: bool) -> str:
    try:
        require_fitting(visit.home, scan.id, typed.line.key, typed.text, no_value=anyway, other_pattern=anyway)
    except SettingsError as error:
        return visit.plainly(visit.in_words(told_by(error)))
    return ""


def _edit(
    visit: Visit,
    view: ScanView,
    lines: list[TypedLine],
    why: str = "",
    status: int = 200,
    *,
    is_without_reason: bool = False,
) -> Response:
    return visit.page(
        "desk_edit.html",
        status,
        view=view,
        lines=lines,
        why=why,
        is_without_reason=is_without_reason,
        decision_words=decision_words,
    )


async def _value(visit: Visit, scan: str, field: str, deed: ValueDeed, done: str) -> Response:
    """Have something done to one value, and go back to it. NotFound where there is no such field of the visitor's."""

    def known() -> Scan:
        view = scan_view(visit, scan)
        line = view.field(field)
        if line is None or line.is_personal:
            raise NotFound("There is no such field.")
        return known_scan(visit, scan)

    found = await visit.look(known)
    back = f"/desk/scan/{found.id}{with_query({'field': field})}#field"
    return await do(visit, lambda: deed(visit.home.store, found, FieldKey.parse(field)), back, done)
