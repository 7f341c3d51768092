"""Tesseract, by pytesseract: the first reader, one process for a whole page or for all boxes of a page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import pytesseract
from PIL import Image

from transcribe.errors import EngineError, EngineMissing
from transcribe.geometry import Box
from transcribe.imaging import flatten, grey, patience, shrinking, shrunk_to
from transcribe.model import Page, Word
from transcribe.ocr.engines._montage import montages

if TYPE_CHECKING:
    from transcribe.model import Picture

LIMIT = "OMP_THREAD_LIMIT"
"""Tesseract's own threads make it up to seven times slower on two cores; one thread and many processes are best."""

PAGE_MODE, BOX_MODE = 6, 6
"""Tesseract's page segmentation: 6 takes the picture as one block of lines, the best measured on receipts and crops."""

AS_DARK = " -c invert_threshold=0"
"""What is written in a box is dark on light: Tesseract is not to try a doubtful line the other way about as well, which
costs up to a tenth of its time and made 3 of 1590 fields worse."""

NO_TABLE = "Tesseract failed on a page: what it wrote is no table of words."

DEBIAN = {"chi_sim": "chi-sim", "chi_tra": "chi-tra"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesseract:
    """Reads print with the tesseract program. `seconds` is the limit of one call.

    Boxes are read in the first language alone: a second doubles what a call costs and was worse on accents (98.2 %
    against 99.3 % of 272 fields), because every language in Latin letters knows the others' plain ones.
    """

    languages: tuple[str, ...]
    version: str
    seconds: float = 60.0
    name: str = "tesseract"

    @property
    def source(self) -> str:
        return f"{self.name} {self.version} {'+'.join(self.languages)}"

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """The words of each box, or of the whole page; confidences as Tesseract gives them, over 100."""
        picture = grey(page.picture)
        if boxes is None:
            scale = 1.0 / shrinking(picture)
            small = shrunk_to(picture, round(picture.shape[1] / scale), round(picture.shape[0] / scale))
            words = self._read(flatten(small), PAGE_MODE, self.languages)
            return [[replace(word, box=word.box.scaled(scale)) for word in words]]
        found: list[list[Word]] = [[] for _ in boxes]
        for montage in montages(picture, boxes):
            words = self._read(montage.picture, BOX_MODE, self.languages[:1], AS_DARK)
            for number, here in montage.share(words).items():
                found[number] = here
        return found

    def _read(self, picture: Picture, mode: int, languages: tuple[str, ...], more: str = "") -> list[Word]:
        image = Image.fromarray(picture)
        image.format = "PPM"  # pytesseract writes the file in this format; PNG, its default, costs 300 ms a page
        os.environ[LIMIT] = "1"  # pytesseract hands the environment on to its child and has no argument for it
        try:
            table = pytesseract.image_to_data(
                image,
                lang="+".join(languages),
                config=f"--psm {mode} --oem 1 --dpi 200{more}",
                output_type=pytesseract.Output.DICT,
                timeout=self.seconds * patience(picture),
            )
        except pytesseract.TesseractNotFoundError as error:
            raise EngineMissing(_missing()) from error
        except (RuntimeError, OSError) as error:  # TesseractError is a RuntimeError, and so is its time-out
            raise EngineError(f"Tesseract failed on a page: {error}.") from error
        except (LookupError, TypeError, ValueError) as error:  # what reads its table raises them
            raise EngineError(NO_TABLE) from error
        try:
            return _words(table)
        except (LookupError, TypeError, ValueError) as error:
            raise EngineError(NO_TABLE) from error


def engine(languages: tuple[str, ...]) -> Tesseract:
    """Tesseract for these languages; EngineMissing names the package that is not installed."""
    found = problem(languages)
    if found:
        raise EngineMissing(found)
    return Tesseract(languages=languages, version=_version())


def problem(languages: tuple[str, ...]) -> str | None:
    """What keeps Tesseract from reading these languages, with the command that mends it; None where nothing does."""
    if shutil.which(pytesseract.pytesseract.tesseract_cmd) is None:
        return _missing()
    absent = [language for language in languages if language not in _installed()]
    if absent:
        packages = " ".join(f"tesseract-ocr-{DEBIAN.get(each, each.replace('_', '-'))}" for each in absent)
        return f"Tesseract has no language data for {', '.join(absent)}: apt-get install {packages}"
    return None


def _missing() -> str:
    return "The program tesseract is not installed: apt-get install tesseract-ocr tesseract-ocr-fra"


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    return frozenset(pytesseract.get_languages())


@lru_cache(maxsize=1)
def _version() -> str:
    return str(pytesseract.get_tesseract_version())


Column = Literal["text", "conf", "left", "top", "width", "height", "block_num", "par_num", "line_num"]

SIDES: tuple[Column, ...] = ("left", "top", "width", "height")
"""The columns of Tesseract's table that say where a word stands."""


def _words(table: dict[Column, list[int | str]]) -> list[Word]:
    """Tesseract's table of words as Words; `line` counts its lines of print from 0."""
    lines: dict[tuple[int | str, ...], int] = {}
    words = []
    for row, text in enumerate(table["text"]):
        if not str(text).strip():
            continue
        left, top, width, height = (int(table[side][row]) for side in SIDES)
        box = Box.sized(left, top, width, height)
        line = lines.setdefault((table["block_num"][row], table["par_num"][row], table["line_num"][row]), len(lines))
        confidence = min(1.0, max(0.0, float(table["conf"][row]) / 100))
        words.append(Word(text=str(text).strip(), box=box, confidence=confidence, line=line))
    return words
