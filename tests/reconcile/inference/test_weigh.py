"""Weighing a scan: a pure function of its readings, with sums, check digits and master data as evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.forms import prepared
from reconcile.inference.candidates import Beside, with_beside
from reconcile.inference.noisy_channel import Component, Source, has_lost_spaces, is_part_of_another
from reconcile.inference.votes import NULL_SIGN, vote, votes
from reconcile.inference.weigh import weigh
from reconcile.parameters import misreading_probability, read_parameters, shipped, shipped_data
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.generator import Shape, make
from tests.bench.reconciling.minority import count
from tests.examples import examples
from tests.reconcile.made import both, expert, field, form, ink, machine, posterior, reading
from transcribe.codes import EvidenceCode, Flag
from transcribe.forms import definition as forms
from transcribe.i18n import say
from transcribe.model import (
    Candidate,
    Decision,
    Evidence,
    Field,
    FieldKey,
    Find,
    Form,
    Master,
    Parameters,
    Posterior,
    Reading,
    Rule,
    Task,
)

PRICE = FieldKey("lines.unit_price", 0)
QUANTITY = FieldKey("lines.quantity", 0)
AMOUNT = FieldKey("lines.amount", 0)
LINES = form(
    columns=(field("lines.quantity", "integer"), field("lines.unit_price", "amount"), field("lines.amount", "amount")),
    rules=(Rule(name="line amount", check="lines.amount == lines.quantity * lines.unit_price"),),
)
TEXTS = st.sampled_from(["12.50", "12.80", "1250", "", "x", "12,50 EUR"])
READINGS = st.lists(
    st.builds(
        reading,
        st.sampled_from([PRICE, QUANTITY, AMOUNT]),
        st.sampled_from(["ana", "ben", "eve"]),
        st.one_of(TEXTS, st.none()),
        minute=st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda each: each.id,
)


def best(posterior: Posterior) -> Candidate:
    return posterior.candidates[0]


@examples(60)
@given(readings=READINGS, order=st.randoms(use_true_random=False))
def test_the_order_of_readings_changes_nothing(readings: list[Reading], order: object) -> None:
    mixed = sorted(readings, key=lambda each: order.random())  # type: ignore[attr-defined]  # hypothesis' Random
    assert str(weigh(LINES, readings, shipped_parameters(), POLICY)) == str(
        weigh(LINES, mixed, shipped_parameters(), POLICY)
    )


@examples(60)
@given(readings=READINGS)
def test_every_field_with_readings_has_a_posterior_whose_shares_are_a_distribution(readings: list[Reading]) -> None:
    posteriors = weigh(LINES, readings, shipped_parameters(), POLICY)
    assert set(posteriors) == {each.key for each in readings}
    for each in posteriors.values():
        assert sum(one.probability for one in each.candidates) + each.none == pytest.approx(1.0)
        assert 0.0 <= each.probability <= 1.0


@examples(60)
@given(readings=READINGS)
def test_what_is_decided_was_read_by_somebody(readings: list[Reading]) -> None:
    for key, each in weigh(LINES, readings, shipped_parameters(), POLICY).items():
        answer = decide(LINES.field(key.name), each, POLICY)
        if isinstance(answer, Decision) and answer.null is None:
            assert answer.text in {one.text.strip() for one in readings if one.key == key and one.text is not None}


def test_a_posterior_names_its_neighbours_readings_too() -> None:
    readings = [*both(QUANTITY, "3"), *both(PRICE, "12.50"), *both(AMOUNT, "37.50")]
    assert set(weigh(LINES, readings, shipped_parameters(), POLICY)[AMOUNT].readings) == {each.id for each in readings}


def test_sums_choose_between_two_engines() -> None:
    readings = [
        *both(QUANTITY, "3"),
        *both(PRICE, "12.50"),
        machine(AMOUNT, "tesseract 5", "37.60"),
        machine(AMOUNT, "rapidocr 3", "37.50"),
    ]
    posterior = weigh(LINES, readings, shipped_parameters(), POLICY)[AMOUNT]
    assert best(posterior).normal == "37.50"
    assert posterior.standing.witness == "sums"
    assert any(each.code == "rule holds" for each in posterior.evidence)


def test_machines_do_not_decide_what_the_sums_speak_against() -> None:
    readings = [*both(QUANTITY, "3"), *both(PRICE, "12.50"), *both(AMOUNT, "57.50")]
    answer = decide(LINES.field(AMOUNT.name), weigh(LINES, readings, shipped_parameters(), POLICY)[AMOUNT], POLICY)
    assert isinstance(answer, Task)
    assert answer.reason == "sums"


@pytest.mark.parametrize(("sure", "decided"), [(0.51, False), (0.91, False), (0.96, True)])
def test_what_no_engine_reads_is_blank_where_the_ink_says_so_too(sure: float, decided: bool) -> None:
    """Where the ink cannot tell, on a blurred page or in a shadow, engines read nothing of what is written either."""
    readings = [*both("name", ""), ink("name", "", sure)]
    answer = decide(
        field("name"), weigh(form(field("name")), readings, shipped_parameters(), POLICY)[FieldKey("name")], POLICY
    )
    assert isinstance(answer, Decision) is decided


def test_a_rule_that_holds_does_not_outweigh_one_that_is_broken() -> None:
    """One hand's 6 was read as 4 in the tax and in the total alike, so that the total added up."""
    taxed = form(
        *(field(name, "amount") for name in ("subtotal", "tax", "total")),
        rules=(
            Rule(name="added", check="total == subtotal + tax"),
            Rule(name="taxed", check="tax == round(subtotal * 0.2, 2)"),
        ),
    )
    readings = [*both("subtotal", "158.00"), *both("tax", "31.40"), *both("total", "189.40")]
    weighed = weigh(taxed, readings, shipped_parameters(), POLICY)
    answer = decide(taxed.field("tax"), weighed[FieldKey("tax")], POLICY)
    assert isinstance(answer, Task)
    assert answer.reason == "sums"
    said = {
        each.numbers["rule"]: each.code for each in weighed[FieldKey("subtotal")].evidence if "rule" in each.numbers
    }
    assert said == {"added": "rule holds", "taxed": "rule broken"}


