"""Deciding: who may decide what, and what is asked instead."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.inference.calibration import MIN_EXPERT_PROBABILITY
from reconcile.policy import POLICY
from tests.bench.reconciling import blanks
from tests.reconcile.made import both, expert, field, ink, machine, posterior, reading
from transcribe.codes import Flag, Method, Witness
from transcribe.i18n.evidence_messages import say
from transcribe.model import Candidate, Decision, Field, FieldKey, Posterior, Reading, Standing, Task

DATE = field("order_date", "date")
TOTAL = field("total", "amount")
NAME = field("customer_name", "name")
CODE = field("reference", "code", pattern=r"[A-Z]{2}-\d{4}")
TICK = field("express", "checkbox")
EXPERT = expert("total", "15.80")
BOTH = ("tesseract 5", "rapidocr 3")


def decided(of: Field, *readings: Reading) -> Decision:
    answer = decide(of, posterior(of, *readings), POLICY)
    assert isinstance(answer, Decision), answer
    return answer


def asked(of: Field, *readings: Reading) -> Task:
    answer = decide(of, posterior(of, *readings), POLICY)
    assert isinstance(answer, Task), answer
    return answer


def test_two_engines_that_agree_on_a_valid_value_decide_typed_print() -> None:
    answer = decided(DATE, *both("order_date", "14/03/2025"))
    assert (answer.value, answer.method, answer.null) == ("2025-03-14", "machines", None)
    assert answer.probability >= POLICY.target


def test_one_engine_alone_never_decides_however_sure() -> None:
    assert asked(DATE, machine("order_date", "tesseract 5", "14/03/2025", 1.0)).reason == "one engine"


def test_a_long_text_that_was_searched_for_needs_a_witness_as_engines_agree_on_its_words_and_not_its_ends() -> None:
    agreed = posterior(NAME, *both("customer_name", "Dupont SARL"))
    assert isinstance(decide(NAME, agreed, POLICY), Decision)
    searched = replace(agreed, standing=agreed.standing._replace(searched_text=True))
    task = decide(NAME, searched, POLICY)
    assert isinstance(task, Task)
    assert task.reason == "extent"
    vouched = replace(searched, standing=searched.standing._replace(witness=Witness.KNOWN_VALUE))
    assert isinstance(decide(NAME, vouched, POLICY), Decision)


def test_two_readings_of_one_engine_are_one_source() -> None:
    task = asked(
        DATE,
        machine("order_date", "tesseract 5.5.0 eng psm6", "14/03/2025"),
        machine("order_date", "tesseract 5.5.0 eng psm4", "14/03/2025"),
    )
    assert task.reason == "one engine"


def test_engines_that_disagree_ask_a_person() -> None:
    task = asked(TOTAL, machine("total", "tesseract 5", "15.60"), machine("total", "rapidocr 3", "15.40"))
    assert (task.kind, task.reason, task.slot) == ("read", "engines disagree", 1)


def test_machines_never_decide_handwriting() -> None:
    hand = [
        reading("total", source, "15.60", kind="machine", confidence=0.99, flags=frozenset({"handwriting"}))
        for source in ("tesseract 5", "rapidocr 3")
    ]
    assert asked(TOTAL, *hand).reason == "handwriting"


def test_a_reading_of_a_comb_that_is_miscounted_is_not_decided_by_machines() -> None:
    flags = frozenset({"miscounted"})
    short = [reading("total", each, "15.60", kind="machine", confidence=0.99, flags=flags) for each in BOTH]
    assert asked(TOTAL, *short).reason == "miscounted"


def test_a_part_of_what_stands_there_is_not_decided_by_machines_and_the_whole_is() -> None:
    flags = frozenset({"partly read"})
    part = [reading("total", each, "15.60", kind="machine", confidence=0.99, flags=flags) for each in BOTH]
    assert asked(TOTAL, *part).reason == "partly read"
    whole = reading("total", BOTH[1], "15.60", kind="machine", confidence=0.99)
    assert decided(TOTAL, part[0], whole).method == "machines", "one read all of it, and says the same"


TOWN = field("town", "text")


def test_a_letter_that_a_person_saw_and_a_sure_engine_missed_is_asked_once_more() -> None:
    """The o of Milano stood over the edge of its box; 20121 Milan was decided by "a person and a machine"."""
    read = [machine("town", BOTH[0], "20121 Mili", 0.68), machine("town", BOTH[1], "20121 Milan", 0.9951)]
    ann = reading("town", "ann", "20121 Milano")
    assert asked(TOWN, *read, ann).pool == "read"
    assert decided(TOWN, *read, ann, reading("town", "ben", "20121 Milano")).text == "20121 Milano"
    assert decided(TOWN, *read, reading("town", "ann", "20121 Milan")).text == "20121 Milan"


def test_a_person_with_a_letter_more_agrees_with_one_who_typed_what_an_engine_read() -> None:
    read = [machine("town", BOTH[0], "20121 Mili", 0.68), machine("town", BOTH[1], "20121 Milan", 0.9951)]
    said = [reading("town", "ann", "20121 Milano"), reading("town", "ben", "20121 Milan")]
    assert posterior(TOWN, *read, *said).standing.people == 2


def test_what_an_unsure_engine_garbled_does_not_outweigh_people_who_typed_alike() -> None:
    """It is three characters from what the other engine read, four from what people did: three of them lost to it."""
    read = [machine("town", BOTH[0], "Basico poro nino", 0.3), machine("town", BOTH[1], "Baslico però nano", 0.99)]
    people = [reading("town", who, "Basilico però nano") for who in ("ann", "ben", "cleo")]
    answer = decided(TOWN, *read, *people)
    assert (answer.text, answer.method) == ("Basilico però nano", Method.PEOPLE)


QUANTITY = field("quantity", "integer")


@pytest.mark.parametrize(
    ("of", "pointed", "pointless"),
    [("amount", "397.00", "39700"), ("amount", "8.25", "825"), ("decimal", "1.0", "10"), ("decimal", "2,75", "275")],
)
def test_an_engine_that_lost_the_point_of_a_number_agrees_with_one_that_is_sure_of_it(
    of: str, pointed: str, pointless: str
) -> None:
    price = field("price", of)
    lost, seen = machine("price", BOTH[0], pointless, 0.9), machine("price", BOTH[1], pointed, 0.99)
    decision = decided(price, lost, seen)
    assert decision.text == pointed
    assert decision.probability < posterior(price, *both("price", pointed)).probability
    assert posterior(price, lost, replace(seen, confidence=0.6)).probability < decision.probability


def test_an_engine_that_read_other_digits_does_not_agree_though_it_lost_the_point() -> None:
    price = field("price", "amount")
    assert asked(price, machine("price", BOTH[0], "825", 0.9), machine("price", BOTH[1], "8.75", 0.95))


def test_a_sure_engine_decides_where_the_other_one_saw_nothing_and_not_where_one_gave_up() -> None:
    silent = reading("total", BOTH[0], None, kind="machine", flags=frozenset({"illegible"}))
    sure = machine("total", BOTH[1], "15.60", 0.995)
    nothing = replace(silent, text="", flags=frozenset())
    assert decided(TOTAL, nothing, sure).text == "15.60"
    assert asked(TOTAL, silent, sure).reason == "one engine"
    assert asked(TOTAL, nothing, replace(sure, flags=frozenset({"illegible"}))).reason == "not sure enough"
    assert asked(TOTAL, replace(silent, flags=frozenset({"illegible", "crossed out"})), sure).reason == "crossed out"


def test_a_quantity_with_a_sign_beside_it_is_not_decided_by_machines() -> None:
    """A struck 9 beside 36 was read as *36 and # 36, and published as *36."""
    struck = [machine("quantity", BOTH[0], "# 36", 0.9), machine("quantity", BOTH[1], "*36", 0.99)]
    assert asked(QUANTITY, *struck).reason == "format"
    by_person = decided(QUANTITY, *struck, reading("quantity", "ann", "36"))
    assert (by_person.text, by_person.value) == ("36", 36)
    filled = [machine("total", BOTH[0], "**15.60**"), machine("total", BOTH[1], "**15.60**")]
    assert decided(TOTAL, *filled).method == "machines", "of money the room is filled with signs"


