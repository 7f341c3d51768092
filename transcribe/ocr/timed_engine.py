"""How long an engine worked on a scan: each of its calls is timed, by the clock on the wall."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from transcribe.geometry import Box
from transcribe.model import Page, Word
from transcribe.ocr.engine import Engine, View


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class TimedEngine:
    """An engine that adds up the seconds that it works, those of calls that fail too.

    It is equal to another one of the same engine: what is kept of a blank is kept by engine, however often it is timed.
    """

    engine: Engine
    seconds: float = field(default=0.0, compare=False)

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def source(self) -> str:
        return self.engine.source

    @property
    def view(self) -> View:
        return self.engine.view

    def stretches(self, page: Page) -> list[Box] | None:
        """The engine's stretches."""
        begun = time.perf_counter()
        try:
            return self.engine.stretches(page)
        finally:
            self.seconds += time.perf_counter() - begun

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """The engine's words."""
        begun = time.perf_counter()
        try:
            return self.engine.words(page, boxes)
        finally:
            self.seconds += time.perf_counter() - begun
