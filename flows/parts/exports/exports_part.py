"""The part `exports`: formats of exports, and the commands `records postgres` and `records datasette`.

The whole of it needs no library: a format whose library is missing says what to install.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flows.house import CONTRACT, HousePart, WholeExport

if TYPE_CHECKING:
    import typer

    from reconcile.records import Export


def _commands() -> typer.Typer:
    from flows.parts.exports.export_commands import commands

    return commands


def _formats() -> Mapping[str, Export | WholeExport]:
    from flows.parts.exports.formats import formats

    return formats()


PART = HousePart(contract=CONTRACT, commands=_commands, formats=_formats)
