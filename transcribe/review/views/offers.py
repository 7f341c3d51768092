"""What a person is offered: by their roles, never by how often others agreed with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from transcribe import fields
from transcribe.codes import FIELDS_OUTSIDE, Flag, Reason
from transcribe.drawing import frame_of_view
from transcribe.errors import NotFound
from transcribe.fields import facts_of
from transcribe.i18n import N_, REASONS, said, translation
from transcribe.model import Field, Form, Outcome, PagePicture, Place, Task, Transcriber
from transcribe.review.access.sessions import Visitor
from transcribe.review.context import Context, Forms
from transcribe.review.options import MAX_VALUE_LENGTH, ReviewOptions, require_value_length
from transcribe.store import Offer, Store
from transcribe.table_rows import rows_key

EXPERT_POOLS = ("expert", "read")
"""Experts settle what is in doubt first, then read like everybody."""


ALONG_COUNTS = (20, 50, 100)
"""Fields that are offered to be taken along, beside the most that is allowed."""


PRACTICE_COUNT = 5
"""Known fields of which each is explained at once, before the first ordinary one: two or three minutes."""


def practice_count(options: ReviewOptions) -> int:
    """How many fields are practised on: no more than are paid in a day."""
    return min(PRACTICE_COUNT, options.measure.tests_a_day)


def offer_to(person: Transcriber) -> Offer:
    """The pools that this person works in."""
    return Offer(pools=EXPERT_POOLS if "expert" in person.roles else ("read",))


def along_counts(most: int) -> tuple[int, ...]:
    """How many fields a person may choose to take along, up to the most that an operator allows."""
    return (*(count for count in ALONG_COUNTS if count < most), most) if most else ()


def lease_tasks(store: Store, context: Context, person: Transcriber, count: int, *, same: bool) -> list[Task]:
    """Up to `count` tasks for this person. With `same`, those of the field that they read last come first.

    The time that a person waits who finds none is kept.
    """
    now, seconds = context.now(), context.options.lease_seconds
    offer = replace(offer_to(person), longest=context.options.longest_lease)
    tasks: list[Task] = []
    last = store.readings_of(person.id, limit=1) if same else []
    if last:
        alike = replace(offer, form=last[0].scan.form, field=last[0].key.name)
        tasks = store.lease(person.id, count, now, seconds, alike)
    if len(tasks) < count:
        tasks = store.lease(person.id, count, now, seconds, offer)
    if waited := store.count_look(person.id, now, found=bool(tasks)):
        store.put_time(person.id, waited, "waiting", now, context.options.measure)
    return tasks


def announced_share(store: Store) -> float:
    """The share of known fields among the work, as people are told: none where no field is known."""
    share = store.control_share()
    return share if share > 0 and has_known(store) else 0.0


def has_known(store: Store) -> bool:
    """Whether the value of some field is known, to be practised on and tested with."""
    return any(each.origin == "gold" for each in store.truths())


def revocable_answer(store: Store, who: str, now: datetime) -> str | None:
    """The task of a person's last reading, where that can still be taken back; else None."""
    last = last_answer(store, who)
    return last if last is not None and store.may_undo(last, who, now) else None


def last_answer(store: Store, who: str) -> str | None:
    """The task of a person's last reading that was not taken back; None where there is none."""
    histories = store.readings_of(who, limit=1)
    own = [reading for history in histories for reading in history.readings if reading.source == who]
    if not own:
        return None
    return store.task_of_doubt(own[-1].scan, who) if Flag.NOT_THIS_FORM in own[-1].flags else own[-1].task


# What a person's page may know of one task, and nothing else: no document, file name, other field or reading.

WHOLE_PAGE_KINDS = frozenset({"locate", "identify", "rows", "whole form"})
"""Kinds of tasks for which the whole page must be seen."""

LAST_WORDS = frozenset({Reason.NO_OTHER_READER, Reason.NO_OTHER_EXPERT})
"""Why an expert has the last word on a task that others were meant to do; they are told so."""

MIN_TWO_LINES_LETTERS = 3.2
"""Writing that is so many of its small letters high has two lines or more. Of 76 texts of one line by hand (of ten
orders of `python -m tests.orders`, six in hard light) none is over 3.05, ten are over 2.4; of 57 fields of four sample
forms none is over 1.93. An address of two lines is 3.55 high."""

LINE_LETTERS = 2.2
"""From one line to the next, in heights of a small letter, where nobody saw the lines. Chosen by hand."""

LINES = N_("Several lines: Enter begins the next one, the button sends.")
"""How lines are typed, as people are told where there are several."""

