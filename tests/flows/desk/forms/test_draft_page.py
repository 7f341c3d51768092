"""A draft without JavaScript: all that is drawn can be filled in, mistakes name their field, and it is put in force."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from flows.parts.drafting.draft_files import Draft, draft_of, drafts
from tests.flows.desk.desk_site import DeskSite, csrf, post
from transcribe.errors import NotFound

HERE = "/desk/draft/bike"


def filled_in(page: str) -> dict[str, str]:
    """What the form of a draft sends as it stands, as a browser would."""
    form = page.split('id="draft"')[1].split("</form>")[0]
    sent = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in said and (said.get("type") != "checkbox" or " checked" in tag):
            sent[said["name"]] = html.unescape(said.get("value", ""))
    for name, body in re.findall(r'<textarea\b[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = html.unescape(body)
    for name, body in re.findall(r'<select\b[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        options = re.findall(r"<option(?: value=\"([^\"]*)\")?( selected)?>([^<]*)", body)
        chosen = next((each for each in options if each[1]), options[0])
        sent[name] = html.unescape(chosen[0] or chosen[2]) if chosen[0] or not re.search(r'value=""', body) else ""
    return sent


def seen_on(page: str) -> str:
    """What the first form of a draft's page says that it had shown."""
    return page.split('name="seen" value="')[1].split('"')[0]


def save(client: TestClient, **changed: str) -> str:
    """Change something in the form and save it; gives the page that follows."""
    sent = {**filled_in(client.get(HERE).text), **{name.replace("__", "-"): value for name, value in changed.items()}}
    answer = client.post(HERE, data=sent)
    assert answer.status_code == 303, answer.text
    return str(client.get(answer.headers["location"]).text)


@pytest.fixture
def client(site: DeskSite, draft: Draft) -> TestClient:
    return site.client(site.person("op", "operator"))


def test_saving_what_nobody_changed_changes_no_letter(client: TestClient, draft: Draft) -> None:
    before = draft.text
    save(client)
    assert draft.text == before


def test_every_field_is_filled_in_by_hand(client: TestClient, draft: Draft) -> None:
    page = save(
        client,
        **{
            "field-1-label-en": "Customer",
            "field-1-name": "customer",
            "field-1-type": "name",
            "field-1-required": "1",
            "field-0-pattern": r"SL-\d{5}",
            "field-2-personal": "contact",
            "field-3-x0": "470",
            "field-7-label-en": "Remarks",
            "field-7-x0": "120",
            "field-7-y0": "1750",
            "field-7-x1": "1500",
            "field-7-y1": "1850",
            "rule-0-check": "total_to_pay == sum(lines.amount)",
            "title-en": "Bike hire slip",
            "help-en": "Copy capitals.\r\nWrite no unit.",
            "retention_days": "30",
        },
    )
    assert 'id="mistakes"' not in page
    form = draft.form()
    customer = form.field("customer")
    assert (customer.label["en"], customer.type, customer.required) == ("Customer", "name", True)
    assert form.field("slip_number").pattern == r"SL-\d{5}"
    assert form.field("phone").personal == "contact"
    assert form.field("date_of_hire").box
    assert form.field("date_of_hire").box[0] == 470  # type: ignore[index]  # it has one, as the line before says
    assert form.field("remarks").box == (120, 1750, 1500, 1850)
    assert [each.check for each in form.rules] == ["total_to_pay == sum(lines.amount)"]
    assert (form.title, form.retention_days) == ({"en": "Bike hire slip"}, 30)
    assert form.help == {"en": "Copy capitals.\nWrite no unit."}
    assert "Copy capitals." in page
    kept = draft.text
    save(client)
    assert draft.text == kept


def test_a_field_that_is_called_otherwise_is_so_in_rules_and_lists(client: TestClient, draft: Draft) -> None:
    post(client, f"{HERE}/list", field="lines.bike", values="City bike\nCargo bike")
    save(client, **{"rule-0-check": "total_to_pay == sum(lines.amount)"})
    save(client, **{"field-5-name": "due", "table-0-name": "hires", "column-0-0-name": "cycle"})
    form = draft.form()
    assert form.rules[0].check == "due == sum(hires.amount)"
    assert [each.field for each in form.masters] == ["hires.cycle"]


