"""Signing in by a personal link or a password, the code after it, proof asked for again, and out again."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.i18n import N_, plain_name, translation
from transcribe.people import has_fair_floor, paid_work, secret_hash
from transcribe.review.access import passwords
from transcribe.review.access.guard import is_page
from transcribe.review.access.roles import FRESH_FOR, ProofNeeded, first_address, handle_owner, is_proved, network_of
from transcribe.review.access.second_factor import MAX_CODE_LENGTH, spend
from transcribe.review.access.sessions import (
    NotSignedIn,
    Sending,
    SignedIn,
    Visitor,
    Waiting,
    keep_language,
    language_of,
    person_page,
    require_token,
    sending,
    signed_in,
    signed_in_or_none,
    signed_out,
    start_session,
)
from transcribe.review.context import Context, Here
from transcribe.review.pages.second_factor import ROLES_WITH_CODES
from transcribe.store import Store

router = APIRouter(include_in_schema=True)

Token = Annotated[str, Path(min_length=1, max_length=400)]
Handle = Annotated[str, Form(min_length=1, max_length=100)]
Password = Annotated[str, Form(min_length=1, max_length=200)]
LanguageCode = Annotated[str, Query(max_length=20)]
Left = Annotated[Literal["", "paid", "unpaid"], Query()]
Pseudonym = Annotated[str, Query(pattern=r"^(left-[0-9a-f]{12})?$")]
NewPassword = Annotated[str, Form(min_length=passwords.MIN_PASSWORD_LENGTH, max_length=200)]

COMMON_PASSWORD = N_("This password is soon guessed. Choose a few words that do not belong together.")


@router.get("/")
async def door(context: Here, visitor: SignedIn) -> Response:
    """Sends everybody where their work is: to the fields, or to the operator's pages."""
    return RedirectResponse(first_address(visitor.person.roles, context.options.desk), 303)


@router.get("/in")
async def sign_in_page(
    request: Request, context: Here, link: bool = False, left: Left = "", pseudonym: Pseudonym = ""
) -> Response:
    """Asks for handle and password. With `link` it says whom to ask for a new link, as no password was set.

    With `left` it says that the account is ended, and with `pseudonym` by which name its pay is found. Who is signed in
    already is shown the way to work too.
    """
    visitor = await _inside(request, context)
    return _sign_in_page(request, context, visitor, without=link, left="" if visitor else left, pseudonym=pseudonym)


def _sign_in_page(
    request: Request,
    context: Context,
    visitor: Visitor | None,
    *,
    wrong: bool = False,
    without: bool = False,
    left: str = "",
    pseudonym: str = "",
) -> Response:
    language = visitor.language if visitor else language_of(request, context.options)
    values: dict[str, Any] = {
        "wrong": wrong,
        "without": without,
        "left": left,
        "pseudonym": pseudonym,
        "inside": visitor is not None,
    }
    if visitor:
        values["visitor"] = visitor
    asked_by = context.options.asked_by
    return context.rendering.page("sign_in.html", language, 401 if wrong else 200, asked_by=asked_by, **values)


@router.post("/in")
async def sign_in(request: Request, context: Here, handle: Handle, password: Password) -> Response:
    """Signs in by password. An unknown handle takes as long as a wrong password and gets the same answer."""
    await context.rate_limits.count_sign_in_try(network_of(request), plain_name(handle))
    known, who = await _who_has(context, handle, password)
    if who is None:
        now = context.now()
        await context.change(lambda store: store.log("", "sign-in failed", known, {"by": "password"}, now))
        return _sign_in_page(request, context, None, wrong=True)
    return await _welcome(context, who, "password")


@router.get("/in/{token}")
async def link_page(request: Request, context: Here, token: Token, language: LanguageCode = "") -> Response:
    """Shows a button. Only the button signs in, so that a program that previews links spends none.

    It speaks the invited person's language, or the one chosen on it. Only a wrong link counts as a try: a whole office
    may sign in from one address.
    """
    hashed = secret_hash(token)
    owner = await context.look(lambda store: store.link(hashed, context.now()))
    if not owner:
        await context.rate_limits.count_sign_in_try(network_of(request))
        return await _spent(request, context)
    person = await context.look(lambda store: store.transcriber(owner))
    floor = await context.look(lambda store: store.floor(context.now()))
    paid = await context.look(lambda store: paid_work(store, person.engagement, context.now()))
    chosen = language if language in context.options.languages else ""
    spoken = chosen or language_of(request, context.options, person)
    told: dict[str, Any] = {"options": context.options, "floor": floor, "fair": has_fair_floor(floor), "paid": paid}
    page = context.rendering.page("link.html", spoken, token=token, chosen=chosen, inside=False, **told)
    keep_language(page, spoken, context)
    return page


