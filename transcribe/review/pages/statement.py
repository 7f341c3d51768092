"""A statement for each month, as a page that a person can print or keep."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from babel.dates import format_date
from fastapi import APIRouter, Path, Response

from transcribe.errors import NotFound
from transcribe.review.access.sessions import SignedIn
from transcribe.review.context import Here
from transcribe.review.views.form_choices import statements_of
from transcribe.review.views.formatting import amount, full_amount, moment, placed_amount, spent, whole_due
from transcribe.review.views.formatting import month as month_in_words

router = APIRouter()

Month = Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


@router.get("/pay/statement/{month}")
async def statement_page(context: Here, visitor: SignedIn, month: Month) -> Response:
    """Everything that this person earned and was paid in a month, by day. 404 where that is nothing."""
    who, language, now = visitor.person, visitor.language, context.now()
    lines, carried = await context.look(lambda store: (store.ledger(who.id), store.carried_for(who.id)))
    statements = statements_of(lines, carried, month, who.time_zone, now)
    if not statements:
        raise NotFound("Nothing stands in this month.")
    return context.rendering.page(
        "statement.html",
        language,
        visitor=visitor,
        month=month_in_words(month, language),
        statements=statements,
        asked_by=context.options.asked_by,
        amount=partial(amount, language=language),
        exact=partial(full_amount, language=language),
        placed=partial(placed_amount, language=language),
        whole=whole_due,
        spent=partial(spent, language=language),
        day=partial(format_date, format="medium", locale=language),
        made=moment(now, who.time_zone, language),
    )
