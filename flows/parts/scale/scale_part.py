"""The part `scale`: the command `move`, and an archive in a bucket.

The command needs no library: a bucket whose library is missing says what to install.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.house import CONTRACT, HousePart
from transcribe.errors import SettingsError

if TYPE_CHECKING:
    import typer

    from transcribe.archive import FilePlace


def _commands() -> typer.Typer:
    from flows.parts.scale.move_commands import commands

    return commands


def _bucket(address: str, plain: bool) -> FilePlace:
    try:
        from flows.parts.scale.bucket import Bucket
    except ModuleNotFoundError as error:
        why = f"The part scale of fairhand keeps pictures in a bucket with {error.name}: pip install 'fairhand[scale]'."
        raise SettingsError(why) from error
    return Bucket(address, plain=plain)


PART = HousePart(contract=CONTRACT, commands=_commands, places=lambda: {"s3": _bucket})
