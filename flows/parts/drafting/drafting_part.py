"""The part `drafting`: the command `forms draft`, and the desk's pages of drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.house import CONTRACT, DeskPages, HousePart

if TYPE_CHECKING:
    import typer


def _commands() -> typer.Typer:
    from flows.parts.drafting.drafting_commands import commands

    return commands


def _desk() -> DeskPages:
    from flows.parts.drafting.desk.begun_drafts import pages

    return pages()


PART = HousePart(contract=CONTRACT, libraries=("tomlkit",), commands=_commands, desk=_desk)
