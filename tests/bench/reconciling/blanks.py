"""Cells where nothing is written and the ink is in doubt: how often people are asked, and what is decided.

Scripted people err on one cell in twenty: they type the value of another row, or say that it cannot be read. Nothing is
prefilled. An expert is asked where they stay split. All kinds of doubt are as frequent.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.parameters import shipped
from reconcile.policy import POLICY
from tests.bench.rows import Row, at_least, at_most
from transcribe.codes import Flag
from transcribe.model import INK, Column, Decision, Field, FieldKey, Form, Kind, Reading, Table

ERRORS = 0.05
"""How often a scripted person is wrong about a cell."""

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
TYPES = {
    "code": ("AB-1042", "CD-2077", "EF-3401", "AB-9913"),
    "text": ("paper, white", "toner, black", "stapler", "envelopes C5"),
    "integer": ("12", "3", "40", "25"),
    "amount": ("37.50", "112.00", "8.95", "1250.40"),
    "date": ("03/04/2026", "19/05/2026", "30/01/2026", "11/11/2025"),
}
"""By type of cell: what may stand in other rows."""

FORM = Form(
    name="cells",
    version=1,
    title={"en": "Cells"},
    languages=("eng",),
    locale="en_GB",
    currency="EUR",
    digest="cells",
    blanks=(),
    fields=(),
    tables=(
        Table(
            name="lines",
            columns=tuple(
                Column(field=Field(name=f"lines.{name}", type=name, label={"en": name}, required=False))
                for name in TYPES
            ),
            rows=1,
        ),
    ),
)


def _said(key: FieldKey, source: str, text: str | None, kind: Kind, minute: int, sure: float | None = None) -> Reading:
    return Reading(
        id=f"{key} {source} {minute}",
        scan="cells",
        key=key,
        source=source,
        kind=kind,
        text=text,
        at=START + timedelta(minutes=minute),
        confidence=sure,
        flags=frozenset({Flag.ILLEGIBLE} if text is None else ()),
        conditions={"fit": 1.0, "quality": 1.0} if kind == "machine" else {},
    )


def _unsure(key: FieldKey, chance: random.Random) -> list[Reading]:
    return [_said(key, INK, "", "machine", 0, chance.uniform(0.5, POLICY.min_ink_confidence))]


def _doubtful(key: FieldKey, chance: random.Random) -> list[Reading]:
    return [_said(key, INK, None, "machine", 0)]


def _silent(key: FieldKey, chance: random.Random) -> list[Reading]:
    return [_said(key, source, None, "machine", 0) for source in ("tesseract 5", "rapidocr 3")]


def _speck(key: FieldKey, chance: random.Random) -> list[Reading]:
    text = chance.choice("-.1|I'")
    return [_said(key, "tesseract 5", text, "machine", 0, chance.uniform(0.3, 0.9)), _silent(key, chance)[1]]


def _both_see_specks(key: FieldKey, chance: random.Random) -> list[Reading]:
    marks = chance.sample("-.1|I'", 2)
    return [
        _said(key, source, text, "machine", 0, chance.uniform(0.3, 0.9))
        for source, text in zip(("tesseract 5", "rapidocr 3"), marks, strict=True)
    ]


DOUBTS: dict[str, Callable[[FieldKey, random.Random], list[Reading]]] = {
    "the ink test is not sure that it is blank": _unsure,
    "the ink test cannot tell": _doubtful,
    "there is ink, and engines read nothing": _silent,
    "there is ink, and one engine reads a speck": _speck,
    "there is ink, and each engine reads another speck": _both_see_specks,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell at the end: people's readings, experts' among them, and whether it was decided blank."""

    readings: int
    right: bool


def rows(small: bool) -> Iterator[Row]:
    """People's readings a cell, doubt by doubt, and over all."""
    count = 40 if small else 400
    every: list[Cell] = []
    for name, doubt in DOUBTS.items():
        cells = [run(doubt, kind, seed) for kind in TYPES for seed in range(count)]
        every += cells
        most = sum(each.readings > POLICY.people_to_agree for each in cells) / len(cells)
        yield Row(of=f"{name}: readings a cell; more than two", figure=f"{effort(cells):.3f}; {most:.3f}")
    yield at_most("people's readings a blank cell where ink is in doubt", effort(every), 2, 3)
    yield at_least("decided to be blank", sum(each.right for each in every) / len(every), 0.995)


def effort(cells: Sequence[Cell]) -> float:
    return sum(each.readings for each in cells) / len(cells)


def run(doubt: Callable[[FieldKey, random.Random], list[Reading]], kind: str, seed: int) -> Cell:
    """A blank cell of this type, read until it is decided."""
    chance = random.Random(f"{doubt.__name__} {kind} {seed}")
    key = FieldKey(f"lines.{kind}", 0)
    readings = doubt(key, chance)
    asked = 0
    parameters = shipped.shipped_parameters()
    while True:
        posterior = weigh(FORM, readings, parameters, POLICY)[key]
        answer = decide(FORM.field(key.name), posterior, POLICY)
        if isinstance(answer, Decision):
            return Cell(readings=asked, right=answer.null == "blank")
        asked += 1
        expert = answer.kind == "adjudicate"
        wrong = not expert and chance.random() < ERRORS
        text = chance.choice([*TYPES[kind], None, None]) if wrong else ""
        said = _said(key, "expert" if expert else f"person {asked}", text, "expert" if expert else "person", asked)
        readings.append(replace(said, confidence=None))
