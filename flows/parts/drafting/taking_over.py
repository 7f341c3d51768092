"""Puts suggestions from the data into a draft."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, MutableMapping
from typing import Any

import tomlkit

from flows.parts.drafting.definition_edits import written
from flows.parts.drafting.draft_files import Draft
from flows.parts.drafting.known_values import VALUE_COLUMN, add_list
from reconcile.learning import Suggestion
from transcribe.errors import FormError


def take_over(draft: Draft, suggestion: Suggestion) -> None:
    """Put a suggestion into the definition. FormError where its field is gone."""
    if suggestion.kind == "master":
        rows = [{VALUE_COLUMN: value} for value in suggestion.values]
        return add_list(draft, suggestion.field, [VALUE_COLUMN], rows, VALUE_COLUMN, "")
    definition = tomlkit.parse(draft.text)
    said = tomllib.loads(suggestion.toml)
    if suggestion.kind == "rule":
        rules = definition.get("rule", tomlkit.aot())
        if all(each.get("check") != said["rule"][0]["check"] for each in rules):
            _add_rule(definition, said["rule"][0])
    else:
        _field_of(definition, suggestion.field).update(said)
    draft.save(written(draft.text, definition))
    return None


def _add_rule(definition: MutableMapping[str, Any], rule: dict[str, str]) -> None:
    made = tomlkit.aot()
    for each in definition.get("rule", ()):
        made.append(each)
    added = tomlkit.table()
    added.update(rule)
    made.append(added)
    definition["rule"] = made


def _field_of(definition: MutableMapping[str, Any], name: str) -> MutableMapping[str, Any]:
    """The field or column of this name as it stands in a definition."""
    for known, table in _named(definition):
        if known == name:
            return table
    raise FormError(f'The draft has no field "{name}" any more.')


def _named(definition: MutableMapping[str, Any]) -> Iterator[tuple[str, MutableMapping[str, Any]]]:
    for field in definition.get("field", ()):
        yield field.get("name", ""), field
    for table in definition.get("table", ()):
        for column in table.get("column", ()):
            yield f"{table.get('name', '')}.{column.get('name', '')}", column
