"""Labels in a line of print: the field or role that owns each, and the role that it plays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.geometry import Box
from transcribe.model import Field, Form
from transcribe.values import any_word, fold, word_lists

MIN_LABEL_SIMILARITY_PERCENT = 80
"""Print is taken for a label from this likeness on (rapidfuzz ratio): one misread letter in five is common on worn
print. Chosen by hand."""


MIN_SHORT_LABEL_SIMILARITY_PERCENT = 86
"""The same for a short label: one other letter in four makes another word (rate, date). Chosen by hand."""


MAX_SHORT_LABEL_CHARACTERS = 4
"""Letters and digits up to which a label is short. Chosen by hand."""


CHANCE_SIMILARITY_PERCENT = 65
"""Likeness by chance: print of the same length is that alike to many labels. Chosen by hand."""


MAX_LABEL_WORDS = 7
"""Words of the longest label. Chosen by hand."""


_LABEL_WORD = re.compile(r"(?:RM|EUR|USD|MYR|[^\W\d_]{3,})(?=\d)|[^\W_]+|[#%°]")
"""A word of a label. One that is glued to a number is one too: "RM40", "Total12"."""


_LETTERS_LIKE_DIGITS = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b", "|": "l", "°": "o"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text that announces a value beside it.

    `owner` is a field's name or a role of label_roles. `role` is the part that such a text usually plays, also under
    another owner; "" where none is known. `rank` is its number among the labels of its owner, from 0.
    """

    owner: str
    text: str
    rank: int = 0
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMatch:
    """A label in the print.

    `line` is the number of its line in the page's text; `start` and `end` are characters of that line. `similarity` is
    0 to 1.
    """

    label: Label
    line: int
    start: int
    end: int
    similarity: float
    box: Box


@dataclass(frozen=True, slots=True)
class _Hit:
    """A label that the words `first` to `last` of a line resemble; similarity in percent."""

    weight: float
    similarity: float
    first: int
    last: int
    label: Label

    @property
    def order(self) -> tuple[float, float, int, int]:
        """The key by which hits are compared, the best is the largest: weight, similarity, rank of the label, fewest
        words."""
        return self.weight, self.similarity, -self.label.rank, self.first - self.last


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
    others = [Label(owner=role, text=text, role=role) for role, texts in labels_by_role().items() for text in texts]
    return (*own, *(label for label in others if comparison_key(label.text) not in claimed))


def role_of(field: Field) -> str:
    """The role that most of a field's labels play; "" where none plays one."""
    roles = _role_by_key()
    keys = [comparison_key(text) for text in (field.find.labels if field.find else ())]
    played = Counter(roles[key] for key in keys if key in roles)
    return max(played, key=lambda role: (played[role], role), default="")


@cache
def _role_by_key() -> dict[str, str]:
    """The role of each label of the known roles, by the label's comparison key."""
    return {comparison_key(text): role for role, texts in labels_by_role().items() for text in texts}


def find_labels(number: int, line: TextLine, known: Sequence[Label]) -> list[LabelMatch]:
    """The labels in a line, left to right. Of labels that overlap the longest counts: "Sub total" is no "Total"."""
    text = line.text
    words = [hit.span() for hit in _LABEL_WORD.finditer(text)]
    if not words or not known:
        return []
    taken: set[int] = set()
    matches = []
    for hit in sorted(_hits(line, words, known), key=lambda hit: hit.order, reverse=True):
        if taken.isdisjoint(range(hit.first, hit.last + 1)):
            taken.update(range(hit.first, hit.last + 1))
            start, end = words[hit.first][0], words[hit.last][1]
            box, similarity = line.span(start, end).box, hit.similarity / 100
            matches.append(
                LabelMatch(label=hit.label, line=number, start=start, end=end, similarity=similarity, box=box)
            )
    return sorted(matches, key=lambda match: match.start)


def _hits(line: TextLine, words: Sequence[tuple[int, int]], known: Sequence[Label]) -> Iterator[_Hit]:
    """Every label that a run of words resembles; no run reaches over a gap between columns."""
    text = line.text
    windows = [(a, b) for a in range(len(words)) for b in range(a, min(a + MAX_LABEL_WORDS, len(words)))]
    segments = [(start, end) for start, end, _ in line.pieces]
    printed = [comparison_key(text[words[a][0] : words[b][1]]) for a, b in windows]
    wanted = [comparison_key(label.text) for label in known]
    similarities = cdist(printed, wanted, scorer=fuzz.ratio, score_cutoff=MIN_LABEL_SIMILARITY_PERCENT)
    for row, column in zip(*similarities.nonzero(), strict=True):
        similarity, size = float(similarities[row, column]), len(wanted[column])
        a, b = windows[row]
        start, end = words[a][0], words[b][1]
        if not any(first <= start and end <= last for first, last in segments):
            continue
        is_glued = re.match(r"[-/]?[^\W_]", text[end:]) is not None
        if size <= MAX_SHORT_LABEL_CHARACTERS and (similarity < MIN_SHORT_LABEL_SIMILARITY_PERCENT or is_glued):
            continue
        weight = len(printed[row]) * (similarity - CHANCE_SIMILARITY_PERCENT)
        yield _Hit(weight, similarity, a, b, known[column])


@lru_cache(maxsize=65_536)
def comparison_key(text: str) -> str:
    """A label as it is compared: letters and digits only, digits that look like letters as those."""
    return fold(text.replace("°", "o")).replace(" ", "").translate(_LETTERS_LIKE_DIGITS)


# Words that extraction knows, from one file for each language.

WORDS_FOLDER = Path(__file__).parent.parent / "words"
"""A file for each language, called by its code. A new language is one more file."""


@cache
def pattern_of(template: str) -> re.Pattern[str]:
    """The pattern of a template, in which a subject in angles stands for any of its words, in all languages.

    The words are regular expressions. Upper and lower case are alike.
    """
    return re.compile(re.sub(r"<(\w+)>", lambda subject: any_word(WORDS_FOLDER, subject[1]), template), re.IGNORECASE)


def texts_of(subject: str) -> tuple[str, ...]:
    """The plain texts of a subject, in all languages; none where no file has any."""
    return word_lists(WORDS_FOLDER).get(subject, ())


# Roles of print on receipts and invoices beside a form's own fields, with the labels that announce them.
#
# Print belongs to the label that it is most like. A role takes from a field what only looks like the field's label.

ROLES: tuple[str, ...] = (
    "#total",
    "#subtotal",
    "#tax",
    "#service",
    "#tip",
    "#rounding",
    "#discount",
    "#paid",
    "#change",
    "#count",
    "#summary",
    "#rate",
    "#due",
    "#delivery",
    "#account",
    "#left",
    "#born",
    "#phone",
    "#registered",
)
"""The names of the roles; each begins with #. A text that stands under two roles plays the later one."""


@cache
def labels_by_role() -> Mapping[str, tuple[str, ...]]:
    """The labels of each role, in all languages: the list in the table [labels] that is called as the role."""
    return {role: texts_of(f"labels.{role.removeprefix('#')}") for role in ROLES}