def test_a_share_that_machines_read_with_its_percent_sign_is_decided_with_one_person() -> None:
    """Engines see % in place of a 6 or an 8 on bad pages, so that they do not decide it by themselves."""
    discount = field("discount", "decimal")
    assert asked(discount, *both("discount", "5 %")).reason == "format"
    by_person = decided(discount, *both("discount", "5 %"), reading("discount", "ann", "5 %"))
    assert (by_person.text, by_person.value, by_person.method) == ("5 %", "5", "person and machine")


def test_what_machines_read_with_a_sign_and_without_is_published_without() -> None:
    said = [machine("quantity", BOTH[0], "36"), machine("quantity", BOTH[1], "*36", 0.999)]
    assert decided(QUANTITY, *said).text == "36"
    again = [*said, machine("quantity", "third 1", "*36", 0.999)]
    assert posterior(QUANTITY, *again).candidates[0].text == "36"


OUTSIDE = frozenset({"outside photo"})


@pytest.mark.parametrize("of", [TOTAL, DATE, TICK])
@pytest.mark.parametrize("wise", ["person", "expert"])
def test_what_lies_outside_the_photograph_is_blank_by_nobody(of: Field, wise: Literal["person", "expert"]) -> None:
    nothing = "false" if of is TICK else ""
    ink_says = reading(of.name, "ink 1", None, kind="machine", flags=OUTSIDE)
    assert asked(of, ink_says).reason == "outside photo"
    people = [reading(of.name, who, nothing, kind=wise, minute=at) for at, who in enumerate(("ann", "ben", "cid"), 1)]
    for count in range(1, 4):
        answer = decide(of, posterior(of, ink_says, *people[:count]), POLICY)
        assert isinstance(answer, Task) or answer.null == "illegible", (count, answer)
    seen = posterior(of, *people)
    answer = decide(of, seen, POLICY)
    assert isinstance(answer, Decision)
    assert answer.null == ("blank" if nothing == "" else None), "without the flag they decide"


