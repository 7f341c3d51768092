"""Before the first task: who asks, for what, how long pictures are kept, what is checked, and what the work pays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from transcribe.i18n import N_
from transcribe.people import fair
from transcribe.review.access.sessions import NotSignedIn, Visitor, language_of, signed_in
from transcribe.review.context import Context, Here
from transcribe.review.views.formatting import amount, share
from transcribe.review.views.pay_terms import Worth, worths
from transcribe.store import Floor, Store

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How appeals ended: `minority` are those upheld where more people had read something else. `experts` are
    (upheld, declined) of each expert."""

    open: int
    upheld: int
    minority: int
    declined: int
    no_expert: int
    experts: tuple[tuple[int, int], ...]


@router.get("/before")
async def before(request: Request, parts: Here) -> Response:
    """For everybody: who asks, the share of control items, the floor. Which forms there are, only for whom is signed
    in: they are the business of who asks."""
    visitor = await _visitor(request, parts)
    language, now = visitor.language if visitor else language_of(request, parts.options), parts.now()

    def ask(store: Store) -> tuple[float, Floor | None, tuple[Worth, ...], Heard | None]:
        forms = worths(store, parts.forms, language, now) if visitor else ()
        return store.control_share(), store.floor(now), forms, heard(store) if visitor else None

    control, floor, forms, appeals = await parts.look(ask)
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
        appeals=appeals,
        faults=FAULTS,
        amount=partial(amount, language=language),
        **values,
    )


def heard(store: Store) -> Heard:
    """How appeals ended, in all and by expert; nobody is named."""
    appeals = store.appeals()
    ended = Counter(each.outcome for each in appeals)
    return Heard(
        open=ended[None],
        upheld=ended["upheld"],
        minority=sum(each.minority for each in appeals),
        declined=ended["declined"],
        no_expert=ended["no expert"],
        experts=tuple((each.upheld, each.declined) for each in store.expert_outcomes()),
    )


async def _visitor(request: Request, parts: Context) -> Visitor | None:
    try:
        return await signed_in(request, parts)
    except NotSignedIn:
        return None
