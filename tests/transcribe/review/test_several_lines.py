"""How the lines of a value are joined is said where a field has several, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transcribe.review.read_site import add_read_scan
from tests.transcribe.review.site import SignIn, Site
from transcribe.geometry import Box
from transcribe.model import FieldKey, SnippetFrame
from transcribe.review.views.task_view import has_several_lines

JOINED = {
    "en": "Several lines: type them one after the other",
    "fr": "Plusieurs lignes",
    "es": "Varias líneas",
}


@pytest.mark.parametrize("language", JOINED)
def test_it_is_said_of_an_address_of_two_lines(site: Site, sign_in: SignIn, language: str) -> None:
    add_read_scan(site, "receipt", [FieldKey("address")])
    assert JOINED[language] in sign_in(site.person("amina", language=language)).get("/work").text


@pytest.mark.parametrize(("key", "is_said"), [("order_date", False), ("total", False), ("address", True)])
def test_it_is_not_said_of_a_field_that_holds_one_value(site: Site, sign_in: SignIn, key: str, is_said: bool) -> None:
    scan = site.scan("bon-de-commande", {FieldKey(key): "14/03/2025"})
    (place,) = site.store.places(scan)
    noisy = SnippetFrame(field=Box(0, 0, 10_000, 10_000), writing=Box(100, 1000, 9000, 9000), letter=1500)
    site.store.put_places(scan, [replace(place, frame=noisy)], site.clock.now())
    assert (JOINED["en"] in sign_in(site.person("amina")).get("/work").text) is is_said


@pytest.mark.parametrize(("letter", "several"), [(0, False), (1800, True), (1970, False), (3000, False)])
def test_where_the_height_of_letters_is_unknown_nothing_is_said(letter: int, several: bool) -> None:
    frame = SnippetFrame(field=Box(0, 0, 10_000, 10_000), writing=Box(100, 2000, 9000, 8000), letter=letter)
    assert has_several_lines(frame) is several
    assert not has_several_lines(None)
