"""Pages that only some may see, and proof of identity before anything that moves money or power."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from transcribe.errors import NotFound
from transcribe.i18n import plain_name
from transcribe.model import Transcriber
from transcribe.review.access.sessions import Sending, Visitor
from transcribe.review.context import Context, Here
from transcribe.store import Store

DESK_ROLES = frozenset({"operator", "auditor"})
"""The roles that see the operator's pages."""


def first_address(roles: Collection[str], desk: str) -> str:
    """The first page after signing in: the operator's pages, where there are any for them, else work."""
    return desk if desk and not DESK_ROLES.isdisjoint(roles) else "/work"


def must_be_asked(visitor: Visitor) -> bool:
    """Whether this person reads and has not answered yet what is said before the first task."""
    return not visitor.person.begun and visitor.person.may_read


def require_operator(visitor: Visitor) -> None:
    """NotFound where the visitor is no operator: a page that is not theirs does not exist for them."""
    if "operator" not in visitor.person.roles:
        raise NotFound("This page is for operators.")


def require_whole_home(visitor: Visitor) -> None:
    """NotFound for all but operators who see all forms: people and their pay are no matter of some forms alone."""
    require_operator(visitor)
    if not visitor.sees_all:
        raise NotFound("This page is for operators who see all forms.")


def require_still_operator(store: Store, visitor: Visitor) -> None:
    """As `require_operator`, asked in the transaction itself: they may have been demoted or paused meanwhile."""
    person = store.transcriber(visitor.person.id)
    if person.paused or "operator" not in person.roles:
        raise NotFound("This page is for operators.")


def require_still_whole_home(store: Store, visitor: Visitor) -> None:
    """As `require_whole_home`, asked in the transaction itself: they may have been limited meanwhile."""
    require_still_operator(store, visitor)
    if store.forms_of_person(visitor.person.id):
        raise NotFound("This page is for operators who see all forms.")


# Handles as people type them to sign in: in any case, with spaces around.


def handle_owner(people: Sequence[Transcriber], typed: str) -> Transcriber | None:
    """Whose handle was typed; None for nobody.

    Where two handles differ by nothing but their case, each is typed as it stands.
    """
    plain = plain_name(typed)
    alike = [each for each in people if plain_name(each.handle) == plain]
    exact = next((each for each in alike if each.handle == typed.strip()), None)
    return exact or (alike[0] if len(alike) == 1 else None)


# Proof of identity before a password is changed and before anything that moves money or power.

FRESH_FOR = timedelta(minutes=15)
"""The time after a sign-in in which a password is changed without the present one. Chosen by hand."""

PROOF_HOLDS_FOR = timedelta(hours=1)
"""The time for which a proof holds for what moves money or power. Chosen by hand: one sitting of an operator."""


class ProofNeeded(Exception):
    """It was too long ago that this person proved who they are."""


async def is_proved(context: Context, visitor: Visitor, within: timedelta) -> bool:
    """Whether a person has signed in, or given their password again, within this time."""
    at = await context.look(lambda store: store.proved_at(visitor.session))
    return at is not None and context.now() - at <= within


async def require_proof(context: Context, visitor: Visitor) -> None:
    """ProofNeeded where it was too long ago for what moves money or power."""
    if not await is_proved(context, visitor, PROOF_HOLDS_FOR):
        raise ProofNeeded


async def _proved(context: Here, visitor: Sending) -> Visitor:
    await require_proof(context, visitor)
    return visitor


async def _proved_where_possible(context: Here, visitor: Sending) -> Visitor:
    who = visitor.person.id
    kept, factor = await context.look(lambda store: (store.password(who), store.second_factor(who)))
    return await _proved(context, visitor) if kept is not None or (factor is not None and factor.in_force) else visitor


Proved = Annotated[Visitor, Depends(_proved)]
"""A `Sending` visitor with a fresh proof, for what moves money or power, or cannot be undone."""

ProvedWherePossible = Annotated[Visitor, Depends(_proved_where_possible)]
"""As `Proved`, of whoever has a password or a code; others have nothing but their session."""


def network_of(request: Request) -> str:
    """The network that a request comes from: an IPv4 address, or the /64 of an IPv6 address."""
    if request.client is None:
        raise HTTPException(400, "There is no address.")
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:  # a socket of this machine
        return request.client.host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), 64), strict=False))
