"""Files to be taken in, found in folders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

HOCR_SUFFIX = ".hocr"
"""A file of this ending beside a picture has the words of the picture."""

PICTURE_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .tif .tiff .webp .heic .heif .avif .bmp .jp2 .ppm .pgm .pdf".split()
)  # fmt: skip
"""Endings of files that are looked into for pictures."""


def gather(paths: Iterable[Path], *, own_folders: Sequence[Path] = ()) -> list[Path]:
    """Files named, and the pictures and PDFs in folders named, in the order that people count (2 before 10).

    `own_folders` are where we keep pictures. Files in one of them are left out where a folder around it is named.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted((each for each in _files_in(path, own_folders) if _is_picture(each)), key=_as_people_count)
        else:
            files.append(path)
    return list(dict.fromkeys(files))


def passed_over(paths: Iterable[Path], *, own_folders: Sequence[Path] = ()) -> list[Path]:
    """Files in the folders named that `gather` leaves out for their kind, in the same order.

    An hOCR file is not among them: it belongs to a picture.
    """
    others = (each for path in paths if path.is_dir() for each in _files_in(path, own_folders) if not _is_picture(each))
    return sorted({each for each in others if each.suffix.lower() != HOCR_SUFFIX}, key=_as_people_count)


def _files_in(folder: Path, own_folders: Sequence[Path]) -> Iterator[Path]:
    around = [each for each in (kept.resolve() for kept in own_folders) if folder.resolve() in each.parents]
    for each in folder.rglob("*"):
        if (each.is_file() or _is_broken_link(each)) and not each.name.startswith(".") and not _lies_in(each, around):
            yield each


def _is_broken_link(path: Path) -> bool:
    """Whether it is a link to a file that is not there. It is reported, as an order may be missing."""
    return path.is_symlink() and not path.exists()


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in PICTURE_SUFFIXES


def _lies_in(file: Path, folders: Sequence[Path]) -> bool:
    return bool(folders) and any(folder in file.resolve().parents for folder in folders)


def _as_people_count(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", str(path).lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
