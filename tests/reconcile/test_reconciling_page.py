"""The example at the head of docs/reconciling.md is what reading, weighing and deciding give."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.home import load_settings
from flows.standalone import read_files
from reconcile.decision import decide
from reconcile.inference import weigh
from reconcile.inference.weigh import MIN_EVIDENCE_BITS
from reconcile.parameters import shipped_parameters
from reconcile.policy import POLICY
from transcribe.forms import definition
from transcribe.i18n.evidence_messages import say
from transcribe.model import Decision, FieldKey, Form, Reading

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reconciling.md").read_text(encoding="utf-8")
EXAMPLE = PAGE[PAGE.index("**An example.**") : PAGE.index("In code, `reconcile.inference")]
PICTURE = re.compile(r"`(tests/cases/.+?)`")
ROW = re.compile(r"^\| (.+?) \| (.+?) \| ([\d.]+) \| (asked|decided)", re.MULTILINE)
TYPED = re.compile(r"^(a|two) persons? types? (.+)$")

ADDRESS, AMOUNT = FieldKey("address"), FieldKey("lines.amount", 0)


@pytest.fixture
def form() -> Form:
    return definition.load("bon-de-commande")


@pytest.fixture(scope="module")
def by_machine(tmp_path_factory: pytest.TempPathFactory) -> list[Reading]:
    """What machines read on the photograph of the page."""
    (picture,) = PICTURE.findall(EXAMPLE)
    home = load_settings(tmp_path_factory.mktemp("home"))
    ((_, result),) = read_files(home, [ROOT / picture], "bon-de-commande", lambda *_: None)
    assert result is not None
    return list(result.reads.readings)


def typed(who: str, text: str) -> Reading:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    return Reading(id=who, scan="example", key=ADDRESS, source=who, kind="person", text=text, at=at)


def test_engines_read_what_the_example_says(by_machine: list[Reading]) -> None:
    read = {(each.key, each.source.partition(" ")[0]): each.text for each in by_machine}
    assert f'RapidOCR read "{read[ADDRESS, "rapidocr"]}"' in EXAMPLE
    assert f'Tesseract "{read[ADDRESS, "tesseract"]}"' in EXAMPLE
    assert f"{read[AMOUNT, 'rapidocr']} by RapidOCR and as {read[AMOUNT, 'tesseract']} by Tesseract" in EXAMPLE


def test_every_row_of_the_example_is_what_follows(form: Form, by_machine: list[Reading]) -> None:
    rows = ROW.findall(EXAMPLE)
    assert len(rows) == 5
    spot = form.field(ADDRESS.name)
    for who, value, probability, what in rows:
        found = TYPED.match(who)
        people = () if found is None else [found[2]] * (2 if found[1] == "two" else 1)
        readings = [*by_machine, *(typed(f"p{number}", text) for number, text in enumerate(people))]
        posterior = weigh(form, readings, shipped_parameters(), POLICY)[ADDRESS]
        assert posterior.candidates[0].normal == re.sub(r"\W+", " ", value).lower(), who
        assert f"{posterior.probability:.3f}" == probability, who
        assert isinstance(decide(spot, posterior, POLICY), Decision) == (what == "decided"), who


def test_the_sums_of_the_example_say_what_the_page_says(form: Form, by_machine: list[Reading]) -> None:
    alone, summed = (
        weigh(each, by_machine, shipped_parameters(), POLICY)[AMOUNT] for each in (replace(form, rules=()), form)
    )
    assert f"By itself it has {alone.probability:.4f}." in EXAMPLE
    assert f"with the form's sums it has {summed.probability:.7f}." in EXAMPLE
    told = [say(each) for each in summed.evidence if abs(float(each.numbers.get("bits", 0.0))) >= MIN_EVIDENCE_BITS]
    assert told == re.findall(r"^    (.+)$", EXAMPLE, re.MULTILINE)
