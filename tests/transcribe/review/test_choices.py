"""What may stand in a field of a few words is told to who reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transcribe.review.site import Site, form_of
from transcribe.model import FieldKey, Form
from transcribe.review.views.task_view import MAX_CHOICES_LENGTH, TaskView, task_view

SIZES = ("S", "M", "L", "XL")
KEY = FieldKey("order_number")


def shown(site: Site, language: str, choices: tuple[str, ...], type_name: str = "choice") -> TaskView:
    """The work page's view of a field whose type and words are these."""
    site.scan("bon-de-commande", {KEY: "M"})
    (task,) = site.store.lease(site.person("amina").id, 1, site.clock.now())

    def form(name: str, version: int) -> Form:
        known = form_of(name, version)
        fields = [
            replace(each, type=type_name, examples=choices) if each.name == KEY.name else each for each in known.fields
        ]
        return replace(known, fields=tuple(fields))

    return task_view(site.store, form, task, language, site.clock.now())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "One of: S, M, L, XL."),
        ("fr", "Au choix\u00a0: S, M, L, XL."),
        ("es", "Una de estas opciones: S, M, L, XL."),
    ],
)
def test_the_choices_of_a_field_are_told(site: Site, language: str, words: str) -> None:
    view = shown(site, language, SIZES)
    assert words in view.help
    assert view.examples == (), "practice and tests would tell them twice"


def test_of_many_choices_a_line_is_told_and_that_there_are_others(site: Site) -> None:
    told = shown(site, "en", tuple(f"colour {number}" for number in range(40))).help
    assert "One of: colour 0, colour 1" in told
    assert told.endswith(" and others.")
    assert len(told) < MAX_CHOICES_LENGTH + 120
