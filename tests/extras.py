"""Which extras of the project are installed here: tests that need another one are left out."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


@cache
def is_installed(extra: str) -> bool:
    """Whether all is here that an extra names; one that is not named needs nothing."""
    return all(map(_is_here, extras().get(extra, ())))


@cache
def extras() -> dict[str, list[str]]:
    """What each extra names."""
    found: dict[str, list[str]] = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    return found


def _is_here(needed: str) -> bool:
    requirement = Requirement(needed)
    if requirement.name == "fairhand":
        return all(map(is_installed, requirement.extras))
    try:
        metadata.distribution(requirement.name)
    except metadata.PackageNotFoundError:
        return False
    return True
