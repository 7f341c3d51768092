"""A wrong value of a form definition is told of in the words of fairhand: what to write, and what stands there."""

from __future__ import annotations

import copy
import datetime
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from transcribe.forms import order_schema, schema
from transcribe.forms.mistakes import wrong_keys

GOOD: dict[str, Any] = {
    "name": "small",
    "version": 1,
    "title": "Small",
    "languages": ["eng"],
    "locale": "en_GB",
    "blank": "small.png",
    "size": [10, 10],
    "field": [{"name": "x", "type": "code", "box": [0, 0, 1, 1], "find": {"labels": ["a"]}}],
    "table": [{"name": "l", "box": [0, 0, 5, 5], "rows": 2, "column": [{"name": "q", "type": "code", "span": [0, 5]}]}],
    "rule": [{"check": "x == 1"}],
    "master": [{"field": "x", "source": "a.csv", "column": "c"}],
    "page": [{"blank": "a.png"}],
    "order_x": {"lines": "l", "number": {"field": "x"}},
    "options": {"prefill": 0.9},
}

TABLES: tuple[tuple[type[order_schema.DefinitionTable], tuple[str | int, ...]], ...] = (
    (schema.FormFile, ()),
    (schema.FieldTable, ("field", 0)),
    (schema.FindTable, ("field", 0, "find")),
    (schema.TableTable, ("table", 0)),
    (schema.ColumnTable, ("table", 0, "column", 0)),
    (schema.RuleTable, ("rule", 0)),
    (schema.MasterTable, ("master", 0)),
    (schema.PageTable, ("page", 0)),
    (order_schema.OrderTable, ("order_x",)),
    (order_schema.OrderTermTable, ("order_x", "number")),
)
"""Every table of a definition, and where it stands in `GOOD`."""

VALUES: tuple[object, ...] = (
    *("", "x", "X y!", "a" * 200, 0, -1, 1, 5, 2.5, math.nan, math.inf, 10**30, True, datetime.date(2026, 1, 1)),
    *([], [1], [1, 2, 3, 4, 5], ["a"], [[]], {}, {"a": 1}, {"a": {"b": 1}}),
)
"""Values of every kind that TOML has."""

FOREIGN_WORDS = re.compile(r"\b(Input|String|Tuple|Field required|Value error|validation|should|dictionary)\b")
"""Words that pydantic takes, and fairhand does not."""


def places() -> Iterator[tuple[str | int, ...]]:
    """Where in a definition a value may stand."""
    for table, at in TABLES:
        yield from ((*at, key) for key in table.model_fields)
    yield from (("options", "prefill"), ("field", 0), ("languages", 0), ("size", 1), ("title", "en"))


def told_of(place: tuple[str | int, ...], value: object) -> list[str]:
    """What is said of a definition with this value at that place; nothing where it is right."""
    content = copy.deepcopy(GOOD)
    content["title"] = {"en": "Small"}
    at: Any = content
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = value
    try:
        schema.FormFile.model_validate(content)
    except ValidationError as error:
        return wrong_keys("small.toml", content, error, schema.known_keys())
    return []


@pytest.mark.parametrize("place", list(places()), ids=str)
def test_no_wrong_value_is_told_of_in_the_words_of_a_library(place: tuple[str | int, ...]) -> None:
    for value in VALUES:
        for line in told_of(place, value):
            assert not FOREIGN_WORDS.search(line), line
            assert line.startswith("small.toml: ")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("version",), 0, "version: write a number from 1 on, not 0"),
        (("field", 0, "required"), "oui", 'field "x" required: write true or false, not "oui"'),
        (("field", 0, "target"), 2, 'field "x" target: write a number below 1, not 2'),
        (("field", 0, "personal"), "no", "field \"x\" personal: write 'contact' or 'payment', not \"no\""),
        (("table", 0, "rows"), "four", 'table "l" rows: write a whole number, not "four"'),
        (("size",), [10], "size number 2: a number is missing here"),
        (("size",), [1, 2, 3], "size: write a list of 2, not [1, 2, 3]"),
        (("page", 0), {}, "page number 1 blank: it is missing, and must be there"),
        (("options", "prefill"), [], "options prefill: write a text in quotes, a number, true or false, not []"),
    ],
)
def test_it_is_said_what_to_write(place: tuple[str | int, ...], value: object, said: str) -> None:
    assert f"small.toml: {said}" in told_of(place, value)


def test_a_list_is_not_called_too_short_where_an_entry_of_it_is_wrong() -> None:
    told = [line for line in told_of(("languages",), ["en"]) if "languages" in line]
    assert len(told) == 1
    assert told[0].startswith("small.toml: languages number 1: write a language as Tesseract names it")
    assert "small.toml: languages: write a list of 1 or more, not []" in told_of(("languages",), [])
