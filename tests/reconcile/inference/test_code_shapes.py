"""What the shapes of codes settle: which of O and 0 is written, without asking a person."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.reconciling import code_shapes
from tests.reconcile.made import both, field, form, machine, reading
from transcribe.codes import EvidenceCode, Flag, Method, Reason, Witness
from transcribe.i18n import say
from transcribe.model import Decision, FieldKey, Parameters, Posterior, Reading, Task

REF = field("ref", "code")
FORM = form(REF)


def after(count: float, shape: str = "AA-9999", start: str = "") -> Parameters:
    """What is learnt from so many codes of one shape; `start` is how all of them begin."""
    characters: Any = [{each: count} for each in start] + [{} for _ in shape[len(start) :]]
    shapes = {"test: ref": {"counts": {shape: {"count": count, "characters": characters}}, "others": 0.0}}
    return Parameters(version=3, content={**shipped_parameters().content, "shapes": shapes if count else {}})


def posterior(parameters: Parameters, *readings: Reading) -> Posterior:
    return weigh(FORM, readings, parameters, POLICY)[FieldKey("ref")]


def answer(parameters: Parameters, *readings: Reading) -> Decision | Task:
    return decide(REF, posterior(parameters, *readings), POLICY)


def test_a_code_with_zeros_and_ones_is_asked_until_its_shape_is_known() -> None:
    first = answer(after(0), *both("ref", "PO-1001"))
    assert isinstance(first, Task)
    assert first.reason == Reason.LOOKALIKE
    assert isinstance(answer(after(5), *both("ref", "PO-1001")), Task)
    assert isinstance(answer(after(5, start="PO-"), *both("ref", "PO-1001")), Decision), "always the same letters"
    known = answer(after(30), *both("ref", "PO-1001"))
    assert isinstance(known, Decision)
    assert (known.method, known.text) == (Method.MACHINES, "PO-1001")


def test_it_is_said_in_words_and_bits() -> None:
    known = answer(after(30), *both("ref", "PO-1001"))
    said = {each.code: say(each) for each in known.evidence} if isinstance(known, Decision) else {}
    assert said[EvidenceCode.SHAPE_SETTLES].startswith("By how values of this field are written it is ")
    broken = posterior(after(30), *both("ref", "P0-1001"))
    said = {each.code: say(each) for each in broken.evidence}
    assert said[EvidenceCode.SHAPE_AGAINST].startswith("Written like 0 of the last 30 checked values of this")
    bits = {each.code: each.numbers.get("bits") for each in broken.evidence}
    assert float(bits[EvidenceCode.SHAPE_AGAINST] or 0) < -5


def test_what_both_engines_take_for_its_twin_is_asked() -> None:
    wrong = posterior(after(30), *both("ref", "P0-1042"))
    assert [each.normal for each in wrong.candidates if each.origin == "shape"] == ["PO-1042"]
    task = decide(REF, wrong, POLICY)
    assert isinstance(task, Task)
    assert task.reason == Reason.NEW_SHAPE
    fooled = answer(after(30), *both("ref", "P0-1042"), reading("ref", "ana", "P0-1042"))
    assert isinstance(fooled, Task), "a person who is fooled alike is not enough"
    right = answer(after(30), *both("ref", "P0-1042"), reading("ref", "ana", "PO-1042"))
    assert isinstance(right, Decision)
    assert (right.method, right.text) == (Method.PERSON_AND_WITNESS, "PO-1042")


def test_two_people_who_agree_decide_whatever_the_shape() -> None:
    for count in (0, 30, 64):
        said = [reading("ref", who, "P0-1042") for who in ("ana", "ben")]
        decided = answer(after(count, start="PO-"), *said)
        assert isinstance(decided, Decision), count
        assert decided.text == "P0-1042"
        decided = answer(after(count), *both("ref", "P0-1042"), *said)
        assert isinstance(decided, Decision), count


def test_a_new_shape_is_asked_even_where_nothing_looks_alike() -> None:
    task = answer(after(30), *both("ref", "77/XK"))
    assert isinstance(task, Task)
    assert task.reason == Reason.NEW_SHAPE
    assert isinstance(answer(after(0), *both("ref", "77/XK")), Decision)


def test_the_shape_chooses_between_two_engines() -> None:
    said = [machine("ref", "tesseract 5.5.0 eng", "PO-lO42", 0.9), machine("ref", "rapidocr 3.10.0", "PO-7042", 0.99)]
    assert isinstance(answer(after(0), *said), Task)
    said = [machine("ref", "tesseract 5.5.0 eng", "PO-7O42", 0.9), machine("ref", "rapidocr 3.10.0", "PO-7042", 0.997)]
    decided = answer(after(30), *said)
    assert isinstance(decided, Decision)
    assert decided.text == "PO-7042"
    assert posterior(after(30), *said).standing.witness == Witness.SHAPE


def test_it_vouches_for_a_person_where_one_engine_read_nearly_the_same_and_broke_it() -> None:
    typed = reading("ref", "ana", "PO-7042")
    far = [machine("ref", "tesseract 5.5.0 eng", "T0*I0", 0.1), machine("ref", "rapidocr 3.10.0", "PO-7O42", 0.9)]
    assert posterior(after(30), typed, *far).standing.witness == Witness.SHAPE
    decided = answer(after(30), typed, *far)
    assert isinstance(decided, Decision)
    assert decided.method == Method.PERSON_AND_WITNESS
    kept = [far[0], machine("ref", "rapidocr 3.10.0", "PO-7842", 0.9)]
    assert isinstance(answer(after(30), typed, *kept), Task)


def test_it_vouches_for_engines_that_agree_where_one_is_not_sure() -> None:
    said = [machine("ref", "tesseract 5.5.0 eng", "PO-7042", 0.4), machine("ref", "rapidocr 3.10.0", "PO-7042", 0.997)]
    assert isinstance(answer(after(0), *said), Task)
    assert isinstance(answer(after(30), *said), Decision)


def test_a_small_l_is_still_asked() -> None:
    task = answer(after(30), *both("ref", "Pl-7042"))
    assert isinstance(task, Task)
    assert task.reason == Reason.LOOKALIKE


def test_letters_and_digits_anywhere_settle_nothing() -> None:
    shapes = {
        shape: {"count": 4.0, "characters": [{} for _ in shape]} for shape in ("9A9A", "9A99", "99A9", "A9A9", "AAA9")
    }
    content = {**shipped_parameters().content, "shapes": {"test: ref": {"counts": shapes, "others": 0.0}}}
    assert isinstance(answer(Parameters(version=3, content=content), *both("ref", "5O1A")), Task)


def test_a_barcode_needs_no_shape() -> None:
    said = machine("ref", "barcode 1", "X77041")
    said = reading("ref", said.source, "X77041", kind="machine", confidence=1.0, flags=frozenset({Flag.CHECKS_ITSELF}))
    decided = answer(after(30), said)
    assert isinstance(decided, Decision)
    assert decided.method == Method.BARCODE


@pytest.mark.parametrize(("name", "without"), [("99999", 0.0), ("PO-99999", 0.5)])
def test_codes_of_one_shape_are_hardly_asked_after_thirty_orders(name: str, without: float) -> None:
    """The benchmark `bench_reconcile --set shapes`, a small part of it; plain digits need no shape."""
    draw = code_shapes.LOOKED_AT[name]
    shaped, plain = (
        [each for each in code_shapes.run(name, draw, 21, shaped=shaped, orders=75) if each.order >= 30]
        for shaped in (True, False)
    )
    assert sum(each.people for each in shaped) / len(shaped) < 0.2
    assert sum(each.people for each in plain) / len(plain) > without
    assert sum(not each.right for each in shaped) <= 1
