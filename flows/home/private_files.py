"""Files that only their owner may read: all that is made in a home, and keys made once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from transcribe.errors import SettingsError

PRIVATE_UMASK = 0o077
"""The umask under which files get mode 0600 and folders 0700: a home holds customers' orders and people's pay."""

OTHERS_BITS = 0o077
"""The mode bits that let anybody but the owner read, write or enter."""

KEY_BYTES = 32
"""Random bytes of a key: nobody guesses 256 bits."""


def keep_private() -> None:
    """Have every file and folder that this process and its children make readable by their owner only."""
    os.umask(PRIVATE_UMASK)


def is_open_to_others(path: Path) -> bool:
    """Whether somebody but the owner may read, write or enter this file or folder."""
    return bool(path.stat().st_mode & OTHERS_BITS)


def key_made_once(file: Path, beginning: str = "") -> str:
    """The key in this file, with this beginning; it is made where there is none. Of several who make it one wins.

    SettingsError where what lies there is no key: an empty one would let everybody in.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as made:
            made.write(beginning + secrets.token_urlsafe(KEY_BYTES))
        try:
            file.hardlink_to(part)
        except FileExistsError:
            pass  # another process was quicker, and its key is whole
        finally:
            part.unlink()
    try:
        key = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        key = ""
    if not key.startswith(beginning) or len(key) < len(beginning) + KEY_BYTES:
        raise SettingsError(f"{file} holds no key, or half of one. Remove it; fairhand makes a new one when it starts.")
    return key
