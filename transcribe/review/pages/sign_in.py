"""Signing in by a personal link or a password, and out again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import NotFound
from transcribe.people import secret_hash
from transcribe.review.access import passwords
from transcribe.review.access.sessions import Sending, SignedIn, language_of, signed_out, start_session
from transcribe.review.context import Context, Here

router = APIRouter(include_in_schema=True)

Token = Annotated[str, Path(min_length=16, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]
Handle = Annotated[str, Form(min_length=1, max_length=100)]
Password = Annotated[str, Form(min_length=1, max_length=200)]
NewPassword = Annotated[str, Form(min_length=passwords.MIN_PASSWORD_LENGTH, max_length=200)]


@router.get("/")
async def door() -> Response:
    """Sends everybody to work. People who are not signed in are sent on from there."""
    return RedirectResponse("/work", 303)


@router.get("/in")
async def sign_in_page(request: Request, context: Here) -> Response:
    """Asks for handle and password."""
    return context.rendering.page("sign_in.html", language_of(request, context.options), wrong=False)


@router.post("/in")
async def sign_in(request: Request, context: Here, handle: Handle, password: Password) -> Response:
    """Signs in by password. An unknown handle takes as long as a wrong password and gets the same answer."""
    context.rate_limits.count_sign_in_try(_address(request), f"handle {handle}")
    who = await _who_has(context, handle, password)
    if who is None:
        return context.rendering.page("sign_in.html", language_of(request, context.options), 401, wrong=True)
    return await _welcome(context, who)


@router.get("/in/{token}")
async def link_page(request: Request, context: Here, token: Token) -> Response:
    """Shows a button. Only the button signs in, so that a program that previews links spends none.

    Only a wrong link counts as a try: a whole office may sign in from one address.
    """
    hashed = secret_hash(token)
    owner = await context.look(lambda store: store.link(hashed, context.now()))
    if not owner:
        context.rate_limits.count_sign_in_try(_address(request))
    language = language_of(request, context.options)
    return context.rendering.page("link.html", language, 200 if owner else 410, token=token if owner else None)


@router.post("/in/{token}")
async def sign_in_by_link(request: Request, context: Here, token: Token) -> Response:
    """Spends the link and signs in."""
    hashed = secret_hash(token)
    who = await context.change(lambda store: store.spend_link(hashed, context.now()))
    if who is None:
        context.rate_limits.count_sign_in_try(_address(request))
        return context.rendering.page("link.html", language_of(request, context.options), 410, token=None)
    return await _welcome(context, who)


@router.get("/password")
async def password_page(context: Here, visitor: SignedIn) -> Response:
    """Asks for a new password."""
    return context.rendering.page(
        "password.html", visitor.language, visitor=visitor, shortest=passwords.MIN_PASSWORD_LENGTH
    )


@router.post("/password")
async def set_password(context: Here, visitor: Sending, password: NewPassword) -> Response:
    """Keeps a new password and ends every other session of this person."""
    hashed, now = await passwords.hash_password(password), context.now()
    await context.change(lambda store: store.put_password(visitor.person.id, hashed, now))
    await context.change(lambda store: store.end_sessions(visitor.person.id, now))
    return await _welcome(context, visitor.person.id)


@router.post("/out")
async def sign_out(context: Here, visitor: Sending) -> Response:
    """Ends this session, gives back what is leased, and tells the browser to forget what it kept for it."""
    now = context.now()
    await context.change(lambda store: store.give_back(visitor.person.id, now))
    await context.change(lambda store: store.end_sessions(visitor.person.id, now, visitor.session))
    return signed_out(context)


async def _welcome(context: Context, who: str) -> Response:
    response = RedirectResponse("/work", 303)
    await start_session(context, who, response)
    return response


async def _who_has(context: Context, handle: str, password: str) -> str | None:
    try:
        person = await context.look(lambda store: store.transcriber(handle))
        kept = await context.look(lambda store: store.password(person.id))
    except NotFound:
        kept = None
    if not await passwords.is_password(password, kept):
        return None
    return person.id


def _address(request: Request) -> str:
    if request.client is None:
        raise HTTPException(400, "There is no address.")
    return f"address {request.client.host}"