CHOICES = N_("One of: %(choices)s.")
MORE_CHOICES = N_("One of: %(choices)s and others.")

MAX_CHOICES_LENGTH = 80
"""So many characters of choices are told, or the first one: about a line on a wide page, two on a phone. By hand."""

STRIPES = N_("Grey stripes lie outside the photograph: what they cover counts as not read, not as blank.")
"""What the stripes mean that `transcribe.imaging.striped` draws."""

LETTERS: Mapping[str, str] = {
    "de": "äöüßÄÖÜ„“",
    "es": "áéíóúñüÑ¿¡ºª«»",
    "fr": "éèêëàâçîïôùûœÉÀÇ«»",
    "it": "àèéìòù«»",
    "nl": "éëïèöü",
    "pl": "ąćęłńóśźżŁŚŻ„”",
    "pt": "áâãàçéêíóôõúºª«»",
}
"""Letters and marks of the language of a form that a keyboard of another language lacks."""

Input = Literal["text", "mark", "place", "form", "edges"]
"""What the person gives: a text, yes or no, a place on the page, a form, or the edges of rows."""

SIMPLE_INPUTS = frozenset({"text", "mark"})
"""Inputs that the page's module shows without loading another page."""

HEADINGS: Mapping[str, str] = {
    "form": N_("Which form is this?"),
    "place": N_("Draw a frame around the field {label}, and type what it says"),
    "edges": N_("Mark the rows of the table {label}"),
}
"""What is asked, for inputs other than the text of a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """One task as its page shows it.

    `picture` is the address of what is shown first. `prefill` is what the box shows at first, where the form allows it;
    the store keeps it with the reading as what was shown. `left` is the seconds that the task is still held. `more`
    says which other pictures may be seen, and `frames` where the field stands on each: the corners of its box, those of
    what is to be seen, and the height of a letter, in parts of 10,000 of the picture's sides. `whole` says whether its
    form may be read as a whole. `lines` is how many lines are typed, 0 where it is one. `letters` are those to be
    tapped. `size` is that of the page picture in pixels, for drawing on it. It is page number `page` of `pages`.
    """

    task: str
    kind: str
    title: str
    label: str
    help: str
    examples: tuple[str, ...]
    input: Input
    input_mode: str
    field_language: str
    prefill: str
    lines: int
    letters: str
    row: int | None
    left: int
    picture: str
    more: tuple[str, ...]
    frames: Mapping[str, tuple[int, ...]]
    whole: bool
    size: tuple[int, int] | None
    page: int
    pages: int


def task_view(
    store: Store, forms: Forms, task: Task, language: str, now: datetime, page: int | None = None
) -> TaskView:
    """A task as its page shows it, in the reader's language.

    With `page` it shows that page of its scan, if it is a task that shows whole pages.
    """
    blind = task.kind == "identify"  # who is asked which form it is must not be told what it was taken for
    form = forms(task.form, task.form_version) if task.form and not blind else None
    place = next((place for place in store.places(task.scan) if place.key == task.key), None)
    pictures = store.pictures(task.scan)
    picture = shown_page(task, place, pictures, page)
    field = form.field(task.key.name) if form and task.key.name in {each.name for each in form.all_fields()} else None
    close = shows_snippet(task, place)
    more = tuple(what for what in allowed_pictures(form, task, place) if close and what != "whole")
    return TaskView(
        task=task.id,
        kind="read" if task.reason == Reason.CONTROL else task.kind,  # known items look like all others
        title=said(form.title, language) if form else "",
        label=said(field.label, language) if field else _table_label(form, task, language),
        help=_help(task, field, place, language, has_stripes=FIELDS_OUTSIDE in store.photo_advice(task.scan)),
        examples=field.examples if field and not facts_of(field.type).is_choice else (),  # `help` has its choices
        input=_input(task, field),
        input_mode=facts_of(field.type).input_mode if field else "text",
        field_language=_language(form),
        prefill=task.prefill,
        lines=lines_of(task, field, place) if close else 0,
        letters=LETTERS.get(_language(form), "") if field and not facts_of(field.type).is_one_value else "",
        row=None if task.key.row is None else task.key.row + 1,
        left=_seconds_left(task, now),
        picture=f"/snippet/{task.id}" if close else f"/page/{task.id}?number={picture.number if picture else 1}",
        more=more,
        frames=_frames(place, picture, more) if close else {},
        whole=form is not None and may_be_read_whole(form),
        size=picture.size if picture else None,
        page=picture.number if picture else 1,
        pages=len(pictures),
    )


def _frames(place: Place | None, picture: PagePicture | None, more: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Where a field stands on its own picture, and on each of the others."""
    if place is None:
        return {}
    known = snippet_frame(place)
    frames: dict[str, tuple[int, ...]] = {"snippet": known} if known else {}
    if picture is not None and place.confidence is not None:
        for what in more:
            frames[what] = frame_of_view(picture.size, place.box, whole=what == "page")
    return frames


