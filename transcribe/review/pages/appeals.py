"""Appeals, for operators: what people contest, what they wrote with it, and which of them are late."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from transcribe.errors import FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import said
from transcribe.review.access.proof import require_proof
from transcribe.review.access.roles import require_operator
from transcribe.review.access.sessions import SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.views.formatting import day, moment
from transcribe.store import Appeal, Store

router = APIRouter()

MAX_ENDED_COUNT = 50
"""Appeals that have ended and are still shown, the latest. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAppeal:
    """One appeal as an operator sees it: whose it is, on which field, and whether its day has passed.

    `row` is that of a table, from 1. `scan` is what the scan is called, and `address` where the desk shows the field.
    """

    appeal: Appeal
    handle: str
    form: str
    field: str
    row: int | None
    scan: str
    address: str
    mark: bool
    late: bool


@router.get("/appeals")
async def appeals_page(context: Here, visitor: SignedIn) -> Response:
    """For operators: every open appeal, the oldest first, then those that ended last; of the forms open to them."""
    require_operator(visitor)
    await require_proof(context, visitor)

    def ask(store: Store) -> list[ShownAppeal]:
        forms = store.forms_of_person(visitor.person.id)
        found = store.appeals()  # latest first
        appeals = [each for each in found if not forms or store.scan(each.reading.scan).form in forms]
        ended = [each for each in appeals if each.outcome is not None]
        wanted = [each for each in reversed(appeals) if each.outcome is None] + ended[:MAX_ENDED_COUNT]
        return [_shown_appeal(store, context, visitor, each) for each in wanted]

    zone, language = visitor.person.time_zone, visitor.language
    return context.rendering.page(
        "appeals.html",
        language,
        visitor=visitor,
        appeals=await context.look(ask),
        day=partial(day, zone=zone, language=language),
        moment=partial(moment, zone=zone, language=language),
    )


def _shown_appeal(store: Store, context: Context, visitor: Visitor, appeal: Appeal) -> ShownAppeal:
    reading, mark, desk = appeal.reading, False, context.options.desk
    scan = store.scan(reading.scan)
    try:
        form = context.forms(scan.form, scan.form_version)
        field = form.field(reading.key.name)
        title, label = said(form.title, visitor.language) or form.name, said(field.label, visitor.language)
        mark = facts_of(field.type).is_mark
    except (FormError, NotFound, KeyError):
        title, label = scan.form, reading.key.name
    return ShownAppeal(
        appeal=appeal,
        handle=store.transcriber(appeal.transcriber).handle,
        form=title,
        field=label,
        row=None if reading.key.row is None else reading.key.row + 1,
        scan=scan.name or scan.id[:12],
        address=f"{desk}/scan/{scan.id}?{urlencode({'field': str(reading.key)})}#field" if desk else "",
        mark=mark,
        late=appeal.is_late(context.now()),
    )
