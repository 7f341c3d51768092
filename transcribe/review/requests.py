"""Strict models of what a page sends, and the parts that the store keeps."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import Form, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from transcribe.codes import Flag
from transcribe.i18n import N_, translation
from transcribe.model import Outcome, Task
from transcribe.review.access.sessions import SENT_COOKIE, Visitor
from transcribe.review.context import Context
from transcribe.review.options import require_keepable
from transcribe.review.views.offers import NO_FORM_CHOSEN, NO_FRAME, NO_TURN, edge_faults, text_faults
from transcribe.store import SentReading

Action = Literal["send", "blank", "illegible", "crossed_out", "absent", "skip", "not_this_form"]
SkipReason = Literal["hard to see", "wrong language", "wrong picture", "rather not", "other"]
SKIP_REASON_WORDS: dict[SkipReason, str] = {
    "hard to see": N_("The picture is hard to see"),
    "wrong language": N_("I do not read this language or script"),
    "wrong picture": N_("The picture does not show this field"),
    "rather not": N_("I would rather not read this one"),
    "other": N_("Another reason"),
}
"""Why a task is skipped, with the message of the catalogues."""

Late = Literal["", "1", "erased"]
"""Whether what was sent before came late, and whether its scan was erased meanwhile."""

FLAG_OF_ACTION: dict[Action, Flag] = {
    "illegible": Flag.ILLEGIBLE,
    "crossed_out": Flag.CROSSED_OUT,
    "absent": Flag.ABSENT,
    "not_this_form": Flag.NOT_THIS_FORM,
}
"""The flag of a reading whose text is None."""

MAX_SENT_LENGTH = 16_000
"""The most characters looked at: a text that is too long, but no attack, is told its own limit."""

SAME_TIME_SECONDS = 2.0
"""Seconds before another reading was kept in which a typed text is no older one. Chosen by hand."""

MAX_AGO_SECONDS = 30 * 86_400.0
"""A month: a device that says that it kept a reading for longer has another time than the server."""

GUESSED_TIME = 60.0
"""Seconds that a question, an appeal or a contested clock counts where the page did not measure: two sentences."""

MAX_SECONDS_BESIDE = 600.0
"""The most seconds that one question, appeal or contested clock may be said to have taken."""


def _or_guessed(typed: object) -> object:
    return GUESSED_TIME if typed == "" else typed


TimeBeside = Annotated[float, Form(ge=0, le=MAX_SECONDS_BESIDE, allow_inf_nan=False), BeforeValidator(_or_guessed)]
"""The seconds that a form of a page says it took. An empty one was not measured."""

NO_FORM = ("", "none")
"""The values for "none of these": empty from a script, a word from a page, whose person must have chosen it."""

Idem = Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Text = Annotated[str, Field(max_length=MAX_SENT_LENGTH)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Pixel = Annotated[int, Field(ge=0, le=100_000)]
PageNumber = Annotated[int, Field(ge=1, le=10_000)]
Corner = Annotated[Pixel | None, BeforeValidator(lambda typed: None if typed == "" else typed)]


class SentJson(BaseModel):
    """A reading as the page's module sends it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    idem: Idem
    action: Action
    text: Text = ""
    reason: SkipReason = "other"
    seconds: Seconds | None = None
    overrode: bool = False
    ago: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    box: tuple[Pixel, Pixel, Pixel, Pixel] | None = None
    page: PageNumber | None = None


MINUTES = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,4})?")
"""Minutes as people type them, in any language of the pages."""


def typed_minutes(text: str, most: float) -> float | None:
    """The minutes that somebody typed, with a decimal point or comma. None where it is no number from 0 to `most`."""
    found = MINUTES.fullmatch(text.strip())
    minutes = float(found[0].replace(",", ".")) if found else most + 1
    return minutes if minutes <= most else None


