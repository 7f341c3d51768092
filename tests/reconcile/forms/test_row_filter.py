"""Of a table whose rows a person told only what was read in these rows is weighed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconcile.forms.row_filter import readings_in_told_rows
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import FieldKey, Kind, Reading
from transcribe.table_rows import ToldRows, told_rows

FACTURE = definition.load("facture")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def said(name: str, row: int | None, text: str | None, kind: Kind = "machine", box: Box | None = None) -> Reading:
    key = FieldKey(name, row)
    return Reading(id=f"{key} {text}", scan="s", key=key, source=kind, kind=kind, text=text, at=NOON, box=box)


def told(text: str | None, minutes: int = 0, page: int | None = None) -> Reading:
    conditions = {} if page is None else {"page": page}
    at = NOON + timedelta(minutes=minutes)
    return replace(said("lines", None, text, "person"), conditions=conditions, at=at)


SOMEWHERE = Box(0, 0, 9, 9)
BEFORE, THERE = said("lines.amount", 0, None), said("lines.amount", 0, "5,00", box=SOMEWHERE)
BEYOND, PLAIN = said("lines.amount", 2, "9,00", box=SOMEWHERE), said("total_amount", None, "14,00")
TYPED = said("lines.tax", 0, "20", "person")


def test_without_a_word_about_rows_all_readings_stand() -> None:
    assert list(readings_in_told_rows(FACTURE, [BEFORE, BEYOND, PLAIN])) == [BEFORE, BEYOND, PLAIN]


def test_what_machines_said_before_and_of_rows_beyond_is_left_out() -> None:
    every = [BEFORE, told("100,200,300"), THERE, BEYOND, PLAIN, TYPED]
    assert list(readings_in_told_rows(FACTURE, every)) == [every[1], THERE, PLAIN, TYPED]


def test_a_table_that_is_not_there_has_no_cells() -> None:
    every = [BEFORE, THERE, TYPED, PLAIN, told("")]
    assert list(readings_in_told_rows(FACTURE, every)) == [PLAIN, every[-1]]


@pytest.mark.parametrize("text", ["100", None])
def test_one_height_and_no_answer_tell_nothing(text: str | None) -> None:
    assert told_rows(FACTURE, [told(text)]) == {}


def test_the_latest_word_counts_whatever_order_it_comes_in() -> None:
    every = [told("5,9", minutes=2, page=2), told("1,2,3", minutes=1)]
    assert told_rows(FACTURE, every) == told_rows(FACTURE, every[::-1]) == {"lines": ToldRows(page=2, edges=(5, 9))}
    assert ToldRows(page=1, edges=(1, 2, 3)).rows == ((1, 2), (2, 3))
