"""Names of what the archive keeps: the SHA-256 of a file, or "SHA-256.start.length" of one picture in it.

Small pictures of one scan lie in one file: making a file costs more than a picture of 3 kB, and a million pages would
make sixty million files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

_HASH = re.compile(r"[0-9a-f]{64}")


def packed(contents: Mapping[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """The bytes of one file that holds all these contents, and the name of each content in it."""
    content = b"".join(contents.values())
    sha256, start, names = hashlib.sha256(content).hexdigest(), 0, {}
    for name, each in contents.items():
        names[name] = f"{sha256}.{start}.{len(each)}"
        start += len(each)
    return content, names


def opened(name: str) -> tuple[str, int, int | None]:
    """The file that a name stands for, and the begin and end of the name's bytes in it.

    The end is None where they reach to the file's end.
    """
    sha256, _, part = name.partition(".")
    if not part:
        return sha256, 0, None
    start, _, length = part.partition(".")
    return sha256, int(start), int(start) + int(length)


def path_of(sha256: str) -> str:
    """Where a file lies below the root: in one of 256 folders, so that none has too many."""
    return f"{sha256[:2]}/{sha256}"


def is_hash(name: str) -> bool:
    """Whether a file has a name that the archive gives; others are none of its business."""
    return _HASH.fullmatch(name) is not None
