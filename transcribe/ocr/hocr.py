"""hOCR: words written as it, and words of any other engine read from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from html.parser import HTMLParser
from itertools import groupby

from transcribe.errors import ScanError
from transcribe.geometry import Box
from transcribe.model import Page, Word
from transcribe.ocr.engine import names

SYSTEM = "ocr-system"
OWN = "fairhand"
"""What the system of a file begins with that was written out of a read: its words are those of the engines that read
here, and no further witness."""
UNKNOWN_SYSTEM = "unknown"
LINES = frozenset({"ocr_line", "ocrx_line", "ocr_header", "ocr_caption", "ocr_textfloat"})
WORD = "ocrx_word"
NO_END = frozenset({"meta", "link", "br", "img", "hr", "input"})
MOST_WORDS = 200_000
"""Words of one file beyond which it is no page of print."""
MOST_BYTES = 50_000_000
"""Bytes beyond which a file is not looked at: twice what MOST_WORDS take with a line each."""
SIDE = r"\s+(-?\d{1,7})"
"""A side of a bbox as it is written; no page has ten million pixels a side."""

FEWEST, LONG = 5, 3
"""Words of a page, and letters and digits of each, with fewer of which a file beside a page of free layout tells
nothing: a receipt has dozens."""

BESIDE = "hocr"
"""How the source of a file beside a picture begins or ends."""


def write(words: Sequence[Word], *, size: tuple[int, int], system: str, page: int = 1) -> str:
    """One page of words as an hOCR 1.2 document; `size` is the page's, `system` the source that saw the words.

    Confidences are written over 100 as `x_wconf`, and left out where the source makes no claim.
    """
    lines = []
    for number, group in groupby(words, key=lambda word: word.line):
        inside = list(group)
        box = _bbox(Box.enclosing(word.box for word in inside))
        spans = " ".join(_span(word, f"word_{page}_{number}_{at}") for at, word in enumerate(inside))
        lines.append(f'   <span class="ocr_line" id="line_{page}_{number}" title="{box}">{spans}</span>')
    body = "\n".join(lines)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml">\n <head>\n  <title></title>\n  <meta charset="utf-8"/>\n'
        f'  <meta name="{SYSTEM}" content="{escape(system, quote=True)}"/>\n'
        '  <meta name="ocr-capabilities" content="ocr_page ocr_line ocrx_word ocrp_wconf"/>\n </head>\n <body>\n'
        f'  <div class="ocr_page" id="page_{page}" title="bbox 0 0 {size[0]} {size[1]}; ppageno {page - 1}">\n'
        f"{body}\n  </div>\n </body>\n</html>\n"
    )


def read(content: bytes, *, page: int = 1) -> tuple[str, list[Word]]:
    """The name of the engine that wrote an hOCR file, and the words of its page `page` (from 1).

    ScanError where it holds no page, or is no HTML. Nothing outside the file is looked at, whatever it refers to.
    """
    if len(content) > MOST_BYTES:
        raise ScanError(f"the hOCR file beside the picture has more than {MOST_BYTES:,} bytes.")
    reader = _Reader()
    try:
        reader.feed(content.decode("utf-8", errors="replace"))
        reader.close()
    except (AssertionError, ValueError) as error:  # what Python's parser raises on broken declarations
        raise ScanError("the hOCR file beside the picture is no HTML.") from error
    if not reader.pages:
        raise ScanError("the hOCR file beside the picture has no element of the class ocr_page.")
    return reader.system, reader.pages[page - 1] if page <= len(reader.pages) else []


def is_own(content: bytes) -> bool:
    """Whether a file was written out of a read of ours."""
    return f'name="{SYSTEM}" content="{OWN} '.encode() in content[:2000]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """An hOCR file beside a page as an engine that has read already: a source of its own, named by its program."""

    source: str
    seen: tuple[Word, ...]
    name: str = "hocr"

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """The words whose middle lies in each box, or all of them."""
        if boxes is None:
            return [list(self.seen)]
        return [[word for word in self.seen if box.contains_middle(word.box)] for box in boxes]


def beside(page: Page, moved: Callable[[Box], Box]) -> Beside | None:
    """The hOCR beside a page, None where there is none. `moved` takes a box on the picture as it came to the page as
    it was laid. A file of several pages is read at the page's number where it has that many, else at its first."""
    if page.hocr is None:
        return None
    try:
        system, words = read(page.hocr, page=page.number)
        words = words or read(page.hocr)[1]
    except ScanError:
        return None  # the picture itself can be read; a spoilt file beside it is no reason to refuse it
    laid = tuple(replace(word, box=moved(word.box)) for word in words)
    return Beside(source=_source(system), seen=laid)


def tells(page: Page) -> bool:
    """Whether there is an hOCR file beside a page with more than a few words."""
    found = beside(page, lambda box: box)
    if found is None:
        return False
    return sum(sum(letter.isalnum() for letter in word.text) >= LONG for word in found.seen) >= FEWEST


def is_beside(source: str) -> bool:
    """Whether a source is an hOCR file. Where it has no words nobody knows whether somebody looked: that is no word
    against what engines see there."""
    return source.startswith(f"{BESIDE} ") or source.endswith(f" {BESIDE}")


def _source(system: str) -> str:
    """The source of a file that a program wrote: "hocr kraken 5". One that reads here too is the same source as it is
    here ("tesseract 5.5.0 hocr"), as two passes of one engine are no two."""
    program = system.casefold().partition(" ")[0]
    return f"{program} {system[len(program) :].strip()} {BESIDE}" if program in names() else f"{BESIDE} {system}"


class _Reader(HTMLParser):
    """Gathers words page by page; elements that are not closed do no harm."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.system = UNKNOWN_SYSTEM
        self.pages: list[list[Word]] = []
        self._line = -1
        self._open = 0
        self._title = ""
        self._text: list[str] = []
        self._count = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        kinds = set(said.get("class", "").split())
        if tag == "meta" and said.get("name") == SYSTEM:
            self.system = said.get("content", "").strip() or UNKNOWN_SYSTEM
        if "ocr_page" in kinds:
            self.pages.append([])
        if kinds & LINES:
            self._line += 1
        if WORD in kinds:
            self._title, self._text, self._open = said.get("title", ""), [], 1
        elif self._open and tag not in NO_END:
            self._open += 1

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in NO_END:
            self._open -= 1
            if not self._open:
                self._keep()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def _keep(self) -> None:
        text, box = " ".join("".join(self._text).split()), _box(self._title)
        self._count += 1
        if text and box and self.pages and self._count <= MOST_WORDS:
            confidence = _confidence(self._title)
            self.pages[-1].append(Word(text=text, box=box, confidence=confidence, line=max(0, self._line)))


def _box(title: str) -> Box | None:
    found = re.search(rf"\bbbox{4 * SIDE}(?!\d)", title)
    return Box(*(int(side) for side in found.groups())) if found else None


def _confidence(title: str) -> float | None:
    found = re.search(r"\bx_wconf\s+(\d{1,9}(?:\.\d{1,9})?)", title)
    return min(1.0, float(found.group(1)) / 100) if found else None


def _bbox(box: Box) -> str:
    return f"bbox {box.x0} {box.y0} {box.x1} {box.y1}"


def _span(word: Word, identity: str) -> str:
    sure = "" if word.confidence is None else f"; x_wconf {round(100 * word.confidence)}"
    return f'<span class="ocrx_word" id="{identity}" title="{_bbox(word.box)}{sure}">{escape(word.text)}</span>'
