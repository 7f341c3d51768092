"""EasyOCR's network for Latin print, which lies in this package, run in child processes: a reader beside two others.

It reads unlike the others, and less well: what it alone reads is seldom right. It knows no accents.
`networks/README.md` says where it is from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, cast

from transcribe.errors import EngineMissing
from transcribe.geometry import Box
from transcribe.model import Page, Word
from transcribe.ocr.engine import View
from transcribe.ocr.engines import rapidocr
from transcribe.ocr.engines._rapidocr_messages import ReadWord
from transcribe.sandbox import WorkerPool

if TYPE_CHECKING:
    from transcribe.model import Picture

CALL_SECONDS = 120.0
"""Seconds that one call may take: thirty times those of a page on a slow core, the start of the child included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EasyOcr:
    """Reads print and block handwriting in plain Latin letters. Every instance of a process shares its children.

    Where a form has other letters too, it says nothing: it would take them for Latin ones.
    """

    latin: bool
    name: str = "easyocr"
    source: str = "easyocr english_g2"
    view: View = "writing"

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """The words of each box (one line of print each), or of the whole page.

        Lines of a whole page are those that RapidOCR reads. A confidence is the probability of the word's letters as
        the network gives it.
        """
        if boxes is None:
            words = rapidocr.engine(()).words(page)[0]
            numbers = dict.fromkeys(word.line for word in words)
            lines = [Box.enclosing(word.box for word in words if word.line == number) for number in numbers]
            return [[word for line in self.words(page, lines) for word in line]]
        height, width = page.picture.shape[:2]
        crops = [box.padded(rapidocr.CROP_PADDING_PX).clipped(width, height) for box in boxes]
        asked = [number for number, crop in enumerate(crops) if crop.area and self.latin]
        found: list[list[Word]] = [[] for _ in boxes]
        for number, line in zip(asked, _read([page.picture[crops[each].slices] for each in asked]), strict=True):
            found[number] = [rapidocr.in_box(each, crops[number], number) for each in line]
        return found

    def stretches(self, page: Page) -> None:
        """None: the network reads lines, and finds none."""


def engine(languages: tuple[str, ...]) -> EasyOcr:
    """EasyOCR for these languages, with one network for all; EngineMissing says what to install."""
    try:
        distribution("onnxruntime")
    except PackageNotFoundError as error:
        raise EngineMissing(f"The package {error.name} is not installed: {rapidocr.INSTALL_COMMAND}") from error
    return EasyOcr(latin=set(languages) <= rapidocr.LATIN_LANGUAGES)


def _read(pictures: list[Picture]) -> list[tuple[ReadWord, ...]]:
    return cast(list[tuple[ReadWord, ...]], _children().call(pictures)) if pictures else []


@lru_cache(maxsize=1)
def _children() -> WorkerPool:
    return WorkerPool(module="transcribe.ocr.engines._easyocr_worker", seconds=CALL_SECONDS)
