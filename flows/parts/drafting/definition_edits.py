"""Edits of a definition: values that were filled in are put into its text; all else stays as it is written."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from transcribe.forms import definition_content

Values = Mapping[str, Any]
"""The new values of keys; None or an empty value takes a key out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One field, column, rule or list: its number in the definition before, None where it is new, and its values.

    `columns` are those of a table. Values of keys that are not named stay.
    """

    was: int | None = None
    values: Values = field(default_factory=dict)
    columns: Sequence[Entry] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDefinition:
    """All that was filled in: values of the form itself, and its entries in their order. Those left out are gone."""

    values: Values
    fields: Sequence[Entry]
    tables: Sequence[Entry]
    rules: Sequence[Entry]
    masters: Sequence[Entry]


def edited(text: str, sent: SentDefinition) -> str:
    """The text of a definition with the sent values in it. FormError where the text is no TOML."""
    definition_content("the draft", text)
    definition = tomlkit.parse(text)
    _put(definition, sent.values)
    lists = {"field": sent.fields, "table": sent.tables, "rule": sent.rules, "master": sent.masters}
    for key, entries in lists.items():
        _put_entries(definition, key, entries)
    return written(text, definition)


def written(before: str, definition: tomlkit.TOMLDocument) -> str:
    """The text of a changed definition: letter by letter that of `before` where nothing changed.

    Else one empty line stands before each table of its lists, and those of one list stand together.
    """
    text = tomlkit.dumps(definition)
    says_the_same = definition_content("the draft", text) == definition_content("the draft", before)
    return before if says_the_same else re.sub(r"\n+(?=\[\[)", "\n\n", text)


def _put_entries(holder: MutableMapping[str, Any], key: str, entries: Sequence[Entry]) -> None:
    """The entries of a list in their order, each made from what it was before."""
    before: Sequence[Any] = holder.get(key, ())
    if _stays(before, entries):
        for entry, table in zip(entries, before, strict=True):
            _fill(table, entry)
        return
    made = tomlkit.aot()
    for entry in entries:
        table = tomlkit.table() if entry.was is None or entry.was >= len(before) else _copied(before[entry.was])
        _fill(table, entry)
        made.append(table)
    if key in holder and (not entries or not isinstance(before, AoT)):
        del holder[key]
    if entries:
        holder[key] = made


def _stays(before: Sequence[Any], entries: Sequence[Entry]) -> bool:
    """Whether a list keeps its entries and their order."""
    return [each.was for each in entries] == list(range(len(before)))


def _copied(table: Any) -> Table:
    """An entry of a list, to be put into another one."""
    made = copy.deepcopy(table)
    if isinstance(made, Table):
        return made
    plain = tomlkit.table()
    plain.update(made)
    return plain


def _fill(table: MutableMapping[str, Any], entry: Entry) -> None:
    _put(table, entry.values)
    if entry.columns:
        _put_entries(table, "column", entry.columns)


def _put(table: MutableMapping[str, Any], values: Values) -> None:
    """Put values into a table; equal ones stay as they are written."""
    for key, value in values.items():
        if value is None or value == "" or value is False or value == {} or value == []:
            table.pop(key, None)
        elif key not in table or _plain(table[key]) != value:
            table[key] = _written(value)


def _plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _written(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    made = tomlkit.inline_table()
    made.update(value)
    return made
