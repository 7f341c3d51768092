"""The nouns of a collection: an item, its readings, and its result."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from transcribe.model import Evidence, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReading:
    """One source's reading of an item. `text` is "" for a blank and None where the source could not read it.

    A reading whose `source` is None counts as a source of its own, in this item only.
    """

    source: str | None
    text: str | None
    kind: Kind = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that several sources read.

    `gold` is its known right text, None where none is known. `scan` is the same for all items of one form.
    """

    name: str
    readings: tuple[SourceReading, ...]
    field: str = ""
    type: str = ""
    scan: str = ""
    gold: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """The text of an item and how probable it is: `text` as it is written, `normal` as it was compared.

    `method` says how the text was chosen and `reason` why. `ask` is true where one more reading is worth its cost.
    `majority` and `model` are the comparable texts that most readings and the model have. `model_probability` is the
    model's probability of its own text, also for a gold item, whose `probability` is 1.
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
    """One reading made comparable: its source, its words (at least one), and the text as written."""

    source: Hashable
    words: tuple[str, ...]
    text: str

    @property
    def normal(self) -> str:
        """The comparable text."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparableItem:
    """An item with its comparable readings. Blank and unreadable ones are only counted.

    `gold` is the comparable text of the item's gold, None where it has none.
    """

    item: Item
    readings: tuple[ComparableReading, ...]
    blank_count: int = 0
    unreadable_count: int = 0
    gold: str | None = None

    @property
    def field(self) -> str:
        """The field of the item."""
        return self.item.field
