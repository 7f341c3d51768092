"""The interface for programs, version 1: records with filters and versions, pictures, corrections, receipts.

What it promises never breaks: keys and parameters are only ever added. Errors are problems as in RFC 9457.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import fastapi
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool

from flows.home import Home
from flows.house import brought, require_on
from flows.mending import require_fitting, require_shown, text_of_value
from flows.output import explained, explained_whole
from flows.serving import records_answers as answers
from flows.serving.api import FIELD_PATTERN, Form, Position, _in_thread, _log, allowed, require_still_in_force
from flows.serving.records_answers import PROBLEMS, ExplainedScan
from flows.serving.records_pages import Pages, Question, as_time, at_one_moment, is_known, record_tag, scan_of, utc
from flows.serving.requests_once import IdempotencyKey, IfMatch, once, require_version, version_seen
from reconcile.records import Moments, quality, query, record_search, values_schema
from transcribe.drawing import surroundings
from transcribe.errors import NotFound, SettingsError
from transcribe.model import FieldKey, PagePicture, keys_in_words
from transcribe.review import Here, picture_response
from transcribe.store import ApiToken, Store

PREFIX = "/api/v1"

SUMMARY = "Records of order forms: typed values, how sure each is, where it came from."

PROBLEM = "application/problem+json"
"""The media type of problems."""

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is as the ETag of If-None-Match has it"}}
"""What a route with an ETag may answer besides."""

MAX_PAGE_COUNT = 500
"""The most records in one answer."""

MAX_WAIT_SECONDS = 30
"""The longest wait for news: proxies close what is silent for a minute."""

LOOK_SECONDS = 0.5
"""How often a waiting request looks for news. Chosen by hand."""

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE_COUNT)]
Filters = Annotated[
    list[str] | None,
    Query(
        alias="filter",
        max_length=20,
        description="field:comparison:value with eq, ne, lt, le, gt or ge; again for more. An empty value is none.",
        examples=["total:gt:500"],
    ),
]
Below = Annotated[float | None, Query(ge=0, le=1, description="only with a value less probable than this")]
BrokenRule = Annotated[
    str | None, Query(max_length=300, description='only where this rule does not hold; "any": any', examples=["any"])
]
Time = Annotated[datetime | None, BeforeValidator(as_time), Query(description="ISO 8601 with its offset from UTC")]
ScanId = Annotated[
    str, fastapi.Path(pattern=r"^[0-9a-f]{12,64}$", description="a scan's id, or its first 12 digits or more")
]
Number = Annotated[int | None, Query(ge=1, le=2**31, description="a former version of it")]
FormVersion = Annotated[
    int | None, Query(ge=1, le=2**31, description="`form_version` of a record; else the newest version")
]


def records_api(home: Home) -> APIRouter:
    """The routes over one home; they need the context of the review app that they are put into."""
    router = APIRouter(prefix=PREFIX, tags=["records"], responses=answers.PROBLEMS)
    moments = Moments(home.settings.records)
    _add_forms(router, home)
    _add_quality(router, home)
    _add_changes(router, home, moments)
    _add_pages(router, home, moments)
    _add_single(router, home, moments)
    _add_former(router, home)
    return router


def add_document(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Serve the OpenAPI of `/api/v1` at `/api/v1/openapi.json`, for everybody: it holds nothing of anybody."""
    said = document(routers)

    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return said


def document(routers: Sequence[APIRouter]) -> dict[str, Any]:
    """The OpenAPI 3.1 of the routes of `/api/v1`, with how a token is sent."""
    told = FastAPI(title="fairhand records", version="1", summary=SUMMARY, description=__doc__)
    for router in routers:
        told.include_router(router)
    for _, added in brought(lambda part: part.programs):
        added.document(told)
    said = told.openapi()
    schemas = said["components"]["schemas"]
    schemas["ProblemV1"] = answers.ProblemV1.model_json_schema()
    for ways in said["paths"].values():
        for way in ways.values():
            _tell_problems(way["responses"])
    for name in ("HTTPValidationError", "ValidationError"):  # every 422 is a problem instead
        schemas.pop(name, None)
    token = {"type": "http", "scheme": "bearer", "description": "fairhand tokens add NAME --scope SCOPE"}
    said["components"]["securitySchemes"] = {"token": token}
    return {**said, "security": [{"token": []}]}


