"""Tesseract, one process for a page or for all its boxes: the first reader.

Pictures go to it and words come from it by pipes: a file of a page would stay behind where the reader is killed.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image

from transcribe.errors import EngineError, EngineMissing
from transcribe.geometry import Box
from transcribe.imaging import flatten, grey, patience, shrinking, shrunk_to
from transcribe.model import Page, Word
from transcribe.ocr.engine import View
from transcribe.ocr.engines._montage import montages

if TYPE_CHECKING:
    from transcribe.model import Picture

PROGRAM = "tesseract"
"""The program, as it is found on PATH."""

THREAD_LIMIT_VARIABLE = "OMP_THREAD_LIMIT"
"""The environment variable that limits Tesseract's threads.

Its threads make it up to seven times slower on two cores; one thread and many processes are best.
"""

SEGMENTATION_MODE = 6
"""Tesseract's page segmentation mode: 6 reads the picture as one block of lines, the best on receipts and crops."""

DARK_ON_LIGHT_OPTION = " -c invert_threshold=0"
"""The option that keeps Tesseract from reading a doubtful line as light on dark too.

Writing in a box is dark on light. Trying both costs up to a tenth of Tesseract's time, and made 3 of 1590 fields worse.
"""

NO_TABLE_MESSAGE = "Tesseract failed on a page: what it wrote is no table of words."
"""The message where Tesseract's table cannot be read."""

DEBIAN_NAMES = {"chi_sim": "chi-sim", "chi_tra": "chi-tra"}
"""Languages whose Debian packages are not called by the rule."""


OWN_CODES = {
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "fi": "fin",
    "fr": "fra",
    "hu": "hun",
    "it": "ita",
    "nl": "nld",
    "no": "nor",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "ru": "rus",
    "sv": "swe",
    "tr": "tur",
    "uk": "ukr",
}
"""What Tesseract calls languages that people write with two letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesseract:
    """Reads print with the tesseract program; one call may take so many `seconds`.

    Boxes are read in the first language alone: a second doubles what a call costs and was worse on accents (98.2 %
    against 99.3 % of 272 fields), because every language in Latin letters knows the others' plain ones.
    """

    languages: tuple[str, ...]
    version: str
    seconds: float = 60.0
    name: str = "tesseract"
    view: View = "writing"

    @property
    def source(self) -> str:
        return f"{self.name} {self.version} {'+'.join(self.languages)}"

    def stretches(self, page: Page) -> None:
        """None: its search for lines is not apart from reading."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """The words of each box, or of the whole page; a confidence is Tesseract's own, divided by 100."""
        picture = grey(page.picture)
        if boxes is None:
            scale = 1.0 / shrinking(picture)
            small = shrunk_to(picture, round(picture.shape[1] / scale), round(picture.shape[0] / scale))
            words = self._read(flatten(small), self.languages)
            return [[replace(word, box=word.box.scaled(scale)) for word in words]]
        found: list[list[Word]] = [[] for _ in boxes]
        for montage in montages(picture, boxes):
            words = self._read(montage.picture, self.languages[:1], DARK_ON_LIGHT_OPTION)
            for number, here in montage.share(words).items():
                found[number] = here
        return found

    def _read(self, picture: Picture, languages: tuple[str, ...], more: str = "") -> list[Word]:
        image = io.BytesIO()
        Image.fromarray(picture).save(image, "PPM")  # PNG costs 300 ms a page
        options = f"--psm {SEGMENTATION_MODE} --oem 1 --dpi 200 -c tessedit_create_tsv=1{more}".split()
        try:
            done = subprocess.run(
                [PROGRAM, "stdin", "stdout", "-l", "+".join(languages), *options],
                input=image.getvalue(),
                capture_output=True,
                env={**os.environ, THREAD_LIMIT_VARIABLE: "1"},
                timeout=self.seconds * patience(picture),
            )
        except FileNotFoundError as error:
            raise EngineMissing(_missing()) from error
        except subprocess.TimeoutExpired as error:
            raise EngineError("Tesseract failed on a page: it took too long.") from error
        except OSError as error:
            raise EngineError(f"Tesseract failed on a page: {error}.") from error
        if done.returncode:
            said = " ".join(done.stderr.decode(errors="replace").split())
            raise EngineError(f"Tesseract failed on a page: ({done.returncode}, {said!r}).")
        try:
            return _words(_rows(done.stdout.decode()))
        except (LookupError, TypeError, ValueError) as error:
            raise EngineError(NO_TABLE_MESSAGE) from error


def engine(languages: tuple[str, ...]) -> Tesseract:
    """Tesseract for these languages; EngineMissing names the package that is not installed."""
    found = problem(languages)
    if found:
        raise EngineMissing(found)
    return Tesseract(languages=languages, version=_version())


def problem(languages: tuple[str, ...]) -> str | None:
    """What keeps Tesseract from reading these languages, with the command that mends it; None where nothing does."""
    if shutil.which(PROGRAM) is None:
        return _missing()
    absent = [language for language in languages if language not in _installed()]
    if short := [language for language in absent if language in OWN_CODES]:
        said = ", ".join(f"{each} is {OWN_CODES[each]}" for each in short)
        return f"Tesseract calls languages by three letters: {said}. Write these in the form's languages"
    if absent:
        packages = " ".join(f"tesseract-ocr-{DEBIAN_NAMES.get(each, each.replace('_', '-'))}" for each in absent)
        return f"Tesseract has no language data for {', '.join(absent)}: apt-get install {packages}"
    return None


def _missing() -> str:
    return "The program tesseract is not installed: apt-get install tesseract-ocr tesseract-ocr-fra"


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    return frozenset(_said("--list-langs").splitlines()[1:])


@lru_cache(maxsize=1)
def _version() -> str:
    return _said("--version").split()[1].lstrip("v").partition("-")[0]


def _said(option: str) -> str:
    """What the program prints, as versions before 5 on its standard error."""
    return subprocess.run(
        [PROGRAM, option], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
    ).stdout


BOX_COLUMNS = ("left", "top", "width", "height")
"""The columns of Tesseract's table that say where a word stands."""


def _rows(table: str) -> list[Mapping[str, str]]:
    """The rows of Tesseract's table, by the names of its columns. LookupError where it is none."""
    head, *rows = (line.split("\t") for line in table.strip("\n").split("\n"))
    if not rows or head[-1] != "text":
        raise LookupError(table[:100])
    return [dict(zip(head, row, strict=False)) for row in rows]


def _words(rows: Iterable[Mapping[str, str]]) -> list[Word]:
    """The words of Tesseract's table; `line` counts its lines of print from 0, a confidence is in whole percent."""
    lines: dict[tuple[str, ...], int] = {}
    words = []
    for row in rows:
        if not row["text"].strip():
            continue
        left, top, width, height = (int(row[side]) for side in BOX_COLUMNS)
        box = Box.sized(left, top, width, height)
        line = lines.setdefault((row["block_num"], row["par_num"], row["line_num"]), len(lines))
        confidence = min(1.0, max(0.0, int(float(row["conf"])) / 100))
        words.append(Word(text=row["text"].strip(), box=box, confidence=confidence, line=line))
    return words
