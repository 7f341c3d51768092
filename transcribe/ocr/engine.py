"""OCR engines, found by entry points, behind one contract: `transcribe.ocr.load("tesseract", ("fra",))` gives one."""

from __future__ import annotations

import hashlib
import inspect
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from importlib import metadata
from typing import Literal, Protocol

from pydantic import ValidationError, validate_call

from transcribe.codes import Flag
from transcribe.errors import EngineError, EngineMissing, FairhandError, SettingsError
from transcribe.geometry import Box
from transcribe.model import FieldKey, Page, Reading, ReadResult, Word

View = Literal["writing", "page"]
"""What an engine is shown of a page that lies on its blank.

"writing" is the writing alone, without the form's print. "page" is the page itself, with its light, frames and shadows.
"""


class Engine(Protocol):
    """Reads print.

    An entry point of the group `fairhand.engines` names a function `(languages: tuple[str, ...], *, ...) -> Engine`.
    Its keyword parameters are the options that may be set. It raises EngineMissing, with the command that mends it
    after a colon, where the engine cannot read here.
    """

    @property
    def name(self) -> str:
        """The engine's short name, that of its entry point, whatever its options."""

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


GROUP = "fairhand.engines"
"""The group of entry points that engines are found by."""


@cache
def _points() -> Mapping[str, metadata.EntryPoint]:
    return {point.name: point for point in sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name)}


def names() -> tuple[str, ...]:
    """Every engine that is installed, by name; one that cannot read here too."""
    return tuple(_points())


def load(name: str, languages: tuple[str, ...], options: Mapping[str, str] | None = None) -> Engine:
    """The engine of this name, ready to read these languages (as Tesseract names them), with these options.

    EngineMissing says why it cannot read here, and the command that mends it; SettingsError names a wrong option.
    """
    try:
        point = _points()[name]
    except KeyError:
        raise EngineMissing(f"There is no {name!r} among engines. Use one of: {', '.join(names())}.") from None
    try:
        make = point.load()
        _require_known(name, options or {}, inspect.signature(make).parameters)
        made: Engine = validate_call(make)(languages, **(options or {}))
    except ValidationError as error:
        fault = error.errors()[0]
        raise SettingsError(f"The engine {name} cannot use its {fault['loc'][0]}: {fault['msg']}") from error
    except FairhandError:
        raise
    except Exception as error:  # whatever it is: an engine may be other people's code, and the others read on
        mend = f"pip install --upgrade {point.dist.name if point.dist else point.module}"
        raise EngineMissing(f"The engine {name} is broken ({type(error).__name__}, {error}): {mend}") from error
    return made


ENGINES_COUNT = 32
"""The most engines, each with its languages, kept ready in a process. Chosen by hand."""


def in_use(chosen: Sequence[str], languages: tuple[str, ...], options: Mapping[str, Mapping[str, str]]) -> list[Engine]:
    """These engines with their options, by engine, ready for these languages; errors as those of `load`.

    SettingsError also where there are options of an engine that is not there.
    """
    if unknown := sorted(options.keys() - {*names()}):
        raise SettingsError(f"There are options of {unknown[0]}, which is no engine. Use one of: {', '.join(names())}.")
    return [_ready(name, languages, tuple(options.get(name, {}).items())) for name in chosen]


@lru_cache(maxsize=ENGINES_COUNT)
def _ready(name: str, languages: tuple[str, ...], options: tuple[tuple[str, str], ...]) -> Engine:
    """An engine, looked for once a process; a missing one is looked for again.

    Whether its program and data are there takes 1 ms to find out, which each scan would pay twice.
    """
    return load(name, languages, dict(options))


def _require_known(name: str, options: Mapping[str, str], parameters: Mapping[str, inspect.Parameter]) -> None:
    """SettingsError where an engine has no such option; it says which it has."""
    known = [each.name for each in parameters.values() if each.kind is each.KEYWORD_ONLY]
    for option in options:
        if option not in known:
            raise SettingsError(f"The engine {name} has no option {option}: it has {', '.join(known) or 'none'}")


