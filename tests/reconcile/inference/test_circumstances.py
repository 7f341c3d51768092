"""What keeps machines from deciding alone, beside how probable a value is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.examples import examples
from tests.reconcile.made import both, field, form, machine, posterior, reading
from transcribe.codes import Flag
from transcribe.model import Decision, FieldKey, Master, Posterior, Reading, Rule, Task

ROUNDING = 1e-9
"""Probabilities that differ by less are the same."""

CODE = field("code", "code", pattern="[0-9]{6}")
PRICE = form(field("price", "amount"))
SUMS = form(
    *(field(name, "amount") for name in ("net", "tax", "total")),
    rules=(Rule(name="total", check="total == net + tax"),),
)

ORDERED = form(
    field("other", "amount"),
    columns=(field("lines.quantity", "integer"), field("lines.unit_price", "amount"), field("lines.amount", "amount")),
    rules=(Rule(name="line amount", check="lines.amount == lines.quantity * lines.unit_price"),),
)


def of_price(text: str) -> Posterior:
    return weigh(PRICE, both("price", text), shipped_parameters(), POLICY)[FieldKey("price")]


@pytest.mark.parametrize("text", ["17217", "1 217", "172"])
def test_an_amount_without_decimals_may_have_lost_its_point_and_is_asked(text: str) -> None:
    posterior = of_price(text)
    asked = decide(PRICE.field("price"), posterior, POLICY)
    assert isinstance(asked, Task)
    assert asked.reason == "format"


@pytest.mark.parametrize("text", ["172.17", "172.10 EUR", "1,217.00", "50"])
def test_an_amount_with_decimals_or_too_short_to_have_lost_them_is_decided(text: str) -> None:
    assert of_price(text).standing.trouble == ""
    assert isinstance(decide(PRICE.field("price"), of_price(text), POLICY), Decision)


@pytest.mark.parametrize(
    ("text", "is_asked"), [("59", True), ("8", True), ("1", True), ("59.00", False), ("8,57", False)]
)
def test_an_amount_without_decimals_that_one_engine_alone_reads_may_be_a_part_of_it(text: str, is_asked: bool) -> None:
    """RapidOCR read 59 of 10.59 beside a stripe of dirt, and Tesseract read the stripe."""
    readings = [machine("price", "tesseract 5", "iil", 0.63), machine("price", "rapidocr 3", text, 0.99)]
    found = weigh(PRICE, readings, shipped_parameters(), POLICY)[FieldKey("price")]
    said = decide(PRICE.field("price"), found, POLICY)
    assert (found.standing.trouble == "format", isinstance(said, Task)) == (is_asked, is_asked)


@pytest.mark.parametrize(
    ("type", "texts"),
    [
        ("text", ("1", "1")),
        ("name", ("I", "I")),
        ("text", ("|", "|")),
        ("amount", ("1", "1")),
        ("text", ("Bière blonde 301", "Bière blonde 301")),
        ("text", ("Bière blonde 30 1", "Bière blonde 30 1")),
        ("text", ("Cemento rápido s kg", "Cemento rápido s kg")),
        ("code", ("(6383-67", "(6383-67")),
        ("text", ("Toner HP O5A black", "Toner HP O5A black")),
        ("text", ("Studio O", "Studio O")),
        ("text", ("o Hazel Pike", "o Hazel Pike")),
        ("text", ("Card 22Ogsm ivory", "Card 22Ogsm ivory")),
        ("code", ("EH-S492", "EH-S492")),
        ("code", ("CH-28S2", "CH-28S2")),
        ("code", ("73J=358", "73J=358")),
        ("code", ("NHG275", "MHGATE")),
    ],
)
def test_a_lone_stroke_and_what_may_be_litres_are_asked(type: str, texts: tuple[str, str]) -> None:
    assert trouble(type, *texts) == "lookalike"


@pytest.mark.parametrize(
    ("type", "text", "other", "sure", "is_asked"),
    [
        ("amount", "128.00", "728,00", 0.03, True),
        ("amount", "728.00", "128.00", 0.03, True),
        ("integer", "5018", "5078", 0.02, True),
        ("date", "17/11/2025", "11/11/2025", 0.02, True),
        ("text", "Lopez", "Lope3", 0.03, True),
        ("text", "Taster 3 06", "Taster 3 0G", 0.03, True),
        ("code", "AU-3288", "AU-3Z88", 0.03, True),
        ("text", "Lopez", "Loper", 0.03, False),
        ("amount", "132.00", "13Z.00", 0.03, False),
        ("amount", "128.00", "728.00", 0.004, False),
        ("amount", "128.00", "129.00", 0.03, False),
        ("amount", "128.00", "128,00", 0.03, False),
        ("amount", "128.00", "7128.00", 0.03, False),
    ],
)
def test_a_character_that_an_engine_thinks_may_be_its_lookalike_is_asked_though_both_read_it(
    type: str, text: str, other: str, sure: float, is_asked: bool
) -> None:
    """5078, Lopez and 0G by hand were decided as 5018, Lope3 and 06."""
    first, second = both("price", text)
    said = [first, replace(second, alternatives=((other, sure),))]
    found = weigh(form(field("price", type)), said, shipped_parameters(), POLICY)[FieldKey("price")]
    assert (found.standing.trouble == "lookalike") is is_asked


@pytest.mark.parametrize(
    ("type", "text", "is_asked"),
    [
        ("name", "Herve Martin", True),
        ("name", "Hervé Martin", False),
        ("name", "HERVE MARTIN", False),
        ("text", "Boite a outils", True),
        ("email", "herve@example.com", False),
        ("code", "Herve", False),
    ],
)
def test_a_word_that_usually_has_accents_is_asked_though_both_read_it_without(
    type: str, text: str, is_asked: bool
) -> None:
    """Herve was decided for Hervé, and Boite a outils metal for Boîte à outils métal."""
    kind = replace(form(field("client", type)), languages=("fra",))
    found = weigh(kind, both("client", text), shipped_parameters(), POLICY)[FieldKey("client")]
    assert (found.standing.trouble == "lookalike") is is_asked


@pytest.mark.parametrize(
    ("type", "text", "is_asked"),
    [("amount", "233,2", True), ("amount", "233,20", False), ("amount", "8,", False), ("decimal", "12,5", False)],
)
def test_an_amount_with_one_decimal_is_asked_as_the_other_may_be_hidden(type: str, text: str, is_asked: bool) -> None:
    """A pen lay on the end of 233,25."""
    found = weigh(form(field("price", type)), both("price", text), shipped_parameters(), POLICY)[FieldKey("price")]
    assert (found.standing.trouble == "format") is is_asked


def test_a_one_that_the_sums_tell_is_not_asked() -> None:
    said = [
        each for name, text in (("net", "115.00"), ("tax", "13.00"), ("total", "128.00")) for each in both(name, text)
    ]
    said[-1] = replace(said[-1], alternatives=(("728.00", 0.03),))
    found = weigh(SUMS, said, shipped_parameters(), POLICY)
    assert {each.standing.trouble for each in found.values()} == {""}


@pytest.mark.parametrize(
    ("type", "sure", "other", "is_asked"),
    [
        ("text", "niveau à bulle 60cm", "niveau à bulle 60 em", True),
        ("text", "haricot àrames", "haricot à rames srnt à rnmoc", True),
        ("name", "MarieDupont", "Marie Dupomt", True),
        ("text", "niveau à bulle 60 cm", "niveau àbulle 60 em", False),
        ("text", "haricot à rames", "hancot à rames", False),
        ("text", "haricot", "x z", False),
        ("code", "EH4692", "EH 4692", False),
    ],
)
def test_where_one_engine_alone_reads_a_text_and_another_sees_a_space_more_it_is_asked(
    type: str, sure: str, other: str, is_asked: bool
) -> None:
    """RapidOCR drops spaces, and is sure all the same."""
    one = form(field("price", type))
    readings = [machine("price", "tesseract 5", other, 0.5), machine("price", "rapidocr 3", sure, 0.99)]
    found = weigh(one, readings, shipped_parameters(), POLICY)[FieldKey("price")]
    assert (found.standing.trouble == "engines disagree") == is_asked


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("integer", "1"),
        ("decimal", "1"),
        ("amount", "1.00"),
        ("text", "Bière blonde 30 l"),
        ("text", "2"),
        ("name", "A"),
        ("address", "Chemin 31"),
        ("text", "Vis 4x40"),
        ("text", ""),
        ("text", "Filter for CO2, order PO99804"),
        ("code", "HS-4692"),
    ],
)
def test_a_quantity_of_one_and_whole_words_are_no_lone_strokes(type: str, text: str) -> None:
    assert trouble(type, text, text) != "lookalike"


def test_a_lone_stroke_that_is_a_known_value_is_no_lookalike() -> None:
    size = field("size", "text")
    listed = Master(field="size", values=(("1", "1"), ("2", "2")), digest="m")
    found = weigh(form(size, masters=(listed,)), both("size", "1"), shipped_parameters(), POLICY)[FieldKey("size")]
    assert found.standing.trouble == ""


def trouble(type: str, one: str, other: str) -> object:
    readings = [machine("some", "tesseract 5.5.0 fra", one), machine("some", "rapidocr 3.10.0", other, 0.99)]
    return weigh(form(field("some", type)), readings, shipped_parameters(), POLICY)[FieldKey("some")].standing.trouble


@pytest.mark.parametrize(("other", "is_asked"), [("06123 456789", False), ("06123 456189", True), ("", True)])
def test_a_telephone_number_that_nobody_gives_out_is_decided_where_both_engines_read_it(
    other: str, is_asked: bool
) -> None:
    readings = [machine("call", "tesseract 5", "06123 456789"), machine("call", "rapidocr 3", other or None, 0.99)]
    paper = form(field("call", "phone"))
    found = weigh(paper, readings, shipped_parameters(), POLICY)[FieldKey("call")]
    assert isinstance(decide(paper.field("call"), found, POLICY), Task) == is_asked
    assert found.standing.trouble == ("format" if is_asked else "")


def test_sums_vouch_for_an_amount_without_decimals() -> None:
    readings = [*both("net", "1500.00"), *both("tax", "300.00"), *both("total", "1800")]
    total = weigh(SUMS, readings, shipped_parameters(), POLICY)[FieldKey("total")]
    assert (total.standing.witness, total.standing.trouble) == ("sums", "")


@pytest.mark.parametrize("seen", ["1721.79", "1721 79"])
def test_sums_do_not_vouch_for_amounts_of_which_an_engine_saw_the_points(seen: str) -> None:
    price, amount = FieldKey("lines.unit_price", 0), FieldKey("lines.amount", 0)
    readings = [
        *both(FieldKey("lines.quantity", 0), "21"),
        machine(price, "tesseract 5.5.0 eng", "8199"),
        machine(price, "rapidocr 3.10.0", "81.99", 0.9),
        machine(amount, "tesseract 5.5.0 eng", "172179"),
        machine(amount, "rapidocr 3.10.0", seen, 0.9),
    ]
    posteriors = weigh(ORDERED, readings, shipped_parameters(), POLICY)
    for key in (price, amount):
        said = decide(ORDERED.field(key.name), posteriors[key], POLICY)
        assert isinstance(said, Task) or "." in said.text


@pytest.mark.parametrize(("other", "vouched"), [("12.50", False), ("1250", True)])
def test_price_and_amount_without_decimals_vouch_for_each_other_only_where_nothing_has_decimals(
    other: str, vouched: bool
) -> None:
    price, amount = FieldKey("lines.unit_price", 0), FieldKey("lines.amount", 0)
    readings = [
        *both("other", other),
        *both(FieldKey("lines.quantity", 0), "7"),
        machine(price, "tesseract 5.5.0 eng", "530", 0.2),
        machine(price, "rapidocr 3.10.0", "9538", 0.99),
        machine(amount, "tesseract 5.5.0 eng", "CC FLE", 0.1),
        machine(amount, "rapidocr 3.10.0", "66766", 0.99),
    ]
    posteriors = weigh(ORDERED, readings, shipped_parameters(), POLICY)
    for key in (price, amount):
        assert isinstance(decide(ORDERED.field(key.name), posteriors[key], POLICY), Task) is not vouched


POT = form(field("pot", "decimal"))


@pytest.mark.parametrize("quality", [0.3, 0.9])
def test_two_digits_of_a_quantity_that_may_have_decimals_may_have_lost_their_point(quality: float) -> None:
    readings = [replace(each, conditions={"fit": 0.8, "quality": quality}) for each in both("pot", "75")]
    assert weigh(POT, readings, shipped_parameters(), POLICY)[FieldKey("pot")].standing.trouble == "format"
    whole = form(field("pot", "integer"))
    assert weigh(whole, readings, shipped_parameters(), POLICY)[FieldKey("pot")].standing.trouble == ""


@pytest.mark.parametrize("text", ["7.5", "7"])
def test_with_its_point_or_of_one_digit_it_is_whole_on_any_page(text: str) -> None:
    readings = [replace(each, conditions={"fit": 0.8, "quality": 0.3}) for each in both("pot", text)]
    assert weigh(POT, readings, shipped_parameters(), POLICY)[FieldKey("pot")].standing.trouble == ""


def test_sums_rounded_to_cents_do_not_vouch_for_a_decimal_that_one_engine_alone_saw() -> None:
    readings = [
        *both("net", "20239.96"),
        machine("tax", "tesseract 5.5.0 eng", "4047.993", 0.99),
        machine("tax", "rapidocr 3.10.0", "4047.99", 0.75),
        *both("total", "24287.95"),
    ]
    tax = weigh(SUMS, readings, shipped_parameters(), POLICY)[FieldKey("tax")]
    said = decide(SUMS.field("tax"), tax, POLICY)
    assert isinstance(said, Task) or said.text == "4047.99"


@pytest.mark.parametrize("unsure", [0.0, 0.3, 0.6])
def test_what_two_engines_read_alike_counts_for_two_however_unsure_one_is(unsure: float) -> None:
    said = [
        reading("street", source, "12 rue Berger", kind="machine", confidence=confidence)
        for source, confidence in (("tesseract 5.5.0 fra", unsure), ("rapidocr 3.10.0", 0.99))
    ]
    street = weigh(form(field("street", "address")), said, shipped_parameters(), POLICY)[FieldKey("street")]
    assert (street.standing.engines, street.standing.trouble) == (2, "")
    alone = weigh(form(field("street", "address")), said[1:], shipped_parameters(), POLICY)[FieldKey("street")]
    assert street.probability >= alone.probability


def on_page(quality: float, sure: float, text: str = "12 rue Berger", by_tesseract: float = 0.8) -> object:
    """The reason to ask of what both engines read alike, RapidOCR and Tesseract so sure."""
    conditions = {"fit": 1.0, "quality": quality}
    said = [
        reading("street", source, text, kind="machine", confidence=confidence, conditions=conditions)
        for source, confidence in (("tesseract 5.5.0 fra", by_tesseract), ("rapidocr 3.10.0", sure))
    ]
    return weigh(form(field("street", "address")), said, shipped_parameters(), POLICY)[
        FieldKey("street")
    ].standing.trouble


@pytest.mark.parametrize(
    ("quality", "sure", "reason"),
    [(0.4, 0.7, "not sure enough"), (0.4, 0.97, ""), (0.9, 0.7, ""), (0.75, 0.7, "")],
)
def test_on_a_bad_page_one_engine_has_to_be_sure(quality: float, sure: float, reason: str) -> None:
    assert on_page(quality, sure) == reason
    assert on_page(quality, sure, by_tesseract=0.96) == ""


def test_what_something_vouches_for_needs_no_sure_engine_on_a_bad_page() -> None:
    conditions = {"fit": 1.0, "quality": 0.4}
    said = [
        reading("code", source, "4006381333931", kind="machine", confidence=0.6, conditions=conditions)
        for source in ("tesseract 5.5.0 fra", "rapidocr 3.10.0")
    ]
    assert posterior(field("code", "ean"), *said).standing.trouble == ""


@pytest.mark.parametrize("flag", [Flag.HANDWRITING, Flag.MISCOUNTED])
@pytest.mark.parametrize(("type", "text"), [("address", "12 High Street, Leeds"), ("luhn", "79927398713")])
def test_an_engine_that_agrees_and_finds_a_trouble_makes_no_value_less_probable_but_is_heard(
    type: str, text: str, flag: Flag
) -> None:
    of = field("it", type)
    first, second = machine("it", "tesseract 5", text, None), machine("it", "rapidocr 3", text, 0.5)
    alone = posterior(of, first)
    agreed = posterior(of, first, replace(second, flags=frozenset({flag})))
    assert agreed.probability >= alone.probability - ROUNDING
    assert agreed.standing.trouble
    assert isinstance(decide(of, agreed, POLICY), Task)


def test_an_engine_that_agrees_makes_what_a_sure_one_read_no_less_probable() -> None:
    """Both may have lost its point; one that is sure was given more before the other one was heard."""
    price = field("price", "amount")
    sure = machine("price", "rapidocr 3", "1250", 0.98)
    alone, agreed = posterior(price, sure), posterior(price, sure, machine("price", "tesseract 5", "1250", 0.3))
    assert agreed.standing.trouble == alone.standing.trouble == "format"
    assert agreed.probability >= alone.probability - ROUNDING


def of_torn(between: str, sure: float) -> list[Reading]:
    """Both engines read a code, and one of them was so sure of another text, as against 0.5 of this one."""
    one, other = both("code", "447846")
    return [replace(one, confidence=0.7), replace(other, confidence=0.5, alternatives=((between, sure),))]


def torn(between: str, sure: float) -> Posterior:
    return posterior(CODE, *of_torn(between, sure))


def test_what_an_engine_nearly_read_otherwise_is_asked_though_the_other_engine_agrees() -> None:
    assert isinstance(decide(CODE, torn("441846", 0.0), POLICY), Decision)
    assert isinstance(decide(CODE, torn("441846", 0.4), POLICY), Task)


def test_another_spelling_of_the_same_value_is_no_other_text() -> None:
    assert torn(" 447846", 0.4).probability == torn("441846", 0.0).probability


@given(first=st.floats(0.0, 1.0), second=st.floats(0.0, 1.0))
@examples(100)
def test_an_engine_that_was_more_torn_makes_nothing_surer(first: float, second: float) -> None:
    less, more = sorted((first, second))
    assert torn("441846", more).probability <= torn("441846", less).probability + ROUNDING


def test_a_person_who_agrees_settles_what_an_engine_was_torn_about() -> None:
    settled = posterior(CODE, *of_torn("441846", 0.4), reading("code", "ana", "447846"))
    assert isinstance(decide(CODE, settled, POLICY), Decision)


PARTS = form(columns=[field("lines.part", "code")])
OTHER_PARTS = ("35G-435", "27H-229", "64F-908")


def trouble_of_first(*codes: str) -> str:
    """The trouble of the code in the first row, each read alike by both engines."""
    readings = [each for row, code in enumerate(codes) for each in both(FieldKey("lines.part", row), code)]
    return str(weigh(PARTS, readings, shipped_parameters(), POLICY)[FieldKey("lines.part", 0)].standing.trouble)


def test_what_stands_in_the_other_rows_of_a_column_tells_which_of_those_that_look_alike_is_written() -> None:
    assert trouble_of_first("16N-403", *OTHER_PARTS) == ""
    assert trouble_of_first("98L-403", *OTHER_PARTS) == ""


def test_a_digit_where_the_other_rows_of_a_column_have_letters_is_asked() -> None:
    assert trouble_of_first("842-473", *OTHER_PARTS) == "lookalike"
    assert trouble_of_first("842-473", "943-374") == ""


@pytest.mark.parametrize(
    "codes",
    [
        ("16N-403", *OTHER_PARTS[:2]),
        ("I6N-403", *OTHER_PARTS),
        ("16N-403", *OTHER_PARTS, "K4F-908"),
        ("16N-4033", *OTHER_PARTS),
        ("16N-403", "15N-403", "01F-908", "10F-433"),
        ("(6N-403", *OTHER_PARTS),
    ],
)
def test_they_tell_nothing_where_they_are_few_or_differ_or_are_in_doubt_or_this_one_is_not_like_them(
    codes: tuple[str, ...],
) -> None:
    assert trouble_of_first(*codes) == "lookalike"