def test_what_people_read_at_the_rim_of_the_photograph_and_an_operators_blank_stand() -> None:
    ink_says = reading("total", "ink 1", None, kind="machine", flags=OUTSIDE)
    typed = [reading("total", who, "15.60", minute=at) for at, who in enumerate(("ann", "ben", "cid"))]
    assert decided(TOTAL, ink_says, *typed).text == "15.60"
    corrected = reading("total", "operator", "", kind="expert", minute=9)
    assert decided(TOTAL, ink_says, *typed, corrected).null == "blank"


def test_engines_do_not_decide_what_lies_partly_outside_the_photograph() -> None:
    ink_says = reading("total", "ink 1", None, kind="machine", flags=OUTSIDE)
    assert asked(TOTAL, ink_says, *both("total", "15.60")).reason == "outside photo"


def test_what_is_read_on_a_page_that_may_be_another_document_is_not_decided_by_machines() -> None:
    flags = frozenset({"another document"})
    agreed = [reading("order_date", each, "14/03/2025", kind="machine", confidence=0.99, flags=flags) for each in BOTH]
    assert asked(DATE, *agreed).reason == "another document"
    assert decided(DATE, *agreed, expert("order_date", "14/03/2025")).method == "expert"


def test_what_nothing_printed_says_for_sure_is_not_decided_by_machines() -> None:
    flags = frozenset({"unlabelled"})
    agreed = [reading("total", each, "15.60", kind="machine", confidence=0.99, flags=flags) for each in BOTH]
    assert asked(TOTAL, *agreed).reason == "unlabelled"


def test_machines_never_decide_a_value_that_breaks_its_format() -> None:
    assert asked(CODE, *both("reference", "PAX-1042")).reason == "format"


@pytest.mark.parametrize("text", ["58147", "C61374", "T-810", "A94009", "41190-B"])
def test_zeros_and_ones_among_the_digits_of_a_code_are_no_letters(text: str) -> None:
    assert decided(field("reference", "code"), *both("reference", text)).text == text


@pytest.mark.parametrize("flag", ["not fitting", "absent", "illegible", "crossed out"])
def test_what_a_machine_could_not_place_or_read_goes_to_people(flag: str) -> None:
    readings = [
        reading("total", source, None, kind="machine", flags=frozenset({flag}))
        for source in ("tesseract 5", "rapidocr 3")
    ]
    assert asked(TOTAL, *readings).kind == "read"


def test_two_people_who_agree_decide_against_both_engines_that_differ() -> None:
    answer = decided(
        TOTAL,
        machine("total", "tesseract 5", "15.60"),
        machine("total", "rapidocr 3", "15.40"),
        reading("total", "ana", "15.80"),
        reading("total", "ben", "15.80"),
    )
    assert (answer.value, answer.method) == ("15.80", "people")


