"""Suggestions put into a draft: each where it belongs, once, and the draft is a form with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.drafting.draft_files import Draft
from flows.drafting.taking_over import take_over
from reconcile.learning.form_suggestions import Suggestion, Support
from transcribe.errors import FormError

RESTS_ON = Support(values=40, people=3, read_by_people=30)
PATTERN = Suggestion(
    kind="pattern",
    field="slip_number",
    seen=40,
    of=40,
    toml="# in the [[field]] with name = \"slip_number\"\npattern = 'SL\\-\\d{5}'\n",
    rests_on=RESTS_ON,
)


def test_each_kind_of_suggestion_lands_where_it_belongs(draft: Draft) -> None:
    take_over(draft, PATTERN)
    take_over(draft, replace(PATTERN, kind="required", field="hirer", toml="required = true\n"))
    take_over(draft, replace(PATTERN, field="lines.days", toml="pattern = '\\d'\n"))
    take_over(draft, replace(PATTERN, kind="master", field="lines.bike", values=("City bike", "Cargo bike")))
    rule = replace(PATTERN, kind="rule", field="", toml='[[rule]]\ncheck = "total_to_pay == sum(lines.amount)"\n')
    take_over(draft, rule)
    take_over(draft, rule)
    form = draft.form()
    assert form.field("slip_number").pattern == r"SL\-\d{5}"
    assert form.field("hirer").required
    assert form.field("lines.days").pattern == r"\d"
    assert [each.check for each in form.rules] == ["total_to_pay == sum(lines.amount)"]
    assert [value for value, _ in form.masters[0].values] == ["City bike", "Cargo bike"]


def test_a_suggestion_about_a_field_that_is_gone_says_so(draft: Draft) -> None:
    with pytest.raises(FormError, match='no field "gone" any more'):
        take_over(draft, replace(PATTERN, field="gone"))
