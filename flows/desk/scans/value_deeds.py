"""What an operator does to values: correct, ask once more, lock and unlock, withdraw a reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Response

from flows.desk.deeds import Why, do
from flows.desk.scans.scan_page import MAX_FIELD_CHARACTERS, ScanId
from flows.desk.scans.scan_view import known_scan, scan_view
from flows.desk.tables import with_query
from flows.desk.visit import Act, Visit
from flows.mending import NO_KNOWN_VALUE, require_fitting
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


@router.post("/desk/scan/{scan}/value/gold")
async def gold(visit: Act, scan: ScanId, field: Name, why: Why, text: Text = "") -> Response:
    """Says what a field is known to say: people may be tested by it, and its value stays."""
    visit.require_all_forms()

    def deed(store: Store, known: Scan, key: FieldKey) -> object:
        if not text.strip():
            raise SettingsError(visit.say("A blank is no known value: nobody could tell a reading of it from a skip."))
        require_fitting(visit.home, known.id, key, text, other_pattern=True, as_it_is=NO_KNOWN_VALUE)
        store.add_gold(known.id, key, text, visit.by, why, visit.now)
        return None

    return await _value(visit, scan, field, deed, "gold")


@router.post("/desk/scan/{scan}/value/unknown")
async def unknown(visit: Act, scan: ScanId, field: Name, why: Why) -> Response:
    """Takes a known value out of use: nobody is tested by it any more."""
    visit.require_all_forms()

    def deed(store: Store, known: Scan, key: FieldKey) -> object:
        return store.withdraw_truth(known.id, key, visit.by, why, visit.now)

    return await _value(visit, scan, field, deed, "gold-gone")


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
