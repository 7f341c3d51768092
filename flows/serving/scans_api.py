"""The part of `/api/v1` that takes scans in: one file a request, as its body."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

import fastapi
from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from flows.home import Home
from flows.incoming import SUFFIXES, ArrivingFile, require_welcome, sent_file, waiting_scans
from flows.serving.api import Form, _in_thread, _log, allowed
from flows.serving.records_answers import PROBLEMS
from flows.serving.records_api import PREFIX
from flows.serving.requests_once import IdempotencyKey, once
from flows.steps import AUTO_FORM
from transcribe.errors import DiskFull, FormError, SettingsError
from transcribe.review import TAKES_FILE, Here
from transcribe.store import ApiToken, Store

SENT: dict[str, Any] = {
    **TAKES_FILE,
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in SUFFIXES},
    },
}
"""What OpenAPI says of the body: the bytes of one file."""

OF_PAGE = re.compile(r" p\. \d+$")
"""The end of the name of a scan that is not alone in its file."""

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"

ExternalId = Annotated[
    str | None,
    Query(pattern=NAME_PATTERN, description="what you call it: `name` and `scan_name` of its record"),
]
Batch = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$", description="else one of each day")]
File = Annotated[str, fastapi.Path(pattern=r"^[0-9a-f]{64}$", description="the SHA-256 of the file that was sent")]

CONTENT_REFUSED: dict[int | str, dict[str, Any]] = {
    **PROBLEMS,
    409: {"description": "It was forgotten before, and what is erased stays erased"},
    413: {"description": "The file is larger than files may be"},
    507: {"description": "The disk has no more room than readings need"},
    415: {"description": "It is of a kind that is not taken; the problem names those that are"},
}


class SentV1(BaseModel):
    """What became of a file: it waits, is known (`scans` are its scans), or was set aside (`reason`).

    Of a known file `reason` says that its batch was cancelled, where it was. `file` is its SHA-256, by which it is
    asked for.
    """

    file: str
    state: Literal["waiting", "known", "set aside", "unknown"]
    scans: tuple[str, ...]
    reason: str


class _Asked(BaseModel):
    """The identity of a request, to tell whether it came before."""

    form: str
    batch: str | None
    external_id: str | None
    file: str


def scans_api(home: Home) -> APIRouter:
    """The routes over one home; they need the context of the review app that they are put into."""
    router = APIRouter(prefix=PREFIX, tags=["scans"], responses=CONTENT_REFUSED)
    _add_sending(router, home)
    _add_asking(router, home)
    return router


def _add_sending(router: APIRouter, home: Home) -> None:
    @router.post("/forms/{form}/scans", status_code=202, openapi_extra=SENT)
    async def send(
        request: Request,
        response: Response,
        context: Here,
        token: Annotated[ApiToken, allowed("scans:write")],
        form: Form,
        batch: Batch = None,
        external_id: ExternalId = None,
        idempotency_key: IdempotencyKey = None,
    ) -> SentV1:
        """Send the file of an order: it is read within moments. The form may be "auto". A file comes in once.

        Several pages of one order come as one PDF or TIFF.
        """
        named = batch or f"api {context.now():%Y-%m-%d}"
        suffix = _suffix(request.headers.get("content-type", ""))
        await _in_thread(lambda: _require_welcome(home, form, named))
        arriving = await run_in_threadpool(_arriving, home, f"{external_id or 'scan'}{suffix}")
        try:
            await _receive(request, arriving, home.settings.most_file_bytes)
            asked = _Asked(form=form, batch=batch, external_id=external_id, file=arriving.sha256)
            known = await _in_thread(lambda: state_of(home, arriving.sha256, _only(token, form)))
            comes = known.state == "unknown" or bool(external_id and _waits_as_another(home, known, arriving.name))
            if comes:
                await run_in_threadpool(arriving.settle, form, named)

            def keep(store: Store) -> SentV1:
                _note_known(store, known, named, context.now(), arriving.name if external_id else "")
                if comes:
                    arriving.keep(store, context.now())
                return known.model_copy(update={"state": "waiting"}) if comes else known

            answer, is_new = await once(context, token, idempotency_key, ("scan", asked), response, SentV1, keep)
            if is_new and comes:
                await _log(context, token, "scan sent", arriving.sha256, {"form": form, "batch": named})
            return answer
        finally:
            await run_in_threadpool(arriving.drop)


def _add_asking(router: APIRouter, home: Home) -> None:
    @router.get("/forms/{form}/scans/{file}")
    async def state(
        context: Here, token: Annotated[ApiToken, allowed("scans:write")], form: Form, file: File
    ) -> SentV1:
        """What became of a file that was sent. Its record is at `/records/{form}/{scan}` once it is published."""
        return await _in_thread(lambda: state_of(home, file, _only(token, form)))


def _only(token: ApiToken, form: str) -> str | None:
    """The only form that a token may ask about; None if it may ask about all."""
    return None if "scans:write" in token.scopes or form == AUTO_FORM else form


def state_of(home: Home, sha256: str, form: str | None) -> SentV1:
    """What became of a file by its SHA-256, as `sent_file` has it; HTTPException 409 where it was forgotten."""
    found = sent_file(home, sha256, form)
    if found.state == "forgotten":
        raise HTTPException(409, "This file was forgotten before, and what is erased stays erased.")
    return SentV1(file=sha256, state=found.state, scans=found.scans, reason=found.reason)


def _waits_as_another(home: Home, known: SentV1, name: str) -> bool:
    """Whether a file waits, and under other names alone: it comes once more, so that its scan has this one too."""
    waiting = [each.path.name for each in waiting_scans(home.settings) if each.sha256 == known.file]
    return known.state == "waiting" and name not in waiting


def _note_known(store: Store, known: SentV1, batch: str, now: datetime, name: str) -> None:
    """Have the page of a batch say what came in it again; its scans are found by this name too, each with its page."""
    for scan in known.scans:
        page = OF_PAGE.search(store.scan(scan).name)
        store.note_known_again(scan, batch, now, name + (page[0] if name and page else ""))


def _require_welcome(home: Home, form: str, batch: str) -> None:
    try:
        require_welcome(home, form, batch)
    except FormError as error:
        known = sorted({AUTO_FORM, *home.forms.names()})
        unknown = f"There is no form {form!r}. Use one of {', '.join(known)}."
        raise HTTPException(404, str(error) if form in known else unknown) from error
    except SettingsError as error:
        raise HTTPException(422, str(error)) from error


def _suffix(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in SUFFIXES:
        raise HTTPException(415, f"Send the file itself, with its Content-Type: one of {', '.join(SUFFIXES)}.")
    return SUFFIXES[kind]


def _arriving(home: Home, name: str) -> ArrivingFile:
    try:
        return ArrivingFile(home.settings, name)
    except DiskFull as error:
        raise HTTPException(507, str(error)) from error


def _add(arriving: ArrivingFile, piece: bytes) -> None:
    try:
        arriving.add(piece)
    except DiskFull as error:
        raise HTTPException(507, str(error)) from error


async def _receive(request: Request, arriving: ArrivingFile, most_bytes: int) -> None:
    async for piece in request.stream():
        if arriving.size + len(piece) > most_bytes:
            raise HTTPException(413, f"A file may have {most_bytes} bytes at most.")
        if piece:
            await run_in_threadpool(_add, arriving, piece)
    if not arriving.size:
        raise HTTPException(422, "The body is empty: send the bytes of the file.")
