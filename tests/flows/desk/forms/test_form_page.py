"""The page of one form: fields, versions, what differs, rules, lists; a new version begun; suggestions taken over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.parts.drafting.draft_files import draft_of, drafts, install_draft
from tests.flows.desk.desk_site import AGREED, DeskSite, page, post
from tests.flows.house import until

TABLES = ("fields", "versions", "differences", "rules", "lists", "suggestions")


@pytest.mark.parametrize("name", TABLES)
def test_each_table_stands_as_csv_and_json(site: DeskSite, name: str) -> None:
    client = site.client(site.person("op", "operator"))
    rows = client.get(f"/desk/form/bon-de-commande/{name}.json").json()[name]
    lines = client.get(f"/desk/form/bon-de-commande/{name}.csv").text.splitlines()
    assert len(lines) >= len(rows) + 1
    if name in ("fields", "rules", "lists", "versions"):
        assert rows
    assert client.get(f"/desk/form/bon-de-commande/{name}s.json").status_code == 404


def test_the_page_draws_every_field_and_says_what_it_is(site: DeskSite) -> None:
    client = site.client(site.person("op", "operator"))
    text = client.get("/desk/form/order").text
    assert text.count('<rect class="box field"') == 3
    assert client.get("/desk/form/order/page/1?version=1").headers["content-type"] == "image/png"
    assert client.get("/desk/form/order/page/2").status_code == 404
    fields = client.get("/desk/form/order/fields.json").json()["fields"]
    assert [(each["name"], each["type"]) for each in fields] == [
        ("number", "code"),
        ("customer", "name"),
        ("total", "amount"),
    ]
    assert client.get("/desk/form/unheard").status_code == 404


def test_a_new_version_says_what_differs_and_scans_keep_theirs(site: DeskSite) -> None:
    client = site.client(site.person("op", "operator"))
    assert post(client, "/desk/form/order/draft").headers["location"].startswith("/desk/draft/order?done=")
    assert "form drafted" in {line.action for line in site.home.store.audit() if line.actor == "op"}
    draft = draft_of(site.home.settings, "order")
    draft.save(draft.text.replace('type = "amount"', 'type = "amount"\nrequired = true'))
    install_draft(site.home, draft, "op")
    versions = client.get("/desk/form/order/versions.json").json()["versions"]
    assert [(each["version"], each["in_force"], bool(each["first_scan"])) for each in versions] == [
        (2, True, False),
        (1, None, True),
    ]
    (found,) = client.get("/desk/form/order/differences.json").json()["differences"]
    assert (found["version"], found["name"], found["key"], found["after"]) == (2, "total", "required", "true")
    assert {each.scan.form_version for each in site.home.store.scan_states()} == {1}


def test_known_values_are_counted_once_and_those_that_stand_twice_are_named(site: DeskSite) -> None:
    client = site.client(site.person("op", "operator"))
    post(client, "/desk/form/order/draft")
    post(client, "/desk/draft/order/list", field="customer", values="Mary Poole\nAnn Lee\nMary Poole\nBo Ek\nCy Dee")
    assert "values" in client.get("/desk/draft/order").text
    install_draft(site.home, draft_of(site.home.settings, "order"), "op")
    (found,) = client.get("/desk/form/order/lists.json").json()["lists"]
    assert (found["values"], found["twice"], found["first"]) == (4, "Mary Poole", "Mary Poole, Ann Lee, Bo Ek")
    fields = client.get("/desk/form/order/fields.json").json()["fields"]
    assert [each["list"] for each in fields if each["name"] == "customer"] == [4]


def test_a_second_draft_of_the_same_form_is_refused(site: DeskSite) -> None:
    client = site.client(site.person("op", "operator"))
    post(client, "/desk/form/order/draft")
    again = post(client, "/desk/form/order/draft")
    assert again.status_code == 422
    assert "a draft of order already" in again.text


def test_what_the_data_suggest_is_looked_for_and_taken_over(site: DeskSite) -> None:
    for number in range(24):
        site.scan(f"more{number}.png", {**AGREED, "number": (f"4739{number:02d}", f"4739{number:02d}")})
    site.weigh()
    client = site.client(site.person("op", "operator"))
    assert post(client, "/desk/form/order/look").headers["location"] == "/desk/form/order?done=count"
    until(lambda: client.get("/desk/form/order/suggestions.json").json()["suggestions"])
    found = client.get("/desk/form/order/suggestions.json").json()["suggestions"]
    kinds = [(each["kind"], each["field"]) for each in found]
    assert ("required", "customer") in kinds
    assert f"{len(found)} suggestions wait" in client.get("/desk/forms").text
    taken = post(client, "/desk/form/order/take", number=kinds.index(("required", "customer")))
    assert taken.headers["location"] == "/desk/draft/order?done=form-taken"
    assert draft_of(site.home.settings, "order").form().field("customer").required
    assert post(client, "/desk/form/order/take", number=len(found)).status_code == 404
    assert drafts(site.home.settings) == ["order"]


def draw_version_two(site: DeskSite) -> bytes:
    """Put a second version in force, with a field less and another blank of the same name; gives that of the first."""
    client = site.client(site.person("op2", "operator"))
    post(client, "/desk/form/order/draft")
    draft = draft_of(site.home.settings, "order")
    first = draft.path.with_name("order.png").read_bytes()
    draft.path.with_name("order.png").write_bytes(page({"number": "another blank"}))
    head, _, _ = draft.text.rpartition("[[field]]")
    draft.save(head)
    install_draft(site.home, draft, "op2")
    return first


def test_a_version_is_begun_from_an_earlier_one_with_its_fields_and_its_blank(site: DeskSite) -> None:
    first = draw_version_two(site)
    client = site.client(site.person("op", "operator"))
    shown = client.get("/desk/form/order").text.partition('id="from-earlier"')[2].partition("</form>")[0]
    assert re.findall(r'<option value="(\d+)"', shown) == ["1"]
    assert post(client, "/desk/form/order/draft", version=1).headers["location"].startswith("/desk/draft/order?done=")
    draft = draft_of(site.home.settings, "order")
    assert (draft.form().version, [each.name for each in draft.form().fields]) == (3, ["number", "customer", "total"])
    assert client.get("/desk/draft/order/page/1").content == first
    assert Path(str(draft.form().blanks[0].path)).name != "order.png", "the one in force is kept in mind by this name"
    assert client.get("/desk/draft/order").text.count('class="box ') >= 3
    (line,) = [each for each in site.home.store.audit() if each.action == "form drafted" and each.actor == "op"]
    assert line.detail == {"from": 1}
    assert post(client, "/desk/draft/order/install", seen=draft.digest, sure="yes").status_code == 303
    in_force = site.home.forms.find("order")
    assert (in_force.version, len(in_force.fields)) == (3, 3)
    assert client.get("/desk/form/order/page/1?version=3").content == first
    assert client.get("/desk/form/order/page/1").content == first


def test_no_version_is_begun_from_one_that_there_is_not_or_beside_a_draft(site: DeskSite) -> None:
    draw_version_two(site)
    client = site.client(site.person("op", "operator"))
    assert post(client, "/desk/form/order/draft", version=7).status_code == 404
    assert drafts(site.home.settings) == []
    post(client, "/desk/form/order/draft")
    text = client.get("/desk/form/order").text
    assert 'id="from-earlier"' not in text
    assert 'id="earlier-waits"' in text
    auditor = site.client(site.person("aud", "auditor"))
    assert 'id="earlier-waits"' not in auditor.get("/desk/form/order").text
