"""The first HTTP interface for programs, which only reads: records in order, how a value came to be, and pay.

A program shows a token as `Authorization: Bearer fh_...`; each route asks for one scope. What is delivered stands in
the audit log, without any of its text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import fastapi
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.dependencies.models import Dependant
from starlette.concurrency import run_in_threadpool

from flows.administration import pay_lines
from flows.home import Home
from flows.output import explained, explained_whole
from flows.serving.records_answers import ErasedScan, ExplainedScan, PayReport, PublishedForms, RecordJson, RecordPage
from reconcile.records import one_moment, query
from transcribe.errors import NotFound, StartOver
from transcribe.people import Scope, secret_hash
from transcribe.review import Context, Here, network_of
from transcribe.store import ApiToken

Answer = TypeVar("Answer")

MAX_RECORDS_COUNT = 500
"""The most records in one answer: a megabyte or two of JSON."""

FORM_PATTERN = r"^[a-z][a-z0-9_-]*$"
"""The name of a form."""

FIELD_PATTERN = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?(\[[0-9]{1,4}\])?$"
"""A field such as total, or a cell such as lines.price[0]."""

SCAN_PATTERN = r"^[0-9a-f]{12,64}$"
"""A scan's id, or its first twelve digits or more."""

UNKNOWN_PROGRAM_MESSAGE = "Send a token in force: Authorization: Bearer fh_... (fairhand tokens add NAME --scope SCOPE)"

SEVERAL = frozenset({"filter"})
"""Parameters that may be given several times, each with another value."""

Form = Annotated[str, fastapi.Path(max_length=100, pattern=FORM_PATTERN)]
Scan = Annotated[str, fastapi.Path(pattern=SCAN_PATTERN)]
Position = Annotated[int, Query(ge=0, le=2**63 - 1, description="the position that the last answer gave; 0: all")]
Count = Annotated[int, Query(ge=1, le=MAX_RECORDS_COUNT)]


def api(home: Home) -> APIRouter:
    """The routes over one home; they need the context of the review app that they are put into."""
    router = APIRouter(prefix="/api", tags=["programs"])
    _add_records(router, home)
    _add_explanations(router, home)
    _add_pay(router, home)
    return router


def _add_records(router: APIRouter, home: Home) -> None:
    """Published records, form by form."""
    records = home.settings.records

    @router.get("/records")
    async def forms_published(context: Here, token: Annotated[ApiToken, allowed("records:read")]) -> PublishedForms:
        return PublishedForms(forms=await _in_thread(lambda: tuple(query.forms(records))))

    @router.get("/records/{form}")
    async def records_of(
        context: Here,
        token: Annotated[ApiToken, allowed("records:read")],
        form: Form,
        after: Position = 0,
        limit: Count = 100,
    ) -> RecordPage:
        page = await _in_thread(lambda: _record_page(records, form, after, limit))
        if page.records or page.erased:
            detail = {"after": after, "position": page.position, "records": len(page.records)}
            await _log(context, token, "records read", form, detail)
        return page


def _add_explanations(router: APIRouter, home: Home) -> None:
    """How values came to be."""

    @router.get("/scans/{scan}/explain", response_model_exclude_unset=True)
    async def explain(
        context: Here,
        token: Annotated[ApiToken, allowed("explain:read")],
        scan: Scan,
        field: Annotated[str | None, Query(max_length=100, pattern=FIELD_PATTERN)] = None,
    ) -> ExplainedScan:
        fields = await _in_thread(
            lambda: [explained(home, scan, field, names=False)] if field else explained_whole(home, scan)
        )
        whole = (await _in_thread(lambda: home.store.scan(scan))).id
        await _log(context, token, "explanation read", whole, {"field": field or ""})
        return ExplainedScan(scan=whole, fields=tuple(fields))


def _add_pay(router: APIRouter, home: Home) -> None:
    """What people are paid."""

    @router.get("/pay")
    async def pay_of_everybody(context: Here, token: Annotated[ApiToken, allowed("pay:read")]) -> PayReport:
        people = await run_in_threadpool(pay_lines, home)
        await _log(context, token, "pay read", "", {"people": len(people)})
        return PayReport(people=tuple(people))