@router.post("/in/{token}")
async def sign_in_by_link(request: Request, context: Here, token: Token, language: LanguageCode = "") -> Response:
    """Spends the link and signs in. A person who is paused sees what is theirs, and is told that they are paused.

    A `language` that was chosen on its page is the person's from now on.
    """
    hashed = secret_hash(token)
    who = await context.change(lambda store: store.spend_link(hashed, context.now()))
    if who is None:
        await context.rate_limits.count_sign_in_try(network_of(request))
        await context.change(lambda store: store.log("", "sign-in failed", "", {"by": "link"}, context.now()))
        return await _spent(request, context)
    if language in context.options.languages:
        now = context.now()
        await context.change(lambda store: store.set_interface_language(who, language, now, who))
    return await _welcome(context, who, "link")


async def _spent(request: Request, context: Context) -> Response:
    """410: what to do where a link does not hold. Who is signed in here already is shown the way to work."""
    visitor = await _inside(request, context)
    language = visitor.language if visitor else language_of(request, context.options)
    values: dict[str, Any] = {"visitor": visitor} if visitor else {}
    values |= {"inside": visitor is not None, "asked_by": context.options.asked_by}
    return context.rendering.page("link.html", language, 410, token=None, **values)


async def _inside(request: Request, context: Context) -> Visitor | None:
    """The person who is signed in here already, if anybody."""
    return await signed_in_or_none(request, context)


@router.get("/password")
async def password_page(context: Here, visitor: SignedIn, first: bool = False) -> Response:
    """Asks for a new password; for the present one too, unless the sign-in is a moment ago.

    With `first` it is offered before the first task, and may wait.
    """
    await _require_more_than_a_password(context, visitor)
    return await _password_page(context, visitor, first=first)


@router.post("/password")
async def set_password(
    request: Request,
    context: Here,
    visitor: Sending,
    password: NewPassword,
    current: Annotated[str, Form(max_length=200)] = "",
    first: Annotated[bool, Form()] = False,
) -> Response:
    """Keeps a new password, and ends every other session and every unused link of this person.

    One that is refused where it was offered (`first`) may still wait. 403 where the present one is asked for and is
    not given; 422 where the new one would soon be guessed.
    """
    await _require_more_than_a_password(context, visitor)
    who, now, say = visitor.person.id, context.now(), translation(visitor.language).gettext
    if await _asks_current(context, visitor):
        await context.rate_limits.count_sign_in_try(network_of(request), who)
        kept = await context.look(lambda store: store.password(who))
        if not await passwords.is_password(current, kept):
            await context.change(lambda store: store.log(who, "password given wrong", who, {}, now))
            return await _password_page(
                context, visitor, 403, say(N_("This is not your present password.")), first=first
            )
    if await passwords.is_common(password, visitor.person.handle):
        return await _password_page(context, visitor, 422, say(COMMON_PASSWORD), first=first)
    hashed = await passwords.hash_password(password)

    def keep(store: Store) -> None:
        store.put_password(who, hashed, now)
        store.end_sessions(who, now)
        store.revoke_links(who, now)
        store.log(who, "password set", who, {}, now)

    await context.change(keep)
    response = RedirectResponse(first_address(visitor.person.roles, context.options.desk), 303)
    await start_session(context, who, "new password", response)
    return response


async def _require_more_than_a_password(context: Context, visitor: Visitor) -> None:
    """ProofNeeded in a session that is no moment old, where a password alone must not renew it.

    So it is of who has a code, and of who moves money or says what people may do and has no password yet.
    """
    if await is_proved(context, visitor, FRESH_FOR):
        return
    who = visitor.person.id
    kept, factor = await context.look(lambda store: (store.password(who), store.second_factor(who)))
    has_code = factor is not None and factor.in_force
    if has_code or (kept is None and not visitor.person.roles.isdisjoint(ROLES_WITH_CODES)):
        raise ProofNeeded


async def _asks_current(context: Context, visitor: Visitor) -> bool:
    if await is_proved(context, visitor, FRESH_FOR):
        return False
    return await context.look(lambda store: store.password(visitor.person.id)) is not None


async def _password_page(
    context: Context, visitor: Visitor, status: int = 200, refused: str = "", *, first: bool = False
) -> Response:
    return person_page(
        context,
        visitor,
        "password.html",
        status,
        shortest=passwords.MIN_PASSWORD_LENGTH,
        ask_current=await _asks_current(context, visitor),
        refused=refused,
        first=first,
    )


@router.get("/out")
async def leave_page(context: Here, visitor: SignedIn) -> Response:
    """Asks whoever has no password before they sign out: they cannot come back by themselves."""
    return person_page(
        context,
        visitor,
        "leave.html",
        has_password=await context.look(lambda store: store.password(visitor.person.id)) is not None,
        asked_by=context.options.asked_by,
    )


