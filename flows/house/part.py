"""The contract of parts: what the object behind an entry point of the group `fairhand.parts` gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

CONTRACT = 1
"""The version of this contract: a part that is made for another one is not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HousePart:
    """What a part brings to the house. What it gives is imported once it is asked for.

    `contract` is the version that it is made for, `libraries` are the modules without which it is not there.
    `commands` gives a typer app whose commands stand beside those of the core; `ctx.obj` is the folder of the home
    that was named, or None.
    """

    contract: int
    libraries: tuple[str, ...] = ()
    commands: Callable[[], typer.Typer] | None = None
