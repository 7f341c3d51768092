"""The model keeps its place beside majority only while it is not worse."""

from __future__ import annotations

import re
from math import exp, log
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.forms.prepared_form import prepared
from reconcile.inference.votes import majority, votes
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn, taught
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import shipped_data, shipped_people
from reconcile.parameters.code_shapes import FieldShapes, shape_of
from reconcile.parameters.confusions import UNSEEN_CONFUSION_SHARE, CharacterConfusions
from reconcile.parameters.parameters import (
    SHIPPED_CONTESTS,
    Contest,
    LearntParameters,
    champion,
    champion_standing,
    read_parameters,
)
from reconcile.parameters.shipped import shipped_parameters
from reconcile.parameters.shipped_people import CALIBRATION
from reconcile.parameters.source_model import END_SIGN, START_SIGN, Phrases, differences, kept_phrases
from reconcile.policy import POLICY
from tests.bench import fit_first, fit_people
from tests.examples import SOAK, examples
from tests.reconcile.made import both, field, form, machine, reading
from transcribe.fields._street_words import STREET_WORDS, spelled_out
from transcribe.model import FieldKey, Form, Parameters

TOTAL = form(field("total", "amount"))
KEY = FieldKey("total")


def test_the_model_stays_until_majority_is_better_on_a_hundred_items() -> None:
    assert champion({}) == "model"
    assert champion({"items": 99, "model": 0, "majority": 30}) == "model"
    assert champion({"items": 100, "model": 10, "majority": 12}) == "model"
    assert champion({"items": 100, "model": 3, "majority": 15}) == "majority"


def test_majority_is_what_most_blind_sources_say() -> None:
    spot = prepared(TOTAL).fields["total"]
    said = [*both("total", "15.60"), reading("total", "ana", "15.80"), reading("total", "eve", "15.80", shown="15.80")]
    assert majority(votes(spot, said)) == "15.60"
    assert majority(votes(spot, said[1:3])) is None


def test_where_majority_is_champion_its_value_stands_first_and_that_is_told() -> None:
    content = {**shipped_parameters().content, "contests": {"amount": {"items": 200, "model": 0, "majority": 20}}}
    readings = [
        *both("total", "15.60"),
        reading("total", "ana", "15.80"),
        reading("total", "ben", "15.80"),
        reading("total", "eve", "15.80"),
    ]
    posterior = weigh(TOTAL, readings, Parameters(version=1, content=content), POLICY)[KEY]
    assert posterior.candidates[0].normal == "15.80"
    assert "majority" in {each.code for each in posterior.evidence}


def test_the_contest_is_counted_on_known_truths_only() -> None:
    readings = [*both("total", "15.60"), reading("total", "ana", "15.60")]
    learnt = read_parameters(shipped_parameters())
    right = ScanFacts(form=TOTAL, readings=readings, truths={KEY: "15.60"})
    assert taught([right, right], learnt, POLICY)["contests"] == {"amount": {"items": 2}}
    assert taught([ScanFacts(form=TOTAL, readings=readings)], learnt, POLICY)["contests"] == {}


def test_what_people_say_is_believed_less_where_known_truths_disprove_it() -> None:
    def scan(truth: str) -> ScanFacts:
        readings = [*both("total", "15.60"), reading("total", "ana", "15.80"), reading("total", "ben", "15.60")]
        return ScanFacts(form=TOTAL, readings=readings, truths={KEY: truth})

    learnt = read_parameters(shipped_parameters())
    upheld = taught([scan("15.60")] * 100, learnt, POLICY)
    disproved = taught([scan("15.60")] * 75 + [scan("13.60")] * 25, learnt, POLICY)
    few = taught([scan("13.60")] * 99, learnt, POLICY)["calibration"]
    assert isinstance(few, dict)
    assert {stage: line for stage, line in few.items() if stage.startswith("people")} == CALIBRATION, "as shipped"
    said = []
    for lessons in (upheld, disproved):
        content = {**shipped_parameters().content, "calibration": lessons["calibration"]}
        posterior = weigh(TOTAL, scan("").readings, Parameters(version=1, content=content), POLICY)[KEY]
        said.append(posterior.probability)
    assert said[0] > 0.99
    assert said[1] < 0.9