@pytest.mark.promise("when they stay apart,")
def test_two_people_who_differ_get_a_third_and_three_who_differ_an_expert() -> None:
    ana, ben, eve = (
        reading("total", who, text) for who, text in (("ana", "15.80"), ("ben", "16.80"), ("eve", "99.10"))
    )
    assert (asked(TOTAL, ana, ben).kind, asked(TOTAL, ana, ben).slot) == ("read", 3)
    task = asked(TOTAL, ana, ben, eve)
    assert (task.kind, task.reason, task.pool) == ("adjudicate", "readers split", "expert")


def test_an_expert_decides_against_everybody() -> None:
    answer = decided(TOTAL, *both("total", "15.60"), reading("total", "ana", "15.60"), expert("total", "15.80"))
    assert (answer.value, answer.method) == ("15.80", "expert")


def test_the_latest_expert_decides() -> None:
    first = reading("total", "ines", "15.80", kind="expert", minute=1)
    appeal = reading("total", "otto", "15.60", kind="expert", minute=2)
    assert decided(TOTAL, first, appeal).value == "15.60"


def test_of_two_experts_the_one_decides_who_is_plainly_likelier_unless_the_other_has_the_last_word() -> None:
    said = [*both("total", "15.60"), reading("total", "ana", "15.60")]
    right = reading("total", "ines", "15.60", kind="expert", minute=1)
    slip = reading("total", "otto", "15.06", kind="expert", minute=2)
    assert decided(TOTAL, *said, right, slip).value == "15.60"
    for flag in ("heard an appeal", "saw all readings"):
        last = replace(slip, flags=frozenset({flag}))
        assert decided(TOTAL, *said, right, last).value == "15.06"
        assert decided(TOTAL, *said, last, replace(right, at=slip.at)).value == "15.06"


def test_what_an_expert_decides_against_the_evidence_is_given_no_great_probability() -> None:
    doubted = decided(TOTAL, *both("total", "15.60"), *[reading("total", who, "15.60") for who in "ab"], EXPERT)
    plain = decided(TOTAL, machine("total", "tesseract 5", "15.60"), reading("total", "ana", "15.80"), EXPERT)
    assert (doubted.value, doubted.probability) == ("15.80", MIN_EXPERT_PROBABILITY)
    assert plain.probability > 0.95


@pytest.mark.promise("one value may be", "usually from 0.93, by")
def test_machines_alone_need_more_than_people_do() -> None:
    agreed = posterior(DATE, *both("order_date", "14/03/2025"))
    person = posterior(DATE, *both("order_date", "14/03/2025"), reading("order_date", "ana", "14/03/2025"))
    between = (POLICY.min_machine_probability + 1 - POLICY.reading_cost_share) / 2
    assert isinstance(decide(DATE, replace(agreed, probability=between), POLICY), Task)
    assert isinstance(decide(DATE, replace(agreed, probability=POLICY.min_machine_probability), POLICY), Decision)
    assert isinstance(decide(DATE, replace(person, probability=between), POLICY), Decision)


def test_the_latest_reading_of_a_person_speaks() -> None:
    answer = decided(
        TOTAL,
        reading("total", "ana", "51.60", minute=1),
        reading("total", "ana", "15.60", minute=2),
        reading("total", "ben", "15.60"),
    )
    assert answer.value == "15.60"


def test_a_person_who_saw_the_value_is_no_second_reader() -> None:
    saw = reading("customer_name", "ana", "Meier", shown="Meier")
    blind = reading("customer_name", "ben", "Meier")
    assert asked(NAME, saw, blind).kind == "read"


def test_names_that_differ_in_less_than_one_letter_in_twenty_agree_but_codes_do_not() -> None:
    long = "Etablissements Lefevre et Fils"
    name = [reading("customer_name", "ana", long), reading("customer_name", "ben", long.replace("Fils", "Fis"))]
    assert posterior(NAME, *name).standing.people == 2
    assert decided(NAME, *name, reading("customer_name", "eve", long)).method == "people"
    code = [reading("reference", "ana", "PA-1042"), reading("reference", "ben", "PA-1043")]
    assert posterior(CODE, *code).standing.people == 1
    assert asked(CODE, *code).reason == "readers disagree"


