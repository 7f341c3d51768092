"""The page of one scan with its pictures, every verb on scan and value, and the whole form corrected at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

import fastapi
from fastapi import APIRouter, Form, Query, Request, Response

from flows.administration import forget_scan, require_fair_start
from flows.desk.deeds import MOST_REASON_CHARACTERS, Why, do, refused, safe_name, uploads
from flows.desk.pages.scan_view import (
    FATE_WORDS,
    FieldLine,
    ScanView,
    TypedLine,
    decision_words,
    exception_lines,
    field_view,
    fields_table,
    form_of,
    kept_until,
    known_scan,
    overridden_acts,
    readings_table,
    scan_view,
    typed_form,
)
from flows.desk.tables import Kind, table_file, with_query
from flows.desk.visit import Act, Look, ProvedAct, Visit
from flows.desk.words import STATES, VERDICTS
from flows.home import temporary_folder
from flows.mending import NO_KNOWN_VALUE, form_to_read, join, read_again, require_fitting, retake, settle, split, turn
from flows.output import explained
from flows.steps import Because
from transcribe.drawing import small_picture, surroundings
from transcribe.errors import NotFound, SettingsError
from transcribe.geometry import Box
from transcribe.i18n import worded
from transcribe.model import FieldKey, PagePicture, Scan, Verdict
from transcribe.review import TAKES_FILE, picture_response
from transcribe.store import Store

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
    """One scan: a page with every field drawn, the form to be mended, and one field in full."""
    view = scan_view(visit, scan)
    return _scan_page(visit, view, [TypedLine(each, each.words, each.words) for each in editable(view)], page, field)


def _scan_page(
    visit: Visit,
    view: ScanView,
    lines: Sequence[TypedLine],
    page: int = 1,
    field: str = "",
    *,
    why: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    record = visit.home.store.last_record(view.scan.id)
    broken = {key for each in (record.exceptions if record else ()) for key in each.keys}
    form = typed_form(visit, view, lines, broken)
    line = view.field(field) if field else None
    first = line or next((each for each in view.fields if each.key == form.first), None)
    shown = first.place.page if first and first.place and page == 1 else page
    return visit.page(
        "desk_scan.html",
        status,
        view=view,
        form=form,
        why_changed=why,
        fault=fault,
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


# What an operator does to a scan: read again, turn, retake, set aside, bring back, settle, split, join, forget.

_one_reads = threading.Lock()
"""One scan is read at a time: machines that read take whole cores, and people's pages come first."""

Degrees = Annotated[int, Form()]
FormName = Annotated[str, Form(max_length=100, pattern=r"^([a-z][a-z0-9_-]*)?$")]
Other = Annotated[str, Form(pattern=SCAN_PATTERN)]
PageAt = Annotated[int, Form(ge=2, le=10_000)]


@router.post("/desk/scan/{scan}/read-again")
async def read_scan_again(visit: Act, scan: ScanId, why: Why, form: FormName = "") -> Response:
    """Has a scan read anew, also as another form."""
    known = await visit.look(lambda: known_scan(visit, scan))

    def deed() -> object:
        chosen = form_to_read(visit.home, known, form or None)
        visit.require_form(chosen.name)
        require_fair_start(visit.home, [chosen.name])
        return read_again(visit.home, known, chosen, _because(visit, why))

    return await _read(visit, known, deed, "read-again")


@router.post("/desk/scan/{scan}/turn")
async def turn_scan(visit: Act, scan: ScanId, degrees: Degrees, why: Why) -> Response:
    """Turns the pages of a scan and has it read again."""
    known = await visit.look(lambda: known_scan(visit, scan))
    return await _read(visit, known, lambda: turn(visit.home, known, degrees, _because(visit, why)), "turn")


@router.post("/desk/scan/{scan}/retake", openapi_extra=TAKES_FILE)
async def retake_scan(visit: Act, scan: ScanId, request: Request) -> Response:
    """Has another picture of the same paper take the place of a scan's."""
    known = await visit.look(lambda: known_scan(visit, scan))
    sent = await request.form()
    why, files = str(sent.get("why", "")).strip(), uploads(sent, "file")
    if not why or len(files) != 1:
        said = visit.say("Choose a picture that is not empty, and say why.")
        return await refused(visit, said, _address(known))
    content, is_sure = await files[0].read(visit.home.settings.most_file_bytes + 1), bool(sent.get("anyway"))

    def deed() -> object:
        if len(content) > visit.home.settings.most_file_bytes:
            raise SettingsError(visit.say("A file is larger than files may be."))
        with temporary_folder(visit.home.settings) as folder:
            file = folder / safe_name(files[0])
            file.write_bytes(content)
            return retake(visit.home, known, file, _because(visit, why), anyway=is_sure)

    return await _read(visit, known, deed, "retake")