def problem(name: str, languages: tuple[str, ...], options: Mapping[str, str] | None = None) -> str:
    """What keeps an engine from reading these languages, after a colon what mends it; "" where nothing does."""
    try:
        load(name, languages, options)
    except (EngineMissing, SettingsError) as error:
        return str(error)
    return ""


# Machine readings: one engine's words of a field, or what the ink alone says, as a Reading.

MAX_ALTERNATIVE_COUNT = 5
"""How many other texts a reading keeps. Chosen by hand."""


def reading(
    *,
    scan: str,
    key: FieldKey,
    source: str,
    text: str | None,
    at: datetime,
    confidence: float | None,
    conditions: Mapping[str, float],
    flags: Iterable[str] = (),
    alternatives: Sequence[tuple[str, float]] = (),
    box: Box | None = None,
) -> Reading:
    """A machine's reading, with the SHA-256 of everything that it says as its id: reading again adds nothing.

    `box` is given where a person said where the field stands: read there, the same words are another reading.
    """
    flagged = frozenset(flags)
    rounded = {name: round(number, 4) for name, number in conditions.items()}
    sure = None if confidence is None else round(confidence, 4)
    content = repr(
        (scan, tuple(key), source, text, sure, sorted(map(str, flagged)), tuple(alternatives), sorted(rounded.items()))
    )
    content += repr(tuple(box)) if box else ""
    return Reading(
        id=hashlib.sha256(content.encode()).hexdigest(),
        scan=scan,
        key=key,
        source=source,
        kind="machine",
        text=text,
        at=at,
        confidence=sure,
        alternatives=tuple(alternatives),
        flags=flagged,
        conditions=rounded,
        box=box,
    )


def text_of(lines: Sequence[Sequence[Word]]) -> str:
    """The words of a field as text: a space between words, a line break between lines."""
    return "\n".join(" ".join(word.text for word in line) for line in lines if line)


def spread_words(words: Sequence[Word], box: Box) -> list[Word]:
    """Words of one line side by side in a box, where their places are not known.

    Each is as wide as it has characters.
    """
    signs = sum(len(word.text) + 1 for word in words) - 1
    placed, at = [], 0
    for word in words:
        x0, x1 = (box.x0 + round(box.width * part / max(1, signs)) for part in (at, at + len(word.text)))
        placed.append(replace(word, box=Box(x0, box.y0, max(x0 + 1, x1), box.y1)))
        at += len(word.text) + 1
    return placed


def confidence_of(words: Sequence[Word]) -> float | None:
    """The confidence of the least sure word, as the engine gave it.

    None where there is no word, or one without a confidence.
    """
    claims = [word.confidence for word in words]
    if not claims or any(claim is None for claim in claims):
        return None
    return min(claim for claim in claims if claim is not None)


def alternatives_of(lines: Sequence[Sequence[Word]]) -> tuple[tuple[str, float], ...]:
    """Other texts of the field by the same engine, surest first: each has a runner-up in place of one word."""
    found: dict[str, float] = {}
    for row, line in enumerate(lines):
        for column, word in enumerate(line):
            for text, confidence in word.alternatives:
                other = Word(text=text, box=word.box, confidence=confidence)
                kept = other if text else None
                changed = [*line[:column], *([kept] if kept else []), *line[column + 1 :]]
                whole = text_of([*lines[:row], changed, *lines[row + 1 :]])
                found[whole] = max(found.get(whole, 0.0), round(confidence, 4))
    found.pop(text_of(lines), None)
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return tuple(ranked[:MAX_ALTERNATIVE_COUNT])


# Fallback when an engine fails on a page: the others read on, and its own readings there are illegible.

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


# How long an engine worked on a scan: each of its calls is timed, by the clock on the wall.


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
