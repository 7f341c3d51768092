"""Ids that people and commands name."""

from __future__ import annotations

import secrets

import pytest

from transcribe.store.public_ids import long_id, short_id


def test_no_id_begins_like_an_option_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = ["-Yq", "-", "a-b", "-c", "d"]
    monkeypatch.setattr(secrets, "token_urlsafe", lambda count: drawn.pop(0))
    assert (short_id(), long_id()) == ("a-b", "d")


def test_a_long_id_has_22_characters_and_a_short_one_12() -> None:
    assert (len(long_id()), len(short_id())) == (22, 12)