def test_a_value_that_only_the_sums_ask_for_is_a_proposal_and_never_decided() -> None:
    readings = [
        *both(QUANTITY, "3"),
        *both(PRICE, "12.50"),
        machine(AMOUNT, "tesseract 5", "31.60", 0.4),
        machine(AMOUNT, "rapidocr 3", "37.60", 0.4),
    ]
    posterior = weigh(LINES, readings, shipped_parameters(), POLICY)[AMOUNT]
    assert "arithmetic" in {each.origin for each in posterior.candidates}
    assert isinstance(decide(LINES.field(AMOUNT.name), posterior, POLICY), Task)


@pytest.mark.parametrize(
    ("quantity", "amount", "vouches"), [("1", "15.40", False), ("2", "30.80", True), ("10", "154.00", False)]
)
def test_a_quantity_that_leaves_the_digits_as_they_are_proves_nothing(
    quantity: str, amount: str, vouches: bool
) -> None:
    readings = [
        *both(QUANTITY, quantity),
        machine(PRICE, "tesseract 5", "15.40"),
        machine(AMOUNT, "tesseract 5", amount),
    ]
    posterior = weigh(LINES, readings, shipped_parameters(), POLICY)[AMOUNT]
    assert (posterior.standing.witness == "sums") is vouches


def test_a_wrong_sum_that_people_confirm_stands_as_written() -> None:
    readings = [
        *both(QUANTITY, "3"),
        *both(PRICE, "12.50"),
        *both(AMOUNT, "57.50"),
        reading(AMOUNT, "ana", "57.50"),
        reading(AMOUNT, "ben", "57.50"),
    ]
    answer = decide(LINES.field(AMOUNT.name), weigh(LINES, readings, shipped_parameters(), POLICY)[AMOUNT], POLICY)
    assert isinstance(answer, Decision)
    assert answer.value == "57.50"


def test_a_check_digit_saves_a_right_minority() -> None:
    number = form(field("account", "luhn"))
    readings = [
        machine("account", "tesseract 5", "79927398113", 0.8),
        machine("account", "rapidocr 3", "79927398713", 0.8),
        reading("account", "ana", "79927398113"),
        reading("account", "ben", "79927398113"),
        reading("account", "zoe", "79927398713"),
    ]
    assert best(weigh(number, readings, shipped_parameters(), POLICY)[FieldKey("account")]).normal == "79927398713"


def test_a_known_customer_is_proposed_but_what_was_read_is_decided() -> None:
    known = form(
        field("customer", "name"),
        masters=(Master(field="customer", values=(("Dupont", "1"), ("Martin", "2")), digest="m"),),
    )
    posterior = weigh(known, both("customer", "Dupond"), shipped_parameters(), POLICY)[FieldKey("customer")]
    proposed = {each.normal: each.origin for each in posterior.candidates}
    assert proposed["dupont"] == "master"
    answer = decide(known.field("customer"), posterior, POLICY)
    assert isinstance(answer, Task) or answer.text == "Dupond"


def test_readings_of_fields_that_the_form_does_not_have_are_left_out() -> None:
    assert weigh(LINES, [reading("elsewhere", "ana", "x")], shipped_parameters(), POLICY) == {}


