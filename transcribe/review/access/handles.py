"""Handles as people type them to sign in: in any case, with spaces around."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.i18n import plain_name
from transcribe.model import Transcriber


def handle_owner(people: Sequence[Transcriber], typed: str) -> Transcriber | None:
    """Whose handle was typed; None for nobody.

    Where two handles differ by nothing but their case, each is typed as it stands.
    """
    plain = plain_name(typed)
    alike = [each for each in people if plain_name(each.handle) == plain]
    exact = next((each for each in alike if each.handle == typed.strip()), None)
    return exact or (alike[0] if len(alike) == 1 else None)