FLAT = log(1e-9)


def shapes(counts: dict[str, float], others: float = 0.0, kinds: int = 0, seen: tuple[str, ...] = ()) -> FieldShapes:
    stored = {shape: {"count": count, "characters": [{} for _ in shape]} for shape, count in counts.items()}
    return FieldShapes.read({"counts": stored, "others": others, "kinds": kinds, "seen": seen})


@pytest.mark.parametrize(
    ("text", "shape"),
    [("PO-1042", "AA-9999"), ("é9", "A9"), ("2026/04", "9999/99"), ("", None), ("AB 12", None), ("A" * 25, None)],
)
def test_a_shape_has_letters_digits_and_signs(text: str, shape: str | None) -> None:
    assert shape_of(text) == shape


def test_where_nothing_was_counted_nothing_is_said() -> None:
    nothing = shapes({})
    assert nothing.new_share == 1.0
    assert nothing.is_unseen("A1")
    assert nothing.log_factor("A1", FLAT) <= 0.0
    assert nothing.conforming("A1") == ()


def test_a_seen_shape_is_likelier_the_oftener_it_was_seen() -> None:
    factors = [shapes({"AA-9999": count}).log_factor("PO-1042", log(1e-12)) for count in (1, 3, 30, 60)]
    assert factors == sorted(factors)
    assert shapes({"AA-9999": 60}).log_factor("P0-1042", log(1e-12)) < factors[-1]


def test_a_place_has_the_characters_that_stood_there() -> None:
    stored = {"count": 30.0, "characters": [{"P": 30.0}, {"O": 30.0}, {}]}
    known = FieldShapes.read({"counts": {"AA9": stored}})
    assert known.log_factor("PO7", FLAT) - known.log_factor("PD7", FLAT) > log(30)


def test_a_shape_is_unseen_that_nobody_counted_and_the_rarer_the_more_values_have_the_same_few() -> None:
    assert shapes({"AA-9999": 30}).is_unseen("7/2041")
    assert not shapes({"AA-9999": 30}).is_unseen("PO-1042")
    assert not shapes({"AA-9999": 30}, seen=("9/9999",)).is_unseen("7/2041")
    assert shapes({"AA-9999": 30}).new_share < shapes({"AA-9999": 5}).new_share
    assert shapes({"AA-9999": 30}).new_share < shapes({"AA-9999": 30}, others=30, kinds=12).new_share


def test_texts_that_look_alike_are_found_and_those_of_a_known_shape_among_them() -> None:
    known = shapes({"AA-9999": 30})
    assert known.conforming("P0-1O42") == ("PO-1042",)
    assert "P0-1042" in known.variants("PO-1042")
    assert known.conforming("PO-1042") == ()
    assert known.conforming("X7-1042") == ()


def test_two_shapes_that_look_alike_tell_nothing_from_each_other() -> None:
    known = shapes({"AA-99": 20, "A9-99": 20})
    assert abs(known.log_factor("SO-41", FLAT) - known.log_factor("S0-41", FLAT)) < log(2**2)


@examples(100 if SOAK else 30)
@given(
    counts=st.dictionaries(st.sampled_from(["9A", "99", "A9", "AA", "9-"]), st.floats(0.1, 64), max_size=4),
    others=st.floats(0, 30),
)
def test_all_codes_together_are_no_more_than_certain(counts: dict[str, float], others: float) -> None:
    """Of two characters, here of a smaller alphabet: what is written with a twin is counted once more, a thousandth."""
    known = shapes(counts, others, kinds=1)
    flat = log(1e-4)
    total = sum(
        exp(flat + known.log_factor(one + two, flat))
        for one in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
        for two in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
    )
    assert total <= 1.01


