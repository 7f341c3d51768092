"""The latest version of every form, and the forms that an identify task may choose from."""

from __future__ import annotations

from collections.abc import Iterator

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


def form_choices(store: Store, forms: Forms, language: str) -> tuple[tuple[str, str], ...]:
    """("name/version", title) of the latest version of every form that is kept, by title."""
    choices = [
        (f"{form.name}/{form.version}", said(form.title, language) or form.name) for form in latest_forms(store, forms)
    ]
    return tuple(sorted(choices, key=lambda choice: choice[1]))