def test_an_experts_word_stands_first_whatever_the_model_thinks() -> None:
    total = form(field("total", "amount"))
    readings = [*both("total", "15.60"), reading("total", "ana", "15.60"), expert("total", "99.10")]
    assert best(weigh(total, readings, shipped_parameters(), POLICY)[FieldKey("total")]).normal == "99.10"


def test_blank_by_ink_needs_no_engine() -> None:
    name = form(field("customer", "name"))
    posterior = weigh(name, [ink("customer", "")], shipped_parameters(), POLICY)[FieldKey("customer")]
    assert isinstance(decide(name.field("customer"), posterior, POLICY), Decision)


def test_the_same_readings_are_weighed_once_and_a_changed_one_anew() -> None:
    total = form(field("total", "amount"))
    first = both("total", "15.60")
    assert weigh(total, first, shipped_parameters(), POLICY) == weigh(total, first, shipped_parameters(), POLICY)
    changed = [*first[:1], machine("total", "rapidocr 3.10.0", "15.80", 0.99)]
    assert len(weigh(total, changed, shipped_parameters(), POLICY)[FieldKey("total")].candidates) == 2


TOTALS = form(
    field("total", "amount"),
    columns=(field("lines.amount", "amount"),),
    rules=(Rule(name="total", check="total == sum(lines.amount)"), Rule(name="some", check="total >= 1")),
)


def test_a_long_sum_still_speaks() -> None:
    rows = [FieldKey("lines.amount", row) for row in range(8)]
    readings = [
        reading
        for row, key in enumerate(rows)
        for reading in (machine(key, "tesseract 5", f"{row}0.56"), machine(key, "rapidocr 3", f"{row}0.50"))
    ]
    readings += [machine("total", "tesseract 5", "284.00"), machine("total", "rapidocr 3", "284.60", 0.5)]
    posterior = weigh(TOTALS, readings, shipped_parameters(), POLICY)[FieldKey("total")]
    assert best(posterior).normal == "284.00"


def test_a_comparison_speaks_against_a_value_that_breaks_it() -> None:
    ordered = form(
        field("ordered", "date"),
        field("delivery", "date"),
        rules=(Rule(name="delivery", check="delivery >= ordered"),),
    )
    readings = [
        *both("ordered", "14/03/2025"),
        machine("delivery", "tesseract 5", "20/03/2025", 0.7),
        machine("delivery", "rapidocr 3", "20/02/2025", 0.7),
    ]
    posterior = weigh(ordered, readings, shipped_parameters(), POLICY)[FieldKey("delivery")]
    without = weigh(form(field("delivery", "date")), readings, shipped_parameters(), POLICY)[FieldKey("delivery")]
    late = {each.normal: each.probability for each in posterior.candidates}
    alone = {each.normal: each.probability for each in without.candidates}
    assert late["2025-03-20"] > alone["2025-03-20"]


def test_a_blank_operand_makes_a_rule_silent() -> None:
    readings = [*both(QUANTITY, "3"), ink(PRICE, ""), *both(AMOUNT, "37.50")]
    posterior = weigh(LINES, readings, shipped_parameters(), POLICY)[AMOUNT]
    assert posterior.standing.witness == ""
    assert posterior.standing.trouble == ""


def test_a_blank_does_not_beat_a_long_text_by_its_length_alone() -> None:
    long = " ".join(f"word{number}" for number in range(60))
    for text in (long, long[:199]):
        found = posterior(field("remark", "text"), reading("remark", "ann", text), reading("remark", "ben", ""))
        share = {each.normal: each.probability for each in found.candidates}
        assert share[text] > share[""]


def test_what_two_people_typed_alike_is_not_mended_to_a_commoner_word() -> None:
    content = {**shipped_parameters().content, "words": {"remark": {"": 400.0, "spearhead": 200.0}}}
    learnt = Parameters(version=1, content=content)
    spot = form(field("remark", "text"))
    one = [reading("remark", "ann", "spear-head")]
    two = [*one, reading("remark", "ben", "spear-head")]
    assert "composed" in {each.origin for each in weigh(spot, one, learnt, POLICY)[FieldKey("remark")].candidates}
    found = weigh(spot, two, learnt, POLICY)[FieldKey("remark")]
    assert [each.normal for each in found.candidates] == ["spear-head"]
    assert found.probability > 0.95


