"""The page that says how decisions are made says what the running configuration does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from flows.home import load_settings, policy
from flows.serving.review_settings import review_options
from tests.transcribe.review.promises.test_known_fields import known_fields
from tests.transcribe.review.promises.test_pay_day import client_of
from tests.transcribe.review.site import Site, make_site
from transcribe.review.options import DecisionRules, ReviewOptions

OTHER = DecisionRules(
    target=0.9973,
    people_to_agree=7,
    people_before_expert=9,
    engines_to_agree=5,
    min_agreed_probability=0.911,
    min_machine_probability=0.961,
    min_one_engine_probability=0.977,
    min_sure_confidence=0.943,
    min_outvote_probability=0.9988,
    reading_cost_share=0.083,
)
"""Figures that nobody would choose, to be found again."""


def how(site: Site) -> str:
    page = client_of(site, site.person("amina")).get("/how").text
    return re.sub(r"\s+", " ", page.replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.promise(
    "What was decided against",
    "An expert has the",
    "Less than %(target)s is",
    "Machines that agree outvote",
    "One machine alone decides",
)
def test_every_figure_of_the_policy_stands_on_the_page(tmp_path: Path) -> None:
    page = how(make_site(tmp_path, ReviewOptions(rules=OTHER, audit_share=0.031, appeal_days=5, asked_by="Amt Muster")))

    assert "7 people who read the same" in page
    assert "if the value then has a probability of 91.1% or more" in page
    assert "99.73" in page
    assert "where 5 of them agree" in page
    assert "96.1%" in page
    assert "(94.3% or more by its own measure), the value has a probability of 97.7% or more" in page
    assert "where their value has a probability of 99.88% or more" in page
    assert "Its price is 8.3% of" in page
    assert "After 9 people" in page
    assert "3.1% of the decided fields" in page
    assert "within 5 days" in page
    assert "asked for by Amt Muster" in page


@pytest.mark.promise("Less than %(target)s is", "Machines that agree outvote", "One machine alone decides")
def test_the_page_has_the_figures_that_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_TARGET", "0.991")
    settings = load_settings(tmp_path)

    rules, in_force = review_options(settings, 1).rules, policy(settings)

    assert rules.target == 0.991
    for each in fields(DecisionRules):
        assert getattr(rules, each.name) == getattr(in_force, each.name), each.name


def test_what_was_learnt_and_the_share_of_known_fields_are_those_of_the_store(site: Site) -> None:
    assert "Nothing was learnt here yet" in how(site)
    site.store.put_parameters({}, site.clock.now())
    site.store.put_control_share(0.07, site.clock.now())
    known_fields(site, 1)

    page = client_of(site, site.person("ben")).get("/how").text

    assert "has version 1, in force since" in page
    assert "Up to 7% of the fields are known already" in page


@pytest.mark.promise("Practice and tests are")
def test_known_fields_are_told_exactly_where_they_are_only_practised_on(site: Site) -> None:
    client, practised = (
        client_of(site, site.person("ben")),
        "Practice and tests are of known fields: what you type there",
    )
    for address in ("/how", "/before"):
        page = client.get(address).text
        assert "None of the fields is known in advance now." in page
        assert practised not in page
    known_fields(site, 1)
    for address in ("/how", "/before"):
        page = client.get(address).text
        assert "None of the fields of the work is known in advance now." in page
        assert "None of the fields is known" not in page
        assert practised in page