class SentForm(BaseModel):
    """A reading as the plain form sends it. Numbers are texts there, and an empty one is none."""

    idem: Idem
    action: Action = "send"
    text: Text = ""
    reason: SkipReason = "other"
    seconds: Annotated[str, Field(max_length=20)] = ""
    overrode: Literal["", "0", "1"] = ""
    x0: Corner = None
    y0: Corner = None
    x1: Corner = None
    y1: Corner = None
    page: Annotated[PageNumber | None, BeforeValidator(lambda typed: None if typed == "" else typed)] = None
    form: Annotated[str, Field(max_length=200)] = ""
    turn: Literal["", "0", "90", "180", "270"] = ""
    edges: Annotated[str, Field(max_length=2000, pattern=r"^[\d, ]*$")] = ""


def _body(model: type[BaseModel]) -> dict[str, object]:
    return {"schema": model.model_json_schema()}


SENT_OPENAPI = {
    "parameters": [
        {"name": "task", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "check", "in": "query", "schema": {"type": "string", "enum": ["0", "1"], "default": "0"}},
    ],
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": _body(SentForm), "application/json": _body(SentJson)},
    },
}
"""The OpenAPI of a request that sends a reading: the route takes both kinds of body."""


def reason_words(language: str) -> dict[SkipReason, str]:
    """The reasons to skip in the reader's language."""
    say = translation(language).gettext
    return {reason: say(words) for reason, words in SKIP_REASON_WORDS.items()}


def reading_from_json(sent: SentJson) -> SentReading:
    """The reading that the module sent."""
    reading = _reading(
        sent.action, sent.text, sent.idem, sent.seconds, overrode=sent.overrode, box=sent.box, page=sent.page
    )
    return replace(reading, ago=min(max(0.0, sent.ago - SAME_TIME_SECONDS), MAX_AGO_SECONDS))


def reading_from_form(sent: SentForm, kind: str) -> SentReading:
    """The reading that a plain form sent."""
    corners = (sent.x0, sent.y0, sent.x1, sent.y1)
    box = None if None in corners or sent.action == "absent" else _ordered_box(corners)  # type: ignore[arg-type]  # no None is left in it
    page = sent.page if box or kind == "rows" else None
    text = {"identify": f"{sent.form} {sent.turn or '0'}", "rows": sent.edges.replace(" ", "")}.get(kind, sent.text)
    none_of_these = kind == "identify" and sent.action == "send" and sent.form in NO_FORM
    action: Action = "absent" if none_of_these else sent.action
    text = sent.text if action == "not_this_form" else text
    return _reading(
        action, text, sent.idem, _seconds_of(sent.seconds), overrode=sent.overrode == "1", box=box, page=page
    )


def late_word(outcome: Outcome | None) -> Late:
    """The message for a reading that came after its time; "" if it did not."""
    if outcome is None or outcome.kind != "late":
        return ""
    return "erased" if outcome.erased else "1"


def reading_corners(sent: SentForm) -> tuple[int, ...]:
    """The corners of a frame as they were sent. Empty where one is missing."""
    corners = (sent.x0, sent.y0, sent.x1, sent.y1)
    return () if None in corners else corners  # type: ignore[return-value]  # no None is left in it


