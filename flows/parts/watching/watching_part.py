"""The part `watching`: the command `watch`, and the process of `serve` that watches the folders of FAIRHAND_WATCH."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.house import CONTRACT, BesidePages, HousePart

if TYPE_CHECKING:
    import typer

    from flows.home import Home


def _commands() -> typer.Typer:
    from flows.parts.watching.watch_commands import commands

    return commands


def _beside() -> BesidePages:
    return BesidePages(
        what="watching folders", module="flows.parts.watching.watch_process", is_needed=_is_needed, asks_prefect=True
    )


def _is_needed(home: Home) -> bool:
    """Whether folders are to be watched; SettingsError or FormError where they cannot be."""
    from flows.parts.watching.watch_folders import require_watchable, watched_forms

    asked = watched_forms(home.settings)
    require_watchable(home, asked)
    return bool(asked)


PART = HousePart(contract=CONTRACT, commands=_commands, beside=_beside)
