"""Files beside a database that must outlive a power cut: the key of its hashes, and the list of its erasures."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from transcribe.errors import StoreError, WrongKey

KEY_BYTES_COUNT = 32
"""The length of a key: that of the hash it is used with."""

_CUT_SHORT = re.compile(rb"[0-9a-f]{0,64}(?:(?<=[0-9a-f]{64}) [0-9]*)?\0*")
"""What a power cut may leave of a line."""

_LINE = re.compile(rb"([0-9a-f]{64}) (\d+)\n")


class ErasureList:
    """A file of what was erased, as lines of a keyed hash and a time in microseconds. Lines are only added."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def size(self) -> int:
        """Its length in bytes, 0 where there is none."""
        if self.path.is_dir():
            raise StoreError(
                f"{self.path} is a folder, where the list of what was erased stands. Move it away; the list is made "
                "anew from the state."
            )
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def read(self) -> dict[str, int]:
        """Keyed hash -> time. A line that was cut short by a power cut is passed over."""
        content = self.path.read_bytes() if self.size else b""
        return {keyed.decode(): int(at) for keyed, at in _LINE.findall(content)}

    def foreign_line_count(self) -> int:
        """How many lines are none that was written here, whole or cut short: what they listed is not known any more."""
        lines = self.path.read_bytes().split(b"\n") if self.size else []
        whole = (_LINE.fullmatch(line + b"\n") or _CUT_SHORT.fullmatch(line) for line in lines)
        return sum(not each for each in whole)

    def add(self, erasures: Mapping[str, int]) -> int:
        """Add these lines and have them on disk; gives the new length."""
        if erasures:
            begun = b"\n" if self.size and not self.path.read_bytes().endswith(b"\n") else b""
            lines = b"".join(f"{keyed} {at}\n".encode() for keyed, at in erasures.items())
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                file.write(begun + lines)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(self.path.parent)
        return self.size


def own_key(path: Path, database: Path) -> bytes:
    """The key in this file, made by the first process that asks, before it makes the database.

    WrongKey where there is a database and no key, or half a one: a new key would not be that of its hashes. Linking
    a finished file never shows half a key.
    """
    made = database.exists() and database.stat().st_size > 0
    if not path.exists():
        if made:
            raise WrongKey(
                f"{path} is missing: it holds the key of the hashes in {database.name}. Put it back from your backup, "
                "where it was kept apart from the database; nothing was changed. If it is lost for good: "
                "fairhand init --new-key."
            )
        _make_key(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES_COUNT:
        raise WrongKey(
            f"{path} is damaged: it has {len(key)} bytes and not {KEY_BYTES_COUNT}. Put it back from your backup; "
            "nothing was changed."
        )
    return key


def replace_key(path: Path) -> None:
    """Make a new key in this file. What lies there is kept beside it, under a name that ends in "set-aside"."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}.{secrets.token_hex(4)}.set-aside"))
    _make_key(path)


def _make_key(path: Path) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES_COUNT))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # another process was first: its key is the key
        path.hardlink_to(part)
    part.unlink()
    sync_folder(path.parent)
    sync_folder(path.parent.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
