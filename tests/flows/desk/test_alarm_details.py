"""Alarms in detail: each kind of alert is said in the reader's language, with its figures."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.alerts import conditions
from flows.desk.counting import Shared
from flows.desk.pages.now_page import SENTENCES, detail
from flows.desk.visit import Visit
from tests.flows.desk.desk_site import DeskSite
from transcribe.review import Visitor
from transcribe.store import MissingPeople

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
MISSING = MissingPeople(
    role="expert",
    people=2,
    waits="orders",
    fields=3,
    orders=1,
    languages=("fr",),
    regions=("FR",),
    qualification="date",
)
FACTS: dict[str, dict[str, Any]] = {
    "due": {"scans": 12, "due": AT, "tasks": 7, "batch": "monday"},
    "people": {"missing": MISSING},
    "disk": {"place": "archive", "megabytes": 512},
    "no backup": {},
    "backup": {"at": AT, "days": 3},
    "aside": {"count": 2},
    "appeals": {"count": 2, "first": AT},
    "times": {"count": 2, "first": AT},
    "pay": {"people": 4, "by": AT, "late": True},
    "duplicates": {"count": 5},
    "webhooks off": {"name": "erp", "because": "gone", "waiting": 3, "mend": "fairhand webhooks resume erp"},
    "webhooks failing": {"name": "erp", "since": AT, "mend": "fairhand webhooks test erp"},
    "webhooks given up": {"name": "erp", "count": 6},
    "records": {"at": AT},
    "records held": {"count": 3},
    "copy": {"schema": "orders", "at": AT},
    "fit": {"form": "order", "count": 11, "latest": 30},
    "reading": {"people": 2},
    "audit": {"form": "order", "wrong": 8, "count": 40, "least": 0.105, "allowed": 0.001},
    "check": {"error": "OSError"},
}


def reader(desk: DeskSite, language: str) -> Visit:
    """As much of a visit as sentences need."""
    person = desk.person(f"reads {language}", "operator", language=language)
    unasked: Any = {"paid": None}
    visitor = Visitor(person=person, session="", csrf="", language=language, **unasked)
    unused: Any = dict.fromkeys(("context", "request", "rendering"))
    return Visit(
        home=desk.home,
        visitor=visitor,
        kept={},
        counted={},
        forms=None,
        shared=Shared(),
        pieces=desk.app.state.desk.pieces,
        **unused,
    )


@pytest.mark.promise(
    "Appeals that no expert",
    "People who are due pay of the months before: %(people)s. It is",
    "People who are due pay of the months before: %(people)s. It was",
)
@pytest.mark.parametrize(
    "code", [pytest.param(code, marks=pytest.mark.needs(code.partition(" ")[0])) for code in FACTS]
)
def test_each_alert_is_said_in_every_language_with_its_figures(desk: DeskSite, code: str) -> None:
    facts = {"code": code, **FACTS[code]}
    said = {language: detail(reader(desk, language), facts) for language in ("en", "fr", "es")}
    assert len(set(said.values())) == 3, said
    for value in FACTS[code].values():
        if isinstance(value, int) and not isinstance(value, bool):
            assert all(str(value) in each for each in said.values()), (value, said)


@pytest.mark.needs("webhooks")
def test_every_alert_that_is_made_has_its_sentence() -> None:
    from flows.parts.webhooks import subscribe, troubles, webhook_pages

    alerts = Path(conditions.__file__).parent.glob("*.py")
    made = {code for file in alerts for code in re.findall(r'"code": "([^"]+)"', file.read_text(encoding="utf-8"))}
    own = re.findall(r'_trouble\(each, "([^"]+)"', Path(troubles.__file__).read_text(encoding="utf-8"))
    of_webhooks = {f"webhooks {each}" for each in own}
    assert (made, of_webhooks - webhook_pages.PAGES.pieces.keys()) == ({*SENTENCES}, set())
    assert made | of_webhooks == FACTS.keys()
    assert webhook_pages.OFF_BECAUSE.keys() == subscribe.REASONS.keys()


def test_now_tells_alarms_in_french(full: DeskSite) -> None:
    page = full.client(full.person("pierre", "operator", language="fr")).get("/desk").text
    alarms = page.partition('id="alarms"')[2].partition("</ul>")[0]
    assert "Le lot monday, avec" in alarms
    assert 'lang="en"' not in alarms
