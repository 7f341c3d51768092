"""The messages between RapidOCR's reader and its child process."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from transcribe.model import Picture


class Request(NamedTuple):
    """Pictures of one line each, or under `page` one picture of a page; `latin` allows Latin letters only."""

    pictures: tuple[Picture, ...]
    page: bool
    latin: bool


class Search(NamedTuple):
    """A picture of a page on which text is looked for and not read."""

    picture: Picture


class ReadWord(NamedTuple):
    """A word in a line: text, probability, where its letters begin and end (0 left to 1 right), runners-up."""

    text: str
    confidence: float
    start: float
    end: float
    alternatives: tuple[tuple[str, float], ...]


class ReadLine(NamedTuple):
    """The words of a line, and its corners on the page, clockwise from the top left.

    There are no corners where the reader knows the line's place, and no words where text was only looked for.
    """

    corners: tuple[tuple[float, float], ...]
    words: tuple[ReadWord, ...]