def test_what_an_expert_mistyped_gives_way_to_a_value_that_somebody_read_unless_they_insisted() -> None:
    date = field("order_date", "date")
    read = reading("order_date", "ana", "14/03/2025")
    slip = expert("order_date", "14/0372025")
    assert posterior(date, read, slip).candidates[0].text == "14/03/2025"
    assert posterior(date, reading("order_date", "ana", "14/08/2024"), slip).candidates[0].text == "14/0372025"
    insisted = replace(slip, flags=frozenset({"overrode a check"}))
    assert posterior(date, read, insisted).candidates[0].text == "14/0372025"


@pytest.mark.parametrize("odd", ["14/03/2025 \U0001f600", "14/03/2025\u202e", "\u200b14/03/2025"])
def test_a_spelling_with_what_stands_on_no_paper_is_not_taken_where_another_one_is_there(odd: str) -> None:
    date, key = form(field("order_date", "date")), FieldKey("order_date")
    engines = [
        reading("order_date", name, "14/03/2025", kind="machine", confidence=0.97) for name in ("tesseract", "rapidocr")
    ]
    for typed in (reading("order_date", "ana", odd), expert("order_date", odd)):
        said = weigh(date, [*engines, typed], shipped_parameters(), POLICY)[key]
        assert said.candidates[0].text == "14/03/2025"


ARTICLES = Master(field="article", values=(("Oil Filter", "1"), ("Pump", "2")), digest="0" * 64)


def test_a_listed_value_is_spelt_as_the_list_spells_it_and_its_text_as_the_paper_does() -> None:
    """ "oil filter" and "Oil Filter" came out as two values, by who had read them."""
    listed = form(field("article", "name"), masters=[ARTICLES])
    key = FieldKey("article")

    def first(*readings: Reading) -> tuple[object, str]:
        found = weigh(listed, readings, shipped_parameters(), POLICY)[key].candidates[0]
        return found.value, found.text

    said = [reading("article", "ann", "OIL FILTER"), reading("article", "ben", "OIL FILTER")]
    assert first(*said) == ("Oil Filter", "OIL FILTER")
    assert first(reading("article", "ann", "Oil pipe"), reading("article", "ben", "Oil pipe")) == (
        "Oil pipe",
        "Oil pipe",
    )
    assert first(*said, expert("article", "oil filter")) == ("oil filter", "oil filter"), (
        "an expert means what they type"
    )


@pytest.mark.parametrize(("one", "other"), [("Polish", "polish"), ("St. Ives", "St Ives"), ("AB-1", "AB.1")])
def test_listed_values_that_differ_in_capitals_or_punctuation_alone_are_two_values(one: str, other: str) -> None:
    both_listed = replace(ARTICLES, values=((one, "1"), (other, "2"), ("Pump", "3")))
    listed = form(field("article", "name"), masters=[both_listed])
    readings = [reading("article", who, text) for who, text in (("ann", one), ("ben", other), ("cat", other))]
    found = {
        each.normal: each
        for each in weigh(listed, readings, shipped_parameters(), POLICY)[FieldKey("article")].candidates
    }
    assert {one, other} <= set(found)
    assert (found[other].value, found[one].value) == (other, one)
    assert found[other].probability > found[one].probability


def test_who_slipped_when_they_heard_an_appeal_gives_way_to_an_expert_who_insists_since() -> None:
    """Nobody could ever end such a field: the expert was asked for it again and again."""
    date = field("order_date", "date")
    read = reading("order_date", "ana", "14/03/2025")
    heard = replace(expert("order_date", "14/0372025"), flags=frozenset({"heard an appeal"}))
    since = replace(expert("order_date", "14/0372025"), source="eve", at=heard.at + timedelta(minutes=1))
    assert posterior(date, read, heard, since).candidates[0].text == "14/03/2025"
    insisted = replace(since, flags=frozenset({"overrode a check"}))
    assert posterior(date, read, heard, insisted).candidates[0].text == "14/0372025"
    without_slip = replace(since, text="14/08/2025")
    assert posterior(date, read, heard, without_slip).candidates[0].text == "14/08/2025"


@pytest.mark.parametrize(
    ("type", "pattern", "odd", "well"),
    [
        ("name", None, "IKANO HANDEL_SDN BHD", "IKANO HANDEL SDN BHD"),
        ("code", None, "ws6 1TS", "WS6 1TS"),
        ("code", "[A-Z]{2}-[0-9]{4}", "PA0308", "PA-0308"),
        ("amount", None, "RM20. 40", "RM20.40"),
    ],
)
def test_of_texts_that_say_the_same_the_better_written_one_is_taken(
    type: str, pattern: str | None, odd: str, well: str
) -> None:
    of = field("some", type, pattern=pattern)
    for one, other in ((odd, well), (well, odd)):
        said = (machine("some", "tesseract 5.5.0 fra", one), machine("some", "rapidocr 3.10.0", other, 0.98))
        assert posterior(of, *said).candidates[0].text == well


