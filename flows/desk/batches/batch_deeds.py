"""What an operator does to a batch: cancel and go on, priority, due date, note."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response

from flows.desk.batches.batch_pages import MOST_NAME_CHARACTERS
from flows.desk.batches.batch_table import batch_address, day_of
from flows.desk.deeds import Why, do
from flows.desk.visit import Act, ProvedAct, Visit
from flows.mending import batch_due_of
from transcribe.errors import SettingsError
from transcribe.store import Store

router = APIRouter()

Name = Annotated[str, Form(min_length=1, max_length=MOST_NAME_CHARACTERS)]
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
async def cancel(visit: ProvedAct, name: Name, why: Why, records: Records = "stay") -> Response:
    """Asks nobody about a batch any more; its published records stay, or are withdrawn until it goes on."""
    store, withdraws = _steered(visit), records == "withdraw"

    def deed() -> object:
        return store.cancel_batch(name, visit.by, why, visit.now, withdraw=withdraws)

    return await do(visit, deed, batch_address(name), "cancel-withdrawn" if withdraws else "cancel")


@router.post("/desk/batch/resume")
async def resume(visit: Act, name: Name, why: Why) -> Response:
    """Goes on with a batch that was cancelled."""
    store = _steered(visit)
    return await do(visit, lambda: store.resume_batch(name, visit.by, why, visit.now), batch_address(name), "resume")


@router.post("/desk/batch/priority")
async def priority(visit: Act, name: Name, level: Level, why: Why, seen: SeenLevel = None) -> Response:
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
async def due(visit: Act, name: Name, why: Why, day: Day = "", seen: SeenDay = None) -> Response:
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
async def note(visit: Act, name: Name, text: Note = "", seen: SeenNote = "") -> Response:
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
