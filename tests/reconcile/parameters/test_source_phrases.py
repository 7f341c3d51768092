"""Conventions of one source: abbreviations, units, phrases left out or put in, told apart from errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters, read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.parameters.source_phrases import END_SIGN, START_SIGN, Phrases, differences, kept_phrases
from reconcile.policy import POLICY
from tests.reconcile.made import field, form, machine, reading
from transcribe.fields._street_words import STREET_WORDS, spelled_out
from transcribe.model import FieldKey, Form, Parameters

REMARK = form(field("remark", "text"))
KEY = FieldKey("remark")
WORDS = st.lists(st.sampled_from(["oak", "table", "12", "kg", "road"]), max_size=5).map(" ".join)


def learnt_from(facts: list[ScanFacts]) -> LearntParameters:
    return read_parameters(Parameters(version=1, content=learn(facts, shipped_parameters(), POLICY).content))


def scans(written: list[str], ann: list[str], of: Form = REMARK) -> list[ScanFacts]:
    """Scans that an engine and two people read as written, and ann in a way of her own."""
    return [
        ScanFacts(
            form=of,
            readings=[
                machine("remark", "tesseract 5", text),
                reading("remark", "ben", text),
                reading("remark", "cleo", text),
                reading("remark", "ann", own),
            ],
        )
        for text, own in zip(written, ann, strict=True)
    ]


NUMBERS = [str(number) for number in range(12, 60, 4)]
UNITS = scans([f"{number} kg" for number in NUMBERS], NUMBERS)
SHORT = scans([f"{number} oak department" for number in NUMBERS], [f"{number} oak dept" for number in NUMBERS])
TITLES = scans([f"smith {number}" for number in NUMBERS], [f"mr smith {number}" for number in NUMBERS])


@pytest.mark.parametrize(
    ("facts", "pair"),
    [(UNITS, ("kg", "")), (SHORT, ("department", "dept")), (TITLES, (START_SIGN, f"{START_SIGN} mr"))],
)
def test_what_one_source_does_again_and_again_is_its_convention(facts: list[ScanFacts], pair: tuple[str, str]) -> None:
    learnt = learnt_from(facts)
    followed, of = learnt.habits.conventions["ann"][pair[0]][pair[1]]
    assert followed > 0.9 * of > 10
    assert not learnt.habits.conventions.get("ben")
    # It is no error: she is believed about as much as those who write it in full.
    assert learnt.errors.error("ann", "person", "text") < 2 * learnt.errors.error("ben", "person", "text")


def test_a_reading_in_ones_own_words_speaks_for_what_is_written() -> None:
    readings = [machine("remark", "tesseract 5", "77 kg", 0.7), reading("remark", "ann", "77")]
    by_convention = weigh(
        REMARK, readings, Parameters(version=1, content=learn(UNITS, shipped_parameters(), POLICY).content), POLICY
    )[KEY]
    by_itself = weigh(REMARK, readings, shipped_parameters(), POLICY)[KEY]
    assert by_convention.candidates[0].normal == "77 kg"
    share = {each.normal: each.probability for each in by_convention.candidates}
    before = {each.normal: each.probability for each in by_itself.candidates}
    assert share["77 kg"] > 0.9 > before["77 kg"]


def test_a_machine_has_no_conventions_and_neither_has_a_date() -> None:
    learnt = learnt_from(UNITS)
    assert learnt.source_model("ann", "person", "text").phrases
    assert not learnt.source_model("ann", "person", "date").phrases
    assert not learnt.source_model("ann", "machine", "text").phrases


def test_twice_is_no_convention() -> None:
    assert "ann" not in learnt_from(UNITS[:2]).habits.conventions
    assert kept_phrases({"ann": {"kg": {"": [5.0, 100.0]}}}, {}) == {}
    assert kept_phrases({}, {"ann": {("kg", ""): 2.9}}) == {}


@given(written=WORDS, said=WORDS)
def test_differences_lead_from_what_is_written_to_what_is_said(written: str, said: str) -> None:
    pairs = differences(written, said)
    if len(pairs) == 1:
        ways = Phrases({pairs[0][0]: {pairs[0][1]: [10.0, 10.0]}}).ways(written)
        # A phrase that stands there twice is replaced twice.
        assert said in [way.text for way in ways] or written.split().count(pairs[0][0].split()[0]) > 1
    assert all(was != became for was, became in pairs)
    if written == said:
        assert not pairs


def test_several_conventions_apply_together_and_each_alone() -> None:
    phrases = Phrases({"road": {"rd": [9.0, 10.0]}, END_SIGN: {f"uk {END_SIGN}": [5.0, 10.0]}})
    assert [way.text for way in phrases.ways("mill road")] == ["mill rd uk", "mill rd", "mill road uk"]
    assert phrases.ways("mill lane")[0].share < phrases.ways("mill road")[1].share
    assert Phrases({"kg": {"": [9.0, 9.0]}}).ways("kg") == ()  # nothing would be left: that is a blank


@pytest.mark.parametrize(("short", "full"), sorted(STREET_WORDS.items()))
def test_every_street_word_is_spelled_out(short: str, full: str) -> None:
    assert spelled_out(f"{short} 5") == f"{full} 5"
    assert spelled_out(f"{full} 5") == f"{full} 5"
