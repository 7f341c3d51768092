"""Handles as people type them to sign in: in any case, with spaces around."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from transcribe.model import Transcriber


def plain_handle(typed: str) -> str:
    """A handle without its case and the spaces around it."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def handle_owner(people: Sequence[Transcriber], typed: str) -> Transcriber | None:
    """Whose handle was typed; None for nobody.

    Where two handles differ by nothing but their case, each is typed as it stands.
    """
    plain = plain_handle(typed)
    alike = [each for each in people if plain_handle(each.handle) == plain]
    exact = next((each for each in alike if each.handle == typed.strip()), None)
    return exact or (alike[0] if len(alike) == 1 else None)
