"""The part `webhooks`: commands, pages and routes, the process that sends, and its troubles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from flows.house import CONTRACT, BesidePages, DeskPages, HousePart, ProgramRoutes, Trouble

if TYPE_CHECKING:
    import typer

    from transcribe.store import Store


def _commands() -> typer.Typer:
    from flows.parts.webhooks.webhook_commands import commands

    return commands


def _desk() -> DeskPages:
    from flows.parts.webhooks.webhook_pages import PAGES

    return PAGES


def _programs() -> ProgramRoutes:
    from flows.parts.webhooks.webhook_routes import ROUTES

    return ROUTES


def _beside() -> BesidePages:
    module = "flows.parts.webhooks.send_process"
    return BesidePages(what="sending webhooks", module=module, is_needed=lambda home: home.store.tells_webhooks())


def _troubles() -> Callable[[Store, datetime], Iterator[Trouble]]:
    from flows.parts.webhooks.troubles import webhook_troubles

    return webhook_troubles


PART = HousePart(
    contract=CONTRACT,
    libraries=("standardwebhooks",),
    commands=_commands,
    desk=_desk,
    programs=_programs,
    beside=_beside,
    troubles=_troubles,
)
