"""The forms that an identify task may choose from."""

from __future__ import annotations

from transcribe.errors import FormError, NotFound
from transcribe.i18n import said
from transcribe.review.context import Forms
from transcribe.store import Store


def form_choices(store: Store, forms: Forms, language: str) -> tuple[tuple[str, str], ...]:
    """("name/version", title) of the latest version of every form that is kept, by title."""
    latest: dict[str, int] = {}
    for name, version, _ in store.forms():
        latest[name] = max(version, latest.get(name, 0))
    found = []
    for name, version in latest.items():
        try:
            title = said(forms(name, version).title, language)
        except (FormError, NotFound):  # kept once, its definition is not installed any more
            continue
        found.append((f"{name}/{version}", title or name))
    return tuple(sorted(found, key=lambda choice: choice[1]))
