"""The store's verbs hang together as flat as need allows, and say nothing that the contract has said already."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from transcribe.store import contract
from transcribe.store.drivers.database import Database
from transcribe.store.drivers.sqlite import SqliteDatabase
from transcribe.store.lookup import Lookup
from transcribe.store.state_store import StateStore

DEEPEST = 5
"""Steps from the store down to what all verbs share: each group of verbs names only the groups that it calls."""


def depth(group: type) -> int:
    return 1 if group is Lookup else 1 + max((depth(parent) for parent in group.__bases__), default=0)


def said(owner: type) -> Iterator[tuple[str, str]]:
    """Every public method or property of a class's own, with its docstring as one line."""
    for name, member in vars(owner).items():
        text = getattr(member, "__doc__", None)
        if not name.startswith("_") and (callable(member) or isinstance(member, property)) and text:
            yield name, " ".join(text.split())


def test_the_store_is_at_most_five_groups_of_verbs_deep() -> None:
    assert depth(StateStore) <= DEEPEST
    assert all(issubclass(group, Lookup) for group in StateStore.__bases__)


@pytest.mark.parametrize(("contracts", "kept_by"), [(contract.Store, StateStore), (Database, SqliteDatabase)])
def test_a_method_that_keeps_a_contract_does_not_say_it_again(contracts: type, kept_by: type) -> None:
    promised = {
        entry for parent in contracts.__mro__ if parent.__module__ == contracts.__module__ for entry in said(parent)
    }
    again = [
        f"{parent.__name__}.{name}"
        for parent in kept_by.__mro__
        if parent.__module__.startswith("transcribe.store")
        for name, text in said(parent)
        if (name, text) in promised
    ]
    assert promised
    assert again == []
