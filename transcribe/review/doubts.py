"""What comes back of a form that was sent, because it looks odd or is not complete: the page asks about it once."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError

from transcribe.i18n import translation
from transcribe.model import Task
from transcribe.review.access.sessions import SENT_COOKIE, Visitor
from transcribe.review.context import Context
from transcribe.review.requests import SentForm, reading_corners, reading_from_form
from transcribe.review.views.soft_checks import NO_FORM_CHOSEN, NO_FRAME, NO_TURN, edge_faults, text_faults

SENT_KEPT_SECONDS = 900
"""How long it is kept: as long as the pictures of a field may be seen after it was answered."""

OTHER_KINDS = frozenset({"identify", "locate", "rows"})
"""Kinds of tasks that are not answered by a text alone."""

MAX_COOKIE_LENGTH = 3800
"""Browsers keep no cookie above 4,096 bytes with its name and attributes."""


class _Kept(BaseModel):
    """What the cookie holds: who answered which task, and what was sent for it."""

    who: str
    task: str
    sent: SentForm


class _KeptAnswers(BaseModel):
    """The same of a test, whose answers are sent together: by task."""

    who: str
    kind: str
    answers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What came back because it looks odd or is not complete, and why in words.

    `is_empty`: nothing was typed, which may mean blank. `is_refused`: it is not taken all the same. `text` was typed,
    or is the form chosen, or the heights of lines between rows; `corners` are of a frame, `turn` is how a page lay.
    """

    text: str = ""
    faults: tuple[str, ...] = ()
    is_empty: bool = False
    is_refused: bool = False
    corners: tuple[int, ...] = ()
    turn: str = ""

    @property
    def heights(self) -> tuple[int, ...]:
        """The heights of the lines between rows."""
        return tuple(sorted({int(each) for each in re.findall(r"\d+", self.text)}))


def keep_sent(response: Response, context: Context, who: str, task: str, sent: SentForm) -> bool:
    """Have the browser keep what was sent for a task, until it is asked about on a page. False where it is too long."""
    return _keep(response, context, _Kept(who=who, task=task, sent=sent))


def keep_taken_back(response: Response, context: Context, who: str, task: Task, text: str) -> None:
    """Have the browser keep what was typed for a task that is taken back. It stands in its box again."""
    if text and task.kind not in OTHER_KINDS:
        keep_sent(response, context, who, task.id, SentForm(idem="taken-back", text=text))


def keep_answers(response: Response, context: Context, who: str, kind: str, answers: Mapping[str, str]) -> bool:
    """Have the browser keep the answers to a test, by task, until it is asked about. False where they are too long."""
    return _keep(response, context, _KeptAnswers(who=who, kind=kind, answers=dict(answers)))


def _keep(response: Response, context: Context, kept_values: BaseModel) -> bool:
    said = kept_values.model_dump_json(exclude_defaults=True)
    kept = base64.urlsafe_b64encode(said.encode())
    if len(kept) > MAX_COOKIE_LENGTH:
        return False
    secure = context.options.secure
    response.set_cookie(
        SENT_COOKIE, kept.decode(), SENT_KEPT_SECONDS, httponly=True, samesite="lax", secure=secure, path="/"
    )
    return True


def kept_sent(request: Request, who: str, task: str) -> SentForm | None:
    """What this person sent for this task and is asked about. None where nothing is, or the cookie is none of ours."""
    try:
        kept = _Kept.model_validate_json(base64.urlsafe_b64decode(request.cookies.get(SENT_COOKIE, "")))
    except (ValueError, ValidationError):
        return None
    return kept.sent if (kept.who, kept.task) == (who, task) else None


def kept_answers(request: Request, who: str, kind: str) -> dict[str, str]:
    """What this person answered to this test and is asked about, by task. Empty where nothing is kept."""
    try:
        kept = _KeptAnswers.model_validate_json(base64.urlsafe_b64decode(request.cookies.get(SENT_COOKIE, "")))
    except (ValueError, ValidationError):
        return {}
    return kept.answers if (kept.who, kept.kind) == (who, kind) else {}


def forget_sent(request: Request, response: Response) -> None:
    """Have the browser forget what was sent, as it is taken."""
    if SENT_COOKIE in request.cookies:
        response.delete_cookie(SENT_COOKIE, path="/")


def doubt_of(context: Context, visitor: Visitor, task: Task, sent: SentForm) -> Doubt:
    """What is odd about what a form says of a task, or missing in it."""
    is_framed = reading_from_form(sent, task.kind).box is not None
    language, corners = visitor.language, reading_corners(sent)
    if task.kind == "identify":
        missing = NO_FORM_CHOSEN if not sent.form else NO_TURN if sent.form != "none" and not sent.turn else None
        said = () if missing is None else (translation(language).gettext(missing),)
        return Doubt(text=sent.form, faults=said, turn=sent.turn)
    if task.kind == "rows":
        return Doubt(text=sent.edges, faults=edge_faults(sent.edges, language))
    if task.kind != "locate" and not sent.text.strip():
        return Doubt(is_empty=True)
    faults = text_faults(context.forms, task, sent.text, language)
    if task.kind == "locate" and not is_framed:
        faults = (translation(language).gettext(NO_FRAME), *faults)
    return Doubt(text=sent.text, faults=faults, corners=corners)
