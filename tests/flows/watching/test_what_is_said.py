"""What a look at a watched folder says."""

from __future__ import annotations

from flows.watching.watch_process import said
from flows.watching.watched_folder import Round


def test_files_that_are_known_already_do_not_count_as_taken_in() -> None:
    assert said(Round(taken=1, known=1)) == ["files that came: 0 taken in, 1 known already, 0 set aside"]
    assert said(Round(taken=3)) == ["files that came: 3 taken in, 0 set aside"]
    assert said(Round()) == []
