"""hOCR files: words written as hOCR, and words of any engine read from it."""

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
from transcribe.ocr.engine import View, names

SYSTEM_META_NAME = "ocr-system"
"""The name of the meta element that names the program."""

OWN_SYSTEM = "fairhand"
"""How the system of our own files begins: a file that fairhand wrote adds no independent source."""

UNKNOWN_SYSTEM = "unknown"
"""The system of a file that names none."""

LINE_CLASSES = frozenset({"ocr_line", "ocrx_line", "ocr_header", "ocr_caption", "ocr_textfloat"})
"""The classes of elements that are a line of print."""

WORD_CLASS = "ocrx_word"
"""The class of elements that are a word."""

VOID_ELEMENTS = frozenset({"meta", "link", "br", "img", "hr", "input"})
"""Elements of HTML without an end tag."""

MAX_WORD_COUNT = 200_000
"""A file with more words is no page of print. Chosen by hand."""

MAX_WORD_LENGTH = 300
"""Characters of a word: a longer one is no word of print, and is left out. The longest e-mail address has 254."""

MAX_FILE_BYTES = 50_000_000
"""A larger file is not read: twice the size of MAX_WORD_COUNT with a line each."""

SIDE_PATTERN = r"\s+(-?\d{1,7})"
"""The pattern of a side of a bbox; no page has ten million pixels a side."""

MIN_WORD_COUNT = 5
"""A file beside a page of free layout tells nothing with fewer words: a receipt has dozens. Chosen by hand."""

MIN_WORD_LETTERS = 3
"""A word counts for that from so many letters and digits on. Chosen by hand."""

HOCR_SOURCE_WORD = "hocr"
"""The word with which the source of a file beside a picture begins or ends."""


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
        f'  <meta name="{SYSTEM_META_NAME}" content="{escape(system, quote=True)}"/>\n'
        '  <meta name="ocr-capabilities" content="ocr_page ocr_line ocrx_word ocrp_wconf"/>\n </head>\n <body>\n'
        f'  <div class="ocr_page" id="page_{page}" title="bbox 0 0 {size[0]} {size[1]}; ppageno {page - 1}">\n'
        f"{body}\n  </div>\n </body>\n</html>\n"
    )


def read(content: bytes, *, page: int = 1) -> tuple[str, list[Word]]:
    """The name of the engine that wrote an hOCR file, and the words of its page `page` (from 1).

    ScanError where it holds no page, or is no HTML. Nothing outside the file is looked at, whatever it refers to.
    """
    if len(content) > MAX_FILE_BYTES:
        raise ScanError(f"the hOCR file beside the picture has more than {MAX_FILE_BYTES:,} bytes.")
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
    """Whether fairhand wrote a file."""
    return f'name="{SYSTEM_META_NAME}" content="{OWN_SYSTEM} '.encode() in content[:2000]


@dataclass(frozen=True, slots=True, kw_only=True)
class HocrEngine:
    """An hOCR file beside a page as an engine that has read the page already.

    It is a source of its own, named by the file's program.
    """

    source: str
    seen: tuple[Word, ...]
    name: str = "hocr"
    view: View = "page"

    def stretches(self, page: Page) -> None:
        """None: the file may leave out what its program did not look for."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """The words whose middle lies in each box, or all of them."""
        if boxes is None:
            return [list(self.seen)]
        return [[word for word in self.seen if box.contains_middle(word.box)] for box in boxes]


def hocr_engine(page: Page, moved: Callable[[Box], Box]) -> HocrEngine | None:
    """The hOCR file beside a page as an engine, None where there is none.

    `moved` takes a box on the picture as it came to the page as it was laid. A file of several pages is read at the
    page's number where it has that many, else at its first.
    """
    if page.hocr is None:
        return None
    try:
        system, words = read(page.hocr, page=page.number)
        words = words or read(page.hocr)[1]
    except ScanError:
        return None  # the picture itself can be read; a spoilt file beside it is no reason to refuse it
    laid = tuple(replace(word, box=moved(word.box)) for word in words)
    return HocrEngine(source=_source(system), seen=laid)


def has_words(page: Page) -> bool:
    """Whether the hOCR file beside a page has more than a few words; False where there is none."""
    found = hocr_engine(page, lambda box: box)
    if found is None:
        return False
    return (
        sum(sum(letter.isalnum() for letter in word.text) >= MIN_WORD_LETTERS for word in found.seen) >= MIN_WORD_COUNT
    )


def is_hocr_source(source: str) -> bool:
    """Whether a source is an hOCR file.

    Where such a file has no words, its program may not have looked: that is no evidence against words of engines.
    """
    return source.startswith(f"{HOCR_SOURCE_WORD} ") or source.endswith(f" {HOCR_SOURCE_WORD}")


def _source(system: str) -> str:
    """The source of a file that a program wrote: "hocr kraken 5".

    An engine that reads here too begins the name as here, "tesseract 5.5.0 hocr": two passes of one engine are no two
    witnesses.
    """
    program = system.casefold().partition(" ")[0]
    return (
        f"{program} {system[len(program) :].strip()} {HOCR_SOURCE_WORD}"
        if program in names()
        else f"{HOCR_SOURCE_WORD} {system}"
    )


class _Reader(HTMLParser):
    """Gathers words page by page; unclosed elements do no harm."""

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
        if tag == "meta" and said.get("name") == SYSTEM_META_NAME:
            self.system = said.get("content", "").strip() or UNKNOWN_SYSTEM
        if "ocr_page" in kinds:
            self.pages.append([])
        if kinds & LINE_CLASSES:
            self._line += 1
        if WORD_CLASS in kinds:
            self._title, self._text, self._open = said.get("title", ""), [], 1
        elif self._open and tag not in VOID_ELEMENTS:
            self._open += 1

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in VOID_ELEMENTS:
            self._open -= 1
            if not self._open:
                self._keep()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def _keep(self) -> None:
        text, box = " ".join("".join(self._text).split()), _box(self._title)
        self._count += 1
        if text and len(text) <= MAX_WORD_LENGTH and box and self.pages and self._count <= MAX_WORD_COUNT:
            confidence = _confidence(self._title)
            self.pages[-1].append(Word(text=text, box=box, confidence=confidence, line=max(0, self._line)))


def _box(title: str) -> Box | None:
    found = re.search(rf"\bbbox{4 * SIDE_PATTERN}(?!\d)", title)
    return Box(*(int(side) for side in found.groups())) if found else None


def _confidence(title: str) -> float | None:
    found = re.search(r"\bx_wconf\s+(\d{1,9}(?:\.\d{1,9})?)", title)
    return min(1.0, float(found.group(1)) / 100) if found else None


def _bbox(box: Box) -> str:
    return f"bbox {box.x0} {box.y0} {box.x1} {box.y1}"


def _span(word: Word, identity: str) -> str:
    sure = "" if word.confidence is None else f"; x_wconf {round(100 * word.confidence)}"
    return f'<span class="ocrx_word" id="{identity}" title="{_bbox(word.box)}{sure}">{escape(word.text)}</span>'
