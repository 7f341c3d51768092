"""What fields are called: the name of a field and the row of a cell, as people and programs write them."""

from __future__ import annotations

import pytest

from transcribe.model import FieldKey, keys_in_words


@pytest.mark.parametrize("key", [FieldKey("total"), FieldKey("lines.quantity", 0), FieldKey("lines.quantity", 12)])
def test_a_key_is_read_as_it_is_written(key: FieldKey) -> None:
    assert FieldKey.parse(str(key)) == key


@pytest.mark.parametrize(
    "name", ["lines.a[0", "lines.a0]", "lines.a[]", "lines.a[0]]", "lines.a[00]", "lines.a[-1]", "lines.a[٣]", "a[²]"]
)
def test_what_is_written_as_no_cell_names_none(name: str) -> None:
    assert FieldKey.parse(name) == FieldKey(name)


def test_a_row_that_no_database_can_hold_names_no_cell() -> None:
    for digits in (20, 5000):
        name = f"lines.a[{'9' * digits}]"
        assert FieldKey.parse(name) == FieldKey(name)


def test_the_fields_that_there_are_are_told_with_the_rows_of_a_table() -> None:
    keys = [FieldKey(""), FieldKey("lines.a", 0), FieldKey("lines.a", 2), FieldKey("lines.a", 1), FieldKey("total")]
    assert keys_in_words(keys) == "lines.a[0 to 2], total"