def test_a_text_that_more_people_wrote_stands_before_a_better_written_one() -> None:
    said = (reading("name", "ana", "dupont  anne"), reading("name", "ben", "dupont  anne"))
    found = posterior(field("name", "name"), machine("name", "tesseract 5.5.0 fra", "Dupont Anne"), *said)
    assert found.candidates[0].text == "dupont  anne"


def test_an_engine_that_reads_another_text_beside_the_field_speaks_for_neither_value() -> None:
    hard = {"fit": 1.0, "quality": 0.7}
    before = [
        reading("weight", "tesseract 5.5.0 eng", "7.S", kind="machine", confidence=0.77, conditions=hard),
        *[reading("weight", source, text) for source, text in (("ben", "1.25"), ("mina", "1.25"), ("eve", "7.S"))],
    ]
    new = reading("weight", "rapidocr 3.10.0", "98765.432", kind="machine", confidence=0.72, conditions=hard)
    odds = []
    for said in (before, [*before, new]):
        found = posterior(field("weight", "decimal"), *said).candidates
        misread, written = (next(each for each in found if each.normal == says) for says in ("7.s", "1.25"))
        odds.append(misread.probability / written.probability)
    assert odds[1] == pytest.approx(odds[0], rel=1e-4)


def test_three_people_who_type_alike_are_not_outvoted_by_one_engine_that_sees_it_struck_out() -> None:
    """A text whose shape the field never had was as likely as any to be struck out, and unlikely to be written."""
    spot, shipped = form(field("it", "text")), shipped_parameters()
    shapes = {prepared(spot).fields["it"].name_on_form: {"counts": {}, "others": 4.0, "kinds": 0, "seen": []}}
    learnt = Parameters(version=0, content={**shipped.content, "shapes": shapes})
    people = [reading("it", who, "301") for who in ("ana", "ben", "eve")]
    engines = [machine("it", "tesseract 5.5.0 eng", "paper, white", None), machine("it", "rapidocr 3.10.0", None, None)]
    engines[1] = replace(engines[1], flags=frozenset({Flag.CROSSED_OUT}))
    found = weigh(spot, [*people, *engines], learnt, POLICY)[FieldKey("it")]
    assert best(found).normal == "301"


ODD_SIGNS = st.text(alphabet="ßŉǰﬁİıſ0O1lI5S8B29ZAÉé.,-/* :'\"_%+|½²𝟙Ω中\u0301\u200b", max_size=9)


