"""What vouches for a value where engines differ."""

from __future__ import annotations

from dataclasses import replace

from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import field, form, machine, posterior, reading
from transcribe.model import Field, FieldKey, Master, Parameters, Reading

STREET = field("street", "address")
DATE = field("order_date", "date")
TOTAL = field("total", "amount")
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


def test_words_often_written_on_a_field_choose_between_engines_that_differ_in_them_alone() -> None:
    assert (
        witness(STREET, "Rue Victor Hugo 4", *engines(STREET, "Rue Victor Hugo 4", "Rue Vict0r Hugo 4"))
        == "known words"
    )
    assert (
        witness(STREET, "Rue Victor Hugo 4", *engines(STREET, "Rue VictorHugo4", "Rue Victor Hugo 4")) == "known words"
    )


def test_words_often_written_on_a_field_vouch_for_a_text_that_the_other_engine_garbled() -> None:
    for garbled in ("Puc Vhten Hugo 4", "Aue Wictcr Hwgo 4", "Rue ViclouHige 4"):
        assert witness(STREET, "Rue Victor Hugo 4", *garbled_by_one(garbled, "Rue Victor Hugo 4")) == "known words"


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


def test_a_date_is_vouched_for_where_the_other_engine_took_a_stroke_for_a_digit() -> None:
    assert witness(DATE, "29/12/2024", *engines(DATE, "29/12/2024", "29/1212024")) == "format"
    assert posterior(DATE, *engines(DATE, "29/12/2024", "29/11/2024")).standing.witness == ""


def test_a_person_is_vouched_for_where_one_engine_read_nearly_the_same_and_no_engine_kept_the_format() -> None:
    code, typed = field("ref", "code", pattern=r"FA-\d{4}"), reading("ref", "ana", "FA-2174")
    assert posterior(code, typed, *engines(code, "F-21724", "7A-2174")).standing.witness == "format"
    assert posterior(code, typed, *engines(code, "F-21724", "7B-2174")).standing.witness == "", "none is near"
    assert posterior(code, typed, *engines(code, "FA-2774", "7A-2174")).standing.witness == "", "one kept it"
    unread = reading("ref", "tesseract 5.5.0 fra", None, kind="machine", flags=frozenset({"illegible"}))
    assert posterior(code, typed, unread, engines(code, "", "7A-2174")[1]).standing.witness == ""


def test_an_amount_is_vouched_for_where_the_other_engine_took_a_digit_for_a_letter_and_not_where_it_lost_one() -> None:
    assert posterior(TOTAL, *engines(TOTAL, "869.90", "869.g0")).standing.witness == "format"
    assert posterior(TOTAL, *engines(TOTAL, "869.90", "869.9O1x")).standing.witness == ""
    assert posterior(TOTAL, *engines(TOTAL, "869.90", "86.90")).standing.witness == ""


def test_a_broad_letter_may_stand_for_two_digits_of_an_amount_so_that_its_format_tells_nothing() -> None:
    """11 166,36 was seen as n 166,36 by one engine and as 1 166,36 by the other."""
    assert posterior(TOTAL, *engines(TOTAL, "1 166.36", "n 166.36")).standing.witness == ""
    assert posterior(TOTAL, *engines(TOTAL, "1 166.36", "1 l66.36")).standing.witness == "format"


def test_what_is_known_does_not_vouch_for_an_accent_that_the_other_engine_did_not_see_in_capitals() -> None:
    listed = Master(field="street", values=(("Pochettes à bulles", "1"), ("Agrafeuse rouge", "2")), digest="m")
    said = engines(STREET, "POCHETTES À BULLES", "POCHETTES A BULLES")
    assert (
        weigh(form(STREET, masters=(listed,)), said, shipped_parameters(), POLICY)[FieldKey("street")].standing.witness
        == ""
    )
    said = engines(STREET, "POCHETTES À BULLES", "POCHETTES À BUL1ES")
    assert (
        weigh(form(STREET, masters=(listed,)), said, shipped_parameters(), POLICY)[FieldKey("street")].standing.witness
        == "known value"
    )
    written = {**shipped_parameters().content, "words": {"street": {"": 400.0, "malmö": 40.0}}}
    learnt = Parameters(version=1, content=written)
    said = engines(STREET, "MALMÖ 4", "MALMO 4")
    assert weigh(form(STREET), said, learnt, POLICY)[FieldKey("street")].standing.witness == ""
    said = engines(STREET, "Malmö 4", "Malmo 4")
    assert weigh(form(STREET), said, learnt, POLICY)[FieldKey("street")].standing.witness == "known words"


def test_on_a_poor_page_one_character_against_another_tells_nothing() -> None:
    """Blur made a lone 8 of a 6 for one engine and a sign of it for the other."""
    quantity = field("quantity", "integer")
    good = [machine("quantity", "tesseract 5", "§", 0.5), machine("quantity", "rapidocr 3", "8", 0.9)]
    poor = [replace(each, id=f"{each.id}/poor", conditions={"fit": 0.9, "quality": 0.3}) for each in good]
    assert witness(quantity, "8", *good) == "format"
    assert witness(quantity, "8", *poor) == ""


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


def test_a_letter_that_looks_like_another_digit_is_no_broken_copy() -> None:
    """Z1 stands for 21 and not for 11, so that its format says nothing for 11."""
    quantity, code = field("quantity", "integer"), field("reference", "code", pattern=r"B-\d{2}/\d{5}")
    assert posterior(quantity, *engines(quantity, "11", "Z1")).standing.witness == ""
    assert posterior(quantity, *engines(quantity, "21", "Z1")).standing.witness == "format"
    assert posterior(code, *engines(code, "B-24/00311", "B-24/00B11")).standing.witness == ""
    assert posterior(code, *engines(code, "B-24/00811", "B-24/00B11")).standing.witness == "format"