def test_an_empty_box_is_blank_by_ink_alone() -> None:
    answer = decided(NAME, ink("customer_name", ""), *both("customer_name", ""))
    assert (answer.value, answer.null, answer.method) == (None, "blank", "ink")


def test_engines_that_read_nothing_make_no_blank_of_what_ink_is_not_sure_of() -> None:
    silent = both("total", "")
    assert asked(TOTAL, ink("total", "", 0.91), *silent).reason == "ink but no text"
    assert decided(TOTAL, ink("total", "", 0.96), *silent).null == "blank"


def test_silent_engines_are_not_blank() -> None:
    assert asked(NAME, *both("customer_name", "")).kind == "read"


def test_a_tick_is_decided_by_ink_alone() -> None:
    answer = decided(TICK, ink("express", "true"))
    assert (answer.value, answer.method) == (True, "ink")


def test_what_ink_is_sure_of_is_no_surer_than_all_readings_make_it_where_people_contradict() -> None:
    people = [reading("express", f"p{at}", said) for at, said in enumerate(("false", "false", "false", "true"))]
    found = posterior(TICK, ink("express", "true", 0.999), *people)
    assert found.probability == pytest.approx(found.candidates[0].probability)
    assert asked(TICK, ink("express", "true", 0.999), *people).kind == "adjudicate"
    typed = [reading("customer_name", "ana", "Meier"), reading("customer_name", "ben", "")]
    assert asked(NAME, ink("customer_name", "", 0.97), *typed).reason == "readers disagree"


ARTICLE = field("article", "ean")
EAN = "4006381333931"
CHECKED = frozenset({"checks itself"})


def coded(name: str, text: str, flags: frozenset[str] = CHECKED) -> Reading:
    return reading(name, "zxing 3", text, kind="machine", flags=flags)


@pytest.mark.parametrize(("of", "text"), [(ARTICLE, EAN), (CODE, "AB-1234"), (field("parcel", "code"), "PARCEL-0O1I")])
def test_a_barcode_that_checks_itself_decides_alone(of: Field, text: str) -> None:
    answer = decided(of, coded(of.name, text))
    assert (answer.text, answer.method) == (text, "barcode")
    assert "barcode" in {each.code for each in answer.evidence}


def test_a_barcode_that_checks_nothing_is_one_engine() -> None:
    assert asked(ARTICLE, coded("article", EAN, frozenset())).reason == "one engine"


@pytest.mark.parametrize("engines", [["tesseract 5"], ["tesseract 5", "rapidocr 3"]])
def test_a_barcode_that_what_is_printed_beside_it_contradicts_is_asked(engines: list[str]) -> None:
    printed = [machine("article", engine, "3017620422003") for engine in engines]
    assert asked(ARTICLE, coded("article", EAN), *printed).reason == "engines disagree"


def test_a_barcode_that_a_person_contradicts_is_asked() -> None:
    assert asked(ARTICLE, coded("article", EAN), reading("article", "ana", "3017620422003")).kind == "read"


def test_a_barcode_that_is_not_written_as_its_field_should_be_is_asked() -> None:
    assert asked(CODE, coded("reference", "17")).reason == "format"


def test_an_unsure_tick_is_asked() -> None:
    assert asked(TICK, ink("express", "true", confidence=0.7)).kind == "read"


def test_people_may_agree_that_it_cannot_be_read() -> None:
    cannot = [reading("total", who, None, flags=frozenset({"illegible"})) for who in ("ana", "ben")]
    answer = decided(TOTAL, *cannot)
    assert (answer.value, answer.null, answer.text) == (None, "illegible", "")


def sure(probability: float) -> Posterior:
    """One person and one engine say the same, and it is so probable."""
    says = Candidate(normal="15.60", text="15.60", probability=probability, value="15.60")
    return Posterior(
        key=FieldKey("total"),
        candidates=(says,),
        none=1 - probability,
        probability=probability,
        evidence=(),
        readings=(),
        parameters=1,
        people=1,
        machines=2,
        standing=Standing(engines=1, listening=2, people=1),
    )


