"""Ids as people give them: whole, or the beginning of one."""

from __future__ import annotations

from collections.abc import Iterable

from transcribe.errors import NotFound


def whole_id(beginning: str, ids: Iterable[str]) -> str:
    """The only id that begins so; `beginning` itself where none does, or it is empty.

    NotFound where several do.
    """
    known = set(ids)
    found = [each for each in known if beginning and each.startswith(beginning)]
    if beginning in known or not found:
        return beginning
    if len(found) > 1:
        raise NotFound(f"{beginning!r} begins {len(found)} ids. Give more of it.")
    return found[0]
