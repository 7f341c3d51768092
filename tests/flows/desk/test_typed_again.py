"""A deed that is refused shows its form again, with the reason and with what was typed; without JavaScript."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import flows.desk
from flows.desk.scans import scan_page
from flows.desk.visit import HIDDEN_NAMES
from tests.flows.desk.desk_site import DeskSite, csrf, post
from transcribe.errors import SettingsError

WHY = 'she said: "a <b> & c"'


class Shown(HTMLParser):
    """The fields of the form with an address, in a page: their values, and whether its fold is open."""

    def __init__(self, text: str, address: str) -> None:
        super().__init__()
        self.address, self.is_within, self.folds, self.is_open = address, False, list[bool](), False
        self.values: dict[str, str | None] = {}
        self.area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "details":
            self.folds.append("open" in said)
        if tag == "form" and said.get("action") == self.address:
            self.is_within, self.is_open = True, all(self.folds)
        name = said.get("name") or ""
        if self.is_within and tag == "input" and (said.get("type") not in ("checkbox", "radio") or "checked" in said):
            self.values[name] = said.get("value")
        if self.is_within and tag == "textarea":
            self.area = name

    def handle_endtag(self, tag: str) -> None:
        self.is_within = self.is_within and tag != "form"
        self.area = "" if tag == "textarea" else self.area
        if tag == "details":
            self.folds.pop()

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] = data


def no(*_: object, **__: object) -> None:
    """A deed that is always refused."""
    raise SettingsError("no")


@pytest.fixture
def client(busy: DeskSite) -> TestClient:
    return busy.client(busy.person("op", "operator"))


def test_a_correction_that_does_not_fit_stands_in_the_form_beside_the_reason(
    busy: DeskSite, client: TestClient
) -> None:
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "doubt.png")
    address = f"/desk/scan/{scan}/value/correct"
    told = post(client, address, field="total", text="a lot", why=WHY)
    assert told.status_code == 422
    assert 'id="refused"' in told.text
    assert "is no value that" in told.text
    shown = Shown(told.text, address)
    assert shown.is_open
    assert (shown.values["text"], shown.values["why"], shown.values["field"]) == ("a lot", WHY, "total")
    assert "anyway" not in shown.values
    again = post(client, address, field="total", text="a lot", why=WHY, anyway="1")
    assert again.status_code == 303


def test_a_day_that_is_none_stands_in_the_form_of_its_batch_in_french_too(busy: DeskSite) -> None:
    client = busy.client(busy.person("opf", "operator", language="fr"))
    told = post(client, "/desk/batch/due", name="monday", day="2026-13-45", why=WHY)
    assert told.status_code == 422
    assert "Ce que vous avez tapé" in told.text
    shown = Shown(told.text, "/desk/batch/due")
    assert shown.is_open
    assert (shown.values["day"], shown.values["why"]) == ("2026-13-45", WHY)
    assert not Shown(told.text, "/desk/batch/priority").is_open
    assert Shown(told.text, "/desk/batch/priority").values["why"] == ""


def test_the_name_and_form_of_a_new_batch_stand_where_a_file_is_refused(client: TestClient) -> None:
    found = client.get("/desk/batches/new").text.partition('name="csrf" value="')[2].partition('"')[0]
    data = {"csrf": found, "name": "my letters", "form": "invoice2"}
    told = client.post("/desk/batches/new", data=data, files=[("files", ("order.xyz", b"text", "text/plain"))])
    assert told.status_code == 422
    assert Shown(told.text, "/desk/batches/new").values["name"] == "my letters"
    assert '<option value="invoice2" selected' in told.text


def test_the_title_of_a_form_stands_where_no_picture_was_chosen(client: TestClient) -> None:
    told = post(client, "/desk/forms/new", title="Slip", name="slip", language="fra", locale="fr_FR", filled="1")
    assert told.status_code == 422
    values = Shown(told.text, "/desk/forms/new").values
    assert (values["title"], values["filled"]) == ("Slip", "1")
    assert '<option value="fr_FR" selected' in told.text


def test_what_was_typed_is_shown_where_its_form_is_no_more(busy: DeskSite, client: TestClient) -> None:
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "doubt.png")
    told = post(client, f"/desk/scan/{scan}/split", at=2, why=WHY)
    assert told.status_code == 422
    assert 'id="typed"' in told.text
    assert "she said" in told.text


def test_hidden_fields_are_not_called_typed(client: TestClient) -> None:
    hidden = {"reference": "2026-11", "at": "2026-11-29T08:00:00+00:00", "seen": "a1b2c3d4" * 8}
    told = post(client, "/desk/money/close", until="2999-01-01", **hidden)
    assert told.status_code == 422
    assert "This day has not come yet." in told.text
    assert 'id="typed"' not in told.text
    assert "a1b2c3d4" not in told.text


def test_all_hidden_fields_of_the_desk_are_known_as_such() -> None:
    pages = [each.read_text() for each in (Path(flows.desk.__file__).parent / "templates").rglob("*.html")]
    names = {name for page in pages for name in re.findall(r'type="hidden" name="([\w-]+)"', page)}
    assert names
    assert names <= HIDDEN_NAMES


@pytest.mark.parametrize("reference", ["été 2026", "Lohn_11", "x" * 36, " ", "2026\n11"])
def test_an_odd_reference_stands_in_its_form_beside_the_reason(client: TestClient, reference: str) -> None:
    told = client.get("/desk/money/close/look", params={"reference": reference, "until": ""})
    assert told.status_code == 422
    assert "A reference has at most 35 characters" in told.text
    assert "the address of the page" not in told.text
    assert Shown(told.text, "/desk/money/close/look").values["reference"] == reference


def test_two_forms_with_one_address_are_told_apart_by_what_they_are_about(
    busy: DeskSite, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {each.scan.name: each.scan.id for each in busy.home.store.scan_states()}
    here, others = known["doubt2.png"], [known["doubt.png"], known["agreed.png"]]
    for other in others:
        assert post(client, f"/desk/scan/{here}/settle", other=other, verdict="duplicate", why="x").status_code == 303
    monkeypatch.setattr(scan_page, "settle", no)
    for other in others:
        told = post(client, f"/desk/scan/{here}/settle", other=other, verdict="open", why=WHY)
        assert told.status_code == 422
        forms = [each.partition("</form>")[0] for each in told.text.split(f'action="/desk/scan/{here}/settle"')[1:]]
        filled = [each for each in forms if WHY in unescape(each)]
        assert len(forms) == 2
        assert len(filled) == 1
        assert f'name="other" value="{other}"' in filled[0]
        assert '<option value="open" selected' in filled[0]
        assert told.text.count('id="typed-again"') == 1


def test_a_text_of_several_lines_keeps_its_empty_first_one(client: TestClient) -> None:
    told = post(client, "/desk/batch/note", name="monday", text="\nsecond </textarea>", seen="another")
    assert told.status_code == 422
    assert ">\n\nsecond &lt;/textarea&gt;</textarea>" in told.text


def test_what_cannot_be_undone_is_asked_again_and_other_ticks_stand(
    busy: DeskSite, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "doubt.png")
    monkeypatch.setattr(scan_page, "forget_scan", no)
    told = post(client, f"/desk/scan/{scan}/forget", why=WHY, sure="yes")
    assert told.status_code == 422
    shown = Shown(told.text, f"/desk/scan/{scan}/forget")
    assert (shown.is_open, shown.values["why"], "sure" in shown.values) == (True, WHY, False)
    told = post(client, f"/desk/scan/{scan}/retake", why=WHY, anyway="1")
    assert told.status_code == 422
    assert Shown(told.text, f"/desk/scan/{scan}/retake").values["anyway"] == "1"


def test_only_a_form_with_a_file_says_that_a_file_has_to_be_chosen_again(busy: DeskSite, client: TestClient) -> None:
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "doubt.png")
    without = client.get("/desk/money/floor/look", params={"amount": "much", "currency": "EUR", "source": "law"})
    corrected = post(client, f"/desk/scan/{scan}/value/correct", field="total", text="a lot", why=WHY)
    retaken = post(client, f"/desk/scan/{scan}/retake", why=WHY)
    for told, is_said in ((without, False), (corrected, False), (retaken, True)):
        assert "What you typed stands in the form." in told.text
        assert ("A file has to be chosen again." in told.text) is is_said


def test_what_was_typed_on_the_desk_is_given_back_to_who_was_signed_out_meanwhile(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))
    scan, token = busy.home.store.scan_states()[0].scan.id, csrf(client)
    client.cookies.clear()
    for address, typed in (
        (f"/desk/scan/{scan}/value/correct", {"field": "total", "text": "77.77", "why": WHY}),
        ("/desk/people/invite", {"lines": "Ann,transcriber\nBea,expert"}),
        ("/desk/money/floor", {"amount": "12.50", "currency": "EUR", "source": "minimum wage, 2026-04-01"}),
    ):
        told = client.post(address, data={"csrf": token, **typed})
        assert told.status_code == 401
        for name in ("text", "why", "lines", "source"):
            assert typed.get(name, "") in unescape(told.text), name
