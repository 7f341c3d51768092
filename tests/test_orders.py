"""The generator of order photos: the same for the same seed, consistent, and its truth is what stands on the page."""

from __future__ import annotations

import io
import random
from decimal import Decimal

import numpy
import pytest
from PIL import Image

from tests.camera import Level
from tests.customers import in_capitals, order
from tests.orders import FORMS, make, series
from tests.pens import box_of, filled, pen
from transcribe.forms import definition


@pytest.mark.parametrize("name", FORMS)
def test_the_same_seed_gives_the_same_photo_and_another_another(name: str) -> None:
    one, same, other = (make(1, seed, name, "scan", "block") for seed in (1, 1, 2))
    assert one == same
    assert one.content != other.content


def test_blurred_photos_are_the_same_for_the_same_seed_and_softer_than_a_phones() -> None:
    one, same = (make(3, 5, "order-form", "blurred", "typed") for _ in range(2))
    assert one == same
    levels: tuple[Level, ...] = ("blurred", "phone")
    steepest = [
        numpy.median([steep(make(number, 5, "order-form", level, "typed").content) for number in range(5)])
        for level in levels
    ]
    assert steepest[0] < steepest[1]


def steep(content: bytes) -> float:
    """The steepest edges of a photo, in levels of grey a pixel."""
    with Image.open(io.BytesIO(content)) as picture:
        grey = numpy.asarray(picture.convert("L").reduce(3), dtype=numpy.int16)  # grain is no edge
    return float(numpy.quantile(numpy.abs(numpy.diff(grey, axis=1)), 0.995))


@pytest.mark.parametrize("name", FORMS)
def test_the_truth_has_every_field_but_payment(name: str) -> None:
    made = make(0, 1, name, "flat", "typed")
    payment = {field.name for field in definition.load(name).fields if field.personal == "payment"}
    assert set(made.truth["fields"]) == {str(key) for key in definition.load(name).keys()} - payment  # noqa: SIM118  # no dict


def amount(text: str) -> Decimal:
    """As both forms' customers write it: blanks or commas between thousands, two decimals."""
    digits = "".join(letter for letter in text if letter.isdigit())
    return Decimal(digits) / 100


@pytest.mark.parametrize("name", FORMS)
def test_sums_are_right_except_those_that_a_customer_got_wrong(name: str) -> None:
    ordered, wrong = definition.load(name), 0
    for seed in range(150):
        made = order(ordered, random.Random(seed))
        wrong += bool(made.wrong)
        _, _, quantity, price, total = (column.field.name for column in ordered.tables[0].columns)
        for row in range(ordered.tables[0].rows):
            if made.fields[f"{quantity}[{row}]"]:
                due = int(made.fields[f"{quantity}[{row}]"]) * amount(made.fields[f"{price}[{row}]"])
                right = amount(made.fields[f"{total}[{row}]"]) == due
                assert right is (f"{total}[{row}]" not in made.wrong)
    assert 3 <= wrong <= 25


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("hand", ["typed", "block"])
def test_ink_stands_in_filled_boxes_and_nowhere_else(name: str, hand: str) -> None:
    ordered, chance = definition.load(name), random.Random(7)
    wanted = order(ordered, chance)
    page, written = filled(ordered, wanted, pen(hand, chance), hand, chance)  # type: ignore[arg-type]  # literal of pens
    plain = Image.open(str(ordered.blanks[0].path)).convert("RGB")
    changed = numpy.abs(numpy.asarray(page).astype(int) - numpy.asarray(plain)).max(axis=2) > 60
    assert changed.shape == definition.blank_grey(str(ordered.blanks[0].path)).shape
    for key in tuple(ordered.keys()):
        box = box_of(ordered, key.name, key.row)
        ink = changed[box.y0 + 8 : box.y1 - 8, box.x0 : box.x1].any()
        text = written.get(str(key), wanted.payment.get(str(key), ""))
        assert ink == (text not in ("", "false")), key
        changed[max(0, box.y0 - 12) : box.y1 + 12, max(0, box.x0 - 12) : box.x1 + 12] = False
    assert not changed.any()


def test_a_series_goes_round_forms_levels_and_hands() -> None:
    kinds = {(made.truth["form"], made.truth["hand"]) for made in series(4, 1, FORMS, ("flat",), ("typed", "block"))}
    assert len(kinds) == 4


def test_capitals_lose_their_accents() -> None:
    assert in_capitals("Œuf n° 3, façade à Évry") == "OEUF NO 3, FACADE A EVRY"