@pytest.mark.promise("We stop asking when", "one value may be", "usually from 0.93, by")
def test_what_one_more_reading_would_gain_is_held_against_its_price() -> None:
    assert isinstance(decide(TOTAL, sure(1 - POLICY.reading_cost_share - 0.001), POLICY), Task)
    answer = decide(TOTAL, sure(0.97), POLICY)
    assert isinstance(answer, Decision)
    (reason,) = answer.evidence
    assert (reason.code, reason.numbers) == (
        "not worth",
        {"target": 0.995, "gain": 0.03, "price": POLICY.reading_cost_share},
    )
    assert "one more reading would cost more than it gains" in say(reason)


def test_a_decision_that_reaches_its_target_names_no_price() -> None:
    answer = decide(TOTAL, sure(0.996), POLICY)
    assert isinstance(answer, Decision)
    assert answer.evidence == ()


def test_a_free_reading_is_bought_until_the_target_is_reached() -> None:
    assert isinstance(decide(TOTAL, sure(0.99), replace(POLICY, reading_cost_share=0.0)), Task)
    assert isinstance(decide(TOTAL, sure(0.995), replace(POLICY, reading_cost_share=0.0)), Decision)


def test_a_form_can_only_raise_the_target() -> None:
    assert isinstance(decide(replace(TOTAL, target=0.9), sure(0.97), POLICY), Task)
    assert isinstance(decide(replace(TOTAL, target=0.9), sure(0.996), POLICY), Decision)


def test_what_nobody_read_is_asked_for() -> None:
    proposed = Candidate(normal="15.60", text="15.60", probability=0.9, origin="arithmetic")
    answer = decide(TOTAL, replace(sure(0.9), candidates=(proposed,)), POLICY)
    assert isinstance(answer, Task)
    assert (answer.kind, answer.reason) == ("read", "nothing read")


@pytest.mark.promise("A `target` of a")
def test_a_forms_higher_target_is_asked_for() -> None:
    strict = Field(name="order_date", type="date", label={}, target=0.9999999)
    assert asked(strict, *both("order_date", "14/03/2025")).reason == "not sure enough"


def test_every_decision_names_its_readings_parameters_and_a_known_method() -> None:
    readings = both("order_date", "14/03/2025")
    answer = decided(DATE, *readings)
    assert set(answer.readings) == {each.id for each in readings}
    assert answer.parameters == 0
    assert answer.method in set(Method)


def test_the_order_of_readings_changes_nothing() -> None:
    readings = [
        *both("total", "15.60"),
        reading("total", "ana", "15.80"),
        reading("total", "ben", "15.80"),
        reading("total", "eve", ""),
    ]
    answers = {str(decide(TOTAL, posterior(TOTAL, *order), POLICY)) for order in permutations(readings)}
    assert len(answers) == 1


@pytest.mark.promise("Machines can win against")
def test_machines_never_outvote_two_people() -> None:
    task = asked(
        CODE,
        *both("reference", "PA-1043"),
        reading("reference", "ana", "PA-1042"),
        reading("reference", "ben", "PA-1042"),
    )
    assert task.kind == "read"


def test_one_person_whose_word_could_be_so_is_not_outvoted_by_machines() -> None:
    engines = [machine("total", "tesseract 5", "15.60", 0.94), machine("total", "rapidocr 3", "15.60", 0.98)]
    assert asked(TOTAL, *engines, reading("total", "ana", "15.80")).reason == "one reader"


def test_one_person_who_gives_up_does_not_stop_two_engines_that_agree() -> None:
    gave_up = reading("total", "ana", None, flags=frozenset({"illegible"}))
    assert decided(TOTAL, *both("total", "15.60"), gave_up).method == "machines"


def test_a_person_and_one_engine_decide_together() -> None:
    answer = decided(
        TOTAL,
        machine("total", "tesseract 5", "15.60"),
        machine("total", "rapidocr 3", "18.60", 0.6),
        reading("total", "ana", "15.60"),
    )
    assert answer.method == "person and machine"


def test_a_person_whom_a_check_digit_vouches_for_decides_where_no_engine_reads() -> None:
    answer = decided(
        field("account", "luhn"),
        machine("account", "tesseract 5", "7992739", 0.3),
        reading("account", "ana", "79927398713"),
    )
    assert answer.method == "person and witness"


