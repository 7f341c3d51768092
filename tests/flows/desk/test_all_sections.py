"""Roles, pages, actions and forms over all sections: nothing leaks, and an auditor changes nothing."""

from __future__ import annotations

import time
from typing import cast

import pytest
from fastapi.testclient import TestClient

from flows.desk.pages import money_page, people_page, quality_page, record_pages, system_page
from tests.flows.desk.all_pages import OF_HOME, SECTIONS, files, pages, routes, scans_by_name
from tests.flows.desk.desk_site import DeskSite, csrf
from tests.transcribe.store.world import sqlite_of
from transcribe.model import Role
from transcribe.store.state_store import Store

PASSING = ("INSERT INTO session", "INSERT INTO sign_in_link", "INSERT INTO audit", "INSERT INTO sqlite_sequence")
"""What signing in writes."""

PAGES_OF_TABLES = (money_page, people_page, quality_page, record_pages, system_page)
"""The sections that are pages of tables."""

WORKERS: tuple[Role, ...] = ("transcriber", "expert")


@pytest.fixture(scope="module")
def clients(full: DeskSite) -> dict[str, TestClient]:
    """A client of each role, and of an operator and an auditor who are limited to the other form."""
    roles: tuple[Role, ...] = ("operator", "auditor", *WORKERS)
    made: dict[str, TestClient] = {role: full.client(full.person(f"a {role}", role)) for role in roles}
    limited: tuple[Role, ...] = ("operator", "auditor")
    for role in limited:
        made[f"limited {role}"] = full.client(full.person(f"half an {role}", role, forms=("invoice2",)))
    return made


def written(full: DeskSite) -> list[str]:
    """All that the state holds, but for what signing in writes."""
    store = full.home.store
    assert isinstance(store, Store)
    lines = sqlite_of(store).connection.iterdump()
    return [line for line in lines if not line.replace('"', "").startswith(PASSING)]


def test_every_page_and_file_is_there_for_operators_and_auditors(
    full: DeskSite, clients: dict[str, TestClient]
) -> None:
    wrong = {
        (role, address): status
        for role in ("operator", "auditor")
        for address in (*pages(full), *files(full))
        if (status := clients[role].get(address).status_code) != 200
    }
    asking = ("/desk/batches/new", "/desk/people/invite", "/desk/money/close", "/desk/forms/new")
    looks = [each for each in pages(full) if "/look?" in each]
    changes = {("auditor", each) for each in (*asking, *looks)}
    assert wrong == dict.fromkeys(changes, 404)


def test_for_everybody_else_there_is_no_such_page(full: DeskSite, clients: dict[str, TestClient]) -> None:
    looked = [each for each in (*pages(full), *files(full), *routes(full, "GET")) if "/static/" not in each]
    assert len(looked) > 100
    for role in WORKERS:
        assert {each for each in looked if clients[role].get(each).status_code != 404} == set()


def test_no_deed_is_open_to_who_is_no_operator_and_none_without_the_token(
    full: DeskSite, clients: dict[str, TestClient]
) -> None:
    deeds = routes(full, "POST")
    assert len(deeds) >= 25
    before = written(full)
    for role in ("auditor", "limited auditor", *WORKERS):
        sent = {"csrf": csrf(clients[role])}
        assert {each: clients[role].post(each, data=sent).status_code for each in deeds} == dict.fromkeys(deeds, 404)
    for role in ("operator", "auditor"):
        refused = {each: clients[role].post(each, data={"csrf": "x"}).status_code for each in deeds}
        assert refused == dict.fromkeys(deeds, 403), role
    assert written(full) == before, "nothing was changed"


def test_an_auditor_is_shown_no_form_that_sends(full: DeskSite, clients: dict[str, TestClient]) -> None:
    for address in pages(full):
        main = clients["auditor"].get(address).text.partition("<main")[2]
        assert 'method="post"' not in main, address


@pytest.mark.promise("they see no scan,", "What is about scans")
@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_who_is_limited_to_a_form_is_told_nothing_of_another(
    full: DeskSite, clients: dict[str, TestClient], role: str
) -> None:
    client, scans = clients[f"limited {role}"], scans_by_name(full)
    others = {name: scan for name, scan in scans.items() if name != "other.png"}
    secret = [*others, *others.values(), *(scan[:12] for scan in others.values())]
    assert scans["other.png"] in client.get("/desk/scans").text
    for address in (*pages(full), *files(full)):
        answer = client.get(address)
        if address.startswith(OF_HOME) or any(scan in address for scan in others.values()):
            assert answer.status_code == 404, address
        told = [each for each in secret if each in answer.text and each not in address]
        assert told == [], address
    sections = [each for each in SECTIONS if each not in OF_HOME]
    menu = client.get("/desk").text.partition('class="sections"')[2].partition("</nav>")[0]
    assert [each for each in SECTIONS if f'href="{each}"' in menu] == sections


@pytest.mark.promise("they see no scan,", "Operators who see all")
def test_a_limited_operator_steers_nothing_of_another_form_or_of_the_home(
    full: DeskSite, clients: dict[str, TestClient]
) -> None:
    client, before = clients["limited operator"], written(full)
    sent = {"csrf": csrf(client), "why": "to see", "field": "customer", "value": "x", "lines": "Zoe"}
    sent |= {"version": "1", "form": "order", "number": "", "degrees": "90", "priority": "1", "due": "2027-01-01"}
    done = {}
    for name in ("monday", "erp"):
        for each in routes(full, "POST"):
            status = client.post(each, data={**sent, "name": name}).status_code
            if status not in (404, 422):
                done[each] = status
    assert done == {}
    assert written(full) == before


def test_a_table_that_is_made_alone_is_the_one_of_its_page(full: DeskSite, clients: dict[str, TestClient]) -> None:
    made = {each.SECTION.address: each.SECTION.tables for each in PAGES_OF_TABLES}
    alone = [f"{address}/{name}.json" for address, tables in made.items() for name in tables]
    assert len(alone) > 25
    for address in made:
        clients["operator"].get(address)
    while any(each.runs for each in full.app.state.desk.counted.values()):  # what is counted beside the pages
        time.sleep(0.05)
    before = {each: clients["operator"].get(each).json() for each in alone}
    with pytest.MonkeyPatch.context() as patch:
        for each in PAGES_OF_TABLES:
            for name in list(each.SECTION.tables):
                patch.delitem(cast(dict[str, object], each.SECTION.tables), name)
        whole = {each: clients["operator"].get(each).json() for each in alone}
    assert _steady(before) == _steady(whole)


def _steady(tables: dict[str, object]) -> dict[str, str]:
    """The tables without what changes from one second to the next: the bytes of the files here."""
    return {address: str(table) for address, table in tables.items() if "/files." not in address}


def test_every_page_says_to_which_section_it_belongs(full: DeskSite, clients: dict[str, TestClient]) -> None:
    without = [each for each in pages(full) if 'aria-current="page"' not in clients["operator"].get(each).text]
    assert without == []
