"""A small HTTP interface for other programs: records in order, how a value came to be, and pay. It only reads.

A program shows a token as `Authorization: Bearer fh_...`; each route asks for one scope. What is delivered stands in
the audit log, without any of its text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from flows.administration import pay
from flows.home import Home
from flows.output import explained, explained_whole
from reconcile.records import query, record_json
from transcribe.errors import NotFound
from transcribe.people import Scope, secret_hash
from transcribe.review import Context, Here
from transcribe.store import ApiToken

Found = TypeVar("Found")

MOST = 500
"""Records in one answer: a megabyte or two of JSON."""

FORM = r"^[a-z][a-z0-9_-]*$"
FIELD = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?(\[[0-9]{1,4}\])?$"
SCAN = r"^[0-9a-f]{12,64}$"

Form = Annotated[str, Path(max_length=100, pattern=FORM)]
Scan = Annotated[str, Path(pattern=SCAN)]
Position = Annotated[int, Query(ge=0, le=2**63 - 1, description="the position that the last answer gave; 0: all")]
Count = Annotated[int, Query(ge=1, le=MOST)]


class Forms(BaseModel):
    """The forms of which records are published."""

    forms: list[str]


class Erased(BaseModel):
    """A scan that was forgotten: a copy of its record is to be dropped."""

    scan: str
    changed: int


class Records(BaseModel):
    """Records of a form in the order in which they changed, as `fairhand export --format jsonl` has them.

    `position` is what to ask `after` the next time; `more` says that there is more already.
    """

    records: list[dict[str, Any]]
    erased: list[Erased]
    position: int
    more: bool


class Explained(BaseModel):
    """How the values of a scan came to be, as `fairhand explain --json` tells of each field, without any name."""

    scan: str
    fields: list[dict[str, Any]]


class Pay(BaseModel):
    """What everybody is owed and was paid, as `fairhand pay report --json` has it."""

    people: list[dict[str, Any]]


def api(rooms: Home) -> APIRouter:
    """The routes over one home; they need the parts of the review app that they are put into."""
    router = APIRouter(prefix="/api", tags=["programs"])
    _add_records(router, rooms)
    _add_told(router, rooms)
    return router


def _add_records(router: APIRouter, rooms: Home) -> None:
    """Published records, form by form."""
    records = rooms.settings.records

    @router.get("/records")
    async def forms_published(parts: Here, token: Annotated[ApiToken, allowed("records:read")]) -> Forms:
        return Forms(forms=await _found(lambda: query.forms(records)))

    @router.get("/records/{form}")
    async def records_of(
        parts: Here,
        token: Annotated[ApiToken, allowed("records:read")],
        form: Form,
        after: Position = 0,
        limit: Count = 100,
    ) -> Records:
        answer = await _found(lambda: _records(rooms, form, after, limit))
        if answer.records or answer.erased:
            said = {"after": after, "position": answer.position, "records": len(answer.records)}
            await _log(parts, token, "records read", form, said)
        return answer


def _add_told(router: APIRouter, rooms: Home) -> None:
    """How values came to be, and what people are paid."""

    @router.get("/scans/{scan}/explain")
    async def explain(
        parts: Here,
        token: Annotated[ApiToken, allowed("explain:read")],
        scan: Scan,
        field: Annotated[str | None, Query(max_length=100, pattern=FIELD)] = None,
    ) -> Explained:
        told = await _found(
            lambda: [explained(rooms, scan, field, names=False)] if field else explained_whole(rooms, scan)
        )
        found = (await _found(lambda: rooms.store.scan(scan))).id
        await _log(parts, token, "explanation read", found, {"field": field or ""})
        return Explained(scan=found, fields=told)

    @router.get("/pay")
    async def pay_of_everybody(parts: Here, token: Annotated[ApiToken, allowed("pay:read")]) -> Pay:
        people = [asdict(each) for each in await run_in_threadpool(pay.pay_lines, rooms)]
        await _log(parts, token, "pay read", "", {"people": len(people)})
        return Pay(people=people)


def allowed(scope: Scope) -> Any:
    """What a route depends on: the token of the program that asks, which must be in force and have this scope.

    401 without such a token, 403 without the scope, 429 for too many requests of one token, or for too many wrong ones
    from one address.
    """

    async def token_of(request: Request, parts: Here) -> ApiToken:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        token = await parts.look(lambda store: store.token(secret_hash(secret.strip()), parts.now()))
        if kind.lower() != "bearer" or token is None:
            host = request.client.host if request.client else "unknown"
            parts.rates.try_to_sign_in(f"token from {host}")
            raise HTTPException(401, UNKNOWN, {"www-authenticate": "Bearer"})
        parts.rates.program(token.prefix)
        if scope not in token.scopes:
            raise HTTPException(403, f"This token does not have the scope {scope}.")
        return token

    return Depends(token_of)


UNKNOWN = "Send a token in force: Authorization: Bearer fh_... (fairhand token add NAME --scope SCOPE)"


def _records(rooms: Home, form: str, after: int, limit: int) -> Records:
    """One page. The position is read first: everything up to it stands in what is read after it."""
    path = rooms.settings.records
    position = query.position(path)
    found = list(query.records(path, form, after=after, limit=limit + 1))
    more, found = len(found) > limit, found[:limit]
    last = found[-1].changed if more else max([position, after, *(each.changed for each in found)])
    erased = [Erased(scan=scan, changed=at) for scan, at in query.erased(path, after=after) if at <= last]
    return Records(records=[record_json(each) for each in found], erased=erased, position=last, more=more)


async def _found(ask: Callable[[], Found]) -> Found:
    """Ask in a thread; what is not there is said in words, as a program is asking."""
    try:
        return await run_in_threadpool(ask)
    except NotFound as error:
        raise HTTPException(404, str(error)) from error


def _log(parts: Context, token: ApiToken, action: str, subject: str, detail: Mapping[str, object]) -> Awaitable[None]:
    now = parts.now()
    return parts.change(lambda store: store.log(f"token {token.prefix}", action, subject, detail, now))
