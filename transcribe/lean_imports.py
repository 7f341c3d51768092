"""Libraries without others that they would import where those are installed, and what is imported once it is used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_if_absent(name: str) -> Iterator[None]:
    """Have an import of this package fail meanwhile, unless it was imported before."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # as Python's documentation says
    try:
        yield
    finally:
        del sys.modules[name]


class _Later:
    """Stands for a module: its first use imports it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        return getattr(importlib.import_module(self._name), attribute)


def later(name: str) -> _Later:
    """A module that is imported once something of it is used: for what many import and few use."""
    return _Later(name)
