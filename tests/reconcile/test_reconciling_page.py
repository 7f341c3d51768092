"""The example at the head of docs/reconciling.md is what weighing and deciding give."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconcile.decision import decide
from reconcile.inference import weigh
from reconcile.inference.weigh import MIN_EVIDENCE_BITS
from reconcile.parameters import shipped_parameters
from reconcile.policy import POLICY
from transcribe.forms import definition
from transcribe.model import Decision, FieldKey, Form, Kind, Reading

PAGE = (Path(__file__).parents[2] / "docs" / "reconciling.md").read_text(encoding="utf-8")
EXAMPLE = PAGE[PAGE.index("**An example.**") : PAGE.index("In code, `reconcile.inference")]
ROW = re.compile(r"^\| (.+?) \| (.+?) \| ([\d.]+) \| (asked|decided)", re.MULTILINE)
TYPED = re.compile(r"^(a|two) persons? types? (.+)$")

ADDRESS, AMOUNT = FieldKey("address"), FieldKey("lines.amount", 0)
SEEN = {"fit": 0.9933, "quality": 1.0, "place": 1.0}
READ = {
    ADDRESS: (("L, RUE DE BENARD", 0.58), ("2, RUE DE BENARD", 0.9847)),
    FieldKey("lines.quantity", 0): (("q", 0.9), ("9", 0.9503)),
    FieldKey("lines.unit_price", 0): (("ca,10", 0.32), ("69,20", 0.9972)),
    AMOUNT: (("611,20", 0.55), ("622,80", 0.9961)),
}
"""What Tesseract and RapidOCR read on the photograph, and how sure they were."""


@pytest.fixture
def form() -> Form:
    return definition.load("bon-de-commande")


def reading(key: FieldKey, kind: Kind, source: str, text: str, confidence: float | None = None) -> Reading:
    ink = 0.9991 if key == ADDRESS else 0.9999
    seen = {**SEEN, "ink": ink, **({"plain": 1.0} if source.startswith("rapidocr") else {})} if confidence else {}
    at = datetime(2026, 1, 5, tzinfo=UTC)
    return Reading(
        id=source, scan="example", key=key, source=source, kind=kind, text=text, at=at, confidence=confidence,
        conditions=seen,
    )  # fmt: skip


def by_machine(*keys: FieldKey) -> list[Reading]:
    sources = ("tesseract 5.5.0 fra", "rapidocr 3.10.0 PP-OCRv6-small latin")
    return [
        reading(key, "machine", source, text, sure)
        for key in keys
        for source, (text, sure) in zip(sources, READ[key], strict=True)
    ]


def test_every_row_of_the_example_is_what_follows(form: Form) -> None:
    rows = ROW.findall(EXAMPLE)
    assert len(rows) == 5
    spot = next(each for each in form.fields if each.name == ADDRESS.name)
    for who, value, probability, what in rows:
        found = TYPED.match(who)
        people = () if found is None else [found[2]] * (2 if found[1] == "two" else 1)
        typed = [reading(ADDRESS, "person", f"p{number}", text) for number, text in enumerate(people)]
        posterior = weigh(form, [*by_machine(ADDRESS), *typed], shipped_parameters(), POLICY)[ADDRESS]
        first = posterior.candidates[0]
        assert first.normal == re.sub(r"\W+", " ", value).lower(), who
        assert f"{first.probability:.{len(probability) - 2}f}" == probability, who
        assert isinstance(decide(spot, posterior, POLICY), Decision) == (what == "decided"), who


def test_the_sums_of_the_example_say_what_the_page_says(form: Form) -> None:
    line = by_machine(*(key for key in READ if key != ADDRESS))
    alone, summed = (
        weigh(each, line, shipped_parameters(), POLICY)[AMOUNT] for each in (replace(form, rules=()), form)
    )
    assert f"By itself it has {alone.candidates[0].probability:.4f}." in EXAMPLE
    assert f"with the form's sums it has {summed.candidates[0].probability:.6f}." in EXAMPLE
    bits = [bits for each in summed.evidence if abs(bits := float(each.numbers.get("bits", 0.0))) >= MIN_EVIDENCE_BITS]
    assert bits == [pytest.approx(float(said), abs=0.05) for said in re.findall(r"([\d.]+) bits for it", EXAMPLE)]