@router.post("/desk/scan/{scan}/aside")
async def put_aside(visit: Act, scan: ScanId, why: Why) -> Response:
    """Asks nobody about a scan."""
    known = await visit.look(lambda: known_scan(visit, scan))
    store = visit.home.store
    return await do(visit, lambda: store.put_scan_aside(known.id, visit.by, why, visit.now), _address(known), "aside")


@router.post("/desk/scan/{scan}/back")
async def bring_back(visit: Act, scan: ScanId, why: Why) -> Response:
    """Goes on with a scan that was set aside."""
    known = await visit.look(lambda: known_scan(visit, scan))
    store = visit.home.store
    return await do(visit, lambda: store.bring_scan_back(known.id, visit.by, why, visit.now), _address(known), "back")


@router.post("/desk/scan/{scan}/forget")
async def forget(visit: ProvedAct, scan: ScanId, why: Why, sure: Annotated[str, Form(pattern="^yes$")]) -> Response:
    """Erases what a scan says and shows, for good."""
    known = await visit.look(lambda: known_scan(visit, scan))
    here = _address(known)
    return await do(
        visit, lambda: forget_scan(visit.home, known.id, by=visit.by, why=why), "/desk/scans", "forget", here
    )


@router.post("/desk/scan/{scan}/settle")
async def settle_with(
    visit: Act, scan: ScanId, other: Other, verdict: Annotated[Verdict, Form()], why: Why
) -> Response:
    """Says what a scan and another one are to each other."""
    known = await visit.look(lambda: known_scan(visit, scan))
    await visit.look(lambda: known_scan(visit, other))

    def deed() -> object:
        if verdict == "joined":
            home = visit.home
            return join(home, *home.store.in_order(known.id, other), _because(visit, why))
        return settle(visit.home, known.id, other, verdict, _because(visit, why))

    return await _read(visit, known, deed, "settle")


@router.post("/desk/scan/{scan}/split")
async def split_scan(visit: Act, scan: ScanId, at: PageAt, why: Why) -> Response:
    """Makes a scan of its own of the pages from one on."""
    known = await visit.look(lambda: known_scan(visit, scan))
    return await _read(visit, known, lambda: split(visit.home, known, at, _because(visit, why)), "split")


async def _read(visit: Visit, scan: Scan, deed: Callable[[], object], done: str) -> Response:
    """Have done what reads a scan, one at a time."""

    def alone() -> object:
        with _one_reads:
            return deed()

    return await do(visit, alone, _address(scan), done)


def _because(visit: Visit, why: str) -> Because:
    return Because(by=visit.by, why=why)


def _address(scan: Scan) -> str:
    return f"/desk/scan/{scan.id}"


# What an operator does to values: ask once more, lock and unlock, withdraw a reading.

MOST_TEXT_CHARACTERS = 16_000
"""The longest text of a correction."""

Name = Annotated[str, Form(min_length=1, max_length=MAX_FIELD_CHARACTERS)]
Text = Annotated[str, Form(max_length=MOST_TEXT_CHARACTERS)]
ReadingId = Annotated[str, Form(min_length=1, max_length=64)]

ValueDeed = Callable[[Store, str, FieldKey, str, str, datetime], object]
"""What is done to one value: of a scan, a field, by whom, why and when."""


@router.post("/desk/scan/{scan}/value/ask")
async def ask(visit: Act, scan: ScanId, field: Name, why: Why) -> Response:
    """Has one more person asked what a field says."""
    return await _value(visit, scan, field, why, Store.ask_value, "ask")


@router.post("/desk/scan/{scan}/value/lock")
async def lock(visit: Act, scan: ScanId, field: Name, why: Why) -> Response:
    """Has a decided value stand."""
    return await _value(visit, scan, field, why, Store.lock_value, "lock")


@router.post("/desk/scan/{scan}/value/unlock")
async def unlock(visit: Act, scan: ScanId, field: Name, why: Why) -> Response:
    """Has a locked value weighed again."""
    return await _value(visit, scan, field, why, Store.unlock_value, "unlock")


@router.post("/desk/scan/{scan}/value/withdraw")
async def withdraw(visit: Act, scan: ScanId, field: Name, reading: ReadingId, why: Why) -> Response:
    """Takes a reading of a field out of weighing."""

    def deed(store: Store, known: str, key: FieldKey, by: str, why: str, now: datetime) -> object:
        if reading not in {each.id for each in store.field_history(known, key).readings}:
            raise NotFound("There is no such reading of this field.")
        return store.withdraw_reading(reading, by, why, now)

    return await _value(visit, scan, field, why, deed, "withdraw")


