"""The nouns of a collection: an item, its readings, and its result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Protocol, cast

from transcribe import plugins
from transcribe.errors import FormError
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


# Formats of files with other people's readings, one file each: which one a text is in, and its items.


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A line or row (counted from 1) that could not be used, and why."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """The items of a file in the order in which they first appear, and its faults."""

    items: tuple[Item, ...]
    faults: tuple[Fault, ...] = ()


class Format(Protocol):
    """What a file of `formats/` provides."""

    TITLE: str
    """The format's name for people."""

    def is_it(self, text: str) -> bool:
        """Whether a file's text looks like this format. Only its beginning need be looked at."""

    def collect(self, text: str) -> Collected:
        """The items of a text. Lines that cannot be used are faults; the others are used."""


def format_names() -> tuple[str, ...]:
    """The names of all formats."""
    return plugins.names("reconcile.collection.formats")


def load_format(name: str) -> Format:
    """The format of this name."""
    return cast(Format, plugins.load("reconcile.collection.formats", name))


def collect(text: str, name: str | None = None) -> Collected:
    """The items of a text, and its faults.

    The format is the one of this name, or without a name the first that the text looks like.

    FormError where the text is empty, looks like no format, or is not in the format of this name.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise FormError("The file is empty: it has no readings.")
    chosen = [load_format(name)] if name else [known for known in map(load_format, format_names()) if known.is_it(text)]
    if not chosen:
        titles = ", ".join(load_format(known).TITLE for known in format_names())
        raise FormError(f"This is none of the formats known ({titles}). Name one with --from, or write JSON Lines.")
    return chosen[0].collect(text)


def items_of_rows(rows: Iterable[tuple[str, str, SourceReading]], faults: Iterable[Fault] = ()) -> Collected:
    """The items of (name, field, reading) rows, which may stand in any order."""
    readings: dict[tuple[str, str], list[SourceReading]] = defaultdict(list)
    for name, field, reading in rows:
        readings[name, field].append(reading)
    items = tuple(
        Item(
            name=f"{name}/{field}" if field else name, field=field, scan=name if field else "", readings=tuple(of_item)
        )
        for (name, field), of_item in readings.items()
    )
    return Collected(items=items, faults=tuple(faults))
