"""Names of files as people may be shown them: a name on a disk is any bytes."""

from __future__ import annotations

from pathlib import Path


def shown_path(path: Path) -> str:
    """The path as text; a byte that is no UTF-8 is shown as \\xe9."""
    return bytes(path).decode("utf-8", "backslashreplace")


def shown_name(path: Path) -> str:
    """The name of the file as text, likewise."""
    return shown_path(Path(path.name))


def is_utf8(name: str) -> bool:
    """Whether a name that the system gave is text, so that it can be kept and said."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def path_bytes(path: Path | str) -> bytes:
    """The bytes of a path to be hashed, the same in every locale."""
    return str(path).encode("utf-8", "surrogateescape")
