"""Which deeds ask who somebody is again: derived from the routes, of the desk and of people's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from tests.flows.desk.desk_site import DeskSite, csrf, desk_site
from transcribe.review.access.second_factor import new_secret

READERS_WORK = "a reader's own work, given to them and taken back by themselves"
NO_SESSION = "nobody is signed in yet, or gives what proves who they are"
LESS = "takes power or an entry away from this browser alone"
LOOKS = "counts or looks anew, and changes nothing"
ANSWERED = "what it says is said anew on the same page, and what was there before stays in the log and in the events"
DRAFTED = "a draft is in force nowhere"

WITHOUT_PROOF = {
    READERS_WORK: (
        "/work/*", "/work/*/undo", "/work/*/mark", "/work/*/check", "/work/*/ask", "/practice/leave", "/pay/dispute",
        "/form", "/test/*", "/test/*/answers", "/before", "/along", "/renew", "/drafts", "/news/*",
        "/readings/*/appeal", "/explained/*/time", "/second-look/*", "/me",
    ),
    NO_SESSION: ("/in", "/in/*", "/proof", "/code", "/password", "/second-factor/codes"),
    LESS: ("/out", "/language", "/sessions/end", "/sessions/links/end"),
    LOOKS: ("/desk/money/count", "/desk/quality/count", "/desk/people/count", "/desk/system/verify"),
    ANSWERED: (
        "/desk/quality/back", "/desk/records/resend", "/desk/quarantine/retry", "/desk/scan/*/value/correct",
        "/desk/scan/*/value/ask", "/desk/scan/*/value/lock", "/desk/scan/*/value/unlock", "/desk/scan/*/value/withdraw",
        "/desk/scan/*/value/gold", "/desk/scan/*/value/unknown", "/desk/scan/*/read-again", "/desk/scan/*/turn",
        "/desk/scan/*/retake", "/desk/scan/*/aside", "/desk/scan/*/back", "/desk/scan/*/settle", "/desk/scan/*/split",
        "/desk/scan/*/edit", "/desk/batch/resume", "/desk/batch/priority", "/desk/batch/due", "/desk/batch/note",
        "/desk/batches/new", "/desk/people/person/set-aside", "/desk/people/person/take-back",
        "/questions/*", "/examples/*/take-out",
    ),
    DRAFTED: (
        "/desk/draft/*/try", "/desk/form/*/draft", "/desk/form/*/look", "/desk/form/*/take", "/desk/forms/new",
        "/desk/draft/*", "/desk/draft/*/text", "/desk/draft/*/list", "/desk/draft/*/empty",
    ),
}  # fmt: skip
"""What asks for no proof, by the reason why: a new route asks for one, or is put here."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[DeskSite]:
    with desk_site(tmp_path) as made:
        yield made


def test_every_deed_asks_for_a_proof_or_says_why_it_needs_none(site: DeskSite) -> None:
    olga = site.person("Olga", "operator", "expert")
    site.home.store.begin_second_factor(olga.id, new_secret(), site.now())
    client = site.client(olga)
    token = csrf(client)
    site.ahead += timedelta(hours=2)
    sent = [each for each in iter_route_contexts(site.app.routes) if "POST" in (each.methods or ())]
    addresses = {re.sub(r"\{[^}]+\}", "*", each.path or "") for each in sent}
    assert len(addresses) > 70
    free = {each for group in WITHOUT_PROOF.values() for each in group}
    asks = set()
    for each in sorted(addresses - free):
        answer = client.post(each.replace("*", "receipt"), data={"csrf": token})
        asks |= {each} if answer.headers.get("location") == "/proof" else set()
    for asked in ("money/close", "money/close/look?reference=2026-11", "people/invite"):
        assert client.get(f"/desk/{asked}").headers["location"] == "/proof", asked
    assert addresses - free - asks == {"/leave"}, "these ask for no proof and say no reason"  # below
    assert free <= addresses, "these are gone"
    assert {
        "/desk/people/person/limit", "/desk/scan/*/forget", "/desk/batch/cancel", "/desk/draft/*/install",
    } <= asks  # fmt: skip


def test_what_stands_as_free_of_proof_does_not_ask_for_one(site: DeskSite) -> None:
    """The list is true: its reasons are of routes that do without."""
    client = site.client(site.person("Olga", "operator", "expert"))
    token = csrf(client)
    site.ahead += timedelta(hours=2)
    for group in WITHOUT_PROOF.values():
        for each in group:
            if each in ("/out", "/sessions/end", "/password", "/in", "/in/*"):  # they end or change the session
                continue
            answer = client.post(each.replace("*", "receipt"), data={"csrf": token})
            assert answer.headers.get("location") != "/proof", each