def snippet_frame(place: Place | None) -> tuple[int, ...]:
    """What stands where on the picture of a field, as in `TaskView.frames`; empty where nobody noted that."""
    kept = place.frame if place and place.snippet else None
    return kept.numbers if kept else ()


def _help(task: Task, field: Field | None, place: Place | None, language: str, *, has_stripes: bool) -> str:
    """The form's help on a field, its choices, how its lines are joined, what stripes are, and why an expert has the
    last word."""
    say = translation(language).gettext
    why = say(REASONS[task.reason]) if task.reason in LAST_WORDS else ""
    is_typed, facts = _input(task, field) == "text", facts_of(field.type) if field else None
    lines = say(LINES) if lines_of(task, field, place) else ""
    stripes = say(STRIPES) if has_stripes else ""
    choices = _choices(field, language) if field and facts and facts.is_choice and is_typed else ""
    return " ".join(filter(None, (said(field.help, language) if field else "", choices, lines, stripes, why)))


def _choices(field: Field, language: str) -> str:
    """The words of which one stands there, as many as have room."""
    told: list[str] = []
    for choice in field.examples:
        if told and len(", ".join((*told, choice))) > MAX_CHOICES_LENGTH:
            break
        told.append(choice)
    words = CHOICES if len(told) == len(field.examples) else MORE_CHOICES
    return translation(language).gettext(words) % {"choices": ", ".join(told)} if told else ""


def lines_of(task: Task, field: Field | None, place: Place | None) -> int:
    """How many lines of text are typed in a field; 0 where it is one.

    They are as many as a detector sees; where none looked, as its writing is higher than one line of its letters.
    """
    if (
        place is None
        or place.frame is None
        or _input(task, field) != "text"
        or (field and facts_of(field.type).is_one_value)
    ):
        return 0
    if len(place.frame.lines) > 1:
        return len(place.frame.lines)
    high = place.frame.writing.height / place.frame.letter if place.frame.letter else 0.0
    return max(2, round(high / LINE_LETTERS)) if high >= MIN_TWO_LINES_LETTERS and not place.frame.lines else 0


def shown_page(
    task: Task, place: Place | None, pictures: Sequence[PagePicture], page: int | None
) -> PagePicture | None:
    """The picture of the page that a task shows: the page of its field's place, else the first.

    If the field or table may stand on any page, it is the page that was asked for. None where there is no such picture.
    """
    if page is not None and task.kind in WHOLE_PAGE_KINDS:
        return next((each for each in pictures if each.number == page), None)
    return next((each for each in pictures if place is None or each.number == place.page), None)


def _table_label(form: Form | None, task: Task, language: str) -> str:
    """The name of the table whose rows are asked for."""
    tables = form.tables if form else ()
    return next((said(table.label, language) for table in tables if rows_key(table.name) == task.key), "")


def heading(view: TaskView, language: str) -> str:
    """What is asked, where it is more than the label of a field."""
    words = HEADINGS.get(view.input)
    return translation(language).gettext(words).format(label=view.label) if words else view.label


def shows_snippet(task: Task, place: Place | None) -> bool:
    """Whether a task shows the picture of its field. Otherwise it shows the whole page."""
    return place is not None and place.snippet is not None and task.kind not in WHOLE_PAGE_KINDS


def allowed_pictures(form: Form | None, task: Task, place: Place | None) -> tuple[str, ...]:
    """Which pictures beside the snippet a task may show: what the form allows, and the page where it is needed.

    None of payment data, of which an earlier version may have asked: their page would show all but them.
    """
    if form and any(each.name == task.key.name and each.personal == "payment" for each in form.all_fields()):
        return ()
    if not shows_snippet(task, place):
        return ("page",)
    options: Mapping[str, object] = form.options if form else {}
    if options.get("strict"):
        return ()
    allowed = tuple(what for what in ("surroundings", "page") if options.get(what, what == "surroundings"))
    return (*allowed, "whole") if form and may_be_read_whole(form) else allowed


def may_be_read_whole(form: Form) -> bool:
    """Whether an operator lets a form be read as a whole."""
    return bool(form.options.get("whole_form")) and not form.options.get("strict")


