"""Before the first task: who asks, for what, how long pictures are kept, what is checked, and what the work pays."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from transcribe.people.floor import fair
from transcribe.review.amounts import amount, share
from transcribe.review.parts import Here, Parts
from transcribe.review.sessions import NotSignedIn, Visitor, language_of, signed_in
from transcribe.review.worth import Worth, worths
from transcribe.store.contract import Floor, Store
from transcribe.wording import N_

router = APIRouter()

FAULTS = {
    "no floor": N_("There is no floor of an hour, so no new paid work of this form starts."),
    "floor under its source": N_(
        "The floor is less than its own source says, so no new paid work of this form starts."
    ),
    "no rate": N_("One reading has no rate: your time is paid at the floor."),
    "currencies differ": N_("The rate and the floor are in different currencies."),
    "pays under the floor": N_(
        "As measured, the rate alone pays under the floor. The rest is added by itself, and no new work of this form "
        "starts until the rate is raised."
    ),
}
"""What speaks against the pay of a form, as people are told."""


@router.get("/before")
async def before(request: Request, parts: Here) -> Response:
    """For everybody: who asks, the share of control items, the floor. Which forms there are, only for whom is signed
    in: they are the business of who asks."""
    visitor = await _visitor(request, parts)
    language, now = visitor.language if visitor else language_of(request, parts.options), parts.now()

    def ask(store: Store) -> tuple[float, Floor | None, tuple[Worth, ...]]:
        forms = worths(store, parts.forms, language, now) if visitor else ()
        return store.control_share(), store.floor(now), forms

    control, floor, forms = await parts.look(ask)
    values: dict[str, Any] = {"visitor": visitor} if visitor else {}
    return parts.rendering.page(
        "before.html",
        language,
        options=parts.options,
        control=share(control, language),
        audit=share(parts.options.audit_share, language),
        floor=floor,
        fair=fair(floor),
        forms=forms,
        faults=FAULTS,
        amount=partial(amount, language=language),
        **values,
    )


async def _visitor(request: Request, parts: Parts) -> Visitor | None:
    try:
        return await signed_in(request, parts)
    except NotSignedIn:
        return None
