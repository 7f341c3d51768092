"""Tesseract, known and understood by pytesseract, one process for a page or for all its boxes: the first reader.

Pictures go to it and words come from it by pipes. The files that pytesseract would write are left behind, with what
stands on the page, where the reader is killed.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from PIL import Image

from transcribe.errors import EngineError, EngineMissing
from transcribe.geometry import Box
from transcribe.imaging import flatten, grey, patience, shrinking, shrunk_to
from transcribe.lean_imports import as_if_absent
from transcribe.model import Page, Word
from transcribe.ocr.engine import View
from transcribe.ocr.engines._montage import montages

if TYPE_CHECKING:
    from transcribe.model import Picture

with as_if_absent("pandas"):
    import pytesseract

PROGRAM = pytesseract.pytesseract
"""Where pytesseract says what the program is called, and reads its table and its errors."""

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

CALL_SECONDS = 60.0
"""Seconds that one call may take where the setting says nothing else. Chosen by hand."""

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
    seconds: float = CALL_SECONDS
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
                [PROGRAM.tesseract_cmd, "stdin", "stdout", "-l", "+".join(languages), *options],
                input=image.getvalue(),
                capture_output=True,
                env={**os.environ, THREAD_LIMIT_VARIABLE: "1"},
                timeout=self.seconds * patience(picture),
            )
            if done.returncode:
                raise pytesseract.TesseractError(done.returncode, PROGRAM.get_errors(done.stderr))
        except FileNotFoundError as error:
            raise EngineMissing(_missing()) from error
        except subprocess.TimeoutExpired as error:
            raise EngineError("Tesseract failed on a page: it took too long.") from error
        except (pytesseract.TesseractError, OSError) as error:
            raise EngineError(f"Tesseract failed on a page: {error}.") from error
        try:
            return _words(PROGRAM.file_to_dict(done.stdout.decode(), "\t", -1))
        except (LookupError, TypeError, ValueError) as error:
            raise EngineError(NO_TABLE_MESSAGE) from error


def engine(languages: tuple[str, ...], *, seconds: float = CALL_SECONDS) -> Tesseract:
    """Tesseract for these languages, whose calls may take so many seconds.

    EngineMissing names the package that is not installed.
    """
    if shutil.which(PROGRAM.tesseract_cmd) is None:
        raise EngineMissing(_missing())
    absent = [language for language in languages if language not in _installed()]
    if short := [language for language in absent if language in OWN_CODES]:
        said = ", ".join(f"{each} is {OWN_CODES[each]}" for each in short)
        raise EngineMissing(f"Tesseract calls languages by three letters: {said}. Write these in the form's languages")
    if absent:
        packages = " ".join(f"tesseract-ocr-{DEBIAN_NAMES.get(each, each.replace('_', '-'))}" for each in absent)
        raise EngineMissing(f"Tesseract has no language data for {', '.join(absent)}: apt-get install {packages}")
    return Tesseract(languages=languages, version=_version(), seconds=seconds)


def _missing() -> str:
    return "The program tesseract is not installed: apt-get install tesseract-ocr tesseract-ocr-fra"


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    return frozenset(pytesseract.get_languages())


@lru_cache(maxsize=1)
def _version() -> str:
    return str(pytesseract.get_tesseract_version())


Column = Literal["text", "conf", "left", "top", "width", "height", "block_num", "par_num", "line_num"]

BOX_COLUMNS: tuple[Column, ...] = ("left", "top", "width", "height")
"""The columns of Tesseract's table that say where a word stands."""


def _words(table: dict[Column, list[int | str]]) -> list[Word]:
    """The words of Tesseract's table; `line` counts its lines of print from 0."""
    lines: dict[tuple[int | str, ...], int] = {}
    words = []
    for row, text in enumerate(table["text"]):
        if not str(text).strip():
            continue
        left, top, width, height = (int(table[side][row]) for side in BOX_COLUMNS)
        box = Box.sized(left, top, width, height)
        line = lines.setdefault((table["block_num"][row], table["par_num"][row], table["line_num"][row]), len(lines))
        confidence = min(1.0, max(0.0, float(table["conf"][row]) / 100))
        words.append(Word(text=str(text).strip(), box=box, confidence=confidence, line=line))
    return words
