"""Fallback when an engine fails on a page: the others read on, and its own readings there are illegible."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from transcribe.codes import Flag
from transcribe.errors import EngineError, EngineMissing
from transcribe.geometry import Box
from transcribe.model import Page, Reading, ReadResult, Word
from transcribe.ocr.engine import Engine, View
from transcribe.ocr.machine_readings import reading

TRIES = 2
"""How often an engine may fail on a page before the page is read without it. Chosen by hand."""

logger = logging.getLogger("fairhand.read")


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackEngine:
    """An engine that gives no words where it fails, instead of an error.

    It is asked so many `times` for a page, and no more about a page on which it failed then. `failures` holds the last
    error by page.
    """

    engine: Engine
    times: int = TRIES
    failures: dict[int, EngineError] = field(default_factory=dict, compare=False)

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
        """The engine's stretches; None where it fails, as where it finds none by itself."""
        try:
            return self.engine.stretches(page)
        except EngineMissing:
            raise
        except EngineError as error:
            logger.warning("%s failed to find text on a page: %s", self.name, error)
            return None

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """The engine's words; none where it fails. EngineMissing is raised, as it would fail on every page."""
        nothing: list[list[Word]] = [[] for _ in (boxes if boxes is not None else (None,))]
        if page.number in self.failures:
            return nothing
        try:
            return self._asked(page, boxes)
        except EngineMissing:
            raise
        except EngineError as error:
            logger.warning("%s failed on a page: %s", self.name, error)
            self.failures[page.number] = error
            return nothing

    def _asked(self, page: Page, boxes: Sequence[Box] | None) -> list[list[Word]]:
        for _ in range(self.times - 1):
            try:
                return self.engine.words(page, boxes)
            except EngineError as error:
                if not error.retry:
                    raise
        return self.engine.words(page, boxes)


def without_failed(reads: ReadResult, engines: Sequence[FallbackEngine]) -> ReadResult:
    """What was read, with readings "illegible" of engines that failed on a page.

    Raises EngineError where no engine read some page.
    """
    failed = {each.source: each.failures for each in engines if each.failures}
    for number in {page for failures in failed.values() for page in failures}:
        if all(number in each.failures for each in engines):
            raise next(each.failures[number] for each in engines)
    if not failed:
        return reads
    pages = {place.key: place.page for place in reads.places}
    said = tuple(_unread(each, failed.get(each.source, {}), pages.get(each.key)) for each in reads.readings)
    return replace(reads, readings=said, failed=tuple(each.name for each in engines if each.failures))


def _unread(said: Reading, failures: dict[int, EngineError], page: int | None) -> Reading:
    """A reading made illegible where its engine failed on the page, or may not have found the field for that reason."""
    if not failures or said.text or (page not in failures and Flag.ABSENT not in said.flags):
        return said
    return reading(
        scan=said.scan,
        key=said.key,
        source=said.source,
        text=None,
        at=said.at,
        confidence=None,
        conditions=said.conditions,
        flags=(said.flags - {Flag.ABSENT}) | {Flag.ILLEGIBLE},
        alternatives=said.alternatives,
        box=said.box,
    )
