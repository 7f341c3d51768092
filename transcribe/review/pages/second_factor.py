"""Setting up the code at sign-in, for operators and experts, and new recovery codes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response

from transcribe.errors import NotFound
from transcribe.i18n import N_
from transcribe.review.access.roles import Proved
from transcribe.review.access.second_factor import (
    MAX_CODE_LENGTH,
    new_recovery_codes,
    new_secret,
    qr_code,
    recovery_hash,
    setup_address,
    spend,
    step_of,
)
from transcribe.review.access.sessions import Sending, SignedIn, Visitor, person_page
from transcribe.review.context import Context, Here
from transcribe.store import SecondFactor, Store

router = APIRouter()

Code = Annotated[str, Form(min_length=1, max_length=MAX_CODE_LENGTH)]

ROLES_WITH_CODES = frozenset({"operator", "auditor", "expert"})
"""Roles whose people may set up a code at sign-in: what they do or see moves money, or overrules others."""


@router.get("/second-factor")
async def second_factor_page(context: Here, visitor: SignedIn) -> Response:
    """Whether a code is asked for at sign-in, how many recovery codes are left, and what can be done."""
    return _page(context, visitor, await _factor(context, visitor))


@router.post("/second-factor")
async def begin(context: Here, visitor: Proved) -> Response:
    """Makes a new secret and shows it. It is not asked for before a code has shown that an app knows it."""
    await _factor(context, visitor)
    who, now, secret = visitor.person.id, context.now(), new_secret()
    if not await context.change(lambda store: store.begin_second_factor(who, secret, now)):
        raise HTTPException(409, N_("A code is asked for already when you sign in. An operator can end that."))
    return _page(context, visitor, SecondFactor(secret=secret, in_force=False), secret=secret)


@router.post("/second-factor/confirm")
async def confirm(context: Here, visitor: Proved, code: Code) -> Response:
    """Has the code asked for from now on, ends other sessions, and shows the recovery codes once.

    422 where the code does not fit the secret that was begun last; that one is shown again.
    """
    factor = await _factor(context, visitor)
    if factor is None or factor.in_force:
        raise HTTPException(409, N_("There is nothing to confirm. Begin again."))
    who, now = visitor.person.id, context.now()
    await context.rate_limits.count_code_try(who)
    step, codes = step_of(factor.secret, code, now), new_recovery_codes()
    if step is None:
        return _page(context, visitor, factor, 422, secret=factor.secret)
    hashes, session = [recovery_hash(each) for each in codes], visitor.session
    if not await context.change(
        lambda store: store.confirm_second_factor(who, factor.secret, step, hashes, session, now)
    ):
        raise HTTPException(409, N_("There is nothing to confirm. Begin again."))
    return _page(context, visitor, await _factor(context, visitor), codes=codes)


@router.post("/second-factor/codes")
async def renew(context: Here, visitor: Sending, code: Code) -> Response:
    """Makes new recovery codes and shows them once; older ones are worth nothing any more. 422 for a wrong code."""
    factor = await _factor(context, visitor)
    who, now, codes = visitor.person.id, context.now(), new_recovery_codes()
    await context.rate_limits.count_code_try(who)

    def keep(store: Store) -> bool:
        if spend(store, who, code, now) is None:
            store.log(who, "code given wrong", who, {}, now)
            return False
        store.put_recovery_codes(who, [recovery_hash(each) for each in codes], now)
        return True

    if not await context.change(keep):
        return _page(context, visitor, factor, 422)
    return _page(context, visitor, await _factor(context, visitor), codes=codes)


async def _factor(context: Context, visitor: Visitor) -> SecondFactor | None:
    """The second factor of a visitor. NotFound where they have none and their role asks for none."""
    factor = await context.look(lambda store: store.second_factor(visitor.person.id))
    if factor is None and not ROLES_WITH_CODES & visitor.person.roles:
        raise NotFound("This page is for operators and experts.")
    return factor


def _page(
    context: Context,
    visitor: Visitor,
    factor: SecondFactor | None,
    status: int = 200,
    secret: str | None = None,
    codes: list[str] | None = None,
) -> Response:
    return person_page(
        context,
        visitor,
        "second_factor.html",
        status,
        in_force=factor is not None and factor.in_force,
        left=factor.recovery_codes if factor else 0,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else None,
        qr=qr_code(setup_address(secret, visitor.person.handle)) if secret else None,
        codes=codes,
        wrong=status != 200,
    )
