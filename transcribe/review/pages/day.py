"""The thin bar above the work: what was read, counted and earned today, and what is left."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from transcribe.i18n import translation
from transcribe.review.access.sessions import SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.views.formatting import amount, number, whole_due
from transcribe.review.views.offers import offer_to, revocable_answer
from transcribe.store import Store

router = APIRouter()

SECONDS_OF_MINUTE = 60
"""Time is said in whole minutes: seconds that run make people hurry. Chosen by hand."""


class Day(BaseModel):
    """What stands on the bar, piece by piece, in the person's language; and whether there is news for them.

    `may_undo`: the last reading can still be taken back.
    """

    pieces: list[str]
    has_news: bool
    may_undo: bool


@router.get("/day")
async def day(context: Here, visitor: SignedIn) -> Day:
    """The fields read today, the time counted, what it earned, and how many fields are open. Pay only where it is
    counted."""
    return await context.look(lambda store: _day(store, context, visitor))


def _day(store: Store, context: Context, visitor: Visitor) -> Day:
    person, now, language = visitor.person, context.now(), visitor.language
    total = context.day_totals.today(store, person, now)
    fields = store.read_since(person.id, total.since)
    say = translation(language)
    pieces = [say.ngettext("%(num)s field", "%(num)s fields", fields) % {"num": fields}]
    if visitor.paid().counted:
        minutes = number(total.seconds // SECONDS_OF_MINUTE, language, 0)
        pieces.append(say.gettext("%(minutes)s min") % {"minutes": minutes})
        earned = [(whole_due(micro, currency), currency) for currency, micro in total.micro.items() if currency]
        pieces += [amount(whole, currency, language) for whole, currency in earned]
    left = 0 if visitor.pause or not person.may_read else store.open_tasks(offer_to(person), now, person.id)
    pieces.append(say.gettext("%(count)s open") % {"count": number(left, language, 0)})
    has_news = bool(store.notices(person.id, unseen_only=True))
    return Day(pieces=pieces, has_news=has_news, may_undo=revocable_answer(store, person.id, now) is not None)
