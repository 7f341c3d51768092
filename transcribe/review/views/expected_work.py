"""The work that is expected, for people who find none now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import Response

from transcribe.i18n import said
from transcribe.review.access.sessions import Visitor, person_page
from transcribe.review.context import Context, Forms
from transcribe.review.requests import Late
from transcribe.review.views.form_choices import latest_forms
from transcribe.review.views.formatting import spent
from transcribe.review.views.offers import odd_answer, offer_to, revocable_answer
from transcribe.store import ExpectedWork, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class TitledWork:
    """Expected work with the title of its form, or "" where the form is not known yet."""

    work: ExpectedWork
    title: str


def titled_work(store: Store, forms: Forms, language: str, now: datetime) -> tuple[TitledWork, ...]:
    """The work that is expected from now on, soonest first."""
    expected = store.expected_work(now)
    titles = (
        {form.name: said(form.title, language) or form.name for form in latest_forms(store, forms)} if expected else {}
    )
    return tuple(TitledWork(work=each, title=titles.get(each.form, each.form)) for each in expected)


async def no_work(context: Context, visitor: Visitor, *, asked: bool = False, late: Late = "") -> Response:
    """The page for a person who finds nothing to read: what is expected, and how long they have waited.

    It says too what others are reading meanwhile. Where they `asked` for one field, it speaks of that.
    """
    language, who, now = visitor.language, visitor.person, context.now()
    expected, waited, has_news, elsewhere, has_lapsed, last, odd = await context.look(
        lambda store: (
            titled_work(store, context.forms, language, now),
            store.waiting_seconds(who.id),
            bool(store.notices(who.id, unseen_only=True)),
            store.held_by_others(who.id, offer_to(who), now),
            store.has_lapsed(who.id),
            revocable_answer(store, who.id, now),
            odd_answer(store, context, visitor, revocable_answer(store, who.id, now)),
        )
    )
    page = person_page(
        context,
        visitor,
        "no_work.html",
        has_news=has_news,
        elsewhere=elsewhere,
        has_lapsed=has_lapsed,
        asked=asked,
        late=late,
        last=last,
        odd=odd,
        coming=expected,
        waited=spent(waited, language) if who.engagement in ("by reading", "hourly") else None,
    )
    if not asked:
        page.headers["x-fairhand-pictures"] = "none"  # who holds nothing needs none: the service worker drops them
    return page
