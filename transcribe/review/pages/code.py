"""The code asked for at sign-in, after the link or the password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.review.access.roles import first_address
from transcribe.review.access.second_factor import MAX_CODE_LENGTH, spend
from transcribe.review.access.sessions import Visitor, Waiting, language_of, require_token, start_session
from transcribe.review.context import Context, Here
from transcribe.store import Store

router = APIRouter()

Code = Annotated[str, Form(min_length=1, max_length=MAX_CODE_LENGTH)]


@router.get("/code")
async def code_page(request: Request, context: Here, visitor: Waiting) -> Response:
    """Asks for the code of whoever has signed in but for it."""
    return _page(request, context, visitor)


@router.post("/code")
async def sign_in_by_code(
    request: Request, context: Here, visitor: Waiting, code: Code, csrf: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Signs in. 401 where the code is none of theirs, is too old, or was used before."""
    require_token(visitor, csrf)
    who, now = visitor.person.id, context.now()
    await context.rate_limits.count_code_try(who)

    def keep(store: Store) -> str | None:
        by = spend(store, who, code, now)
        if by is None:
            store.log("", "sign-in failed", who, {"by": "code"}, now)
        else:
            store.end_sessions(who, now, visitor.session)
        return by

    by = await context.change(keep)
    if by is None:
        return _page(request, context, visitor, 401)
    first = first_address(visitor.person.roles, context.options.desk)
    response = RedirectResponse(first if by == "code" else "/second-factor", 303)
    await start_session(context, who, by, response)
    return response


def _page(request: Request, context: Context, visitor: Visitor, status: int = 200) -> Response:
    language = language_of(request, context.options)
    return context.rendering.page("code.html", language, status, csrf=visitor.csrf, wrong=status != 200)