def test_fields_columns_and_lists_are_taken_out(client: TestClient, draft: Draft) -> None:
    post(client, f"{HERE}/list", field="hirer", values="Nora Quist")
    save(client, **{"field-6-gone": "1", "column-0-1-gone": "1", "master-0-gone": "1"})
    form = draft.form()
    assert "signature" not in [each.name for each in form.fields]
    assert [each.field.name for each in form.tables[0].columns] == ["lines.bike", "lines.price", "lines.amount"]
    assert form.masters == ()
    save(client, **{"table-0-gone": "1"})
    assert draft.form().tables == ()


def test_labels_are_written_in_one_more_language(client: TestClient, draft: Draft) -> None:
    save(client, **{"add-language": "fr"})
    page = save(client, **{"field-1-label-fr": "Client", "title-fr": "Location de vélos"})
    assert draft.form().field("hirer").label == {"en": "Hirer", "fr": "Client"}
    assert draft.form().title == {"en": "Bike hire", "fr": "Location de vélos"}
    assert 'name="field-0-label-fr"' in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("3 things to mend", "The pattern “(” cannot be used", "Two have the name “phone”", "reaches outside")),
        ("fr", ("ne peut pas servir", "Deux ont le nom «", "dépasse de la page")),
        ("es", ("no se puede usar", "Dos tienen el nombre", "se sale de la página")),
    ],
)
def test_mistakes_are_kept_and_named_at_the_field_in_the_readers_language_and_nothing_is_put_in_force(
    site: DeskSite, draft: Draft, language: str, said: tuple[str, ...]
) -> None:
    client = site.client(site.person("op", "operator", language=language))
    page = save(client, **{"field-1-name": "phone", "field-0-pattern": "(", "field-3-x1": "9999"})
    listed, fields = html.unescape(page.split('id="mistakes"')[1]).split("</section>", 1)
    for each in ('href="#field-0-name"', "phone", *said):
        assert each in listed, each
    assert said[-1] in fields, "beside the field too"
    assert not [each for each in ("stands twice", "regular", "RE2") if each in listed]
    assert language == "en" or "reaches outside" not in listed
    assert f'action="{HERE}/install"' not in page
    answer = post(client, f"{HERE}/install", seen=draft.digest)
    assert (answer.status_code, said[-2] in html.unescape(answer.text)) == (422, True)
    assert "bike" not in site.home.forms.names()


BROKEN = {
    "type": ('type = "text"', 'type = "nothing"'),
    "locale": ('locale = "en_GB"', 'locale = "english"'),
    "key": ("version = 1", "version = 1\nvershun = 2"),
    "page": ('name = "phone"', 'name = "phone"\npage = 7'),
    "order": ('name = "phone"', 'name = ""'),
}


@pytest.mark.parametrize("wrong", BROKEN)
def test_every_usual_mistake_of_a_definition_is_known_to_the_pages(site: DeskSite, draft: Draft, wrong: str) -> None:
    assert BROKEN[wrong][0] in draft.text
    draft.save(draft.text.replace(*BROKEN[wrong], 1))
    (mistake, *_) = draft.mistakes()
    client = site.client(site.person("op", "operator", language="fr"))
    listed = html.unescape(client.get(HERE).text.split('id="mistakes"')[1].split("</section>")[0])
    assert mistake not in listed, "it is said in French"


def test_new_entries_that_a_page_with_javascript_made_stand_in_a_form_that_was_refused(client: TestClient) -> None:
    sent = filled_in(client.get(HERE).text)
    new = {
        f"field-{number}-{key}": text for number in (7, 8, 12) for key, text in (("name", f"n{number}"), ("was", ""))
    }
    new |= {"column-0-9-name": "ninth", "column-0-9-was": "", "rule-3-check": "a == b", "field-1-x0": "-5"}
    answer = client.post(HERE, data={**sent, **new, "field-7-required": "1"})
    assert (answer.status_code, "hirer: x0 is a whole number of pixels" in answer.text) == (422, True)
    shown = filled_in(answer.text)
    assert {name: shown.get(name) for name in new} == new
    assert shown["field-7-required"] == "1"
    assert [re.search(rf'data-id="field-{number}" data-new', answer.text) is not None for number in (7, 8, 12)] == [
        False, False, True,
    ], "the last one is the next new one"  # fmt: skip


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(client: TestClient, draft: Draft) -> None:
    sent = filled_in(client.get(HERE).text)
    draft.save(draft.text.replace('label = "Hirer"', 'label = "Renter"'))
    answer = client.post(HERE, data={**sent, "field-1-label-en": "Tenant"})
    assert answer.status_code == 422
    assert "The draft was changed meanwhile" in answer.text
    assert 'label = "Renter"' in draft.text
    assert 'value="Tenant"' in answer.text, "what was typed stands there, to be copied"
    again = {**sent, "field-1-label-en": "Tenant", "seen": seen_on(answer.text)}
    assert client.post(HERE, data=again).status_code == 422, "and once more it overwrites nothing either"
    text = post(client, f"{HERE}/text", text=draft.text + "# mine", seen=sent["seen"])
    once_more = post(client, f"{HERE}/text", text=draft.text + "# mine", seen=seen_on(text.text))
    assert (text.status_code, once_more.status_code) == (422, 422)
    assert 'label = "Renter"' in draft.text
    install = client.post(f"{HERE}/install", data={"csrf": sent["csrf"], "seen": sent["seen"]})
    assert install.status_code == 422
    assert "as it stands here now" in install.text
    assert "Renter" in install.text


