"""A definition put in force for scans to come, with who did it in the log."""

from __future__ import annotations

from pathlib import Path

from flows.drafting.draft_files import Draft, drop_draft
from flows.home import Home, now
from transcribe.model import Form


def install_form(home: Home, definition: Path, by: str) -> tuple[Form, Path]:
    """Put a definition with the files beside it into the home, as `FormLibrary.install` does, and log who did."""
    form, path = home.forms.install(definition)
    home.store.log(by, "form installed", form.name, {"version": form.version, "digest": form.digest}, now())
    return form, path


def install_draft(home: Home, draft: Draft, by: str) -> Form:
    """Put a draft in force; it is no draft then. FormError names every mistake that keeps it from that."""
    install_form(home, draft.path, by)
    drop_draft(draft)
    return home.forms.find(draft.name)