def _input(task: Task, field: Field | None) -> Input:
    by_kind: dict[str, Input] = {"locate": "place", "identify": "form", "rows": "edges"}
    if task.kind in by_kind:
        return by_kind[task.kind]
    if field is not None and facts_of(field.type).is_mark:
        return "mark"
    return "text"


def _language(form: Form | None) -> str:
    return form.locale.partition("_")[0] if form else ""


def _seconds_left(task: Task, now: datetime) -> int:
    """Seconds that the task is still held. Clocks of browsers are often wrong, so no time of day is sent."""
    return max(0, int((task.leased_until - now).total_seconds())) if task.leased_until else 0


# Soft checks after typing: what makes a text odd for its type of field, in words. They never say what others read.

FAULT_WORDS = {
    "check digit": N_("The check digit does not fit: one character is wrong, or two have changed places."),
    "letters": N_("There are letters of another alphabet in it, or accents where none can be."),
    "length": N_("There are too many or too few characters."),
    "negative": N_("This is less than zero."),
    "no letters": N_("There are no letters in it."),
    "not a mark": N_("Say whether there is a mark or not."),
    "not a number": N_("This is no number."),
    "pattern": N_("This does not look like the other texts of this field."),
}
"""A sentence (a message of the catalogues) for each fault of several types; others stand in the facts of their type."""

SINGLE_EDGE = N_("One line alone makes no row: mark its top and its foot.")
"""For one line alone between the rows of a table."""

NO_FORM_CHOSEN = N_("Nothing is sent yet: choose a form, or “None of these”.")
"""What is said where no answer to which form it is was chosen."""

NO_TURN = N_("Nothing is sent yet: choose also which of the pictures stands upright.")
"""What is said where a form was chosen, and not how its page lies."""

NO_FRAME = N_("No frame is drawn around the field yet.")
"""For a text of a field whose place was asked for, too."""

OTHER_FAULT = N_("This looks odd for this field.")
"""For codes to which a field type gives no sentence."""


def text_faults(forms: Forms, task: Task | Outcome, text: str, language: str) -> tuple[str, ...]:
    """What is odd about a text, in the reader's language. Empty where the task is not about one field."""
    form = forms(task.form, task.form_version) if task.form else None
    field = next((each for each in form.all_fields() if each.name == task.key.name), None) if form else None
    if form is None or field is None or not is_checked(field):
        return ()
    say, kind = translation(language).gettext, fields.load(field.type)
    words = {**FAULT_WORDS, **kind.facts.fault_words}
    return tuple(say(words.get(code, OTHER_FAULT)) for code in kind.faults(text, field, form))


def require_fitting_lengths(store: Store, context: Context, texts: Iterable[tuple[str, str | None]]) -> None:
    """TextRefused where the text for a task is longer than any value of the field that it asks for.

    A task that is not there is left to the store, which says so.
    """
    for task, text in texts:
        if text is None or len(text) <= MAX_VALUE_LENGTH:
            continue
        with suppress(NotFound):
            asked = store.task_subject(task)
            form = context.forms(asked.form, asked.form_version) if asked.form else None
            for field in form.all_fields() if form else ():
                if field.name == asked.key.name:
                    require_value_length(text, field.type)


def edge_faults(edges: str, language: str) -> tuple[str, ...]:
    """What is odd about the lines between the rows of a table: that there is only one."""
    one = len(set(re.findall(r"\d+", edges))) == 1
    return (translation(language).gettext(SINGLE_EDGE),) if one else ()


def task_text_faults(store: Store, context: Context, visitor: Visitor, task: str, text: str) -> tuple[str, ...]:
    """What is odd about a text for a task of this person. Empty where the task is not theirs, or no longer."""
    try:
        theirs = store.task(task, visitor.person.id, context.now())
    except NotFound:
        return ()
    return text_faults(context.forms, theirs, text, visitor.language)


def odd_answer(store: Store, context: Context, visitor: Visitor, task: str | None) -> tuple[str, ...]:
    """What is odd about what this person typed for a task last. Nothing where they had been asked and insisted."""
    if task is None:
        return ()
    subject = store.task_subject(task)
    readings = store.field_history(subject.scan, subject.key).readings
    own = [each for each in readings if each.task == task and each.source == visitor.person.id]
    if not own or not own[-1].text or Flag.OVERRODE_A_CHECK in own[-1].flags:
        return ()
    return text_faults(context.forms, subject, own[-1].text, visitor.language)


def is_checked(field: Field) -> bool:
    """Whether texts of a field are checked at all. Ticks and signatures are answered by yes or no."""
    return not facts_of(field.type).is_mark
