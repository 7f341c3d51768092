"""Whoever signs in may type their handle in any case, with spaces around."""

from __future__ import annotations

import httpx
import pytest

from tests.patience import PATIENCE
from tests.transcribe.review.site import Site, hashed
from transcribe.model import Transcriber
from transcribe.review.access.handles import handle_owner

WORD = "vier rote Pinguine lesen"


def people(*handles: str) -> list[Transcriber]:
    return [Transcriber(id=f"id of {each}", handle=each, roles=frozenset({"transcriber"})) for each in handles]


@pytest.mark.parametrize(
    ("typed", "owner"),
    [("Amina", "amina"), (" amina ", "amina"), ("AMINA", "amina"), ("émile", "Émile"), ("ben", "ben"), ("BEN", "BEN")],
)
def test_a_handle_is_found_in_any_case(typed: str, owner: str) -> None:
    found = handle_owner(people("amina", "Émile", "ben", "BEN"), typed)
    assert found is not None
    assert found.handle == owner


@pytest.mark.parametrize("typed", ["Ben", "amin", "", "amina x"])
def test_where_it_could_be_two_or_nobody_it_is_nobody(typed: str) -> None:
    assert handle_owner(people("amina", "ben", "BEN"), typed) is None


def test_signing_in_takes_any_case_and_spaces(site: Site, address: str) -> None:
    amina = site.person("Amina")
    site.store.put_password(amina.id, hashed(WORD), site.clock.now())
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        assert client.post("/in", data={"handle": " aMINA  ", "password": WORD}).headers["location"] == "/work"
        assert client.get("/me").status_code == 200


def test_another_case_is_no_further_try(site: Site, address: str) -> None:
    amina = site.person("amina")
    site.store.put_password(amina.id, hashed(WORD), site.clock.now())
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        tried = [
            client.post("/in", data={"handle": handle, "password": "wrong"}).status_code
            for handle in ["amina", "AMINA", " amina", "Amina"] * 5
        ]
    assert 429 in tried
