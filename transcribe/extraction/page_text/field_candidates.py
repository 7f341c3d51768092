"""A candidate: print at a place that one source offers for one field, with its text and how likely it is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.geometry import Box
from transcribe.model import Word


@dataclass(frozen=True, kw_only=True)
class FieldCandidate:  # without slots: its box is compared with many others
    """Pieces of lines of one page and their text.

    `score` (0 to 1): how likely the place is the field's. `doubtful`: nothing printed around it says so for sure, so
    that a person is asked even if all sources read it alike.
    """

    lines: tuple[TextLine, ...]
    text: str
    score: float
    doubtful: bool = False

    @property
    def page(self) -> int:
        return self.lines[0].page

    @cached_property
    def box(self) -> Box:
        return Box.enclosing(line.box for line in self.lines)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines for word in line.words)


def field_candidate(
    lines: Sequence[TextLine], score: float, *, separator: str = " ", doubtful: bool = False
) -> FieldCandidate:
    """A candidate of pieces of lines, with the separator between them in its text; score cut to 0.01 to 1."""
    text = separator.join(" ".join(line.text.split()) for line in lines)
    return FieldCandidate(lines=tuple(lines), text=text, score=max(0.01, min(1.0, score)), doubtful=doubtful)
