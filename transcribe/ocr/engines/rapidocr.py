"""RapidOCR, small neural networks inside its wheel, run in child processes: the second reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import TYPE_CHECKING, cast

from transcribe.errors import EngineMissing
from transcribe.geometry import Box
from transcribe.imaging import grey, patience, shrunk
from transcribe.model import Page, Word
from transcribe.ocr.engine import View
from transcribe.ocr.engines._rapidocr_messages import ReadLine, ReadWord, Request, Search
from transcribe.sandbox import WorkerPool

if TYPE_CHECKING:
    from transcribe.model import Picture

CALL_SECONDS = 120.0
"""Seconds that one call may take: thirty times those of a page on a slow core, the start of the child included."""

LATIN_LANGUAGES = frozenset(
    "afr aze bos bre cat ceb ces cos cym dan deu eng enm epo est eus fao fil fin fra frm fry gla gle glg hat hrv hun "
    "iku ind isl ita jav lat lav lit ltz mlt mri msa nld nor oci pol por que ron slk slv spa sqi srp_latn sun swa swe "
    "tat tgl ton tur uzb vie yor".split()
)
"""Languages, as Tesseract names them, in Latin letters: where a form has only such, no other script can be read."""

MODEL_FILES = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")
"""The files of the networks in RapidOCR's wheel."""

NETWORKS = "PP-OCRv6-small"
"""The networks as they stand in the source."""

INSTALL_COMMAND = 'pip install "rapidocr>=3.10,<4" onnxruntime'
"""The command that installs RapidOCR."""

CROP_PADDING_PX = 4
"""Paper read with a box on each side: the network was trained on lines with paper around. Chosen by hand."""


SEARCH_SIDE_PX = 1280
"""Longer side of the copy on which text is looked for without reading it: 0.36 CPU seconds a page.

On 45 photographs it found 1,498 of 1,511 fields, all but two of the others single digits, and nothing in 1,139 blank
boxes. At 960 px it found 1,493 for 0.24 s, at 1,600 px 1,498 for 0.60 s.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RapidOcr:
    """Reads print and block handwriting. Every instance of a process shares its children."""

    latin: bool
    version: str
    name: str = "rapidocr"
    view: View = "page"

    @property
    def source(self) -> str:
        return f"{self.name} {self.version} {NETWORKS}{' latin' if self.latin else ''}"

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """The words of each box (one line of print each), or of the whole page.

        A confidence is the probability of the word's letters as the network gives it.
        """
        if boxes is None:
            lines = self._read((page.picture,), page=True)
            return [[word for number, line in enumerate(lines) for word in _on_page(line, number)]]
        height, width = page.picture.shape[:2]
        crops = [box.padded(CROP_PADDING_PX).clipped(width, height) for box in boxes]
        asked = [number for number, crop in enumerate(crops) if crop.area]
        pictures = tuple(page.picture[crops[number].slices] for number in asked)
        found: list[list[Word]] = [[] for _ in boxes]
        for number, line in zip(asked, self._read(pictures, page=False) if pictures else [], strict=True):
            found[number] = [in_box(each, crops[number], number) for each in line.words]
        return found

    def stretches(self, page: Page) -> list[Box]:
        """Where text stands on a page of a form: the network that finds lines, and no reading."""
        whole = grey(page.picture)
        scale = min(1.0, SEARCH_SIDE_PX / max(whole.shape))
        found = cast(list[ReadLine], _children().call(Search(shrunk(whole, scale))))
        return [Box.around((x / scale, y / scale) for x, y in line.corners) for line in found]

    def _read(self, pictures: tuple[Picture, ...], *, page: bool) -> list[ReadLine]:
        longer = patience(pictures[0]) if page else 1.0
        return cast(list[ReadLine], _children().call(Request(pictures, page, self.latin), longer))


def engine(languages: tuple[str, ...]) -> RapidOcr:
    """RapidOCR for these languages, with one network for all; EngineMissing says what to install."""
    try:
        distribution("onnxruntime")
        models = Path(str(distribution("rapidocr").locate_file("rapidocr/models")))
    except PackageNotFoundError as error:
        raise EngineMissing(f"The package {error.name} is not installed: {INSTALL_COMMAND}") from error
    absent = [model for model in MODEL_FILES if not (models / model).is_file()]
    if absent:
        why = f"RapidOCR's networks {', '.join(absent)} are not in its wheel"
        raise EngineMissing(f"{why}: {INSTALL_COMMAND} --force-reinstall")
    return RapidOcr(latin=set(languages) <= LATIN_LANGUAGES, version=_version())


@lru_cache(maxsize=1)
def _version() -> str:
    """RapidOCR's version, asked once: that takes 1 ms, which every scan would pay twice."""
    return version("rapidocr")


@lru_cache(maxsize=1)
def _children() -> WorkerPool:
    return WorkerPool(module="transcribe.ocr.engines._rapidocr_worker", seconds=CALL_SECONDS)


def in_box(found: ReadWord, crop: Box, line: int) -> Word:
    """A word of a crop on the page."""
    x0, x1 = crop.x0 + found.start * crop.width, crop.x0 + found.end * crop.width
    box = Box(round(x0), crop.y0, round(x1), crop.y1)
    return _word(found, box, line)


def _on_page(line: ReadLine, number: int) -> list[Word]:
    """The words of a line that may lean: each gets the upright box around its share of the line."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = line.corners
    words = []
    for each in line.words:
        xs = [left + share * (right - left) for share in (each.start, each.end) for left, right in ((ax, bx), (dx, cx))]
        ys = [left + share * (right - left) for share in (each.start, each.end) for left, right in ((ay, by), (dy, cy))]
        words.append(_word(each, Box.around(zip(xs, ys, strict=True)), number))
    return words


def _word(found: ReadWord, box: Box, line: int) -> Word:
    confidence = min(1.0, max(0.0, found.confidence))
    return Word(text=found.text, box=box, confidence=confidence, line=line, alternatives=found.alternatives)
