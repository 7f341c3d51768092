"""OCR engines, one file each, behind one contract: `transcribe.ocr.load("tesseract")` gives an Engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from transcribe import plugins
from transcribe.errors import EngineMissing
from transcribe.geometry import Box
from transcribe.model import Page, Word

View = Literal["writing", "page"]
"""What an engine is shown of a page that lies on its blank.

"writing" is the writing alone, without the form's print. "page" is the page itself, with its light, frames and shadows.
"""


class Engine(Protocol):
    """Reads print.

    A file of `engines/` has `def engine(languages: tuple[str, ...]) -> Engine`, and
    `def problem(languages: tuple[str, ...]) -> str | None`, which says what keeps it from reading and the command that
    mends it.
    """

    @property
    def name(self) -> str:
        """The engine's short name, that of its file, whatever its settings."""

    @property
    def source(self) -> str:
        """Name, version and settings, the source of its Readings: "tesseract 5.5.0 fra"."""

    @property
    def view(self) -> View:
        """What it is shown of a form's page. Engines of different views share no mistakes of the preparation."""

    def stretches(self, page: Page) -> list[Box] | None:
        """Where text stands on a page, in no order; None from an engine that cannot tell without reading."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """The words in each box of a page, in reading order; one list for the whole page where boxes is None.

        Word boxes are in pixels of the page. A box without words gives an empty list. Raises EngineError when the
        engine failed or timed out, EngineMissing when it is not installed.
        """


def load(name: str, languages: tuple[str, ...]) -> Engine:
    """The engine of this name, ready to read these languages (as Tesseract names them)."""
    made: Engine = plugins.load("transcribe.ocr.engines", name, error=EngineMissing).engine(languages)
    return made


def problem(name: str, languages: tuple[str, ...]) -> str | None:
    """What keeps an engine from reading these languages, with the command that mends it; None where nothing does."""
    said: str | None = plugins.load("transcribe.ocr.engines", name, error=EngineMissing).problem(languages)
    return said


def names() -> tuple[str, ...]:
    """Every engine shipped."""
    return plugins.names("transcribe.ocr.engines")
