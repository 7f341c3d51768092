"""Numbers with their nouns."""

from __future__ import annotations

from transcribe.i18n import counted, plural


def test_one_is_one_and_all_else_are_many() -> None:
    assert [counted(number, "field") for number in (0, 1, 2.0)] == ["0 fields", "1 field", "2 fields"]
    assert [counted(number, "query", "queries") for number in (1, 2)] == ["1 query", "2 queries"]
    assert [plural(number, "{n} is open", "{n} are open") for number in (1, 3)] == ["1 is open", "3 are open"]