def part_routes(home: Home) -> list[APIRouter]:
    """The routes of parts for programs; those of one that is switched off say so."""
    made = []
    for part, added in brought(lambda part: part.programs):
        required = Depends(partial(require_on, part, home.settings.parts_off))
        router = APIRouter(responses=PROBLEMS, dependencies=[required])
        router.include_router(added.routes(home, allowed))
        made.append(router)
    return made


def _tell_problems(responses: dict[str, Any]) -> None:
    """Say of each status that is an error that its answer is a problem, and of what type."""
    for status, response in responses.items():
        if status[0] in "45":
            response["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemV1"}}}


def _add_forms(router: APIRouter, home: Home) -> None:
    @router.get("/forms")
    async def forms(token: Annotated[ApiToken, allowed("records:read", any_form=True)]) -> answers.FormsV1:
        """The forms of which records are published."""
        known = await _in_thread(lambda: tuple(query.forms(home.settings.records)))
        mine = {scope.removeprefix("records:read:") for scope in token.scopes}
        whole = "records:read" in token.scopes
        return answers.FormsV1(forms=tuple(each for each in known if whole or each in mine))

    @router.get("/forms/{form}/schema")
    async def schema(
        token: Annotated[ApiToken, allowed("records:read")], form: Form, version: FormVersion = None
    ) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the `values` of a form's records, by its newest version or that of `version`."""

        def asked() -> dict[str, Any]:
            known = [number for name, number, _ in home.store.forms() if name == form]
            if not known:
                raise HTTPException(404, f"There is no form {form!r}.")
            if version is not None and version not in known:
                listed = ", ".join(map(str, sorted(known)))
                raise HTTPException(404, f"The form {form} has no version {version} here. Its versions: {listed}.")
            return dict(values_schema(home.forms(form, version or max(known))))

        return await _in_thread(asked)


def _add_quality(router: APIRouter, home: Home) -> None:
    path = home.settings.records

    @router.get("/forms/{form}/quality")
    async def quality_of_form(token: Annotated[ApiToken, allowed("records:read")], form: Form) -> answers.QualityV1:
        """How often decided values of a form were wrong, by audits, and what the work of the home came to."""

        def asked() -> answers.QualityV1:
            if form not in query.forms(path):
                raise HTTPException(404, f"There are no records of a form {form!r}.")
            return answers.quality_answer(form, quality.quality(path, form), quality.labour(path))

        return await _in_thread(asked)


def _add_changes(router: APIRouter, home: Home, moments: Moments) -> None:
    path = home.settings.records

    @router.get("/forms/{form}/history", responses=answers.START_OVER)
    async def history_of_form(
        context: Here,
        token: Annotated[ApiToken, allowed("records:read")],
        form: Form,
        after: Position = 0,
        limit: Limit = 100,
    ) -> answers.FormHistoryV1:
        """What later versions changed, in all records of a form: what was corrected after publication, and why."""

        def asked() -> answers.FormHistoryV1:
            found, last, more = record_search.form_changes(path, form, after, limit)
            return answers.FormHistoryV1.model_validate({"changes": found, "next": last, "more": more})

        answer = await _in_thread(partial(at_one_moment, moments, asked))
        await _log(context, token, "history read", form, {"after": after, "changes": len(answer.changes)})
        return answer


