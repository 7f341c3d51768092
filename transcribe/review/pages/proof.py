"""The password, and the code where one is set, asked for again before what moves money or power."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.review.access import passwords
from transcribe.review.access.proof import network_of
from transcribe.review.access.second_factor import MAX_CODE_LENGTH, spend
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.store import Store

router = APIRouter()


@router.get("/proof")
async def proof_page(context: Here, visitor: SignedIn) -> Response:
    """Asks for the password and the code of whoever is signed in: for what they have of both."""
    return await _page(context, visitor)


@router.post("/proof")
async def prove(
    request: Request,
    context: Here,
    visitor: Sending,
    password: Annotated[str, Form(max_length=200)] = "",
    code: Annotated[str, Form(max_length=MAX_CODE_LENGTH)] = "",
) -> Response:
    """Keeps that the person has proved who they are, by what they have of password and code.

    401 where one is wrong. Who has neither proves nothing here.
    """
    who, now = visitor.person.id, context.now()
    await context.rate_limits.count_sign_in_try(network_of(request), who)
    has_password, has_code = await _means(context, visitor)
    if has_code:
        await context.rate_limits.count_code_try(who)
    kept = await context.look(lambda store: store.password(who))
    is_theirs = await passwords.is_password(password, kept) if has_password else has_code

    def keep(store: Store) -> bool:
        right = is_theirs and (not has_code or spend(store, who, code, now) is not None)
        if right:
            store.prove_session(visitor.session, now)
        what = "password" if has_password else "code"
        store.log(who, f"{what} given again" if right else f"{what} given wrong", who, {}, now)
        return right

    if not await context.change(keep):
        return await _page(context, visitor, 401)
    return RedirectResponse("/people" if "operator" in visitor.person.roles else "/me", 303)


async def _page(context: Context, visitor: Visitor, status: int = 200) -> Response:
    has_password, has_code = await _means(context, visitor)
    return context.rendering.page(
        "proof.html",
        visitor.language,
        status,
        visitor=visitor,
        wrong=status != 200,
        has_password=has_password,
        has_code=has_code,
    )


async def _means(context: Context, visitor: Visitor) -> tuple[bool, bool]:
    """Whether a visitor has a password, and whether a code is asked of them."""
    who = visitor.person.id
    kept, factor = await context.look(lambda store: (store.password(who), store.second_factor(who)))
    return kept is not None, factor is not None and factor.in_force
