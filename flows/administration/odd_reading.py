"""How people read, where an operator should look at it: questions with evidence. Nothing here acts by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.home import Home, policy
from reconcile.conduct import Answer, OddReader, answers, odd_readers
from reconcile.parameters import shipped_parameters
from transcribe.errors import FormError, NotFound
from transcribe.i18n import N_, worded
from transcribe.model import Null, Parameters

READ_LAST_SCAN_COUNT = 1000
"""So many scans that people read last are looked at: some seconds of work. Chosen by hand."""

NULL_WORDS: Mapping[Null, str] = {
    "blank": N_("nothing is written"),
    "illegible": N_("it cannot be read"),
    "crossed out": N_("it is crossed out"),
    "absent": N_("there is no such field"),
}
"""What a reading without a value says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One answer as evidence: what the person said, in words, and what the others say; "" where nobody did."""

    scan: str
    file: str
    field: str
    said: str
    others: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OddReading:
    """A question about how one person reads. `kind` names it for programs.

    `odd` of `looked` answers made it. An honest person gives so much reason to ask with a probability of 1 / `factor`
    at most.
    """

    handle: str
    kind: str
    question: str
    odd: int
    looked: int
    factor: float
    examples: tuple[Shown, ...]


def odd_reading(home: Home, count: int = READ_LAST_SCAN_COUNT) -> list[OddReading]:
    """The questions that the last `count` scans that people read leave, by person.

    Readings that were set aside are not looked at. A scan whose form is gone is left out.
    """
    store = home.store
    handles = {person.id: person.handle for person in store.transcribers()}
    parameters = store.parameters() or Parameters(version=1, content=shipped_parameters().content)
    given, in_force = list[Answer](), policy(home.settings)
    files: dict[str, str] = {}
    for scan in map(store.scan, store.scans_read_last(count)):
        try:
            given += answers(home.forms(scan.form, scan.form_version), store.readings(scan.id), parameters, in_force)
        except (FormError, NotFound):
            continue
        files[scan.id] = scan.name
    return [_shown(each, handles, files) for each in odd_readers(given)]


def _shown(each: OddReader, handles: Mapping[str, str], files: Mapping[str, str]) -> OddReading:
    return OddReading(
        handle=handles.get(each.who, each.who),
        kind=each.kind,
        question=_question(each, handles),
        odd=each.odd,
        looked=each.looked,
        factor=each.factor,
        examples=tuple(
            Shown(
                scan=answer.scan,
                file=files[answer.scan],
                field=str(answer.key),
                said=_words(answer.text or answer.says, answer.null),
                others=_words(answer.others.text or answer.others.says, answer.others.null) if answer.others else "",
            )
            for answer in each.examples
        ),
    )


def _question(each: OddReader, handles: Mapping[str, str]) -> str:
    """The question, with its figures."""
    numbers: Mapping[str, Any] = {"odd": each.odd, "looked": each.looked}
    if each.kind == "constant":
        usual = next((_words(answer.says, answer.null) for answer in each.examples), each.like)
        return worded(
            "%(odd)s of %(looked)s fields in which something else is written got the same answer, %(answer)s. Do they "
            "see the pictures?", answer=usual, **numbers,
        )  # fmt: skip
    if each.kind == "copied":
        whose = handles.get(each.like, each.like) if each.like else worded("who else read them")
        return worded("%(odd)s of %(looked)s mistakes of %(whose)s are theirs too. Do they work together?",
                      whose=whose, **numbers)  # fmt: skip
    if each.kind == "quick":
        return worded(
            "%(odd)s of %(looked)s times they sent answers faster than anybody can look and type. Is a key held down, "
            "or does a program send them?", **numbers,
        )  # fmt: skip
    if each.kind == "other letters":
        return worded(
            "%(odd)s of %(looked)s answers have letters of another alphabet that look like those of the form. Is "
            "another keyboard switched on?", **numbers,
        )  # fmt: skip
    return worded(
        "%(odd)s of %(looked)s answers are no more like what others read there than what stands elsewhere. Do they "
        "know what is asked?", **numbers,
    )  # fmt: skip


def _words(says: str, null: Null | None) -> str:
    return f'"{says}"' if null is None else worded(NULL_WORDS[null])
