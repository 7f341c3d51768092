"""What an archive asks of the place where its files lie, and which places there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol, Self

BUCKET_SCHEME = "s3://"
"""How the address of a bucket begins."""

_BUCKET = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*?))?/?")


class FilePlace(Protocol):
    """Keeps whole files under their SHA-256. FileNotFoundError where there is none of a name."""

    def keep(self, contents: Mapping[str, bytes]) -> None:
        """Keep these bytes under their SHA-256s; they are safe when this comes back, and as young as if new."""

    def read(self, sha256: str, start: int, end: int | None) -> bytes:
        """The bytes of a file from `start` to before `end`, to its end where that is None."""

    def has(self, sha256: str) -> bool:
        """Whether there is a file of this name."""

    def written_at(self, sha256: str) -> datetime:
        """When a file was last written or kept again."""

    def files(self) -> Iterator[tuple[str, datetime]]:
        """Every file, with when it was last written or kept again."""

    def erase(self, sha256: str) -> None:
        """Remove a file, with what killed writers left of it. Nothing happens where there is none."""

    def try_out(self) -> None:
        """Write, read and erase a file; raises where that fails."""

    def hurried(self) -> Self:
        """The same place for who cannot wait long where it does not answer."""


def is_bucket(place: str) -> bool:
    """Whether files lie in a bucket, and not in a folder here."""
    return place.startswith(BUCKET_SCHEME)


def parts_of(place: str) -> tuple[str, str]:
    """The name of a bucket and the prefix of the files in it. ValueError says what is wrong."""
    match = _BUCKET.fullmatch(place)
    prefix = (match["prefix"] or "") if match else ""
    if match is None or (prefix and any(part in ("", ".", "..") for part in prefix.split("/"))):
        raise ValueError(f"{place} is no address of a bucket; it is written s3://BUCKET or s3://BUCKET/PREFIX")
    return match["bucket"], prefix


def known_place(place: str) -> str:
    """The place itself; ValueError where files can be kept in no such place."""
    if is_bucket(place):
        parts_of(place)
    elif "://" in place:
        raise ValueError("it is a folder, or a bucket as s3://BUCKET/PREFIX; no other address is known")
    return place
