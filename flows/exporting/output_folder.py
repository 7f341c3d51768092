"""The folder that an export fills."""

from __future__ import annotations

from pathlib import Path

from transcribe.errors import SettingsError


def require_folder(path: Path) -> None:
    """SettingsError where a file stands in the way of a folder."""
    found = next(each for each in (path, *path.parents) if each.exists())
    if not found.is_dir():
        raise SettingsError(f"{found} is a file, and what is written is a folder: name another place.")
