"""What an operator does to a scan: read again, turn, retake, set aside, bring back, settle, split, join, forget."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from flows.administration import forget_scan, require_fair_start
from flows.desk.batches.new_batch import safe_name, uploads
from flows.desk.deeds import Why, do, refused
from flows.desk.scans.scan_page import SCAN_PATTERN, ScanId
from flows.desk.scans.scan_view import known_scan
from flows.desk.visit import Act, ProvedAct, Visit
from flows.home import temporary_folder
from flows.mending import form_to_read, join, read_again, retake, settle, split, turn
from flows.steps import Because
from transcribe.errors import SettingsError
from transcribe.model import Scan, Verdict
from transcribe.review import TAKES_FILE

router = APIRouter()

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
