"""The reason of a task says what is so: who differs, who gave up, who agrees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconcile.decision.decide import decide
from reconcile.decision.true_reasons import with_true_reason
from reconcile.inference import weigh
from reconcile.parameters import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both, field, form, machine, reading
from transcribe.model import FieldKey, Form, Reading, Task

NAME = form(field("name", "name"))
CODE = form(field("code", "code"))
TOTAL = form(field("total", "amount"))
GAVE_UP = frozenset({"illegible"})


def asked(of: Form, *readings: Reading) -> Task:
    (posterior,) = weigh(of, readings, shipped_parameters(), POLICY).values()
    answer = decide(of.fields[0], posterior, POLICY)
    assert isinstance(answer, Task), answer
    return with_true_reason(answer, of, readings)


def gave_up(key: str, who: str) -> Reading:
    return reading(key, who, None, flags=GAVE_UP)


def test_one_who_gives_up_disagrees_with_nobody() -> None:
    text = reading("total", "ana", "15.80")
    assert asked(TOTAL, gave_up("total", "ben")).reason == "given up", "nobody has read it yet"
    assert asked(TOTAL, text, gave_up("total", "ben")).reason == "given up"
    third = asked(TOTAL, text, gave_up("total", "ben"), gave_up("total", "eve"))
    assert (third.kind, third.reason) == ("adjudicate", "given up")


def test_people_who_differ_disagree_and_three_of_them_are_split() -> None:
    ana, ben, eve = (reading("total", who, text) for who, text in zip("abe", ("15.80", "16.80", "99.10"), strict=True))
    assert asked(TOTAL, ana, ben).reason == "readers disagree"
    assert asked(TOTAL, ana, ben, eve).reason == "readers split"
    assert asked(TOTAL, ana, ben, gave_up("total", "eve")).reason == "readers split"
    assert asked(TOTAL, ana, reading("total", "ben", "")).reason == "readers disagree", "blank is a reading"


def test_people_who_agree_against_something_else_are_not_said_to_disagree() -> None:
    saw = [reading("total", who, "15.80", shown="15.80") for who in ("ana", "ben")]
    assert asked(TOTAL, *saw).reason == "agreed in doubt"
    three = [*saw, reading("total", "eve", "15.80", shown="15.80")]
    assert (asked(TOTAL, *three).kind, asked(TOTAL, *three).reason) == ("adjudicate", "agreed in doubt")


def test_an_engine_that_reads_nothing_disagrees_with_no_other() -> None:
    one, silent = machine("name", "tesseract 5", "Dupont SARL"), machine("name", "rapidocr 3", "")
    assert asked(NAME, one, silent).reason == "one engine"
    assert asked(NAME, one, machine("name", "rapidocr 3", "Durand SARL")).reason == "engines disagree"
    assert asked(NAME, *both("name", "")).reason != "engines disagree"


@pytest.mark.parametrize("of", [NAME, CODE, TOTAL], ids=lambda of: of.fields[0].name)
@given(data=some.data())
def test_readers_are_said_to_differ_where_two_of_them_do_and_nowhere_else(of: Form, data: some.DataObject) -> None:
    name = of.fields[0].name
    texts = {"name": ["Dupont", "Durand", ""], "code": ["PO-1042", "PO-1047", ""], "total": ["15.80", "16.80", ""]}
    said = data.draw(some.lists(some.sampled_from([*texts[name], None]), min_size=1, max_size=5))
    shown = data.draw(some.lists(some.booleans(), min_size=len(said), max_size=len(said)))
    readings = [
        gave_up(name, f"p{at}")
        if text is None
        else reading(name, f"p{at}", text, shown=text if prompted and text else None)
        for at, (text, prompted) in enumerate(zip(said, shown, strict=True))
    ]
    heard = data.draw(some.lists(some.sampled_from(texts[name]), max_size=2))
    engines = [
        machine(name, f"{engine} 1", text) for engine, text in zip(("tesseract", "rapidocr"), heard, strict=False)
    ]
    (posterior,) = weigh(of, [*readings, *engines], shipped_parameters(), POLICY).values()
    answer = decide(of.fields[0], posterior, POLICY)
    if not isinstance(answer, Task):
        return
    answer = with_true_reason(answer, of, [*readings, *engines])
    told = {text for text in said if text is not None}
    assert (answer.reason in ("readers disagree", "readers split")) == (len(told) > 1), (answer.reason, said)
    assert answer.reason != "engines disagree"
    if answer.reason == "one reader":
        assert len([text for text in said if text is not None]) == 1
    if answer.reason == "given up":
        assert None in said
    assert FieldKey(name) == answer.key
