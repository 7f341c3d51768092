"""The gallery of forms: each with its picture and figures, as the tables say too, and only what a visitor may see."""

from __future__ import annotations

from flows.parts.drafting.draft_files import Draft
from tests.flows.desk.desk_site import DeskSite


def test_each_form_has_its_picture_figures_and_draft(site: DeskSite, draft: Draft) -> None:
    client = site.client(site.person("op", "operator"))
    page = client.get("/desk/forms").text
    assert page.index('id="form-order"') < page.index('id="form-bon-de-commande"'), "the most used first"
    card = page.split('id="form-order"')[1].split("</li>")[0]
    assert "3 scans" in card
    assert "100% straight through" in card
    assert card.count('<rect class="box field"') == 3
    assert 'href="/desk/draft/bike"' in page
    assert client.get("/desk/form/order/small/1").headers["content-type"] == "image/jpeg"
    rows = {row["form"]: row for row in client.get("/desk/forms.json").json()["forms"]}
    assert (rows["order"]["version"], rows["order"]["scans"], rows["order"]["versions"]) == (1, 3, 1)
    assert rows["order"]["straight_through"] == 1.0, "of those that are finished"
    assert rows["order"]["since"]
    assert rows["receipt"]["since"] is None
    assert client.get("/desk/forms.csv").text.startswith("form,title,version,since,versions,scans")


def test_a_form_whose_definition_cannot_be_used_says_why(site: DeskSite) -> None:
    broken = site.home.settings.forms / "torn.toml"
    broken.write_text('name = "torn"\n', encoding="utf-8")
    client = site.client(site.person("op", "operator"))
    page = client.get("/desk/forms").text
    assert "torn.toml: title" in page.split('id="form-torn"')[1].split("</li>")[0]
    assert client.get("/desk/form/torn").status_code == 200
