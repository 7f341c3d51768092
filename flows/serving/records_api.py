"""The interface for programs, version 1: records with filters and versions, pictures, corrections, receipts.

What it promises never breaks: keys and parameters are only ever added. Errors are problems as in RFC 9457.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import fastapi
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from pydantic import BeforeValidator

from flows.home import Home
from flows.serving import records_answers as answers
from flows.serving.api import Form, Position, _in_thread, _log, allowed, require_still_in_force
from flows.serving.records_pages import (
    Pages,
    Question,
    as_time,
    at_one_moment,
    is_known,
    record_tag,
    scan_of,
    utc,
)
from flows.serving.webhook_routes import document_events
from reconcile.records import Moments, quality, query, record_search, values_schema
from transcribe.review import Here
from transcribe.store import ApiToken

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
    document_events(told)
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
