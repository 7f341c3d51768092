"""Pages that only some may see. For everybody else there is no such page."""

from __future__ import annotations

from transcribe.errors import NotFound
from transcribe.review.access.sessions import Visitor


def require_operator(visitor: Visitor) -> None:
    """NotFound where the visitor is no operator: a page that is not theirs does not exist for them."""
    if "operator" not in visitor.person.roles:
        raise NotFound("This page is for operators.")