def test_readings_that_differ_may_leave_no_real_doubt() -> None:
    answer = decided(
        DATE,
        machine("order_date", "tesseract 5", "14/03/2025", 0.96),
        machine("order_date", "rapidocr 3", "14/03/2025", 0.99),
        reading("order_date", "ana", "11/10/2021"),
        reading("order_date", "ben", "05/07/2023"),
        reading("order_date", "eve", "14/03/2025"),
    )
    assert (answer.method, answer.value) == ("person and machine", "2025-03-14")


def test_evidence_holds_no_text_that_was_read() -> None:
    posterior_ = posterior(NAME, *both("customer_name", "Dupont"), reading("customer_name", "ana", "Dupond"))
    assert not any("upon" in str(each).casefold() for each in posterior_.evidence)
    assert {"reader for", "reader against", "runner-up", "would flip"} <= {each.code for each in posterior_.evidence}


def test_a_field_that_nobody_could_read_is_asked_with_its_reason() -> None:
    nothing = [
        reading("total", source, None, kind="machine", flags=frozenset({"not fitting"}))
        for source in ("tesseract 5", "rapidocr 3")
    ]
    assert asked(TOTAL, *nothing).reason == "not fitting"


def test_who_reads_on_what_others_see_struck_out_reads_the_same_writing() -> None:
    """Two of three people who see it struck out are not outvoted because its letters can be read."""
    engines = [machine("customer_name", each, "Dupont", 0.9) for each in BOTH]
    struck = [reading("customer_name", who, None, flags=frozenset({"crossed out"})) for who in ("ana", "ben")]
    said = [*engines, *struck, reading("customer_name", "eve", "Dupont")]
    crossed = next(each for each in posterior(NAME, *said).candidates if each.null == "crossed out")
    assert crossed.probability > 0.3
    assert asked(NAME, *said).kind == "adjudicate"


def test_a_minority_may_be_right_once_three_people_have_read() -> None:
    number = field("account", "luhn")
    answer = decided(
        number,
        machine("account", "tesseract 5", "", 0.0),
        reading("account", "ana", "79927398113"),
        reading("account", "ben", "7992739811"),
        reading("account", "zoe", "79927398713"),
    )
    assert answer.value == "79927398713"


WEAK, SURE = "tesseract 5.5.0 eng", "rapidocr 3.10.0 PP-OCRv6-small latin"


def one_sure(of: Field, weak: str, sure: str, *more: Reading, confidence: float = 0.995) -> Posterior:
    """A value that one engine is sure of, while another one reads something else."""
    key = of.name
    return posterior(of, machine(key, WEAK, weak, 0.4), machine(key, SURE, sure, confidence), *more)


@pytest.mark.promise("only where its value reaches the target by itself")
def test_one_sure_engine_decides_against_one_that_reads_something_far_off() -> None:
    found = one_sure(NAME, "vnv z6", "Gasthof Knappe")
    for probability, decides in ((POLICY.target, True), (0.99, False)):
        earned = found.standing._replace(earned=POLICY.target)
        answer = decide(NAME, replace(found, probability=probability, standing=earned), POLICY)
        assert isinstance(answer, Decision) is decides
        proven = found.standing._replace(earned=POLICY.target - 0.001)
        assert isinstance(decide(NAME, replace(found, probability=probability, standing=proven), POLICY), Task)


@pytest.mark.promise("and never counts as sure;")
def test_an_engine_that_claims_no_confidence_weighs_less_than_a_sure_one_and_never_counts_as_sure() -> None:
    for of, text in ((NAME, "Gasthof Knappe"), (TOTAL, "7,25"), (DATE, "14/03/2025")):
        weak, sure = machine(of.name, WEAK, "vnv z6", 0.4), machine(of.name, "local_vlm 1", text, 1.0)
        silent = replace(sure, confidence=None)
        assert asked(of, weak, silent)
        assert asked(of, silent).reason == "one engine"
        for others in ((), (weak,), (machine(of.name, WEAK, text, 0.9),)):
            assert posterior(of, *others, silent).probability < posterior(of, *others, sure).probability < 1


def test_of_two_sure_engines_that_differ_neither_decides() -> None:
    both_sure = [machine("customer_name", WEAK, "AGNE LID", 0.98), machine("customer_name", SURE, "ACME LTD", 0.99)]
    assert asked(NAME, *both_sure).reason == "engines disagree"


