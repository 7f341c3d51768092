"""A person's own readings as they see them: each with its outcome, in lists by outcome, and what lies next to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from transcribe import model
from transcribe.codes import Flag
from transcribe.errors import FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import N_, said, translation
from transcribe.model import FieldKey, Reading
from transcribe.people import ReadingOutcome, is_against_the_model, outcome_of
from transcribe.review.access.sessions import Visitor
from transcribe.review.context import Context
from transcribe.review.views.comparison import why_no_text
from transcribe.review.views.reading_reasons import asked_by, form_of
from transcribe.review.views.task_view import HEADINGS, snippet_frame
from transcribe.store import Appeal, FieldHistory, Store

NOT_THIS_FORM = N_("It is not this form")
NONE_OF_THESE = N_("None of these")

Shown = Literal["all", "open", "agreed", "outvoted", "contested"]
"""Which readings a list shows: those of an outcome, or those that were contested."""

SHOWN_WORDS: Mapping[Shown, str] = {
    "all": N_("All"),
    "open": N_("Waiting"),
    "agreed": N_("Agreed"),
    "outvoted": N_("Decided otherwise"),
    "contested": N_("Contested"),
}
"""What each list is called, as a message of the catalogues."""

LOOKED_AT_ONCE = 100
"""Readings that are taken from the store at a time while a list is filled. Chosen by hand."""
MOST_LOOKED_AT = 2000
"""Readings that are looked through for one page of a list: some seconds' work for the store. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReading:
    """One reading as its maker sees it. `withdrawn` is why an operator took it out of weighing, None for others.

    `outcome` is "erased" where the scan is, with all that was read of it, and "another form" where it is read as a form
    now that has no such field.
    `why` is why they read no text, as in `why_no_text`, and `legible` what they could read of it. `answer` is what was
    said of the whole scan, in words; None for what is no answer to "Which form is this?". `aside`: that scan is set
    aside. `appeal` is the appeal against what was decided of its field. `pictured`: the picture of its field is still
    kept, and `frame` is what stands where on it, as in `TaskView.frames`.
    """

    id: str
    label: str
    form: str
    row: int | None
    text: str | None
    why: str
    legible: str
    mark: bool
    at: datetime
    outcome: ReadingOutcome | Literal["erased", "another form"]
    decided: str | None
    null: str | None
    probability: float | None
    withdrawn: str | None
    answer: str | None
    aside: bool
    appeal: Appeal | None
    pictured: bool
    frame: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsList:
    """Readings, latest first. `more` is the reading after which the list goes on, None where it has ended."""

    lines: tuple[OwnReading, ...]
    more: str | None


class OwnReadings:
    """The readings of one person, as they may know them."""

    def __init__(self, store: Store, context: Context, visitor: Visitor) -> None:
        self._store, self._context, self._visitor = store, context, visitor
        self._appeals: dict[tuple[str, FieldKey], Appeal] = {}
        for each in store.appeals(who=visitor.person.id):
            self._appeals.setdefault((each.reading.scan, each.reading.key), each)

    def listed(self, shown: Shown, count: int, before: str | None = None) -> ReadingsList:
        """Up to `count` readings of a list, those before a reading."""
        found: list[OwnReading] = []
        last = before
        for looked, each in enumerate(self._all(before, count + 1)):
            if len(found) == count or looked == MOST_LOOKED_AT:
                return ReadingsList(lines=tuple(found), more=last)
            last = each.id
            if _is_shown(each, shown):
                found.append(each)
        return ReadingsList(lines=tuple(found), more=None)

    def older(self, reading: str, shown: Shown) -> str | None:
        """The next older reading of a list, None where there is none among those that are looked through."""
        lines = self.listed(shown, 1, reading).lines
        return lines[0].id if lines else None

    def newer(self, reading: str, shown: Shown) -> str | None:
        """The next newer reading of a list, None where there is none among those that are looked through."""
        who, count, looked, last = self._visitor.person.id, 1, 0, reading
        while looked < MOST_LOOKED_AT:
            histories = self._store.readings_after(who, count, last)
            for history in histories:
                each = self.own(history, last_of(history, who))
                last, looked = each.id, looked + 1
                if _is_shown(each, shown):
                    return each.id
            if len(histories) < count:
                return None
            count = LOOKED_AT_ONCE
        return None

    def appeal_of(self, reading: Reading) -> Appeal | None:
        """This person's appeal against what was decided of a reading's field."""
        return self._appeals.get((reading.scan, reading.key))

    def own(self, history: FieldHistory, reading: Reading) -> OwnReading:
        """A reading of a field as its maker sees it."""
        form, language = form_of(self._context, history), self._visitor.language
        is_gone = form is not None and _is_of_another_form(history, form)
        if is_gone:
            form = asked_by(self._context, history)
        known = form is not None and history.key.name in {field.name for field in form.all_fields()}
        field = form.field(history.key.name) if form and known else None
        decided = history.decisions[-1] if history.decisions else None
        aside = reading.key == model.WHOLE and self._store.is_put_aside(history.scan.id)
        return OwnReading(
            id=reading.id,
            label=said(field.label, language) if field else _whole_label(reading, self._visitor, is_gone=is_gone),
            form=said(form.title, language) if form else "",
            row=None if history.key.row is None else history.key.row + 1,
            text=reading.legible or None if Flag.NOT_THIS_FORM in reading.flags else reading.text,
            why=why_no_text(reading),
            legible="" if Flag.NOT_THIS_FORM in reading.flags else reading.legible,
            mark=field is not None and facts_of(field.type).is_mark,
            at=reading.at,
            outcome=_outcome(reading, history, form if known else None, aside=aside, is_gone=is_gone),
            decided=decided.text if decided else None,
            null=decided.null if decided else None,
            probability=decided.probability if decided and not is_against_the_model(decided) else None,
            withdrawn=history.withdrawn.get(reading.id),
            answer=self._answer(reading),
            aside=aside,
            appeal=self.appeal_of(reading),
            pictured=history.place is not None and history.place.snippet is not None,
            frame=snippet_frame(history.place),
        )

    def _answer(self, reading: Reading) -> str | None:
        """What a person said that a whole scan is: the title of a form, or none of them."""
        if reading.key != model.WHOLE or Flag.NOT_THIS_FORM in reading.flags:
            return None
        language, named = self._visitor.language, _named_form(reading)
        if named is None:
            return translation(language).gettext(NONE_OF_THESE)
        name, version = named
        try:
            return said(self._context.forms(name, version).title, language) or name
        except (FormError, NotFound):
            return name

    def _all(self, before: str | None, count: int) -> Iterator[OwnReading]:
        """All readings before one, latest first, `count` taken from the store at first, then more at a time."""
        who = self._visitor.person.id
        while True:
            histories = self._store.readings_of(who, count, before)
            for history in histories:
                each = self.own(history, last_of(history, who))
                before = each.id
                yield each
            if len(histories) < count:
                return
            count = LOOKED_AT_ONCE