def _ordered_box(corners: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
    """The frame with its corners in order. None where it has no area, as after a mere click."""
    (left, right), (top, foot) = sorted(corners[::2]), sorted(corners[1::2])
    return (left, top, right, foot) if left < right and top < foot else None


def _seconds_of(seconds: str) -> float | None:
    """The seconds that a form says. None where it says none: the store then counts from the person's last act."""
    try:
        number = float(seconds)
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _reading(
    action: Action,
    text: str,
    idem: str,
    seconds: float | None,
    *,
    overrode: bool,
    box: tuple[int, int, int, int] | None,
    page: int | None,
) -> SentReading:
    """The reading as the store takes it.

    A blank is "". An illegible text is None, with what was legible of it beside. TextRefused where the text cannot be
    kept.
    """
    require_keepable(text)
    flags = {FLAG_OF_ACTION[action]} if action in FLAG_OF_ACTION else set()
    if overrode and action == "send":
        flags.add(Flag.OVERRODE_A_CHECK)
    typed = text.strip()
    said = typed if action == "send" else "" if action == "blank" else None
    return SentReading(
        text=said,
        idem=idem,
        flags=frozenset(flags),
        seconds=None if seconds is None else float(math.ceil(seconds)),  # rounded in the person's favour
        box=box,
        page=page,
        legible=typed if action in ("illegible", "not_this_form") else "",
    )


# The answer that a page asks about once, as it looks odd or is not complete.

SENT_KEPT_SECONDS = 900
"""Seconds that it is kept: as long as the pictures of a field may be seen after it was answered."""

OTHER_KINDS = frozenset({"identify", "locate", "rows"})
"""Kinds of tasks that are not answered by a text alone."""

MAX_COOKIE_LENGTH = 3800
"""Browsers keep no cookie above 4,096 bytes with its name and attributes."""


class _Kept(BaseModel):
    """The content of the cookie: who answered which task, and what was sent for it."""

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
    """The doubtful answer that this person sent for this task. None if there is none, or the cookie is not ours."""
    try:
        kept = _Kept.model_validate_json(base64.urlsafe_b64decode(request.cookies.get(SENT_COOKIE, "")))
    except (ValueError, ValidationError):
        return None
    return kept.sent if (kept.who, kept.task) == (who, task) else None


def kept_answers(request: Request, who: str, kind: str) -> dict[str, str]:
    """The doubtful answers of this person to this test, by task; empty if none are kept."""
    try:
        kept = _KeptAnswers.model_validate_json(base64.urlsafe_b64decode(request.cookies.get(SENT_COOKIE, "")))
    except (ValueError, ValidationError):
        return {}
    return kept.answers if (kept.who, kept.kind) == (who, kind) else {}


def forget_sent(request: Request, response: Response) -> None:
    """Have the browser forget an answer that is taken."""
    if SENT_COOKIE in request.cookies:
        response.delete_cookie(SENT_COOKIE, path="/")


def doubt_of(context: Context, visitor: Visitor, task: Task, sent: SentForm) -> Doubt:
    """The doubt about a form's answer to a task: odd, or incomplete."""
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


# Messages for entries of forms and parts of addresses that are missing or not allowed.

ENTRY_WORDS: dict[str, str] = {
    "role": N_("Roles"),
    "handle": N_("Name"),
    "languages": N_("Languages"),
    "since": N_("Came from"),
    "until": N_("Came up to"),
    "token": N_("the sign-in link"),
    "why": N_("Why?"),
    "sure": N_("I am sure. It cannot be undone."),
    "text": N_("What is written there"),
    "answer": N_("Answer"),
    "name": N_("Name"),
    "day": N_("Day"),
    "task": N_("Field"),
    "minutes": N_("Minutes"),
    "reason": N_("Why?"),
    "words": N_("Your words"),
    "password": N_("Password"),
    "code": N_("Code"),
    "language": N_("Language"),
    "interface": N_("Language of their pages and of the invitation"),
    "engagement": N_("How they are paid"),
    "training": N_("Training machines"),
    "choice": N_("Choice"),
    "count": N_("How many fields?"),
}
"""What entries of forms and parts of addresses are called where they are wrong; another one has its own name."""

MISSING_TYPES = frozenset({"missing", "too_short", "string_too_short"})
"""The names that pydantic gives to an entry left empty or not sent."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """An entry that is missing or not allowed; its words are a message of the catalogues.

    `most`: it has more characters than these, which are allowed; 0 where that is not it.
    """

    words: str
    is_missing: bool
    most: int = 0


def wrong_entries(error: RequestValidationError) -> tuple[Wrong, ...]:
    """The wrong entries, each once, in the order in which they were checked."""
    found: dict[str, Wrong] = {}
    for each in error.errors():
        name = next((str(part) for part in reversed(each["loc"]) if isinstance(part, str)), "")
        other = N_("the address of the page") if each["loc"][0] in ("path", "query") else name
        words, lacks = ENTRY_WORDS.get(name, other), each["type"] in MISSING_TYPES
        most = each["ctx"]["max_length"] if each["type"] == "string_too_long" else 0
        found.setdefault(name, Wrong(words=words, is_missing=lacks, most=most))
    return tuple(wrong for name, wrong in found.items() if name)