SIGNS = "17BLO0"
counts = st.dictionaries(
    st.sampled_from(SIGNS), st.dictionaries(st.sampled_from(SIGNS), st.floats(0.0, 500.0), max_size=6), max_size=6
)


def read(machine: dict[str, dict[str, float]]) -> CharacterConfusions:
    return CharacterConfusions.read({"confusions": {"machine": machine}})


@given(counts)
def test_the_misreadings_of_a_character_are_shares_of_one(machine: dict[str, dict[str, float]]) -> None:
    confusions = read(machine)
    any_other = round(1 / UNSEEN_CONFUSION_SHARE) - len(SIGNS)
    for written in SIGNS:
        shares = [confusions.share("machine", written, said) for said in [*SIGNS, *["other"] * any_other]]
        assert all(share > 0 for share in shares)
        assert sum(shares) == pytest.approx(1.0)


@given(st.floats(1.0, 500.0), st.floats(0.0, 500.0))
def test_what_is_read_as_a_character_is_its_likelier_misreading_than_any_that_was_never_seen(
    seven_as_one: float, one_as_l: float
) -> None:
    confusions = read({"7": {"1": seven_as_one}, "1": {"L": one_as_l}})
    assert confusions.share("machine", "1", "7") > confusions.share("machine", "1", "B")
    assert confusions.share("machine", "1", "B") == pytest.approx(confusions.share("machine", "1", "O"))


def test_what_was_counted_outweighs_what_is_expected_as_it_grows() -> None:
    few, many = (read({"7": {"1": 10.0}, "1": {"L": count}}) for count in (10.0, 1000.0))
    assert many.share("machine", "1", "L") > few.share("machine", "1", "L")
    assert many.share("machine", "1", "7") < few.share("machine", "1", "7")


def test_nothing_counted_of_a_kind_or_a_character_is_any_other_character() -> None:
    assert read({}).share("machine", "1", "7") == UNSEEN_CONFUSION_SHARE
    assert read({"1": {"7": 5.0}}).share("person", "1", "7") == UNSEEN_CONFUSION_SHARE


@pytest.mark.parametrize(("program", "written"), [(fit_first, shipped_data), (fit_people, shipped_people)])
def test_a_program_writes_the_file_that_ships(program: ModuleType, written: ModuleType) -> None:
    text = program.TARGET.read_text(encoding="utf-8")
    assert str(program.TARGET) == written.__file__
    head = re.escape(program.HEAD).replace(re.escape("{count}"), "[0-9]+")
    assert re.match(head, text)


REMARK = form(field("remark", "text"))
KEY_OF_SOURCE_PHRASES = FieldKey("remark")
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
    )[KEY_OF_SOURCE_PHRASES]
    by_itself = weigh(REMARK, readings, shipped_parameters(), POLICY)[KEY_OF_SOURCE_PHRASES]
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


def test_every_family_that_ships_with_the_model_in_front_names_what_it_won_on() -> None:
    for family in ("amount", "code", "date", "line text", "short text"):
        standing = champion_standing(family, read_parameters(shipped_parameters()))
        assert standing.side == "model"
        assert standing.shipped == SHIPPED_CONTESTS[family]
        assert standing.shipped.model > standing.shipped.majority
        assert champion(standing.shipped._asdict()) == "model"
        assert standing.here == Contest(0, 0, 0)


def test_majority_that_is_better_here_decides_and_by_how_much_is_told() -> None:
    content = {**shipped_parameters().content, "contests": {"code": {"items": 120, "majority": 9}}}
    standing = champion_standing("code", read_parameters(Parameters(version=1, content=content)))
    assert standing.side == "majority"
    assert standing.here == Contest(120, 0, 9)
