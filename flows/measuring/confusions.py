"""Characters that engines took for others, in audited fields: what is written against what was read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from reconcile.learning import AuditedValue

EXAMPLES_COUNT = 3
"""So many fields are shown of each confusion. Chosen by hand."""

MAX_CHANGED_SHARE = 0.5
"""A reading with more changes than this share of its characters is another text, not a confusion. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """What is `written` and was `read`, each one character or "" for none: how often, by which engines.

    `of` is how often engines had that character before them, None where nothing is written.
    """

    written: str
    read: str
    times: int
    of: int | None
    engines: tuple[str, ...]
    examples: tuple[AuditedValue, ...]


def confusions(fields: Iterable[AuditedValue]) -> list[Confusion]:
    """The confusions of these fields, the most frequent first. Payment data are left out."""
    before: Counter[str] = Counter()
    found: dict[tuple[str, str], list[tuple[str, AuditedValue]]] = defaultdict(list)
    for field in fields:
        if field.hidden:
            continue
        for engine, says in field.read.items():
            before.update(field.truth)
            for pair in _pairs(field.truth, says):
                found[pair].append((engine, field))
    listed = [
        Confusion(
            written=written,
            read=read,
            times=len(cases),
            of=before[written] if written else None,
            engines=tuple(sorted({engine for engine, _ in cases})),
            examples=_examples(field for _, field in cases),
        )
        for (written, read), cases in found.items()
    ]
    return sorted(listed, key=lambda each: (-each.times, each.written, each.read))


def _pairs(truth: str, says: str) -> Iterator[tuple[str, str]]:
    """What is written and what was read, of each character that differs."""
    edits = Levenshtein.editops(truth, says)
    if len(edits) > MAX_CHANGED_SHARE * max(1, len(truth)):
        return
    for edit in edits:
        written = "" if edit.tag == "insert" else truth[edit.src_pos]
        yield written, "" if edit.tag == "delete" else says[edit.dest_pos]


def _examples(fields: Iterable[AuditedValue]) -> tuple[AuditedValue, ...]:
    """A few of the fields, each once, the latest first."""
    each_once = {(field.scan, field.key): field for field in fields}
    return tuple(list(each_once.values())[: -EXAMPLES_COUNT - 1 : -1])