def _is_of_another_form(history: FieldHistory, form: model.Form) -> bool:
    """Whether a field was asked that the form of its scan does not have: the scan is read as another form now."""
    name, asked = history.key.name, history.asked_as
    names = {*(each.name for each in form.all_fields()), *(each.name for each in form.tables)}
    return bool(name and asked[0]) and asked != (history.scan.form, history.scan.form_version) and name not in names


def _named_form(reading: Reading) -> tuple[str, int] | None:
    """The name and version in an answer such as "order/3 90"; None where it names no form."""
    name, _, version = (reading.text or "").partition(" ")[0].rpartition("/")
    return (name, int(version)) if name and version.isdigit() else None


def _outcome(
    reading: Reading, history: FieldHistory, form: model.Form | None, *, aside: bool, is_gone: bool
) -> ReadingOutcome | Literal["erased", "another form"]:
    """What became of a reading of a field of this form; None where it is of no field."""
    if Flag.ERASED in reading.flags:
        return "erased"
    if is_gone:
        return "another form"
    return outcome_of(reading, history, form) if form else _form_outcome(reading, history, aside=aside)


def _form_outcome(reading: Reading, history: FieldHistory, *, aside: bool) -> ReadingOutcome:
    """What came of what was said of a whole scan: it is that form now, or it is set aside as none of them.

    While people disagree about the form of a scan nothing has come of it yet.
    """
    if reading.key != model.WHOLE:
        return "open"
    named, scan = _named_form(reading), history.scan
    if aside:
        return "agreed" if named is None else "outvoted"
    if not scan.form:
        return "open"
    if named is not None and named[0] == scan.form:
        return "agreed"
    is_doubted = any(Flag.NOT_THIS_FORM in each.flags for each in history.readings)
    return "open" if is_doubted else "outvoted"


def last_of(history: FieldHistory, who: str) -> Reading:
    """The last reading of a person, who has read this field."""
    return next(each for each in reversed(history.readings) if each.source == who)


def _is_shown(reading: OwnReading, shown: Shown) -> bool:
    if shown == "contested":
        return reading.appeal is not None
    outcome = "agreed" if reading.outcome == "recovered" else reading.outcome
    return shown in ("all", outcome)


def _whole_label(reading: Reading, visitor: Visitor, *, is_gone: bool) -> str:
    """What a reading of no field is called: what was said of the whole scan, or of the rows of a table.

    A field that is gone with its form has its name.
    """
    if reading.key != model.WHOLE:
        return reading.key.name if is_gone else ""
    words = NOT_THIS_FORM if Flag.NOT_THIS_FORM in reading.flags else HEADINGS["form"]
    return translation(visitor.language).gettext(words)
