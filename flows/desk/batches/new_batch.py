"""A new batch by upload: pictures from a folder or a camera wait in the home, and are taken in by what `serve` runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from flows.desk.batches.batch_table import batch_address
from flows.desk.deeds import refused, with_done
from flows.desk.visit import Act, Look, Visit
from flows.incoming import SUFFIXES, ArrivingFile, SentFile, require_welcome, sent_file
from flows.steps import AUTO_FORM
from transcribe.errors import DiskFull, FormError, SettingsError
from transcribe.i18n import ADVICE, N_
from transcribe.review import TAKES_FILE

router = APIRouter()

PIECE_BYTES = 1_000_000
"""So much of a file is kept at a time."""

MOST_NAME_CHARACTERS = 100
"""The longest name of a new batch, and of a file."""

STATES_OF_FILES = {
    "waiting": N_("arrived"),
    "known": N_("known already"),
    "set aside": N_("could not be read before"),
    "forgotten": N_("was forgotten before, and is not taken again"),
}
"""What became of a file that was sent."""

IN_CANCELLED = N_("Known already, in a batch that was cancelled: nobody is asked about it until the batch goes on.")
"""What became of a file that was sent before, in a batch that was cancelled."""

TO_BATCH = N_("To the batch “%(batch)s”")
"""The way on from there."""


@router.get("/desk/batches/new")
async def new_batch_page(
    visit: Look, name: Annotated[str, Query(max_length=MOST_NAME_CHARACTERS)] = "", form: str = AUTO_FORM
) -> Response:
    """Asks for a name, a form and pictures."""
    visit.require_operator()
    forms = await visit.look(visit.forms_to_choose)
    if visit.forms is None:
        forms.insert(0, (AUTO_FORM, visit.say("Find out which form each is")))
    called = visit.say("desk")
    return visit.page(
        "desk_new_batch.html",
        name=name or f"{called} {visit.now:%Y-%m-%d %H%M}",
        forms=forms,
        chosen=form,
        kinds=",".join(SUFFIXES),
        most_bytes=visit.home.settings.most_file_bytes,
        advice=ADVICE,
    )


@router.post("/desk/batches/new", openapi_extra=TAKES_FILE)
async def send(visit: Act, request: Request) -> Response:
    """Takes pictures for a batch. A page with JavaScript sends each alone and is answered by JSON."""
    sent = await request.form()
    wants_json = request.headers.get("accept", "").startswith("application/json")
    name, form = str(sent.get("name", "")).strip()[:MOST_NAME_CHARACTERS], str(sent.get("form", ""))
    files = uploads(sent, "files", with_empty=True)
    if not name or not files:
        raise HTTPException(422, N_("Something in what was sent is missing or not allowed."))
    if visit.forms is not None:
        visit.require_form(form)
    try:
        await run_in_threadpool(require_welcome, visit.home, form, name)
    except (FormError, SettingsError) as error:
        return await _not_taken(visit, [str(error)], 0, wants_json)
    states, reasons = await _taken(visit, files, form, name)
    if reasons:
        return await _not_taken(visit, reasons, len(states), wants_json)
    if wants_json:
        return JSONResponse({"files": [_told(visit, *each) for each in states]})
    if stopped := _stopped(visit, states):
        return await _not_taken(visit, stopped, len(states) - len(stopped), wants_json)
    return RedirectResponse(with_done(batch_address(name), "sent"), 303)


async def _taken(
    visit: Visit, files: Sequence[UploadFile], form: str, batch: str
) -> tuple[list[tuple[str, SentFile]], list[str]]:
    """Take every file that can be taken: what became of each of these, and why the others were not taken."""
    states, reasons = [], []
    for each in files:
        try:
            states.append((each.filename or "", await _take(visit, each, form, batch)))
        except SettingsError as error:
            reasons.append(str(error))
        except DiskFull:
            reasons.append(visit.say("The disk is nearly full."))
            break
    return states, reasons


async def _not_taken(visit: Visit, reasons: Sequence[str], taken: int, wants_json: bool) -> Response:
    """Says why files were not taken, and how many were."""
    if taken:
        reasons = [*reasons, visit.say("Files that arrived all the same: %(count)s.", count=taken)]
    said = " ".join(reasons)
    return JSONResponse({"reason": said}, 422) if wants_json else await refused(visit, said, "/desk/batches/new")


def _told(visit: Visit, file: str, sent: SentFile) -> dict[str, str]:
    told = {"file": file, "state": sent.state, "words": visit.say(STATES_OF_FILES.get(sent.state, sent.state))}
    if sent.cancelled:
        told["words"] = visit.say(IN_CANCELLED)
    if sent.cancelled and visit.forms is None:  # who sees some forms only goes on with no batch
        told |= {"link": batch_address(sent.cancelled), "link_words": visit.say(TO_BATCH, batch=sent.cancelled)}
    return told


def _stopped(visit: Visit, states: Sequence[tuple[str, SentFile]]) -> list[str]:
    """What is said of the files that are known in a batch that was cancelled."""
    told = [_told(visit, file, each) for file, each in states if each.cancelled]
    return [f"{each['file']}: {each['words']} {each.get('link_words', '')}".strip() for each in told]


async def _take(visit: Visit, file: UploadFile, form: str, batch: str) -> SentFile:
    """Keep one file and log who sent it. Gives what became of it: one that is known is not taken again."""
    if not file.size:
        raise SettingsError(visit.say("%(file)s: the file is empty.", file=file.filename or ""))
    arriving = await run_in_threadpool(ArrivingFile, visit.home.settings, safe_name(file))
    try:
        while piece := await file.read(PIECE_BYTES):
            if arriving.size + len(piece) > visit.home.settings.most_file_bytes:
                raise SettingsError(visit.say("A file is larger than files may be."))
            await run_in_threadpool(arriving.add, piece)
        return await run_in_threadpool(_keep, visit, arriving, form, batch, visit.now)
    finally:
        await run_in_threadpool(arriving.drop)


def _keep(visit: Visit, arriving: ArrivingFile, form: str, batch: str, now: datetime) -> SentFile:
    known = sent_file(visit.home, arriving.sha256)
    if known.state != "unknown":
        name = arriving.name if len(known.scans) == 1 else ""  # the scans of several pages have names of their own
        for each in known.scans:
            visit.home.store.note_known_again(each, batch, now, name)
        return known
    arriving.settle(form, batch)
    visit.home.store.log(visit.by, "scan sent", arriving.sha256, {"form": form, "batch": batch}, now)
    arriving.keep(visit.home.store, now)
    return SentFile(state="waiting")


def safe_name(file: UploadFile) -> str:
    """A name for a file in the home: what it is called, without a path, with a known ending."""
    called = PurePath((file.filename or "").replace("\\", "/")).name
    kept = "".join(each for each in called if each.isalnum() or each in " ._-()").strip(". ")[-MOST_NAME_CHARACTERS:]
    ending = PurePath(kept).suffix.lower()
    known = {*SUFFIXES.values(), ".jpeg", ".tiff", ".heif"}
    if ending not in known:
        media = (file.content_type or "").partition(";")[0].lower()
        if media not in SUFFIXES:
            raise SettingsError(f"{called or 'A file'}: only {', '.join(sorted(known))} are taken.")
        kept += SUFFIXES[media]
    return kept if kept != ending else f"scan{ending}"


def uploads(form: FormData, name: str, *, with_empty: bool = False) -> list[UploadFile]:
    """The files of a field of a form that was sent, also empty ones if asked.

    A field in which nothing was chosen comes as a file without a name.
    """
    files = [each for each in form.getlist(name) if isinstance(each, UploadFile)]
    return [each for each in files if each.size or (with_empty and each.filename)]
