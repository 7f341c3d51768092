"""Disks on which SQLite cannot keep a state: those of a network."""

from __future__ import annotations

from pathlib import Path

from transcribe.errors import StoreError

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
