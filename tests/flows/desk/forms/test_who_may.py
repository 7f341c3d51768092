"""Role by page by deed: operators change, auditors see all and change nothing, others find nothing, limits hold."""

from __future__ import annotations

import pytest

from flows.drafting.draft_files import Draft, start_version
from tests.flows.desk.desk_site import DeskSite, post
from transcribe.model import Role

PAGES = (
    "/desk/forms",
    "/desk/forms.csv",
    "/desk/form/order",
    "/desk/form/order/page/1",
    "/desk/form/order/small/1",
    "/desk/form/order/fields.json",
    "/desk/form/order/suggestions.csv",
    "/desk/draft/bike",
    "/desk/draft/bike/page/1",
    "/desk/draft/bike/text",
    "/desk/draft/bike/try",
)
DEEDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/desk/forms/new", {"title": "x"}),
    ("/desk/form/order/draft", {}),
    ("/desk/form/order/look", {}),
    ("/desk/form/order/take", {"number": "0"}),
    ("/desk/draft/bike", {}),
    ("/desk/draft/bike/text", {"text": "x", "seen": "0" * 16}),
    ("/desk/draft/bike/list", {"field": "hirer", "values": "x"}),
    ("/desk/draft/bike/empty", {"how": "empty"}),
    ("/desk/draft/bike/try", {}),
    ("/desk/draft/bike/drop", {"sure": "yes"}),
    ("/desk/draft/bike/install", {"seen": "0" * 16}),
)


@pytest.mark.parametrize(
    ("role", "status"), [("operator", 200), ("auditor", 200), ("transcriber", 404), ("expert", 404)]
)
def test_pages_are_for_operators_and_auditors(site: DeskSite, draft: Draft, role: Role, status: int) -> None:
    client = site.client(site.person(role, role))
    assert {page: client.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, status)


@pytest.mark.parametrize("role", ["auditor", "transcriber", "expert"])
def test_nobody_but_an_operator_changes_anything(site: DeskSite, draft: Draft, role: Role) -> None:
    client = site.client(site.person(role, role))
    before, lines = draft.text, len(site.home.store.audit())
    assert {deed: post(client, deed, **values).status_code for deed, values in DEEDS} == dict.fromkeys(
        (deed for deed, _ in DEEDS), 404
    )
    assert draft.text == before
    assert len(site.home.store.audit()) == lines
    assert client.get("/desk/forms/new").status_code == 404


def test_an_auditor_is_offered_nothing_to_change(site: DeskSite, draft: Draft) -> None:
    client = site.client(site.person("aud", "auditor"))
    for page in (
        "/desk/forms",
        "/desk/form/order",
        "/desk/draft/bike",
        "/desk/draft/bike/try",
        "/desk/draft/bike/text",
    ):
        main = client.get(page).text.split("<main")[1]
        assert "<button" not in main, page
        assert 'method="post"' not in main, page
    assert '<fieldset class="bare" disabled>' in client.get("/desk/draft/bike").text


@pytest.mark.parametrize(("deed", "values"), DEEDS)
def test_without_the_token_of_the_session_nothing_is_done(
    site: DeskSite, draft: Draft, deed: str, values: dict[str, str]
) -> None:
    client, before = site.client(site.person("op", "operator")), draft.text
    assert client.post(deed, data={**values, "csrf": "wrong"}).status_code == 403
    assert draft.text == before


def test_who_is_limited_to_other_forms_finds_none_of_it(site: DeskSite, draft: Draft) -> None:
    client = site.client(site.person("half", "operator", forms=("invoice2",)))
    hidden = [page for page in PAGES if page not in ("/desk/forms", "/desk/forms.csv")]
    assert {page: client.get(page).status_code for page in hidden} == dict.fromkeys(hidden, 404)
    assert {deed: post(client, deed, **values).status_code for deed, values in DEEDS} == dict.fromkeys(
        (deed for deed, _ in DEEDS), 404
    )
    assert client.get("/desk/forms/new").status_code == 404
    assert post(client, "/desk/form/invoice2/draft").status_code == 303
    assert client.get("/desk/draft/invoice2").status_code == 200


def test_scans_of_other_forms_are_not_tried_by_who_is_limited(site: DeskSite) -> None:
    scan = site.home.store.scan_states()[0].scan.id
    start_version(site.home.settings, site.home.forms, "invoice2")
    client = site.client(site.person("half", "operator", forms=("invoice2",)))
    assert post(client, "/desk/draft/invoice2/try", scan=scan).status_code == 404
