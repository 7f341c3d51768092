"""The nouns of a collection: an item, what was said of it, and what comes out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from transcribe.model import Evidence, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReading:
    """What one source says of an item: "" is blank, None cannot be read. Without a name nobody is known to return."""

    source: str | None
    text: str | None
    kind: Kind = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that several sources read. `gold` is its known right text; `scan` ties items of one form together."""

    name: str
    readings: tuple[SourceReading, ...]
    field: str = ""
    type: str = ""
    scan: str = ""
    gold: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What an item says: `text` as it would be written, `normal` as it was compared, and how probable that is.

    `method` says how it came about, `reason` why as a code with numbers, `ask` whether one more reading is worth it.
    `majority` and `model` are what most readings and the model say (comparable text), `model_probability` how sure the
    model is: of a gold item too, where they do not decide.
    """

    item: Item
    text: str
    normal: str
    probability: float
    method: str
    reason: Evidence
    ask: bool
    majority: str
    model: str
    model_probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparableReading:
    """One reading made comparable: its words (none: blank), who said it, and the text as written."""

    source: Hashable
    words: tuple[str, ...]
    text: str

    @property
    def normal(self) -> str:
        """The comparable text."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparableItem:
    """An item with its voices, blank ones apart."""

    item: Item
    readings: tuple[ComparableReading, ...]
    blank_count: int = 0
    unreadable_count: int = 0
    gold: str | None = field(default=None)
