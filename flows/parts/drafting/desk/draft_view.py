"""A draft as its page shows it, even if its text is no form yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.parts.drafting.draft_files import Draft
from transcribe.forms import Entry, Mistake, blank_size, definition_content, listed
from transcribe.i18n import SOURCE_LANGUAGE

Written = Mapping[str, Any]
"""A table of a definition."""

EDITED_KEYS = frozenset(
    {"name", "label", "type", "required", "pattern", "personal", "page", "box", "span", "rows", "column", "check",
     "field", "source", "key"}
)  # fmt: skip
"""The keys that the page edits; others are named and stay."""

COORDINATES = ("x0", "y0", "x1", "y1")
"""The names of the numbers of a box, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """A field, column, table, rule or list of a draft: its number, its values and its mistakes.

    `box` are the numbers of a place, or "" where there is none; of a column x0 and x1. `others` are keys that the page
    does not edit.
    """

    number: int
    written: Written
    labels: Mapping[str, str]
    box: tuple[int | str, ...]
    others: tuple[str, ...]
    mistakes: tuple[str, ...] = ()
    columns: Sequence[EntryView] = ()

    def said(self, key: str) -> str:
        """The value of a key, as text; "" for none."""
        value = self.written.get(key, "")
        return value if isinstance(value, str) else str(value)

    @property
    def name(self) -> str:
        """Its name."""
        return self.said("name")

    @property
    def title(self) -> str:
        """Its label, or its name."""
        return next((each for each in self.labels.values() if each), "") or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """One page of a draft: its number, the name of its blank, and its size in pixels."""

    number: int
    blank: str
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakeView:
    """A mistake. `anchor` is where the entry that it is about stands on the page, "" for the whole form."""

    message: str
    anchor: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """A draft for its page, with every mistake that keeps it from being a form."""

    draft: Draft
    written: Written
    languages: tuple[str, ...]
    pages: Sequence[PageView]
    fields: Sequence[EntryView]
    tables: Sequence[EntryView]
    rules: Sequence[EntryView]
    masters: Sequence[EntryView]
    mistakes: tuple[MistakeView, ...]

    @property
    def titles(self) -> Mapping[str, str]:
        """The title by language."""
        return texts(self.written.get("title", ""))

    @property
    def helps(self) -> Mapping[str, str]:
        """The rules of how to transcribe it, by language."""
        return texts(self.written.get("help", ""))

    @property
    def field_names(self) -> list[str]:
        """The fields that a list can be of."""
        columns = [f"{table.name}.{column.name}" for table in self.tables for column in table.columns]
        return [*(each.name for each in self.fields), *columns]


def draft_view(draft: Draft) -> DraftView:
    """The view of a draft for its page. FormError where its text is no TOML."""
    written = definition_content(draft.path.name, draft.text)
    faults = draft.mistakes()
    fields = [_entry(number, each, "field", faults) for number, each in enumerate(listed(written, "field"))]
    tables = [_table(number, each, faults) for number, each in enumerate(listed(written, "table"))]
    rules = [_entry(number, each, "rule", faults) for number, each in enumerate(listed(written, "rule"))]
    masters = [_entry(number, each, "master", []) for number, each in enumerate(listed(written, "master"))]
    named = [("field", fields), ("table", tables), ("rule", rules)]
    return DraftView(
        draft=draft,
        written=written,
        languages=_languages(written),
        pages=_pages(draft, written),
        fields=fields,
        tables=tables,
        rules=rules,
        masters=masters,
        mistakes=tuple(_mistake(each, named) for each in faults),
    )


def _mistake(message: str, named: Sequence[tuple[str, Sequence[EntryView]]]) -> MistakeView:
    """A mistake with the entry that it is about, the first of several."""
    for kind, entries in named:
        for each in entries:
            if message in each.mistakes:
                anchor = f"{kind}-{each.number}-{'check' if kind == 'rule' else 'name'}"
                return MistakeView(message=message, anchor=anchor, title=each.title or each.said("check"))
    return MistakeView(message=message)


def texts(said: object) -> Mapping[str, str]:
    """A text by language; a plain one stands under the language of the source."""
    if isinstance(said, Mapping):
        return {str(language): str(text) for language, text in said.items()}
    return {SOURCE_LANGUAGE: str(said)} if said else {}


def _table(number: int, said: Written, faults: Sequence[str]) -> EntryView:
    columns = [_entry(place, each, "column", ()) for place, each in enumerate(listed(said, "column"))]
    return _entry(number, said, "table", faults, columns)


def _entry(
    number: int, said: Written, what: str, faults: Sequence[str], columns: Sequence[EntryView] = ()
) -> EntryView:
    numbers = 2 if what == "column" else 4
    place = said.get("span" if what == "column" else "box")
    is_place = isinstance(place, list) and len(place) == numbers and all(type(each) is int for each in place)
    name = said.get("name") or (said.get("check") if what == "rule" else "")
    named = {Entry(what, str(name)), Entry(what, number + 1)}
    return EntryView(
        number=number,
        written=said,
        labels=texts(said.get("label", "")),
        box=tuple(place) if is_place and isinstance(place, list) else ("",) * numbers,
        others=tuple(key for key in said if key not in EDITED_KEYS),
        mistakes=tuple(each for each in faults if isinstance(each, Mistake) and not named.isdisjoint(each.about)),
        columns=columns,
    )


def _languages(written: Written) -> tuple[str, ...]:
    """The languages in which labels are written, those of the title first."""
    columns = [column for table in listed(written, "table") for column in listed(table, "column")]
    said = [written.get("title", ""), *(each.get("label", "") for each in (*listed(written, "field"), *columns))]
    return tuple(dict.fromkeys(language for each in said for language in texts(each))) or (SOURCE_LANGUAGE,)


def _pages(draft: Draft, written: Written) -> list[PageView]:
    named = [str(each.get("blank", "")) for each in listed(written, "page")] or [str(written.get("blank", ""))]
    there = {each.name: each for each in draft.path.parent.iterdir() if each.is_file()}
    return [
        PageView(number=number, blank=blank, size=blank_size(there[blank]))
        for number, blank in enumerate(named, 1)
        if blank in there
    ]
