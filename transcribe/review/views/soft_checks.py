"""Soft checks after typing: what makes a text odd for its type of field, in words. They never say what others read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from transcribe import fields
from transcribe.codes import Flag
from transcribe.errors import NotFound
from transcribe.fields import facts_of
from transcribe.i18n import N_, translation
from transcribe.model import Field, Outcome, Task
from transcribe.review.access.sessions import Visitor
from transcribe.review.context import Context, Forms
from transcribe.review.text_limits import MAX_VALUE_LENGTH, require_value_length
from transcribe.store import Store

FAULT_WORDS = {
    "country": N_("This is none of the countries that it could be."),
    "check digit": N_("The check digit does not fit: one character is wrong, or two have changed places."),
    "currency": N_("Another currency stands beside the amount than this form uses."),
    "date far away": N_("This date is far from the time of this form."),
    "domain": N_("What follows the @ is no address."),
    "letters": N_("There are letters of another alphabet in it, or accents where none can be."),
    "length": N_("There are too many or too few characters."),
    "negative": N_("This is less than zero."),
    "no letters": N_("There are no letters in it."),
    "not a VAT number": N_("This is no VAT number."),
    "not a choice": N_("This is none of the choices of this field."),
    "not a date": N_("This is no date that exists."),
    "not a mark": N_("Say whether there is a mark or not."),
    "not a number": N_("This is no number."),
    "not a phone number": N_("This is no telephone number."),
    "not a whole number": N_("This is no whole number."),
    "not an e-mail address": N_("This is no e-mail address."),
    "pattern": N_("This does not look like the other texts of this field."),
    "unassigned": N_("No such telephone numbers are given out in this country."),
}
"""A sentence (a message of the catalogues) for each code of `FieldType.faults`."""

SINGLE_EDGE = N_("One line alone makes no row: mark its top and its foot.")
"""For one line alone between the rows of a table."""

NO_FORM_CHOSEN = N_("Nothing is sent yet: choose a form, or “None of these”.")
"""What is said where no answer to which form it is was chosen."""

NO_TURN = N_("Nothing is sent yet: choose also which of the pictures stands upright.")
"""What is said where a form was chosen, and not how its page lies."""

NO_FRAME = N_("No frame is drawn around the field yet.")
"""For a text of a field whose place was asked for, too."""

OTHER_FAULT = N_("This looks odd for this field.")
"""For codes of field types that come from outside."""


def text_faults(forms: Forms, task: Task | Outcome, text: str, language: str) -> tuple[str, ...]:
    """What is odd about a text, in the reader's language. Empty where the task is not about one field."""
    form = forms(task.form, task.form_version) if task.form else None
    field = next((each for each in form.all_fields() if each.name == task.key.name), None) if form else None
    if form is None or field is None or not is_checked(field):
        return ()
    say = translation(language).gettext
    return tuple(say(FAULT_WORDS.get(code, OTHER_FAULT)) for code in fields.load(field.type).faults(text, field, form))


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
