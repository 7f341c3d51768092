"""What keeps machines from deciding alone, beside how probable a value is."""

from __future__ import annotations

import pytest

from reconcile.decide import decide
from reconcile.first_fit import parameters
from reconcile.policy import POLICY
from reconcile.weigh import weigh
from tests.reconcile.made import both, field, form, machine
from transcribe.model import Decision, FieldKey, Posterior, Rule, Task

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
    return weigh(PRICE, both("price", text), parameters())[FieldKey("price")]


@pytest.mark.parametrize("text", ["17217", "1 217", "172"])
def test_an_amount_without_decimals_may_have_lost_its_point_and_is_asked(text: str) -> None:
    posterior = of_price(text)
    asked = decide(PRICE.field("price"), posterior, POLICY)
    assert isinstance(asked, Task)
    assert asked.reason == "format"


@pytest.mark.parametrize("text", ["172.17", "172.1 EUR", "1,217.00", "50"])
def test_an_amount_with_decimals_or_too_short_to_have_lost_them_is_decided(text: str) -> None:
    assert of_price(text).facts["trouble"] == ""
    assert isinstance(decide(PRICE.field("price"), of_price(text), POLICY), Decision)


def test_sums_vouch_for_an_amount_without_decimals() -> None:
    readings = [*both("net", "1500.00"), *both("tax", "300.00"), *both("total", "1800")]
    total = weigh(SUMS, readings, parameters())[FieldKey("total")]
    assert (total.facts["witness"], total.facts["trouble"]) == ("sums", "")


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
    posteriors = weigh(ORDERED, readings, parameters())
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
    posteriors = weigh(ORDERED, readings, parameters())
    for key in (price, amount):
        assert isinstance(decide(ORDERED.field(key.name), posteriors[key], POLICY), Task) is not vouched