@router.post("/out")
async def sign_out(context: Here, visitor: Sending, sure: Annotated[Literal["", "yes"], Form()] = "") -> Response:
    """Ends this session, gives back what is leased, and tells the browser to forget what it kept for it.

    Who has no password is asked first, if not `sure`.
    """
    who, now = visitor.person.id, context.now()
    has_password = await context.look(lambda store: store.password(who)) is not None
    if not has_password and not sure:
        return RedirectResponse("/out", 303)

    def keep(store: Store) -> None:
        store.give_back(who, now)
        store.end_sessions(who, now, visitor.session)
        store.log(who, "signed out", who, {}, now)

    await context.change(keep)
    return signed_out(context, "/in" if has_password else "/in?link=1")


async def _welcome(context: Context, who: str, by: str) -> Response:
    """Begins a session; one that waits for a code where this person has set that one is asked for."""
    factor = await context.look(lambda store: store.second_factor(who))
    waits = factor is not None and factor.in_force
    person = await context.look(lambda store: store.transcriber(who))
    response = RedirectResponse("/code" if waits else first_address(person.roles, context.options.desk), 303)
    await start_session(context, who, by, response, waits_for_code=waits)
    return response


async def _who_has(context: Context, handle: str, password: str) -> tuple[str, str | None]:
    """The id of whoever has this handle ("" for nobody); and again, where the password is theirs, else None."""

    def find(store: Store) -> tuple[str, str | None]:
        known = handle_owner(store.transcribers(), handle)
        return (known.id, store.password(known.id)) if known else ("", None)

    known, kept = await context.look(find)
    right = await passwords.is_password(password, kept)
    return known, known if right else None


# The code asked for at sign-in, after the link or the password.

Code = Annotated[str, Form(min_length=1, max_length=MAX_CODE_LENGTH)]


@router.get("/code")
async def code_page(request: Request, context: Here, visitor: Waiting) -> Response:
    """Asks for the code of whoever has signed in but for it."""
    return _code_page(request, context, visitor)


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
        return _code_page(request, context, visitor, 401)
    first = first_address(visitor.person.roles, context.options.desk)
    response = RedirectResponse(first if by == "code" else "/second-factor", 303)
    await start_session(context, who, by, response)
    return response


def _code_page(request: Request, context: Context, visitor: Visitor, status: int = 200) -> Response:
    language = language_of(request, context.options)
    return context.rendering.page("code.html", language, status, csrf=visitor.csrf, wrong=status != 200)


# The password, and the code where one is set, asked for again before what moves money or power.


@router.get("/proof")
async def proof_page(context: Here, visitor: SignedIn) -> Response:
    """Asks for the password and the code of whoever is signed in: for what they have of both."""
    return await _proof_page(context, visitor)


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
        return await _proof_page(context, visitor, 401)
    return RedirectResponse("/people" if "operator" in visitor.person.roles else "/me", 303)


async def _proof_page(context: Context, visitor: Visitor, status: int = 200) -> Response:
    has_password, has_code = await _means(context, visitor)
    return person_page(
        context, visitor, "proof.html", status, wrong=status != 200, has_password=has_password, has_code=has_code
    )


async def _means(context: Context, visitor: Visitor) -> tuple[bool, bool]:
    """Whether a visitor has a password, and whether a code is asked of them."""
    who = visitor.person.id
    kept, factor = await context.look(lambda store: (store.password(who), store.second_factor(who)))
    return kept is not None, factor is not None and factor.in_force


# Choosing the language of the pages.


@router.post("/language")
async def choose(request: Request, context: Here, language: Annotated[str, Form(max_length=20)]) -> Response:
    """Keeps the language: in a cookie, and with the person who is signed in."""
    if language not in context.options.languages:
        raise HTTPException(422, N_("We do not speak this language yet."))
    back = _back(request)
    if back.startswith("/in/"):  # an invitation speaks the language of whoever is invited, if not told otherwise
        back = f"{back}?language={language}"
    response = RedirectResponse(back, 303)
    keep_language(response, language, context)
    try:
        visitor = await sending(request, await signed_in(request, context))
    except NotSignedIn:
        return response
    who, now = visitor.person.id, context.now()
    await context.change(lambda store: store.set_interface_language(who, language, now, who))
    return response


def _back(request: Request) -> str:
    """The page that the form stood on, or the one above it, where that was an answer to something sent.

    Only a path and its query, so that nobody is sent to another site."""
    address = urlsplit(request.headers.get("referer", ""))
    path, query = address.path, address.query
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/work"
    while path and not is_page(request, path):
        path, query = path.rpartition("/")[0], ""
    if path.startswith("/in/"):
        return path
    return f"{path}?{query}" if path and query else path or "/work"
