"""Pages in several looks: a test run walks each page in one of them, `make soak` each page in every look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest

Given = TypeVar("Given")

EVERY_LOOK = pytest.mark.parametrize(
    "every", [pytest.param(False, id=""), pytest.param(True, id="every", marks=pytest.mark.soak)]
)
"""Gives a test `every`: whether it walks all pages, which only the long run asks for, or those whose turn it is."""


def in_turn(all_of_them: Iterable[Given], turn: int, turns: int, every: bool) -> list[Given]:
    """Those whose turn it is: over so many turns each comes once, or in each turn where `every` says so."""
    return [each for number, each in enumerate(all_of_them) if every or number % turns == turn]
