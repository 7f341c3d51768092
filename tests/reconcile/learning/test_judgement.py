"""Two versions compared on known truths: what is newly decided must be right as often as it is said to be."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from reconcile.learning.judgement import Comparison, Judge, Opinion, compared
from tests.examples import examples
from transcribe.model import FieldKey

STATED = 0.987


def opinion(*, decided: bool, wrong: bool = False) -> Opinion:
    return Opinion(loss=0.01, doubt=1.0 - STATED, decided=decided, wrong=wrong)


def after(of: Iterable[tuple[str, bool]], mended: int = 0) -> Comparison:
    """What a version decides anew, by (scan, whether it is wrong there), and so many values that it mends."""
    before, later = dict[Judge, Opinion](), dict[Judge, Opinion]()
    for number, (scan, wrong) in enumerate(of):
        judge = scan, FieldKey(f"field {number}")
        before[judge], later[judge] = opinion(decided=False), opinion(decided=True, wrong=wrong)
    for number in range(mended):
        judge = f"mended {number}", FieldKey("total")
        before[judge], later[judge] = opinion(decided=True, wrong=True), opinion(decided=True)
    return compared(before, later)


def test_what_is_decided_anew_and_is_oftener_wrong_than_it_says_is_worse() -> None:
    found = after((f"scan {number}", number < 3) for number in range(17))
    assert found.chance_of_claim < 0.01
    assert found.chance_of_wrong > 0.1, "too few to show by themselves that more is wrong"
    assert found.is_worse


def test_one_wrong_value_among_many_is_what_was_said() -> None:
    assert not after((f"scan {number}", number < 1) for number in range(40)).is_worse


def test_the_fields_of_one_scan_are_one_draw() -> None:
    assert not after((f"scan {max(3, number)}", number < 3) for number in range(17)).is_worse


def test_what_mends_as_much_as_it_spoils_is_no_worse() -> None:
    assert not after(((f"scan {number}", number < 3) for number in range(17)), mended=3).is_worse


@examples(200)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.booleans()), max_size=12))
def test_law_more_wrong_values_never_make_the_claim_likelier(of: list[tuple[str, bool]]) -> None:
    more = [(scan, True) for scan, _ in of]
    assert after(more).chance_of_claim <= after(of).chance_of_claim
