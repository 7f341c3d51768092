"""Tokens of programs: shown once, kept as a hash, good for their scopes only."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.transcribe.store.world import NOON, after, sqlite_of, world
from transcribe.errors import SettingsError
from transcribe.people.tokens import new_token, secret_hash


def test_a_token_is_good_for_its_scopes_until_its_end(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        made = new_token(here.store, "till", ["records:read"], NOON, timedelta(seconds=60))
        assert made.secret.startswith(f"fh_{made.token.prefix}_")
        kept = here.store.token(secret_hash(made.secret), after(59))
        assert kept is not None
        assert kept.scopes == {"records:read"}
        assert here.store.token(secret_hash(made.secret), after(60)) is None
        assert here.store.token(secret_hash(made.secret + "x"), NOON) is None


@pytest.mark.promise("passwords, links, sessions and", "It is shown once.")
def test_the_secret_is_nowhere_in_the_store(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        made = new_token(here.store, "till", ["records:read"], NOON)
        assert made.secret.removeprefix(f"fh_{made.token.prefix}_") not in "\n".join(
            sqlite_of(here.store).connection.iterdump()
        )


def test_an_unknown_scope_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with world(tmp_path) as here, pytest.raises(SettingsError, match="records:read"):
        new_token(here.store, "till", ["everything"], NOON)
