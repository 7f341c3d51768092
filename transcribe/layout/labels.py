"""Labels in the print of a scan: whose each is, and what stands to the right of it or below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from transcribe.fields._fold import fold
from transcribe.layout.lines import Line
from transcribe.layout.roles import ROLES
from transcribe.model import Box, Form

ALIKE, ALIKE_SHORT = 80, 86
"""Percent of likeness (rapidfuzz ratio) from which print is taken for a label, and for one of up to SHORT letters: one
misread letter in five is common on worn print, in four it makes another word (rate, date)."""

SHORT = 4
UNLIKE = 65
"""Percent of likeness that speaks for nothing: print of one's own length is that alike to many labels."""
MOST_WORDS = 7
REACH_BELOW = 3.6
"""Line heights below a label in which its value may begin."""

_WORD = re.compile(r"[^\W\d_]{2,}(?=\d)|[^\W_]+|[#%°]")
_LOOK = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b", "|": "l", "°": "o"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text that names what stands beside it. `owner` is a field's name or a role of `roles.py`."""

    owner: str
    text: str
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A label found: line number in the sheet, characters of its text, likeness 0 to 1."""

    label: Label
    line: int
    start: int
    end: int
    likeness: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The print of one scan as one source sees it: lines of all pages, top to bottom, and the labels in each."""

    lines: tuple[Line, ...]
    labels: tuple[tuple[Seen, ...], ...]

    def of(self, owner: str) -> list[Seen]:
        """Every label of a field or role, top to bottom."""
        return [seen for line in self.labels for seen in line if seen.label.owner == owner]

    def seen(self) -> list[Seen]:
        """Every label of the sheet."""
        return [seen for line in self.labels for seen in line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Where a value may stand: characters of a line from a label's end to the next label, or of a line below."""

    label: Seen
    line: int
    start: int
    end: int
    where: Literal["right", "below"]


def sheet(lines: Sequence[Line], form: Form) -> Sheet:
    """The lines with the labels of a form's fields and of the known roles in them."""
    known = labels(form)
    return Sheet(lines=tuple(lines), labels=tuple(tuple(find(n, line, known)) for n, line in enumerate(lines)))


def labels(form: Form) -> tuple[Label, ...]:
    """The form's own labels, then those of roles that no field of the form claims."""
    own = [
        Label(owner=field.name, text=text, rank=rank)
        for field in form.fields
        if field.find
        for rank, text in enumerate(field.find.labels)
    ]
    claimed = {key(label.text) for label in own}
    roles = [Label(owner=role, text=text) for role, texts in ROLES.items() for text in texts]
    return (*own, *(label for label in roles if key(label.text) not in claimed))


def find(number: int, line: Line, known: Sequence[Label]) -> list[Seen]:
    """The labels in a line, left to right, the longest first where they overlap: "Sub total" is no "Total"."""
    text = line.text
    words = [(m.start(), m.end()) for m in _WORD.finditer(text)]
    windows = [(a, b) for a in range(len(words)) for b in range(a, min(a + MOST_WORDS, len(words)))]
    if not windows or not known:
        return []
    said = [key(text[words[a][0] : words[b][1]]) for a, b in windows]
    wanted = [key(label.text) for label in known]
    likeness = cdist(said, wanted, scorer=fuzz.ratio, score_cutoff=ALIKE)
    hits = []
    for row, column in zip(*likeness.nonzero(), strict=True):
        alike, size = float(likeness[row, column]), len(wanted[column])
        if size <= SHORT and alike < ALIKE_SHORT:
            continue
        weight = len(said[row]) * (alike - UNLIKE)
        hits.append((weight, alike, -known[column].rank, windows[row], known[column]))
    hits.sort(key=lambda hit: hit[:3], reverse=True)
    taken: set[int] = set()
    found = []
    for _, alike, _, (a, b), label in hits:
        if taken.isdisjoint(range(a, b + 1)):
            taken.update(range(a, b + 1))
            start, end = words[a][0], words[b][1]
            box = line.span(start, end).box
            found.append(Seen(label=label, line=number, start=start, end=end, likeness=alike / 100, box=box))
    return sorted(found, key=lambda seen: seen.start)


def key(text: str) -> str:
    """A label as it is compared: letters and digits only, digits that look like letters as those."""
    return fold(text.replace("°", "o")).replace(" ", "").translate(_LOOK)


def beside(sheet: Sheet, seen: Seen) -> list[Beside]:
    """Where the value of a label may stand, nearest first: right of it up to the next label, then below it."""
    line, row = sheet.lines[seen.line], sheet.labels[seen.line]
    after = [other.start for other in row if other.start >= seen.end]
    end = min(after, default=len(line.text))
    places = []
    if re.search(r"[^\W_]", line.text[seen.end : end]):
        places.append(Beside(label=seen, line=seen.line, start=seen.end, end=end, where="right"))
    places.extend(_below(sheet, seen))
    return places


def _below(sheet: Sheet, seen: Seen) -> Iterable[Beside]:
    """Pieces of the lines under a label that stand under its column."""
    line = sheet.lines[seen.line]
    left, right = _column(sheet, seen)
    deepest = seen.box.y1 + REACH_BELOW * line.height
    for number in range(seen.line + 1, len(sheet.lines)):
        under = sheet.lines[number]
        if under.page != line.page or under.box.y0 > deepest:
            return
        for start, end, box in pieces(under):
            own = any(s.start < end and start < s.end for s in sheet.labels[number])
            if not own and box.x0 < right and box.x1 > left and box.y0 >= seen.box.y0 + line.height / 2:
                yield Beside(label=seen, line=number, start=start, end=end, where="below")


def pieces(line: Line) -> list[tuple[int, int, Box]]:
    """The segments of a line as (start, end, box) in its text."""
    found, at = [], 0
    text = line.text
    for segment in line.segments():
        start = text.index(segment.words[0].text, at)
        at = start
        for word in segment.words:
            at = text.index(word.text, at) + len(word.text)
        found.append((start, at, segment.box))
    return found


def _column(sheet: Sheet, seen: Seen) -> tuple[float, float]:
    """From where to where the column of a label reaches: to the middle of the gap to its neighbours, at most 4 heights
    beyond itself."""
    line = sheet.lines[seen.line]
    room = 4 * line.height
    lefts = [box.x1 for _, _, box in pieces(line) if box.x1 <= seen.box.x0]
    rights = [box.x0 for _, _, box in pieces(line) if box.x0 >= seen.box.x1]
    left = max((seen.box.x0 + max(lefts)) / 2 if lefts else 0, seen.box.x0 - room)
    right = min((seen.box.x1 + min(rights)) / 2 if rights else float("inf"), seen.box.x1 + room)
    return left, right
