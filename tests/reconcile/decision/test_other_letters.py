"""The law of letters: no value of a form in Latin letters holds a letter of another script without an exception."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.decision.record import assemble
from reconcile.policy import POLICY
from tests.examples import examples
from tests.reconcile.decision.test_decide import decided
from tests.reconcile.decision.test_record import SCAN
from tests.reconcile.made import both, expert, field, form, posterior, reading
from transcribe import fields
from transcribe.codes import RecordRule
from transcribe.model import OPERATOR_SOURCE, Decision, Reading

UNITS = "\u03bc\u03a9"
WRITTEN = {
    **{"code": "PK-0319", "text": "URGENT BOX", "name": "Hetty Banks", "address": "8 RUE DE BENARD"},
    **{"amount": "12.50", "email": "ana@post.example", "phone": "01632 960671", "date": "03/01/2026"},
}
LATIN = "AaBEeKMHOoPpCcTXxy"
CYRILLIC = (
    "\u0410\u0430\u0412\u0415\u0435\u041a\u041c\u041d\u041e\u043e\u0420\u0440\u0421\u0441\u0422\u0425\u0445\u0443"
)
TWINS = str.maketrans(LATIN, CYRILLIC)
ADDED = ("", "\u0418", "\u03bb", "\u0301", "\u4eac")

texts = st.builds(
    lambda text, twins, added: (text.translate(TWINS) if twins else text) + added,
    st.sampled_from(sorted(WRITTEN.values())),
    st.booleans(),
    st.sampled_from(ADDED),
)


def by_all(name: str, text: str) -> list[list[Reading]]:
    """A text from each kind of source that may decide: people, experts, operators, machines."""
    return [
        [reading("it", f"reader {number}", text, minute=number) for number in range(4)],
        [expert("it", text)],
        [reading("it", OPERATOR_SOURCE, text, kind="expert")],
        both("it", text),
        [*both("it", text), reading("it", "ann", text), expert("it", text)],
    ]


def is_of_another_script(value: str) -> bool:
    """Whether a letter is not called a Latin one, by its name in Unicode alone."""
    letters = [each for each in value if unicodedata.category(each)[0] == "L" and each not in UNITS]
    return any(
        not unicodedata.name(each, "").startswith(("LATIN", "FEMININE", "MASCULINE", "MICRO")) for each in letters
    )


@pytest.mark.parametrize("name", [each for each in fields.names() if each not in ("checkbox", "signature")])
@examples(40)
@given(texts)
def test_no_value_holds_a_letter_of_another_script_without_an_exception(name: str, text: str) -> None:
    of = field("it", name)
    for readings in by_all(name, text):
        answer = decide(of, posterior(of, *readings), POLICY)
        if not isinstance(answer, Decision) or not isinstance(answer.value, str):
            continue
        told = {(each.rule, each.expected) for each in assemble(SCAN, form(of), [answer]).exceptions}
        has_mark = fields.load(name).facts.exact and any(unicodedata.combining(each) for each in answer.value)
        if is_of_another_script(answer.value) or has_mark:
            assert (RecordRule.FIELD_CHECKS, "letters") in told, (answer.value, readings[0].source)


@pytest.mark.parametrize("name", ["code", "text", "name", "address"])
def test_who_types_on_another_keyboard_what_looks_the_same_reads_the_same(name: str) -> None:
    """Three readers with Cyrillic letters outvoted two engines, and published a code that no shop knows."""
    of, written = field("it", name), WRITTEN[name]
    twins = [reading("it", f"reader {number}", written.translate(TWINS), minute=number) for number in range(3)]
    assert written.translate(TWINS) != written
    for readings in ([*both("it", written), *twins], twins, [reading("it", "ann", written), *twins]):
        answer = decided(of, *readings)
        assert (answer.value, answer.text) == (written, written)