@pytest.mark.promise("One machine alone decides")
def test_one_engine_outvotes_no_person() -> None:
    found = one_sure(NAME, "vnv z6", "Gasthof Knappe")
    against = found.standing._replace(earned=1.0, contradicting=1, against_people=1)
    assert isinstance(decide(NAME, replace(found, probability=0.999999, people=1, standing=against), POLICY), Task)


CELL = field("cell", "code")


@pytest.mark.law
@given(confidence=st.floats(0.5, 1.0), type_name=st.sampled_from(["code", "text", "amount", "checkbox", "signature"]))
def test_ink_alone_decides_nothing_less_probable_than_an_engine_alone_may(confidence: float, type_name: str) -> None:
    spot = field("cell", type_name)
    for says in ("true", "false") if type_name in ("checkbox", "signature") else ("",):
        found = posterior(spot, ink("cell", says, confidence))
        if isinstance(decide(spot, found, POLICY), Decision):
            assert found.probability >= POLICY.min_machine_probability


def test_a_person_and_an_ink_test_that_is_not_sure_decide() -> None:
    unsure = ink("cell", "", 0.7)
    assert isinstance(decide(CELL, posterior(CELL, unsure), POLICY), Task)
    answer = decide(CELL, posterior(CELL, unsure, reading("cell", "ana", "")), POLICY)
    assert isinstance(answer, Decision)
    assert (answer.null, answer.method) == ("blank", Method.PERSON_AND_MACHINE)


@pytest.mark.parametrize("says", ["true", "false"])
@pytest.mark.parametrize("confidence", [0.7, 0.94])
def test_an_ink_test_that_no_audit_proves_decides_no_mark_with_a_person(says: str, confidence: float) -> None:
    unsure = ink("express", says, confidence)
    assert isinstance(decide(TICK, posterior(TICK, unsure), POLICY), Task)
    assert isinstance(decide(TICK, posterior(TICK, unsure, reading("express", "ana", says)), POLICY), Task)


@pytest.mark.parametrize("says", ["true", "false"])
def test_a_person_and_an_ink_test_that_audits_prove_decide_a_mark(says: str) -> None:
    answer = decide(TICK, posterior(TICK, ink("express", says, 0.99), reading("express", "ana", says)), POLICY)
    assert isinstance(answer, Decision)
    assert (answer.text, answer.method) == (says, Method.PERSON_AND_MACHINE)


@pytest.mark.parametrize("says", ["true", "false"])
def test_a_person_who_sees_a_mark_otherwise_is_asked_about(says: str) -> None:
    other = "false" if says == "true" else "true"
    answer = decide(TICK, posterior(TICK, ink("express", says, 0.7), reading("express", "ana", other)), POLICY)
    assert isinstance(answer, Task)


def test_a_person_who_reads_something_there_is_asked_about() -> None:
    answer = decide(CELL, posterior(CELL, ink("cell", "", 0.7), reading("cell", "ana", "AB-1042")), POLICY)
    assert isinstance(answer, Task)


def test_one_person_who_gives_up_is_not_borne_out_by_engines_that_read_nothing() -> None:
    given_up = reading("cell", "ana", None, flags=frozenset({Flag.ILLEGIBLE}))
    assert isinstance(decide(CELL, posterior(CELL, *both("cell", None), given_up), POLICY), Task)
    again = reading("cell", "ben", None, flags=frozenset({Flag.ILLEGIBLE}))
    answer = decide(CELL, posterior(CELL, *both("cell", None), given_up, again), POLICY)
    assert isinstance(answer, Decision)
    assert answer.null == "illegible"


@pytest.mark.parametrize("silent", [True, False])
def test_two_people_who_agree_end_it(silent: bool) -> None:
    people = [reading("cell", who, "") for who in ("ana", "ben")]
    answer = decide(CELL, posterior(CELL, *(both("cell", None) if silent else []), *people), POLICY)
    assert isinstance(answer, Decision)
    assert answer.null == "blank"


def test_people_who_err_on_one_cell_in_twenty_read_two_times_at_most() -> None:
    """A small part of the benchmark of blanks."""
    cells = [
        blanks.run(doubt, kind, seed)
        for doubt in blanks.DOUBTS.values()
        for kind in ("code", "amount")
        for seed in range(30)
    ]
    assert blanks.effort(cells) <= 2.0
    assert sum(not each.right for each in cells) <= 3
