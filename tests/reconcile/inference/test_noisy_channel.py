"""The noisy channel and the prior: what a reading says of what is written."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.forms.master_data import KnownValues, KnownWords
from reconcile.forms.prepared_form import prepared
from reconcile.inference.noisy_channel import (
    error_probability,
    likelihoods,
)
from reconcile.inference.posterior import weigh_field
from reconcile.inference.prior import flat_prior, log_prior
from reconcile.inference.votes import NULL_SIGN, votes
from reconcile.inference.weigh import weigh
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both, expert, field, form, machine, reading
from transcribe.fields._street_words import spelled_out
from transcribe.model import Decision, FieldKey, Form, Master, Parameters, Task
from transcribe.values import with_day_as_month

LEARNT = read_parameters(shipped_parameters())
NAME = form(field("customer", "name"))
SPOT = prepared(NAME).fields["customer"]
ANA = LEARNT.source_model("ana", "person", "name")
TEXTS = st.text(alphabet="abcdé 12", min_size=1, max_size=12).map(str.strip).filter(bool)


def said_by(kind: str, text: str | None, shown: str | None = None) -> float:
    """How probable it is that somebody says this when "dupont" is written."""
    source = {"person": reading, "expert": reading}[kind]
    flags = frozenset({"illegible"}) if text is None else frozenset[str]()
    kept = source("customer", "ana", text, kind="expert" if kind == "expert" else "person", flags=flags, shown=shown)
    vote = votes(SPOT, [kept])[0]
    return likelihoods(LEARNT, [(vote, LEARNT.source_model("ana", kind, "name"), 1.0)], "dupont")[0]


@given(written=TEXTS, said=TEXTS)
def test_every_reading_has_a_probability(written: str, said: str) -> None:
    assert 0.0 <= error_probability(LEARNT, said, ANA, written) <= 1.0
    assert flat_prior(said) < 0


def test_the_nearer_a_misreading_the_likelier() -> None:
    assert said_by("person", "dupont") > said_by("person", "dupond") > said_by("person", "dumond")
    assert said_by("person", "dumond") > said_by("person", "quelqu un d autre")


@given(few=st.integers(1, 399), digit=st.sampled_from("0123456789"), at=st.integers(0, 3))
def test_three_people_outweigh_two_who_read_a_digit_more(few: int, digit: str, at: int) -> None:
    digits = str(few)
    longer = digits[:at] + digit + digits[at:]
    if longer.startswith("0"):
        return
    said = [reading("boxes", f"p{number}", digits if number < 3 else longer) for number in range(5)]
    boxes = form(field("boxes", "integer"))
    found = weigh(boxes, said, shipped_parameters(), POLICY)[FieldKey("boxes")]
    assert found.candidates[0].normal == digits


def test_blank_and_cannot_read_are_evidence_against_a_text() -> None:
    assert said_by("person", "dupont") > 100 * said_by("person", "")
    assert said_by("person", None) > said_by("expert", None) > 0


@pytest.mark.parametrize("text", ["", None])
def test_a_person_known_to_err_nearly_always_counts_nothing_where_they_say_that_there_is_no_text(
    text: str | None,
) -> None:
    flags = frozenset({"illegible"}) if text is None else frozenset[str]()
    engine = machine("customer", "rapidocr 3.10.0", "Dupont", 0.95)
    told = weigh(NAME, [engine, reading("customer", "ana", text, flags=flags)], known_to_err("ana", 400.0), POLICY)
    alone = weigh(NAME, [engine], shipped_parameters(), POLICY)
    before, after = (found[FieldKey("customer")].candidates[0] for found in (alone, told))
    assert after.normal == before.normal == "dupont"
    assert after.probability > before.probability - 0.02


def test_two_people_known_to_err_often_do_not_make_a_field_blank_by_saying_so() -> None:
    said = [machine("customer", "rapidocr 3.10.0", "Dupont", 0.95)]
    said += [reading("customer", who, "") for who in ("ana", "ben")]
    careless = known_to_err("ana", 200.0, known_to_err("ben", 200.0))
    shipped, learnt = (
        weigh(NAME, said, some, POLICY)[FieldKey("customer")] for some in (shipped_parameters(), careless)
    )
    assert isinstance(decide(NAME.fields[0], shipped, POLICY), Decision)
    assert isinstance(decide(NAME.fields[0], learnt, POLICY), Task)


def known_to_err(who: str, wrong: float, before: Parameters | None = None) -> Parameters:
    """Parameters in which this person was wrong so often on 400 names."""
    content: dict[str, Any] = dict((before or shipped_parameters()).content)
    content["sources"] = {**content["sources"], who: {"name": [wrong, 400.0]}}
    return Parameters(version=7, content=content)


def test_who_was_shown_a_value_says_little_by_repeating_it() -> None:
    blind = said_by("person", "dupond")
    assert said_by("person", "dupond", shown="dupond") > 0.5 > blind
    assert said_by("person", "dupont", shown="dupond") < said_by("person", "dupont")


@pytest.mark.parametrize(
    ("text", "other"),
    [("2025-03-05", "2025-05-03"), ("2025-05-05", None), ("2025-03-15", None), ("2025-1o-05", None), ("soon", None)],
)
def test_day_and_month_are_changed_about_only_where_that_is_another_date(text: str, other: str | None) -> None:
    assert with_day_as_month(text) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [("3 mill rd", "3 mill road"), ("hauptstr 5", "hauptstraße 5"), ("lindenstrasse 5", "lindenstraße 5")],
)
def test_street_words_say_the_same_short_and_long(one: str, other: str) -> None:
    assert spelled_out(one) == spelled_out(other)
    address = prepared(form(field("street", "address"))).fields["street"]
    assert address.normal(one.title()) == address.normal(other.title())


def test_a_known_value_is_likelier_and_also_without_its_accents() -> None:
    masters = (Master(field="customer", values=(("Hélène Dupont", "1"),), digest="m"),)
    spot = prepared(form(field("customer", "name"), masters=masters)).fields["customer"]
    as_listed, plain, other = (
        log_prior(spot, says, LEARNT) for says in ("hélène dupont", "helene dupont", "helene dumont")
    )
    assert as_listed > plain > other


def test_known_values_near_a_reading_are_found() -> None:
    values = KnownValues({text: text.title() for text in ("dupont", "dumont", "martin", "martine")})
    assert values.neighbours("dupond") == ("dupont",)
    assert values.neighbours("martin") == ("martine",)
    assert values.neighbours("dumand") == ("dumont",)
    assert values.neighbours("quelqu un") == ()
    assert values.text("dumont") == "Dumont"


def test_a_rare_word_is_mended_to_a_common_one_but_not_a_short_one() -> None:
    words = KnownWords({"": 40.0, "avenue": 20.0, "rue": 10.0})
    assert words.corrected("avenuc foch") == "avenue foch"
    assert words.corrected("ruc foch") == "ruc foch"


def test_a_mended_reading_is_a_proposal() -> None:
    content = {**shipped_parameters().content, "words": {"customer": {"": 400.0, "dupont": 200.0}}}
    learnt = read_parameters(Parameters(version=1, content=content))
    weighed = weigh_field(SPOT, votes(SPOT, both("customer", "Dupomt")), learnt)
    assert weighed.origins["dupont"] == "composed"
    assert weighed.shares["dupont"] > weigh_field(SPOT, votes(SPOT, both("customer", "Dupomt")), LEARNT).none


def test_an_impossible_date_is_mended_as_a_proposal() -> None:
    dates = form(field("ordered", "date"))
    weighed = weigh_field(
        prepared(dates).fields["ordered"],
        votes(prepared(dates).fields["ordered"], both("ordered", "14/13/2025")),
        LEARNT,
    )
    assert weighed.origins["2025-12-14"] == "repaired"


def test_engines_are_one_source_each_and_the_latest_reading_speaks() -> None:
    said = votes(SPOT, [machine("customer", "tesseract 5 eng", "A"), machine("customer", "tesseract 5 fra", "B")])
    assert [vote.source for vote in said] == ["tesseract"]
    crossed = reading("customer", "ana", "Dupont", flags=frozenset({"crossed out"}))
    assert votes(SPOT, [crossed])[0].says == NULL_SIGN + "crossed out"


def test_an_experts_error_is_rarer_than_a_persons() -> None:
    kinds = {kind: LEARNT.source_model("x", kind, "name").error for kind in ("machine", "person", "expert")}
    assert kinds["expert"] < kinds["person"]
    assert exp(flat_prior("dupont")) < 1e-4
    assert votes(SPOT, [expert("customer", "Dupont")])[0].kind == "expert"


def test_a_form_is_made_ready_once(form_of_many: Form) -> None:
    assert prepared(form_of_many) is prepared(form_of_many)
    assert prepared(form_of_many).fields["lines.amount"].field.type == "amount"
    assert FieldKey("lines.amount", 3).table == "lines"


@pytest.fixture
def form_of_many() -> Form:
    return form(field("a"), columns=(field("lines.amount", "amount"),))


SPACES = form(field("note", "text"))


@pytest.mark.parametrize("sure", [0.5, 0.97, 0.999])
def test_of_texts_that_differ_in_a_space_an_engine_lost_it_however_sure_it_is(sure: float) -> None:
    said = [
        machine("note", "tesseract 5", "bar tape black", 0.92),
        machine("note", "rapidocr 3", "bartape black", sure),
    ]
    found = weigh(SPACES, said, shipped_parameters(), POLICY)[FieldKey("note")]
    assert found.candidates[0].normal == "bar tape black"


@pytest.mark.parametrize("said", ["1250", "1,250.00", "1750", "12.50"])
def test_who_saw_the_decimal_point_makes_no_reading_of_an_engine_less_probable(said: str) -> None:
    spot = prepared(form(field("price", "amount"))).fields["price"]
    engine, sees = votes(spot, [machine("price", "tesseract 5.5.0 eng", said), reading("price", "zoe", "1,250.00")])
    model = LEARNT.source_model(engine.source, engine.kind, "amount")
    zoe = LEARNT.source_model(sees.source, sees.kind, "amount")
    alone = likelihoods(LEARNT, [(engine, model, 1.0)], sees.says)[0]
    assert likelihoods(LEARNT, [(engine, model, 1.0), (sees, zoe, 1.0)], sees.says)[0] >= alone
