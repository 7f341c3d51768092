"""The commands, one file a group."""

from flows.cli.entry_point import main

__all__ = ["main"]
