"""What comes back of a form that was sent, because it looks odd or is not complete: the page asks about it once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transcribe.i18n import translation
from transcribe.model import Task
from transcribe.review.access.sessions import Visitor
from transcribe.review.context import Context
from transcribe.review.requests import SentForm, reading_corners
from transcribe.review.views.soft_checks import NO_FORM_CHOSEN, NO_FRAME, NO_TURN, edge_faults, text_faults


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


def doubt_of(context: Context, visitor: Visitor, task: Task, sent: SentForm, *, is_framed: bool) -> Doubt:
    """What is odd about what a form says of a task, or missing in it."""
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
