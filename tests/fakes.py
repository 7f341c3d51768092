"""Engines that say what a test tells them, through the same door as real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from transcribe.errors import EngineError
from transcribe.forms.field_boxes import field_boxes
from transcribe.geometry import Box
from transcribe.model import Form, Page, Word
from transcribe.ocr.engine import View


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedEngine:
    """Reads the fields of a form as scripted: field ("lines.quantity[2]") -> text; all others as nothing.

    Where it is asked for whole pages it sees the words of `page`. `fails` makes every call raise EngineError.
    """

    form: Form
    says: Mapping[str, str] = field(default_factory=dict)
    page: Sequence[Word] = ()
    confidence: float | None = 0.95
    name: str = "scripted"
    view: View = "writing"
    fails: bool = False
    asked: list[Box] = field(default_factory=list)

    @property
    def source(self) -> str:
        return f"{self.name} 1"

    def stretches(self, page: Page) -> list[Box] | None:
        """None: it cannot tell without reading."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """One word for each word of the scripted text, in the box that was asked for."""
        if self.fails:
            raise EngineError("The scripted engine fails, as it was told to.")
        if boxes is None:
            return [list(self.page)]
        self.asked.extend(boxes)
        return [self._in(page.number, box) for box in boxes]

    def _in(self, number: int, box: Box) -> list[Word]:
        x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        for key, _, place in field_boxes(self.form, number):
            if place.x0 <= x < place.x1 and place.y0 <= y < place.y1:
                texts = self.says.get(str(key), "").split()
                return [Word(text=text, box=box, confidence=self.confidence) for text in texts]
        return []
