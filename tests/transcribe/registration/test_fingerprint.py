"""Two pictures of one sheet have like fingerprints, two sheets of one form have not, and an empty form has none."""

from __future__ import annotations

import random
from itertools import combinations

import cv2
import numpy
import pytest
from PIL import Image

from flows.duplicates.duplicate_policy import MAX_DIFFERING_SHARE
from tests.camera import Level, photograph
from tests.customers import order
from tests.pens import filled, pen
from transcribe.forms import definition
from transcribe.model import Form, Page, PageFingerprint
from transcribe.registration.fingerprint import FINGERPRINT_BITS, fingerprints, with_alignments


def page_of(form: Form, paper: numpy.ndarray, level: Level, seed: int) -> Page:
    content = photograph(paper, level, numpy.random.default_rng(seed), smaller=1.5)
    picture = cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return Page(number=1, picture=numpy.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), numpy.uint8))


def printed_of(form: Form, paper: numpy.ndarray, level: Level, seed: int) -> list[PageFingerprint]:
    return fingerprints(with_alignments([page_of(form, paper, level, seed)], form), form)


def differing(one: PageFingerprint, other: PageFingerprint) -> float:
    return (int.from_bytes(one.bits) ^ int.from_bytes(other.bits)).bit_count() / FINGERPRINT_BITS


def sheet(form: Form, seed: int) -> numpy.ndarray:
    chance = random.Random(seed)
    return numpy.asarray(filled(form, order(form, chance), pen("block", chance), "block", chance)[0])


@pytest.mark.parametrize("name", ["bon-de-commande", "order-form"])
def test_pictures_of_one_sheet_are_alike_and_different_sheets_are_not(name: str) -> None:
    form = definition.load(name)
    taken: dict[int, list[PageFingerprint]] = {}
    for seed in range(3):
        paper = sheet(form, seed)
        taken[seed] = [each for level in ("phone", "scan") for each in printed_of(form, paper, level, seed)]
    assert [len(each) for each in taken.values()] == [2, 2, 2]
    assert all(differing(*pair) < MAX_DIFFERING_SHARE - 0.04 for pair in taken.values())
    others = [differing(one, other) for a, b in combinations(taken, 2) for one in taken[a] for other in taken[b]]
    assert min(others) > MAX_DIFFERING_SHARE + 0.04


@pytest.mark.parametrize("name", ["bon-de-commande", "order-form"])
@pytest.mark.parametrize("level", ["flat", "phone"])
def test_a_form_that_nobody_filled_in_has_no_fingerprint(name: str, level: Level) -> None:
    form = definition.load(name)
    paper = numpy.asarray(Image.open(str(form.blanks[0].path)).convert("RGB"))
    assert printed_of(form, paper, level, 1) == []


def test_a_form_without_a_blank_and_a_page_that_does_not_lie_on_its_form_have_none() -> None:
    receipt, ordered = definition.load("receipt"), definition.load("order-form")
    white = Page(number=1, picture=numpy.full((800, 600, 3), 255, numpy.uint8))
    assert fingerprints(with_alignments([white], receipt), receipt) == []
    assert fingerprints(with_alignments([white], ordered), ordered) == []