def test_the_definition_is_written_as_text_and_its_faults_are_shown(client: TestClient, draft: Draft) -> None:
    page = client.get(f"{HERE}/text").text
    assert "Hirer" in page
    better = draft.text.replace('label = "Hirer"', 'label = "Hirer"\nhelp = "Family name first"')
    saved = post(client, f"{HERE}/text", text=better.replace("\n", "\r\n"), seen=draft.digest)
    assert saved.status_code == 303
    assert draft.form().field("hirer").help == {"en": "Family name first"}
    assert "help" in client.get(HERE).text.split('id="field-1-personal"')[1].split("</details>")[0]
    for text, why in (('name = "', "cannot be read"), ('name = "car"\n', "cannot be changed here")):
        answer = post(client, f"{HERE}/text", text=text, seen=draft.digest)
        assert (answer.status_code, why in answer.text) == (422, True)
    save(client, **{"field-1-name": "renter"})
    assert draft.form().field("renter").help == {"en": "Family name first"}


def test_a_list_is_given_as_a_file_or_typed(client: TestClient, draft: Draft) -> None:
    files = {"file": ("customers.csv", b"no;name\nC1;Nora Quist\n", "text/csv")}
    data = {"csrf": csrf(client), "field": "hirer", "column": "name", "key": "no"}
    assert client.post(f"{HERE}/list", data=data, files=files).status_code == 303
    assert draft.form().masters[0].values == (("Nora Quist", "C1"),)
    answer = client.post(f"{HERE}/list", data={**data, "column": "who"}, files=files)
    assert answer.status_code == 422
    assert "it has no, name" in html.unescape(answer.text)
    assert post(client, f"{HERE}/list", field="nothing", values="x").status_code == 422


def test_writing_is_taken_from_the_boxes_and_follows_them(client: TestClient, draft: Draft) -> None:
    before = draft.form().blanks[0].path
    assert post(client, f"{HERE}/empty", how="empty").status_code == 303
    first = draft.form().blanks[0].path
    assert first != before
    save(client, **{"field-1-x0": "100", "field-1-y0": "395"})  # over the label beside it, whose print goes now
    assert draft.form().blanks[0].path != first
    assert post(client, f"{HERE}/empty", how="fill").status_code == 303
    assert not draft.is_emptied


def test_a_draft_is_put_in_force_and_logged_with_who_did_it(site: DeskSite, client: TestClient, draft: Draft) -> None:
    stale = draft.digest
    save(client, **{"field-1-name": "customer"})
    assert post(client, f"{HERE}/install", seen=stale).status_code == 422
    done = post(client, f"{HERE}/install", seen=draft.digest)
    assert done.headers["location"] == "/desk/form/bike?done=form-installed"
    assert client.get("/desk/form/bike").status_code == 200
    assert [each.name for each in site.home.forms.find("bike").fields][1] == "customer"
    (line,) = [line for line in site.home.store.audit() if line.action == "form installed"]
    assert (line.actor, line.subject) == ("op", "bike")
    with pytest.raises(NotFound):
        draft_of(site.home.settings, "bike")
    assert not Path(draft.path).exists()


def test_a_draft_is_thrown_away_by_who_is_sure(site: DeskSite, client: TestClient, draft: Draft) -> None:
    assert post(client, f"{HERE}/drop").status_code == 422
    assert drafts(site.home.settings) == ["bike"]
    assert post(client, f"{HERE}/drop", sure="yes").headers["location"] == "/desk/forms?done=draft-dropped"
    assert drafts(site.home.settings) == []
    assert "form draft dropped" in {line.action for line in site.home.store.audit() if line.actor == "op"}
