"""What an alert is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that an operator should look at. `subject` stays the same as long as it lasts.

    `message` names no person, file or batch and nothing that stands on paper: it may go through other people's hands.
    `facts` are what it is made of, with a `code` that says how, so that pages can say it in other languages.
    """

    check: str
    subject: str
    message: str
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)
