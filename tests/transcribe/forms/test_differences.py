"""What differs between versions of a form: nothing between equal ones, each change once and in both directions."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from transcribe.forms.definition import load, shipped
from transcribe.forms.differences import differences
from transcribe.geometry import Box

FORM = load("bon-de-commande")


def test_equal_forms_do_not_differ() -> None:
    for name in shipped():
        assert differences(load(name), load(name)) == []


def test_a_changed_field_says_in_what() -> None:
    first, *others = FORM.fields
    assert first.box
    moved = replace(
        first, required=not first.required, pattern=r"X\d", box=Box(*first.box)._replace(x1=first.box.x1 + 5)
    )
    found = differences(FORM, replace(FORM, fields=(moved, *others)))
    assert {(each.what, each.name, each.key) for each in found} == {
        ("field", first.name, "required"),
        ("field", first.name, "pattern"),
        ("field", first.name, "box"),
    }
    assert next(each.after for each in found if each.key == "pattern") == r"X\d"


def test_what_is_new_and_what_is_gone_is_told_once() -> None:
    without = replace(FORM, fields=FORM.fields[1:], rules=FORM.rules[1:], masters=FORM.masters[1:])
    gone = [(each.what, each.key, each.after) for each in differences(FORM, without)]
    assert gone == [("field", "", ""), ("rule", "", ""), ("list", "", "")]
    assert [(each.what, each.before) for each in differences(without, FORM)] == [
        ("field", ""),
        ("rule", ""),
        ("list", ""),
    ]


def test_a_list_with_other_values_and_another_title_differ() -> None:
    (first, *others) = FORM.masters
    changed = replace(FORM, masters=(replace(first, values=first.values[:-1], digest="0" * 64), *others))
    assert [(each.what, each.key) for each in differences(FORM, changed)] == [("list", "values")]
    assert [each.key for each in differences(FORM, replace(FORM, title={"en": "Other"}))] == ["title"]


@given(st.sets(st.integers(0, len(FORM.fields) - 1)), st.sets(st.integers(0, len(FORM.fields) - 1)))
def test_differences_turn_round_with_the_versions(one: set[int], other: set[int]) -> None:
    before = replace(FORM, fields=tuple(FORM.fields[at] for at in sorted(one)))
    after = replace(FORM, fields=tuple(FORM.fields[at] for at in sorted(other)))
    there = {(each.what, each.name, each.key, each.before, each.after) for each in differences(before, after)}
    back = {(each.what, each.name, each.key, each.after, each.before) for each in differences(after, before)}
    assert there == back
