"""What reads pages that lie on no blank: a part brings it, and callers hand it down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from transcribe.model import Form, Page, Place, Scan
from transcribe.ocr import Engine
from transcribe.recognition.result import ReadResultBuilder
from transcribe.table_rows import ToldRows

DRAWN = 1.0
"""How sure a place is that a person drew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """What people showed and no machine has read since: fields where they stand, and tables with their rows."""

    places: tuple[Place, ...] = ()
    rows: Mapping[str, ToldRows] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.places or self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunReading:
    """A scan that is being read as a form; `kept` is what came of it so far."""

    scan: Scan
    form: Form
    engines: Sequence[Engine]
    now: datetime
    kept: ReadResultBuilder = field(default_factory=ReadResultBuilder)


class LayoutReader(Protocol):
    """Reads pages without a blank: of forms of free layout, and those that do not lie on their form."""

    def read(self, begun: BegunReading, pages: Sequence[Page]) -> None:
        """Read whole pages of a free layout, and find the form's fields among their words."""

    def laid_pages(self, pages: Sequence[Page]) -> Iterable[Page]:
        """Each page of a free layout as its places lie on it, numbered from 1."""

    def read_annotated(self, begun: BegunReading, sheets: Mapping[int, Page], drawn: Annotations) -> None:
        """Read what people showed on these pages, by number; the other pages are left out."""
