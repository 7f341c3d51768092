"""Which database a home has its state in: one file, or one database of PostgreSQL, and never two."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from transcribe.errors import StoreError


def bound_file(path: Path) -> Path:
    """The file beside a state that names the database of PostgreSQL which it is in."""
    return path.with_suffix(".postgresql")


def refuse_bound(path: Path) -> None:
    """StoreError where a home whose state is in PostgreSQL would be opened with a file."""
    if bound_file(path).exists():
        raise StoreError(
            f"The state of {path.parent} is in PostgreSQL, and FAIRHAND_STATE is not set. Set it again as it was; "
            "nothing was changed."
        )


def refuse_file(path: Path) -> None:
    """StoreError where a home whose state is in a file would be opened with PostgreSQL."""
    if path.exists() and path.stat().st_size:
        raise StoreError(
            f"The state of {path.parent} is in {path.name}, and FAIRHAND_STATE names another database. Unset it, or "
            "name a new home by FAIRHAND_HOME; nothing was changed."
        )


def refuse_other_database(path: Path, name: str, *, has_key: bool) -> None:
    """StoreError where a home is bound to another database than that of this name, or has not its key."""
    file = bound_file(path)
    if file.exists():
        if file.read_text(encoding="utf-8").strip() != name:
            raise StoreError(
                f"The state of {path.parent} is in another database than the one that FAIRHAND_STATE names now. Set it "
                "again as it was; nothing was changed."
            )
        return
    if not has_key and not path.with_suffix(".key").exists():
        name_of_key = path.with_suffix(".key").name
        raise StoreError(
            f"The database of FAIRHAND_STATE is that of a home whose key is not here. Copy {name_of_key} from that "
            f"home to {path.parent} first; nothing was changed."
        )


def bind(path: Path, name: str) -> None:
    """Bind a home to the database of this name.

    It has the key of that one: else it would be bound to one that was mistyped.
    """
    if not bound_file(path).exists():
        bound_file(path).write_text(name + "\n", encoding="utf-8")


def machine_of(path: Path) -> str:
    """The name of this home among those that work on one database, made at random."""
    file = path.with_suffix(".machine")
    with suppress(FileExistsError), file.open("x", encoding="ascii") as made:
        made.write(secrets.token_hex(4) + "\n")
    return file.read_text(encoding="ascii").strip()


# Disks on which SQLite cannot keep a state: those of a network.

NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "fuse.sshfs"})
"""File systems without the shared memory and the honest locks that WAL needs."""

MOUNTS_FILE = Path("/proc/self/mounts")
"""Where Linux lists its mounts. On other systems nothing is checked."""


def refuse_network_file_system(path: Path) -> None:
    """StoreError where a file would lie on a network file system, as far as this system says."""
    if not MOUNTS_FILE.exists():
        return
    target = str(path.resolve())
    best, kind = "", ""
    for line in MOUNTS_FILE.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, system, *_ = line.split(" ")
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, system
    if kind in NETWORK_FILE_SYSTEMS:
        raise StoreError(f"{path} lies on {kind}, where SQLite cannot lock safely. Put FAIRHAND_HOME on a local disk.")