@router.post("/desk/scan/{scan}/value/gold")
async def gold(visit: Act, scan: ScanId, field: Name, why: Why, text: Text = "") -> Response:
    """Says what a field is known to say: people may be tested by it, and its value stays."""
    visit.require_all_forms()

    def deed(store: Store, known: str, key: FieldKey, by: str, why: str, now: datetime) -> None:
        if not text.strip():
            raise SettingsError(visit.say("A blank is no known value: nobody could tell a reading of it from a skip."))
        require_fitting(visit.home, known, key, text, other_pattern=True, as_it_is=worded(NO_KNOWN_VALUE))
        store.add_gold(known, key, text, by, why, now)

    return await _value(visit, scan, field, why, deed, "gold")


@router.post("/desk/scan/{scan}/value/unknown")
async def unknown(visit: Act, scan: ScanId, field: Name, why: Why) -> Response:
    """Takes a known value out of use: nobody is tested by it any more."""
    visit.require_all_forms()
    return await _value(visit, scan, field, why, Store.withdraw_truth, "gold-gone")


async def _value(visit: Visit, scan: str, field: str, why: str, deed: ValueDeed, done: str) -> Response:
    """Have something done to one value, and go back to it. NotFound where there is no such field of the visitor's."""
    view = await visit.look(lambda: scan_view(visit, scan))
    line, whole = view.field(field), view.scan.id
    if line is None or line.is_personal:
        raise NotFound("There is no such field.")
    back = f"/desk/scan/{whole}{with_query({'field': field})}#field"
    store, key = visit.home.store, FieldKey.parse(field)
    return await do(visit, lambda: deed(store, whole, key, visit.by, why, visit.now), back, done)


# The whole form of a scan, corrected at once: what its operator changed, and nothing that others changed meanwhile.


@router.post("/desk/scan/{scan}/edit")
async def edit(visit: Act, scan: ScanId, request: Request) -> Response:
    """Keeps every value that was typed otherwise, all or none. What is refused is said at its field."""
    sent = await request.form()
    typed = {name: str(value)[:MOST_TEXT_CHARACTERS] for name, value in sent.items() if isinstance(value, str)}
    why, anyway = typed.get("why", "").strip()[:MOST_REASON_CHARACTERS], bool(typed.get("anyway"))

    def made() -> Response | None:
        view = scan_view(visit, scan)
        lines = [_typed(each, typed) for each in editable(view)]
        changed = [each for each in lines if each.is_changed]
        refused = {each.line.key: _fault(visit, view.scan, each, anyway=anyway) for each in changed}
        fault = _fault_of_all(visit, changed, why)
        if fault or any(refused.values()):
            told = [_again(each, refused.get(each.line.key, "")) for each in lines]
            return _scan_page(visit, view, told, why=why, fault=fault, status=422)
        _keep(visit, view.scan, changed, why)
        return None

    answer = await visit.look(made)
    if answer is not None:
        return answer
    return await do(visit, lambda: None, f"/desk/scan/{scan}", "correct")


def editable(view: ScanView) -> list[FieldLine]:
    """The fields whose value may be corrected: neither locked nor masked."""
    return [each for each in view.fields if each.fate != "locked" and not each.is_personal]


def _typed(line: FieldLine, typed: Mapping[str, str]) -> TypedLine:
    """A field as it was sent, with what its page had shown; a page that does not say so has shown what stands now."""
    shown = typed.get(f"shown {line.key}", line.words)
    text = typed.get(f"field {line.key}", shown)
    stands = bool(typed.get(f"stands {line.key}"))
    return TypedLine(line, text.replace("\r\n", "\n"), shown.replace("\r\n", "\n"), stands=stands)


def _again(typed: TypedLine, refused: str) -> TypedLine:
    """A field as it is shown again: what was typed, and what stands there now where nobody typed anything."""
    now = typed.line.words
    stands = typed.stands and not refused
    return TypedLine(typed.line, typed.text if typed.is_changed else now, now, refused, stands=stands)


def _keep(visit: Visit, scan: Scan, changed: Sequence[TypedLine], why: str) -> None:
    store = visit.home.store
    with store.together():
        for each in changed:
            store.correct_value(scan.id, each.line.key, each.text, visit.by, why, visit.now)


def _fault(visit: Visit, scan: Scan, typed: TypedLine, *, anyway: bool) -> str:
    """Why what was typed is not taken; "" where it is."""
    if typed.line.words != typed.shown:
        return visit.say(
            "It was changed meanwhile, and says now: %(text)s. Look again, and save once more where yours is right.",
            text=decision_words(visit, typed.line),
        )
    try:
        require_fitting(visit.home, scan.id, typed.line.key, typed.text, no_value=anyway, other_pattern=anyway)
    except SettingsError as error:
        return visit.told(error)
    return ""


def _fault_of_all(visit: Visit, changed: Sequence[TypedLine], why: str) -> str:
    if not changed:
        return visit.say("Nothing was changed, so nothing was saved.")
    return "" if why else visit.say("Say why you change it.")
