"""The latest version of every form, and the forms that an identify task may choose from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from transcribe.errors import FormError, NotFound
from transcribe.i18n import said
from transcribe.model import Form
from transcribe.review.context import Forms
from transcribe.store import Store


def latest_forms(store: Store, forms: Forms) -> Iterator[Form]:
    """The latest version of every form kept. A form whose definition is not installed any more is left out."""
    newest: dict[str, int] = {}
    for name, version, _ in store.forms():
        newest[name] = max(version, newest.get(name, 0))
    for name, version in newest.items():
        try:
            yield forms(name, version)
        except (FormError, NotFound):
            continue


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChoice:
    """A form that a scan may be, and whether there is a picture of its blank."""

    name: str
    version: int
    title: str
    has_blank: bool

    @property
    def value(self) -> str:
        """What is sent for it."""
        return f"{self.name}/{self.version}"


def form_choices(store: Store, forms: Forms, language: str) -> tuple[FormChoice, ...]:
    """The latest version of every form that is kept, by title."""
    choices = [
        FormChoice(
            name=form.name,
            version=form.version,
            title=said(form.title, language) or form.name,
            has_blank=first_blank(form) is not None,
        )
        for form in latest_forms(store, forms)
    ]
    return tuple(sorted(choices, key=lambda choice: choice.title))


def first_blank(form: Form) -> str | None:
    """The picture of the form's first page. None where its layout is free."""
    return next((blank.path for blank in form.blanks if blank.path is not None), None)
