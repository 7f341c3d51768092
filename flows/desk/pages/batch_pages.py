"""The pages of batches with their deeds and files, and a new batch by upload."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from flows.desk.deeds import MOST_NAME_LENGTH, Why, do, refused, safe_name, uploads, with_done
from flows.desk.pages.batch_table import (
    aside_table,
    batch_view,
    batches_table,
    course_chart,
    day_of,
    known_table,
    reasons_table,
    scans_aside,
    states_table,
)
from flows.desk.pages.record_pages import forms_table
from flows.desk.tables import Kind, Table, batch_address, table_file
from flows.desk.visit import Act, Look, ProvedAct, Visit
from flows.incoming import SUFFIXES, ArrivingFile, SentFile, require_welcome, sent_file
from flows.mending import batch_due_of, due_set
from flows.steps import AUTO_FORM
from transcribe.errors import DiskFull, FormError, SettingsError
from transcribe.i18n import ADVICE, N_
from transcribe.review import TAKES_FILE
from transcribe.store import Store

router = APIRouter()

BATCHES_A_PAGE = 100
"""So many batches are on a page. Chosen by hand."""

MOST_NAME_CHARACTERS = 300
"""The longest name of a batch that is looked for."""

Name = Annotated[str, Query(min_length=1, max_length=MOST_NAME_CHARACTERS)]
First = Annotated[int, Query(ge=0, le=10_000_000)]


@router.get("/desk/batches")
async def batches_page(visit: Look, first: First = 0) -> Response:
    """All batches, the most urgent first."""

    def made() -> Response:
        table = batches_table(visit, first, BATCHES_A_PAGE)
        more = first + BATCHES_A_PAGE if len(table.rows) == BATCHES_A_PAGE else None
        return visit.page("desk_batches.html", batches=table, more=more)

    return await visit.show(made)


@router.get("/desk/batches.{kind}")
def batches_file(visit: Look, kind: Kind) -> Response:
    """All batches as a file."""
    return table_file(batches_table(visit), kind)


@router.get("/desk/batch")
async def batch_page(visit: Look, name: Name) -> Response:
    """One batch."""

    def made() -> Response:
        view = batch_view(visit, name)
        return visit.page(
            "desk_batch.html",
            view=view,
            due_set=due_set,
            day_of=day_of,
            states=states_table(visit, view),
            reasons=reasons_table(visit, view),
            course=course_chart(visit, view),
            aside=aside_table(visit, name),
            known=known_table(visit, name),
            pictured=scans_aside(visit, name),
            records=forms_table(visit, name),
        )

    return await visit.show(made)


@router.get("/desk/batch/{table}.{kind}")
def batch_file(
    visit: Look, table: Literal["states", "reasons", "course", "aside", "known", "by-form"], kind: Kind, name: Name
) -> Response:
    """One table of a batch as a file."""
    return table_file(_table(visit, table, name), kind)


def _table(visit: Visit, which: str, name: str) -> Table:
    view = batch_view(visit, name)
    match which:
        case "states":
            return states_table(visit, view)
        case "reasons":
            return reasons_table(visit, view)
        case "course":
            return course_chart(visit, view).table
        case "known":
            return known_table(visit, name)
        case "by-form":
            return forms_table(visit, name)
        case _:
            return aside_table(visit, name)


# What an operator does to a batch: cancel and go on, priority, due date, note.

SentName = Annotated[str, Form(min_length=1, max_length=MOST_NAME_CHARACTERS)]
Level = Annotated[int, Form(ge=0, le=9)]
Day = Annotated[str, Form(max_length=40)]
Note = Annotated[str, Form(max_length=1000)]
SeenNote = Annotated[str, Form(max_length=2000)]
"""The note that the page had shown."""
SeenLevel = Annotated[int | None, Form()]
"""The priority that the page had shown."""
SeenDay = Annotated[str | None, Form(max_length=40)]
"""The last day of the due time that the page had shown, or none."""
Records = Annotated[Literal["stay", "withdraw"], Form()]


@router.post("/desk/batch/cancel")
async def cancel(visit: ProvedAct, name: SentName, why: Why, records: Records = "stay") -> Response:
    """Asks nobody about a batch any more; its published records stay, or are withdrawn until it goes on."""
    store, withdraws = _steered(visit), records == "withdraw"

    def deed() -> object:
        return store.cancel_batch(name, visit.by, why, visit.now, withdraw=withdraws)

    return await do(visit, deed, batch_address(name), "cancel-withdrawn" if withdraws else "cancel")


@router.post("/desk/batch/resume")
async def resume(visit: Act, name: SentName, why: Why) -> Response:
    """Goes on with a batch that was cancelled."""
    store = _steered(visit)
    return await do(visit, lambda: store.resume_batch(name, visit.by, why, visit.now), batch_address(name), "resume")


@router.post("/desk/batch/priority")
async def priority(visit: Act, name: SentName, level: Level, why: Why, seen: SeenLevel = None) -> Response:
    """Says how urgent a batch is. What somebody else has said meanwhile is not overwritten."""
    store = _steered(visit)

    def deed() -> None:
        with store.together():
            kept = store.batch(name).priority
            if kept not in (seen, level) and seen is not None:
                told = visit.say("Somebody else has changed the priority meanwhile: %(level)s. Load the page anew.")
                raise SettingsError(told % {"level": kept})
            store.set_batch_priority(name, level, visit.by, why, visit.now)

    return await do(visit, deed, batch_address(name), "priority")


@router.post("/desk/batch/due")
async def due(visit: Act, name: SentName, why: Why, day: Day = "", seen: SeenDay = None) -> Response:
    """Says when a batch is due; nothing for never. What somebody else has said meanwhile is not overwritten."""
    store = _steered(visit)

    def deed() -> None:
        wanted = _due(visit, day)
        with store.together():
            kept = store.batch(name).due
            if seen is not None and kept != wanted and (day_of(kept) or "none") != seen:
                told = visit.say("Somebody else has changed the due date meanwhile: %(day)s. Load the page anew.")
                raise SettingsError(told % {"day": visit.moment(kept) if kept else "–"})
            store.set_batch_due(name, wanted, visit.by, why, visit.now)

    return await do(visit, deed, batch_address(name), "due")


@router.post("/desk/batch/note")
async def note(visit: Act, name: SentName, text: Note = "", seen: SeenNote = "") -> Response:
    """Keeps a note on a batch, or takes it away. One that somebody else has written meanwhile is not overwritten."""
    store = _steered(visit)

    def deed() -> None:
        with store.together():
            kept = store.batch(name).note
            if seen.split() != kept.split():
                told = visit.say(
                    "Somebody else has changed the note meanwhile: “%(note)s”. Load the page anew.", note=kept
                )
                raise SettingsError(told)
            store.set_batch_note(name, text.strip(), visit.by, visit.now)

    return await do(visit, deed, batch_address(name), "note")


def _steered(visit: Visit) -> Store:
    """The store, for what concerns a whole batch: it may hold other forms than those that somebody is limited to."""
    visit.require_all_forms()
    return visit.home.store


def _due(visit: Visit, day: str) -> datetime | None:
    try:
        return batch_due_of(day or "none", visit.now)
    except ValueError as error:
        raise SettingsError(visit.say("This is no day. Write it as 2026-12-01.")) from error


# A new batch by upload: pictures from a folder or a camera wait in the home, and are taken in by what `serve` runs.

PIECE_BYTES = 1_000_000
"""So much of a file is kept at a time."""

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
    visit: Look, name: Annotated[str, Query(max_length=MOST_NAME_LENGTH)] = "", form: str = AUTO_FORM
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
    name, form = str(sent.get("name", "")).strip()[:MOST_NAME_LENGTH], str(sent.get("form", ""))
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
    arriving.settle(form, batch, "desk")
    visit.home.store.log(visit.by, "scan sent", arriving.sha256, {"form": form, "batch": batch}, now)
    arriving.keep(visit.home.store, now)
    return SentFile(state="waiting")