@examples(300)
@given(
    kind=st.sampled_from(["code", "date", "amount", "decimal", "integer", "text", "name", "address", "phone", "email"]),
    texts=st.lists(ODD_SIGNS, min_size=2, max_size=3),
    sure=st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
@example(kind="code", texts=["6A1-22ß", "6A1-228"], sure=[0.9, 0.99, 0.9])
def test_whatever_signs_engines_read_a_scan_is_weighed(kind: str, texts: list[str], sure: list[float]) -> None:
    """Tesseract read ß in a code, whose capital is two letters: nothing of the whole batch was decided any more."""
    asked = form(field("value", kind, pattern=r"\d[A-Z]\d-\d{3}" if kind == "code" else None))
    said = [
        machine("value", f"{engine} 1", text, claim)
        for engine, text, claim in zip(["rapidocr", "tesseract", "other"], texts, sure, strict=False)
    ]
    found = weigh(asked, said, shipped_parameters(), POLICY)[FieldKey("value")]
    assert all(0 <= each.probability <= 1 for each in found.candidates)


SPOT = prepared(form(field("it"))).fields["it"]


def sources(*texts: str) -> list[Source]:
    learnt = read_parameters(shipped_parameters())
    said = votes(SPOT, [machine("it", f"engine{number}", text) for number, text in enumerate(texts)])
    return [(vote, learnt.source_model(vote.source, vote.kind, "text"), 1.0) for vote in said]


@pytest.mark.parametrize("written", ["\x00illegible", "\x00crossed out", "", "alpha"])
def test_all_ways_together_are_as_probable_as_one_was(written: str) -> None:
    """Two texts beside may mislead by themselves and together: that is not counted twice."""
    of = sources("alpha", "omega")
    beside = [Beside("alpha", 0.5, {0: (0.6, 0.9)}, struck=0.5), Beside("omega", 0.5, {1: (0.6, 0.9)}, struck=0.5)]
    found = with_beside(beside, written, of, [Component(1.0, [0.01, 0.01])])
    assert sum(way.weight for way in found) == pytest.approx(1.0)
    assert all(way.weight >= 0.0 for way in found)


def test_two_texts_that_may_explain_the_same_vote_mislead_together_too() -> None:
    """One that explains a little of the other's vote as well took the other's place: a source that erred more so
    spoke against what is struck out."""
    of = sources("alpha", "alphb", "omega")
    apart = [Beside("alpha", 0.01, {0: (1.0, 0.5)}, struck=0.01), Beside("alphb", 0.01, {1: (1.0, 0.5)}, struck=0.01)]
    over = [Beside("alpha", 0.01, {0: (1.0, 0.5), 1: (1.0, 2e-6)}, struck=0.01), apart[1]]
    terms = [1e-6, 1e-6, 0.1]
    whole = [
        sum(way.weight * way.terms[0] * way.terms[1] for way in with_beside(beside, "\x00crossed out", of, ways))
        for beside in (apart, over)
        for ways in [[Component(1.0, list(terms))]]
    ]
    assert whole[1] >= whole[0] * 0.999


SPOT_OF_CANDIDATES = prepared(form(field("it", "checkbox"))).fields["it"]
LEARNT = read_parameters(shipped_parameters())
SHARES = st.floats(0.01, 1.0)


def source(text: str) -> Source:
    said = vote(SPOT_OF_CANDIDATES, machine("it", "tesseract 5.5.0 eng", text))
    return said, LEARNT.source_model(said.source, said.kind, SPOT_OF_CANDIDATES.type, said.bad_page), 1.0


@examples(80)
@given(
    written=st.sampled_from(["false", "", f"{NULL_SIGN}crossed out"]),
    probability=SHARES,
    follow=SHARES,
    seen=SHARES,
    term=st.floats(1e-6, 1.0),
    weight=SHARES,
)
def test_the_components_of_a_text_add_up_to_what_it_had_and_none_explains_less(
    written: str, probability: float, follow: float, seen: float, term: float, weight: float
) -> None:
    beside = [Beside("true", probability, {0: (follow, seen)})]
    found = with_beside(beside, written, [source("true")], [Component(weight, [term])])
    assert sum(each.weight for each in found) == pytest.approx(weight)
    assert all(each.terms[0] >= term for each in found)


def test_who_says_what_is_written_did_not_read_beside_it() -> None:
    plain = Component(1.0, [0.2])
    assert with_beside([Beside("true", 0.5, {0: (0.9, 1.0)})], "true", [source("true")], [plain]) == [plain]
    other = Beside("false", 0.5, {0: (0.9, 1.0)})
    assert with_beside([other], "true", [source("true")], [plain])[-1].terms == [0.2]


TOTAL = field("total", "amount")
AUDITS = {EvidenceCode.AUDITED, EvidenceCode.AUDITED_AS_SHIPPED}


def of(found: Posterior, *codes: str) -> list[Evidence]:
    """The evidence of these codes."""
    return [each for each in found.evidence if each.code in codes]


def test_where_nothing_was_audited_here_the_figure_is_told_as_shipped() -> None:
    (told,) = of(posterior(TOTAL, *both("total", "12.50")), *AUDITS)
    wrong, count = (round(each) for each in shipped_data.CONTENT["shipped"]["amount: engines agree"])
    assert say(told).startswith(f"As shipped, values decided like this were wrong in {wrong} of {count} fields;")


@examples(20)
@given(audits=st.integers(1, 4000))
def test_as_soon_as_own_audits_count_the_figure_is_not_told_as_shipped(audits: int) -> None:
    shipped = shipped_parameters()
    learnt = replace(shipped, content={**shipped.content, "audited": {"amount: engines agree": (0.0, float(audits))}})
    (told,) = of(weigh(form(TOTAL), both("total", "12.50"), learnt, POLICY)[FieldKey("total")], *AUDITS)
    assert told.code == EvidenceCode.AUDITED
    count = shipped_data.CONTENT["shipped"]["amount: engines agree"][1]
    assert told.numbers["count"] == round(audits + max(0.0, 1 - audits / 3000) * count)


def test_a_text_that_an_engine_read_is_not_said_to_be_none() -> None:
    found = posterior(TOTAL, machine("total", "tesseract 5.5.0 eng", "12.50"), machine("total", "rapidocr 3.10.0", "x"))
    (told,) = of(found, EvidenceCode.NOTHING_ELSE)
    assert say(told).startswith("The chance that everybody is wrong: ")


def test_what_was_known_before_anybody_read_is_told_where_it_tells_something() -> None:
    """It was said of every field, mostly with no bits."""
    assert of(posterior(TOTAL, *both("total", "12.50")), EvidenceCode.BEFORE_READING) == []
    (told,) = of(posterior(TOTAL, ink("total", "")), EvidenceCode.BEFORE_READING)
    assert abs(float(told.numbers["bits"])) > 1


CHARACTERS = read_parameters(shipped_parameters()).characters


@given(texts=st.lists(st.text("abc", min_size=1, max_size=5), min_size=2, max_size=4), at=st.integers(0, 3))
def test_an_engine_loses_a_space_rather_than_it_adds_one(texts: list[str], at: int) -> None:
    written = " ".join(texts)
    spaces = [number for number, character in enumerate(written) if character == " "]
    place = spaces[at % len(spaces)]
    said = written[:place] + written[place + 1 :]
    lost = misreading_probability(CHARACTERS, "machine", written, said)
    assert lost > misreading_probability(CHARACTERS, "machine", said, written)
    assert lost > misreading_probability(CHARACTERS, "person", written, said)
    assert has_lost_spaces(said, written)
    assert not has_lost_spaces(written, said)


@given(at=st.integers(0, 5), count=st.integers(2, 5))
def test_a_run_is_lost_rather_than_as_many_characters_here_and_there(at: int, count: int) -> None:
    written = "6478123950"
    scattered = "".join(each for place, each in enumerate(written) if place % 2 or place >= 2 * count)
    run = misreading_probability(CHARACTERS, "machine", written, written[:at] + written[at + count :])
    assert run > misreading_probability(CHARACTERS, "machine", written, scattered)


@pytest.mark.parametrize(
    ("written", "said", "is_part"),
    [
        ("697672735", "472735", True),  # of 647672735
        ("647672735", "472735", False),  # it is a part of this
        ("697672735", "647672735", False),  # nothing is lost
        ("697672735", "97", False),
        ("15", "b", False),
        ("catherine evans", "yatheyn beane", False),
    ],
)
def test_a_part_of_another_value_differs_in_one_character(written: str, said: str, is_part: bool) -> None:
    assert is_part_of_another(written, said) == is_part


RECEIPT = forms.load("receipt")
STAGES = read_parameters(shipped.shipped_parameters()).calibration


def found(name: str, text: str, place: float, form: Form = RECEIPT) -> Posterior:
    """Both engines read this, at a place of this confidence."""
    conditions = {"place": place, "fit": 1.0, "quality": 1.0}
    readings = [replace(each, scan=f"at {place}", conditions=conditions) for each in both(name, text)]
    return weigh(form, readings, shipped.shipped_parameters(), POLICY)[FieldKey(name)]


def test_a_copy_of_a_form_under_another_name_and_locale_has_what_its_layout_earned() -> None:
    kept = tuple([replace(each, name=f"mine_{each.name}") for each in RECEIPT.fields])
    copy = replace(RECEIPT, name="kassenbon", languages=("deu",), locale="de_DE", currency="EUR", fields=kept)
    assert found("mine_total", "15,60", 0.95, copy).probability == found("total", "15.60", 0.95).probability
    assert not isinstance(decide(copy.field("mine_date"), found("mine_date", "24.03.2025", 0.95, copy), POLICY), Task)
    assert found("mine_company", "Bauer", 0.95, copy).probability == found("company", "Bauer", 0.95).probability


def test_a_form_of_the_same_name_whose_fields_are_found_otherwise_has_earned_nothing() -> None:
    other = Find(labels=("Sum of all",), where="below")
    changed = tuple([replace(each, find=other) if each.name == "total" else each for each in RECEIPT.fields])
    mine = replace(RECEIPT, fields=changed)
    assert isinstance(decide(mine.field("total"), found("total", "15.60", 0.95, mine), POLICY), Task)
    assert found("total", "15.60", 0.95, mine).probability < found("total", "15.60", 0.95).probability


def test_parameters_that_kept_places_by_the_names_of_forms_decide_as_what_ships() -> None:
    content = dict(shipped.shipped_parameters().content) | {"places": {"receipt: total": [[0.0, 0.0]] * 5}}
    before = read_parameters(Parameters(version=3, content=content)).places
    assert before.tallies.items() >= read_parameters(shipped.shipped_parameters()).places.tallies.items()


def test_a_value_is_less_probable_where_its_place_is_doubtful() -> None:
    sure, doubtful = (found("total", "15.60", place).probability for place in (0.95, 0.3))
    assert doubtful < sure


def test_an_address_on_which_engines_agree_is_asked_for_all_the_same() -> None:
    answer = decide(RECEIPT.field("address"), found("address", "1, High Street, 40150 Shah Alam", 0.95), POLICY)
    assert isinstance(answer, Task)
    assert answer.reason == "extent"


def test_half_of_the_right_minorities_are_saved_and_hardly_a_right_majority_is_broken() -> None:
    tally = count(make(303, Shape(forms=80)))
    assert tally["minority"] >= 10
    assert tally["decidable"] >= 5
    assert tally["saved decidable"] >= 0.5 * tally["decidable"]
    assert tally["saved"] >= 0.5 * tally["minority"]
    assert tally["majority"] > 1000
    assert tally["broken"] < 0.01 * tally["majority"]


STREET = field("street", "address")
DATE = field("order_date", "date")
WORDS = {"": 400.0, "rue": 90.0, "hugo": 40.0, "victor": 40.0, "lindenstraße": 50.0, "lindenstrasse": 12.0, "gare": 3.0}


def engines(of: Field, one: str, other: str) -> list[Reading]:
    return [machine(of.name, "tesseract 5.5.0 fra", one), machine(of.name, "rapidocr 3.10.0", other, 0.99)]


def garbled_by_one(garbled: str, other: str) -> list[Reading]:
    return [machine("street", "tesseract 5.5.0 fra", garbled, 0.3), machine("street", "rapidocr 3.10.0", other, 0.96)]


def witness(of: Field, best: str, *readings: Reading) -> str:
    """What vouches for the value that is written so, which has to be the best."""
    content = {**shipped_parameters().content, "words": {of.name: WORDS}}
    found = weigh(form(of), readings, Parameters(version=1, content=content), POLICY)[FieldKey(of.name)]
    assert found.candidates[0].text == best
    return str(found.standing.witness)


def test_they_do_not_where_a_number_differs_or_the_other_text_is_longer_or_has_known_words_too() -> None:
    for garbled in ("Puc Vhten Hugo 9", "Aue Wictcr Hwgo 4 bis", "Xyz Victor Hugo 4", "Rue Gare Hugo 4"):
        assert witness(STREET, "Rue Victor Hugo 4", *garbled_by_one(garbled, "Rue Victor Hugo 4")) == ""
    assert witness(STREET, "Rue Gare 4", *garbled_by_one("Rue Bxxo 4", "Rue Gare 4")) == ""


def test_words_say_nothing_where_the_rest_differs_or_the_word_is_rare_or_another_is_nearly_as_common() -> None:
    assert witness(STREET, "Rue Victor Hugo 4", *engines(STREET, "Rue Victor Hugo 4", "Rue Vict0r Hugo 9")) == ""
    assert witness(STREET, "Rue Gare 4", *engines(STREET, "Rue Gare 4", "Rue Gaxe 4")) == ""
    assert witness(STREET, "Lindenstraße 4", *engines(STREET, "Lindenstraße 4", "Lindcnstraße 4")) == ""


def test_words_do_not_vouch_for_a_text_whose_words_run_together() -> None:
    """An engine that loses a space makes a word of two that nobody ever wrote."""
    for parted, joined in (("Blanche d'été", "Blanched'été"), ("Doliprane 1000", "Doliprane1000")):
        said = (
            machine("street", "tesseract 5.5.0 fra", parted, 0.6),
            machine("street", "rapidocr 3.10.0", joined, 0.99),
        )
        assert posterior(STREET, *said).standing.witness == ""


def test_words_do_not_vouch_for_what_no_engine_read() -> None:
    typed = [reading("street", who, "Rue Victor Hugo 4") for who in ("ana", "ben")]
    said = engines(STREET, "Rue Vict0r Hugo 4", "Rue Victor Hug0 4")
    assert witness(STREET, "Rue Victor Hugo 4", *said, *typed) == ""


CUSTOMER = field("customer", "name")
EAN = field("article", "ean")
LISTED = Master(field="customer", values=(("Pharmacy Weber Ltd", "1"), ("Pharmacy Weber Sons", "2")), digest="m")


def vouching_for_customer(*readings: Reading) -> str:
    found = weigh(form(CUSTOMER, masters=(LISTED,)), readings, shipped_parameters(), POLICY)
    return found[FieldKey("customer")].standing.witness


def test_known_values_vouch_for_none_of_two_that_both_stand_among_them() -> None:
    assert vouching_for_customer(*engines(CUSTOMER, "Pharmacy Weber Ltd", "Pharmacy Weber Lid")) == "known value"
    assert vouching_for_customer(*engines(CUSTOMER, "Pharmacy Weber Ltd", "Pharmacy Weber Sons")) == ""
    typed = reading("customer", "ana", "Pharmacy Weber Sons")
    assert vouching_for_customer(machine("customer", "rapidocr 3.10.0", "Pharmacy Weber Ltd"), typed) == ""


def test_check_digits_vouch_for_none_of_two_that_both_have_the_right_one() -> None:
    assert posterior(EAN, *engines(EAN, "4006381333931", "4006381333937")).standing.witness == "check digit"
    assert posterior(EAN, *engines(EAN, "4006381333931", "4006381333948")).standing.witness == ""
