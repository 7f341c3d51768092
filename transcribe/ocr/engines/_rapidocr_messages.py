"""What goes between a reader and its child process."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from transcribe.model import Picture


class Request(NamedTuple):
    """Pictures of one line each, or one picture of a page; `latin` forbids letters of other scripts."""

    pictures: tuple[Picture, ...]
    page: bool
    latin: bool


class Found(NamedTuple):
    """A word in a line: text, its probability, where its letters begin and end (0 left to 1 right), runners-up."""

    text: str
    confidence: float
    start: float
    end: float
    alternatives: tuple[tuple[str, float], ...]


class Line(NamedTuple):
    """The words of a line. Its corners on the page, clockwise from the top left, are empty where the place is known."""

    corners: tuple[tuple[float, float], ...]
    words: tuple[Found, ...]
