"""The password asked for again, before what moves money or power."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.review.access import passwords
from transcribe.review.access.proof import network_of
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.store import Store

router = APIRouter()


@router.get("/proof")
async def proof_page(context: Here, visitor: SignedIn) -> Response:
    """Asks for the password of whoever is signed in."""
    return await _page(context, visitor)


@router.post("/proof")
async def prove(
    request: Request, context: Here, visitor: Sending, password: Annotated[str, Form(min_length=1, max_length=200)]
) -> Response:
    """Keeps that the person has proved who they are. 401 where the password is not theirs."""
    who, now = visitor.person.id, context.now()
    context.rate_limits.count_sign_in_try(network_of(request), who)
    kept = await context.look(lambda store: store.password(who))
    right = await passwords.is_password(password, kept)

    def keep(store: Store) -> None:
        if right:
            store.prove_session(visitor.session, now)
        store.log(who, "password given again" if right else "password given wrong", who, {}, now)

    await context.change(keep)
    if not right:
        return await _page(context, visitor, 401)
    return RedirectResponse("/people" if "operator" in visitor.person.roles else "/me", 303)


async def _page(context: Context, visitor: Visitor, status: int = 200) -> Response:
    has_one = await context.look(lambda store: store.password(visitor.person.id)) is not None
    return context.rendering.page(
        "proof.html", visitor.language, status, visitor=visitor, wrong=status != 200, has_password=has_one
    )
