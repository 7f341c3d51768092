"""Labels in a line of print: whose each is, and which role it plays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from transcribe.extraction.page_text.label_roles import ROLES
from transcribe.extraction.page_text.text_lines import Line
from transcribe.geometry import Box
from transcribe.model import Field, Form
from transcribe.values import fold

MIN_LABEL_SIMILARITY_PERCENT, MIN_SHORT_LABEL_SIMILARITY_PERCENT = 80, 86
"""Percent of likeness (rapidfuzz ratio) from which print is taken for a label, and for one of up to SHORT letters: one
misread letter in five is common on worn print, in four it makes another word (rate, date)."""

MAX_SHORT_LABEL_CHARACTERS = 4
CHANCE_SIMILARITY_PERCENT = 65
"""Percent of likeness that speaks for nothing: print of one's own length is that alike to many labels."""
MAX_LABEL_WORDS = 7

_WORD = re.compile(r"(?:RM|EUR|USD|MYR|[^\W\d_]{3,})(?=\d)|[^\W_]+|[#%°]")
"""Words of a label; what is glued to a number is one too: "RM40", "Total12"."""

_LETTERS_LIKE_DIGITS = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b", "|": "l", "°": "o"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text that names what stands beside it. `owner` is a field's name or a role of `roles.py`; `role` is the part
    that such a text usually plays, whoever owns it ("" where none is known)."""

    owner: str
    text: str
    rank: int = 0
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMatch:
    """A label found: line number in the sheet, characters of its text, likeness 0 to 1."""

    label: Label
    line: int
    start: int
    end: int
    similarity: float
    box: Box


def form_labels(form: Form) -> tuple[Label, ...]:
    """The form's own labels, then those of roles that no field of the form claims."""
    roles = _role_by_key()
    own = [
        Label(owner=field.name, text=text, rank=rank, role=roles.get(comparison_key(text), role_of(field)))
        for field in form.fields
        if field.find
        for rank, text in enumerate(field.find.labels)
    ]
    claimed = {comparison_key(label.text) for label in own}
    others = [Label(owner=role, text=text, role=role) for role, texts in ROLES.items() for text in texts]
    return (*own, *(label for label in others if comparison_key(label.text) not in claimed))


def role_of(field: Field) -> str:
    """The role that most of a field's labels play; "" where none plays one."""
    roles = _role_by_key()
    played = Counter(
        roles[comparison_key(text)]
        for text in (field.find.labels if field.find else ())
        if comparison_key(text) in roles
    )
    return max(played, key=lambda role: (played[role], role), default="")


@cache
def _role_by_key() -> dict[str, str]:
    """Every label of the known roles, as it is compared, and its role."""
    return {comparison_key(text): role for role, texts in ROLES.items() for text in texts}


def find_labels(number: int, line: Line, known: Sequence[Label]) -> list[LabelMatch]:
    """The labels in a line, left to right, the longest first where they overlap: "Sub total" is no "Total"."""
    text = line.text
    words = [(m.start(), m.end()) for m in _WORD.finditer(text)]
    windows = [(a, b) for a in range(len(words)) for b in range(a, min(a + MAX_LABEL_WORDS, len(words)))]
    if not windows or not known:
        return []
    segments = [(start, end) for start, end, _ in line.pieces]

    def apart(start: int, end: int) -> bool:
        """Whether a stretch of the line reaches over a gap as wide as between columns."""
        return not any(first <= start and end <= last for first, last in segments)

    said = [comparison_key(text[words[a][0] : words[b][1]]) for a, b in windows]
    wanted = [comparison_key(label.text) for label in known]
    likeness = cdist(said, wanted, scorer=fuzz.ratio, score_cutoff=MIN_LABEL_SIMILARITY_PERCENT)
    hits = []
    for row, column in zip(*likeness.nonzero(), strict=True):
        alike, size = float(likeness[row, column]), len(wanted[column])
        a, b = windows[row]
        if apart(words[a][0], words[b][1]):
            continue
        glued = re.match(r"[-/]?[^\W_]", text[words[b][1] :]) is not None
        if size <= MAX_SHORT_LABEL_CHARACTERS and (alike < MIN_SHORT_LABEL_SIMILARITY_PERCENT or glued):
            continue
        weight = len(said[row]) * (alike - CHANCE_SIMILARITY_PERCENT)
        hits.append((weight, alike, -known[column].rank, a - b, windows[row], known[column]))
    hits.sort(key=lambda hit: hit[:4], reverse=True)
    taken: set[int] = set()
    found = []
    for _, alike, _, _, (a, b), label in hits:
        if taken.isdisjoint(range(a, b + 1)):
            taken.update(range(a, b + 1))
            start, end = words[a][0], words[b][1]
            box = line.span(start, end).box
            found.append(LabelMatch(label=label, line=number, start=start, end=end, similarity=alike / 100, box=box))
    return sorted(found, key=lambda seen: seen.start)


@lru_cache(maxsize=65_536)
def comparison_key(text: str) -> str:
    """A label as it is compared: letters and digits only, digits that look like letters as those."""
    return fold(text.replace("°", "o")).replace(" ", "").translate(_LETTERS_LIKE_DIGITS)