def allowed(scope: Scope, *, any_form: bool = False) -> Any:
    """The dependency of a route: the asking program's token, which must be in force and have this scope.

    A scope may be of one form alone, such as records:read:receipt: it opens the routes of that form. With `any_form`
    the route does with the scope of any.

    401 without such a token, 403 without the scope, 429 for too many requests of one token, or for too many wrong ones
    from one address.
    """

    async def token_of(request: Request, context: Here) -> ApiToken:
        token = await _token_in_force(request, context)
        if token is None:
            await context.rate_limits.count_sign_in_try(f"token from {network_of(request)}")
            raise HTTPException(401, UNKNOWN_PROGRAM_MESSAGE, {"www-authenticate": "Bearer"})
        await context.rate_limits.count_program_request(token.prefix)
        form = str(request.path_params.get("form", ""))
        given = {each for each in token.scopes if any_form and each.startswith(f"{scope}:")}
        if not {scope, f"{scope}:{form}", *given} & token.scopes:
            raise HTTPException(403, f"This token does not have the scope {scope}{f':{form}' if form else ''}.")
        if request.url.path.startswith("/api/v1/"):
            _require_known_parameters(request)
        return token

    return Depends(token_of)


async def _token_in_force(request: Request, context: Context) -> ApiToken | None:
    """The token that a request shows, where it is in force now."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    token = await context.glance(lambda store: store.token(secret_hash(secret.strip()), context.now()))
    return token if kind.lower() == "bearer" else None


async def require_still_in_force(request: Request, context: Context) -> None:
    """HTTPException 401 where a request has waited, and its token was revoked or ended meanwhile."""
    if await _token_in_force(request, context) is None:
        raise HTTPException(401, UNKNOWN_PROGRAM_MESSAGE, {"www-authenticate": "Bearer"})


def _require_known_parameters(request: Request) -> None:
    """HTTPException 422 where an address has a parameter that its route does not: mistyped, it would filter nothing.

    So too where it has one with two values, of which one would count.
    """
    known = set(_parameters(request.scope["route"].dependant))
    for name in request.query_params:
        if name not in known:
            listed = f"Use {', '.join(sorted(known))}." if known else "There is none here."
            raise HTTPException(422, f"There is no parameter {name[:100]!r}. {listed}")
        if name not in SEVERAL and len(set(request.query_params.getlist(name))) > 1:
            raise HTTPException(422, f"The parameter {name!r} is given with different values. Give it one.")


def _parameters(asked: Dependant) -> Iterator[str]:
    """The parameters in an address that a route asks for, itself or by what it depends on."""
    yield from (each.alias for each in asked.query_params)
    for needed in asked.dependencies:
        yield from _parameters(needed)


def _record_page(path: Path, form: str, after: int, limit: int) -> RecordPage:
    """One page of records, all of one moment."""
    with one_moment(path):
        return _page_of_moment(path, form, after, limit)


def _page_of_moment(path: Path, form: str, after: int, limit: int) -> RecordPage:
    query.require_position(path, after)
    position = query.position(path)
    records = list(query.records(path, form, after=after, limit=limit + 1))
    more, records = len(records) > limit, records[:limit]
    last = records[-1].changed if more else max([position, after, *(record.changed for record in records)])
    return RecordPage(
        epoch=query.epoch(path),
        records=tuple(RecordJson.model_validate(record.document) for record in records),
        erased=tuple(
            ErasedScan(scan=scan, changed=change) for scan, change in query.erased(path, after=after, until=last)
        ),
        position=last,
        more=more,
    )


async def _in_thread(ask: Callable[[], Answer], at_once: CapacityLimiter | None = None) -> Answer:
    """The answer of a function that is run in a thread. NotFound becomes a 404, StartOver a 410.

    `at_once` limits how many threads ask at once.
    """
    with _said_by_http():
        return await to_thread.run_sync(ask, limiter=at_once)


@contextmanager
def _said_by_http() -> Iterator[None]:
    """NotFound becomes a 404 with its words, StartOver a 410."""
    try:
        yield
    except NotFound as error:
        raise HTTPException(404, str(error)) from error
    except StartOver as error:
        raise HTTPException(410, str(error)) from error


def _log(context: Context, token: ApiToken, action: str, subject: str, detail: Mapping[str, object]) -> Awaitable[None]:
    now = context.now()
    return context.keep(lambda store: store.log(f"token {token.prefix}", action, subject, detail, now))