def _add_pages(router: APIRouter, home: Home, moments: Moments) -> None:
    path = home.settings.records
    pages = Pages(path, moments)

    @router.get("/records/{form}", response_model=answers.PageV1, responses={**UNCHANGED, **answers.START_OVER})
    async def records(
        request: Request,
        context: Here,
        token: Annotated[ApiToken, allowed("records:read")],
        form: Form,
        wanted: Annotated[record_search.Wanted, Depends(_wanted)],
        after: Position = 0,
        limit: Limit = 100,
        as_of: Time = None,
        wait: Annotated[int, Query(ge=0, le=MAX_WAIT_SECONDS, description="seconds to wait for news")] = 0,
    ) -> Response:
        """Records of a form that changed after a number, or, with `as_of`, all of them as they stood at a time."""
        if as_of is None and wait:
            await _news(request.app, path, after, wait)
            await require_still_in_force(request, context)
        told = None if as_of is None else utc(as_of)
        asked = Question(form=form, wanted=wanted, as_of=told, after=after, limit=limit)
        etag, found = await pages.answer(asked, str(request.url.query), request.headers.get("if-none-match"))
        if found is None:
            return _unchanged(etag)
        if found.count:
            await pages.note(context, token, form, after=after, position=found.last, records=found.count)
        headers = {"etag": etag, "cache-control": "no-cache"}
        return Response(found.content, media_type="application/json", headers=headers)


async def _wanted(
    filters: Filters = None,
    below: Below = None,
    state: answers.State | None = None,
    since: Time = None,
    exception: BrokenRule = None,
) -> record_search.Wanted:
    """What a page of records is asked for."""
    told = None if since is None else utc(since)
    return record_search.Wanted(filters=tuple(filters or ()), below=below, state=state, since=told, exception=exception)


def _add_single(router: APIRouter, home: Home, moments: Moments) -> None:
    path = home.settings.records

    @router.get("/records/{form}/{scan}", response_model=answers.RecordV1, responses=UNCHANGED)
    async def record(
        request: Request,
        context: Here,
        token: Annotated[ApiToken, allowed("records:read")],
        form: Form,
        scan: ScanId,
        version: Number = None,
    ) -> Response:
        """One record, or a former version of it."""
        ask = partial(record_search.document, path, form, scan, version)
        number, text = await _in_thread(partial(at_one_moment, moments, ask))
        whole = scan_of(text)
        etag = record_tag(whole, number)
        if is_known(etag, request.headers.get("if-none-match")):
            return _unchanged(etag)
        await _log(context, token, "record read", whole, {"form": form, "version": number})
        return Response(text, media_type="application/json", headers={"etag": etag, "cache-control": "no-cache"})


def _add_former(router: APIRouter, home: Home) -> None:
    path = home.settings.records

    @router.get("/records/{form}/{scan}/versions")
    async def versions(
        token: Annotated[ApiToken, allowed("records:read")], form: Form, scan: ScanId
    ) -> answers.VersionsV1:
        """From when until when each version of a record was in force."""
        found = await _in_thread(lambda: record_search.versions(path, form, scan))
        return answers.VersionsV1.model_validate({"versions": found})

    @router.get("/records/{form}/{scan}/history")
    async def history(
        context: Here, token: Annotated[ApiToken, allowed("records:read")], form: Form, scan: ScanId
    ) -> answers.HistoryV1:
        """What later versions of a record changed: before, after, who decided it, and why."""

        def asked() -> list[dict[str, object]]:
            record_search.versions(path, form, scan)
            return record_search.changes(path, scan)

        found = await _in_thread(asked)
        await _log(context, token, "history read", scan, {"form": form, "changes": len(found)})
        return answers.HistoryV1.model_validate({"changes": found})


def _unchanged(etag: str) -> Response:
    """304, with the headers that the answer itself would have: a cache takes them over."""
    return Response(status_code=304, headers={"etag": etag, "cache-control": "no-cache"})


async def _news(app: FastAPI, path: Path, after: int, seconds: float) -> None:
    """Wait until records.db has gone beyond a number, or so long, or until the app says that it is ending."""
    until, is_ending = time.monotonic() + seconds, getattr(app.state, "is_ending", lambda: False)
    while time.monotonic() < until and not is_ending() and await _in_thread(lambda: query.position(path)) <= after:
        await asyncio.sleep(LOOK_SECONDS)


# The part of `/api/v1` that changes something, and what lies behind a record: explanations, pictures of its fields.

PICTURES: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}, "image/jpeg": {}, "image/webp": {}}}}
"""What a route of pictures answers."""

PAGE = Annotated[int, fastapi.Path(ge=1, le=10_000, description="the number of the page, from 1")]

Key = Annotated[
    str | None,
    Query(max_length=100, pattern=FIELD_PATTERN, description="only the surroundings of this field, with a frame"),
]

