"""Ids may be given by their beginnings."""

from __future__ import annotations

import pytest

from flows.cli.id_beginnings import whole_id
from transcribe.errors import NotFound

IDS = ("abc1", "abd2", "abd23", "x")


@pytest.mark.parametrize(
    ("given", "whole"), [("abc", "abc1"), ("abd2", "abd2"), ("abd23", "abd23"), ("y", "y"), ("", "")]
)
def test_a_beginning_stands_for_the_only_id_that_begins_so(given: str, whole: str) -> None:
    assert whole_id(given, IDS) == whole


def test_the_beginning_of_several_is_refused() -> None:
    with pytest.raises(NotFound, match=r"'ab' begins 3 ids. Give more of it."):
        whole_id("ab", IDS)
