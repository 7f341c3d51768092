"""News of a person's readings: what happened, of which field, and where it leads. Each is kept until it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from transcribe.errors import FormError, NotFound
from transcribe.i18n import said
from transcribe.model import FieldKey
from transcribe.review.access.sessions import Visitor
from transcribe.review.context import Context
from transcribe.store import Question, Store

ELSEWHERE = {"time answered": "/pay", "appeal heard": "/second-look"}
"""The pages that news of some kinds lead to, if not to the reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsItem:
    """One thing to tell. `label` is "" where it is of no one field; `question` was answered, and stands with it."""

    number: int
    kind: str
    at: datetime
    label: str
    row: int | None
    leads_to: str
    question: Question | None = None


def news_of(store: Store, context: Context, visitor: Visitor) -> list[NewsItem]:
    """What this person has not read yet, latest first."""
    who, found = visitor.person.id, []
    for notice in store.notices(who, unseen_only=True):
        item = NewsItem(
            number=notice.number,
            kind=notice.kind,
            at=notice.at,
            label=_label(store, context, visitor, notice.scan, notice.key),
            row=None if notice.key is None or notice.key.row is None else notice.key.row + 1,
            leads_to=ELSEWHERE.get(notice.kind) or _reading(store, who, notice.scan, notice.key),
            question=_question(store, who, notice.scan, notice.key) if notice.kind == "question answered" else None,
        )
        found.append(item)
    return found


def _label(store: Store, context: Context, visitor: Visitor, scan: str | None, key: FieldKey | None) -> str:
    """What the field is called; its name in the definition where that is not there any more."""
    if scan is None or key is None:
        return ""
    try:
        known = store.scan(scan)
        return said(context.forms(known.form, known.form_version).field(key.name).label, visitor.language)
    except (FormError, NotFound, KeyError):
        return key.name


def _reading(store: Store, who: str, scan: str | None, key: FieldKey | None) -> str:
    """The page of this person's last reading of the field, else that of all their readings."""
    if scan is None or key is None:
        return "/readings"
    own = [each for each in store.field_history(scan, key).readings if each.source == who]
    return f"/readings/{own[-1].id}" if own else "/readings"


def _question(store: Store, who: str, scan: str | None, key: FieldKey | None) -> Question | None:
    """The latest answered question of this person about the field."""
    asked = (each for each in store.questions() if each.transcriber == who and (each.scan, each.key) == (scan, key))
    return next((each for each in asked if each.answer is not None), None)
