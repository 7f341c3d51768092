"""Tests use the fonts, programs and languages that `deployments/system.sh test` brings, whatever else a machine has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from PIL import ImageFont

ROOT = Path(__file__).parents[1]
LANGUAGE, NO_FORM = "tesseract-ocr-", "osd"
"""How Debian names the package of a language, and what Tesseract itself brings: how a page is turned."""

NEEDS = "${Package}\t${Essential} ${Priority}\t${Pre-Depends}, ${Depends}\n"
"""What dpkg says of a package: its name, whether every Debian has it, what it cannot do without."""

VERSIONS = re.compile(r"\(.*?\)|:any")


def said_by(*command: str) -> list[str]:
    """The lines that a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@cache
def listed() -> tuple[str, ...]:
    """The packages that `sh deployments/system.sh test` brings where they are missing."""
    return tuple(said_by("sh", str(ROOT / "deployments" / "system.sh"), "test", "list"))


def brought_by(packages: Iterable[str]) -> frozenset[str]:
    """The files of these packages, of what they need, and of what is on every Debian."""
    every = [line.split("\t") for line in said_by("dpkg-query", "-W", "-f", NEEDS)]
    needs = {name: set(re.split(r"[ ,|]+", VERSIONS.sub("", needed))) for name, _, needed in every}
    always = {name for name, kind, _ in every if kind.startswith("yes") or kind.endswith(" required")}
    found: set[str] = set()
    left = {"make", *packages, *always}
    while left := (left & needs.keys()) - found:
        found |= left
        left = set().union(*(needs[each] for each in left))
    return frozenset(os.path.realpath(each) for each in said_by("dpkg-query", "-L", *found))


def refuse_others(file: str, brought: Collection[str]) -> None:
    """Refuse a file of the system that is not among these. Those of the project and of its Python are its own."""
    found = os.path.realpath(file)
    if found.startswith("/usr/") and found != os.path.realpath(sys.executable):
        assert found in brought, f"{file} is on no fresh machine: use another one, or add its package to system.sh test"


def use_only(brought: Collection[str]) -> None:
    """Have this process open no other fonts of the system, and start no other programs."""
    opened, started = ImageFont.FreeTypeFont.__init__, subprocess.Popen.__init__

    def open_font(self: ImageFont.FreeTypeFont, font: Any = None, *rest: Any, **options: Any) -> None:
        if isinstance(font, str | Path):
            refuse_others(str(font), brought)
        opened(self, font, *rest, **options)

    def start(self: subprocess.Popen[Any], args: Any, *rest: Any, **options: Any) -> None:
        program = args if isinstance(args, str | Path) else args[0]
        refuse_others(shutil.which(program) or str(program), brought)
        started(self, args, *rest, **options)

    ImageFont.FreeTypeFont.__init__ = open_font  # type: ignore[method-assign]
    subprocess.Popen.__init__ = start  # type: ignore[method-assign]


def listed_languages() -> Path:
    """A new folder with Tesseract's data, where of the languages only those of the list are."""
    shown = said_by("tesseract", "--list-langs")[0]
    data = Path(shown.partition('"')[2].rpartition('"')[0])
    folder = Path(tempfile.mkdtemp(prefix="fairhand-languages-"))
    languages = {name.removeprefix(LANGUAGE) for name in listed() if name.startswith(LANGUAGE)} | {NO_FORM}
    for each in data.iterdir():
        if each.suffix != ".traineddata" or each.stem in languages:
            (folder / each.name).symlink_to(each)
    return folder
