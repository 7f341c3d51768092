"""What a field is called on pages that list tasks: its label, its row and its form, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from transcribe.errors import FormError, NotFound
from transcribe.i18n import said
from transcribe.review.context import Forms
from transcribe.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedField:
    """A field as people know it. `row` counts from 1, None outside tables; `label` is "" where none is known."""

    label: str
    form: str
    row: int | None = None


def named_field(store: Store, forms: Forms, task: str, language: str) -> NamedField:
    """The field of a task by its public id. Names of the definition stand in where a form cannot be used any more."""
    try:
        asked = store.task_subject(task)
    except NotFound:
        return NamedField(label="", form="")
    row = None if asked.key.row is None else asked.key.row + 1
    try:
        form = forms(asked.form, asked.form_version)
        title = said(form.title, language) or form.name
        return NamedField(label=said(form.field(asked.key.name).label, language), form=title, row=row)
    except (FormError, NotFound, KeyError):
        return NamedField(label=asked.key.name, form=asked.form, row=row)