ExplainedKey = Annotated[
    str | None, Query(max_length=100, pattern=FIELD_PATTERN, description="only this field; else every one")
]


def records_changes_api(home: Home) -> APIRouter:
    """The routes over one home; they need the context of the review app that they are put into."""
    router = APIRouter(prefix=PREFIX, tags=["records"], responses=PROBLEMS)
    _add_corrections(router, home)
    _add_receipts(router, home)
    _add_explanations(router, home)
    _add_pictures(router, home)
    return router


def _add_corrections(router: APIRouter, home: Home) -> None:
    @router.post("/records/{form}/{scan}/corrections", status_code=202, responses=answers.OTHER_VERSION)
    async def correct(
        context: Here,
        response: Response,
        token: Annotated[ApiToken, allowed("records:write")],
        form: Form,
        scan: ScanId,
        correction: answers.CorrectionV1,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
    ) -> answers.CorrectedV1:
        """Say what a field says, with the reason: the last word on it. Who read the field sees it, and stays paid."""
        whole, key = await _in_thread(partial(_record_and_key, home, form, scan, correction.key))
        text = await _fitting(home, whole, key, correction)
        by, now, seen = f"token {token.prefix}", context.now(), version_seen(if_match, whole, correction.record_version)

        def mend(store: Store) -> answers.CorrectedV1:
            require_version(store, whole, form, seen)
            reading = store.correct_value(whole, key, text, by, correction.reason, now)
            return answers.CorrectedV1(reading=reading)

        asked = (f"correction {form} {whole}", correction)
        answer, is_new = await once(context, token, idempotency_key, asked, response, answers.CorrectedV1, mend)
        if is_new:
            context.on_submit(whole)
            await _log(context, token, "value corrected", whole, {"form": form, "field": str(key)})
        return answer


def _add_receipts(router: APIRouter, home: Home) -> None:
    @router.post("/records/{form}/{scan}/receipts", status_code=202)
    async def receive(
        context: Here,
        response: Response,
        token: Annotated[ApiToken, allowed("records:write")],
        form: Form,
        scan: ScanId,
        receipt: answers.ReceiptV1,
        idempotency_key: IdempotencyKey = None,
    ) -> answers.KeptV1:
        """Say that a record was taken, or why not. A rejected one has its field read by one person more.

        Unless its value was corrected since that version: what was rejected is no longer said. Who accepted a version
        of which a value is another now is told the newer one too.
        """
        if receipt.status == "rejected" and not (receipt.key and receipt.reason):
            raise HTTPException(422, "A rejected record needs the key of the field that is wrong, and the reason.")
        rejected = receipt.key if receipt.status == "rejected" else None
        whole, key = await _in_thread(partial(_record_and_key, home, form, scan, rejected))
        if rejected is not None:
            await _in_thread(partial(_shown, home, whole, key))
        newer = await _in_thread(partial(_newer_value, home, form, whole, receipt.record_version, rejected))
        by, now = f"token {token.prefix}", context.now()

        def keep(store: Store) -> answers.KeptV1:
            asks = rejected is not None and newer is None
            if asks:
                store.ask_value(whole, key, by, receipt.reason, now)
            return answers.KeptV1(asked_again=str(key) if asks else None, newer_version=newer)

        asked = (f"receipt {form} {whole}", receipt)
        answer, is_new = await once(context, token, idempotency_key, asked, response, answers.KeptV1, keep)
        if is_new:
            if answer.asked_again is not None:
                context.on_submit(whole)
            detail = {"form": form, "record_version": receipt.record_version, "field": answer.asked_again or ""}
            await _log(context, token, f"record {receipt.status}", whole, detail)
        return answer


def _add_explanations(router: APIRouter, home: Home) -> None:
    @router.get("/records/{form}/{scan}/explanation", response_model_exclude_unset=True)
    async def explanation(
        context: Here,
        token: Annotated[ApiToken, allowed("explain:read")],
        form: Form,
        scan: ScanId,
        field: ExplainedKey = None,
    ) -> ExplainedScan:
        """How the values of a record came to be; with `field` that one, weighed again. It names nobody."""
        whole, _ = await _in_thread(partial(_record_and_key, home, form, scan, field))
        fields = await _in_thread(
            lambda: [explained(home, whole, field, names=False)] if field else explained_whole(home, whole)
        )
        await _log(context, token, "explanation read", whole, {"field": field or ""})
        return ExplainedScan(scan=whole, fields=tuple(fields))


