"""Proof of identity before a password is changed and before anything that moves money or power."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from transcribe.review.access.sessions import Sending, Visitor
from transcribe.review.context import Context, Here

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