def _add_pictures(router: APIRouter, home: Home) -> None:
    @router.get("/records/{form}/{scan}/pages/{number}", response_class=Response, responses=PICTURES)
    async def page(
        context: Here,
        token: Annotated[ApiToken, allowed("pictures:read")],
        form: Form,
        scan: ScanId,
        number: PAGE,
        field: Key = None,
    ) -> Response:
        """The straightened page of a record, in whose pixels boxes are; or the surroundings of a field on it."""
        whole, key = await _in_thread(partial(_record_and_key, home, form, scan, field))
        picture = await _in_thread(partial(_picture, home, whole, number))
        content = await context.picture(picture.sha256)
        if field is not None:
            places = await context.look(lambda store: store.places(whole))
            box = next((each.box for each in places if each.key == key and each.page == number), None)
            if box is None:
                raise HTTPException(404, f"{key} is not on page {number} of this scan.")
            content = await run_in_threadpool(partial(surroundings, content, picture.size, box, (), whole=False))
        await _log(context, token, "picture read", whole, {"form": form, "page": number, "field": field or ""})
        return picture_response(content)


def _record_and_key(home: Home, form: str, scan: str, key: str | None) -> tuple[str, FieldKey]:
    """The whole id of the scan of a published record of this form, and the key. NotFound where there is no record."""
    record_search.document(home.settings.records, form, scan)
    known = home.store.scan(scan)
    if key is None:
        return known.id, FieldKey("")
    wanted = FieldKey.parse(key)
    there = {each.key for each in home.store.decisions(known.id)}
    if wanted not in there:
        raise NotFound(f"The record has no field {key!r}. Use one of {keys_in_words(sorted(there, key=str))}.")
    return known.id, wanted


def _newer_value(home: Home, form: str, scan: str, version: int, key: str | None) -> int | None:
    """The number of the record's version in force, where it has another value of this field than version `version`.

    Without a field any value counts. None where it has the same. NotFound where there is no such version.
    """
    _, then = record_search.document(home.settings.records, form, scan, version)
    number, now = record_search.document(home.settings.records, form, scan)
    before, after = (_values(text, key) for text in (then, now))
    return None if before == after else number


def _values(record: str, key: str | None) -> dict[object, tuple[object, object]]:
    """The value of a field in the JSON of a record, and why it has none; without a field of all of them."""
    fields: list[dict[str, object]] = json.loads(record)["fields"]
    return {each["key"]: (each["value"], each["null"]) for each in fields if key in (None, each["key"])}


def _shown(home: Home, scan: str, key: FieldKey) -> None:
    try:
        require_shown(home, scan, key)
    except SettingsError as error:
        raise HTTPException(422, str(error)) from error


async def _fitting(home: Home, scan: str, key: FieldKey, said: answers.CorrectionV1) -> str:
    """The text of a correction; an HTTPException of 422 where it is no value of its field, or two."""

    is_null = said.value is None and said.model_fields_set & {"value", "text"} == {"value"}
    has_value = is_null or said.value is not None
    if has_value == (said.text is not None):
        raise HTTPException(422, "A correction has either a value, as the record has it, or a text, as the form does.")

    def fitting() -> str:
        if has_value:
            return text_of_value(home, scan, key, said.value)
        text = said.text or ""
        require_fitting(
            home, scan, key, text, no_value=said.as_written, other_pattern=True,
            as_it_is="If the paper says so, send as_written: the record then has no value there, and an exception.",
        )  # fmt: skip
        return text

    try:
        return await _in_thread(fitting)
    except SettingsError as error:
        raise HTTPException(422, str(error)) from error


def _picture(home: Home, scan: str, number: int) -> PagePicture:
    found = next((each for each in home.store.pictures(scan) if each.number == number), None)
    if found is None:
        raise NotFound(f"This scan has no page {number}.")
    return found
