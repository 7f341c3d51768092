"""What commands find is said on the desk in the reader's language: findings, questions about work, forgeries."""

from __future__ import annotations

import re
import time
from html import unescape
from typing import get_args

import pytest

from flows.administration import Finding, forgery_sentence
from flows.administration.odd_reading import TABLE_WORDS, _question, _questions
from flows.desk.charts import Bar, stacked
from flows.desk.people import people_page
from flows.desk.system import machine
from flows.desk.tables import Table
from flows.home import limits
from reconcile.conduct import OddReader
from reconcile.conduct.odd_readers import Kind
from tests.flows.desk.desk_site import DOUBTED, DeskSite, post
from transcribe.i18n import translation, worded
from transcribe.i18n.worded import Worded
from transcribe.intake.file_pages import Unreadable, file_pages
from transcribe.model import SourceFile
from transcribe.store import Forgery, TimeClaim

LANGUAGES = ("fr", "es")


def shown(desk: DeskSite, language: str, address: str) -> str:
    """A page once what is counted beside it is there."""
    client = desk.client(desk.person(f"op {language} {address}", "operator", language=language))
    client.get(address)
    while any(each.runs for each in desk.app.state.desk.counted.values()):
        time.sleep(0.02)
    return str(client.get(address).text)


def test_findings_of_the_doctor_are_in_the_readers_language_and_files_in_english(
    desk: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def examine(_: object) -> list[Finding]:
        mend = worded("make room, or set FAIRHAND_HOME")
        message = worded("Only %(megabytes)s MB are free at %(folder)s.", megabytes=3, folder="/srv")
        webhook = {"code": "webhook given up", "name": "erp", "count": 2, "mend": ""}
        return [
            Finding(check="disk", message=message, mend=mend),
            Finding(check="webhooks", message="2 deliveries given up", mend="fairhand webhooks", facts=webhook),
        ]

    monkeypatch.setattr(machine, "examine", examine)
    page = shown(desk, "fr", "/desk/system")
    for said in ("Il ne reste que 3 Mo libres dans /srv.", "faites de la place", ">disque<", "au webhook erp"):
        assert said in page.replace("  ", ""), said
    assert "Solo quedan 3 MB libres en /srv." in shown(desk, "es", "/desk/system")
    client = desk.client(desk.person("op", "operator", language="fr"))
    row = client.get("/desk/system/findings.json").json()["findings"][0]
    assert (row["check"], row["message"]) == ("disk", "Only 3 MB are free at /srv.")


def claims(desk: DeskSite) -> list[TimeClaim]:
    """Forty readings in two seconds."""
    return [
        TimeClaim(transcriber="x", task=None, at=desk.now(), seconds=0.05, reading=True, micro=0, since=None)
        for _ in range(40)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_about_work_is_said_in_every_language(language: str) -> None:
    gettext = translation(language).gettext
    kinds = set(get_args(Kind))
    for kind in kinds:
        asked = OddReader(who="x", kind=kind, like="", odd=9, looked=10, factor=99.0, examples=())
        said = _question(asked, {})
        assert isinstance(said, Worded)
        assert gettext(said.message) != said.message
    assert kinds < set(people_page.ODD_KINDS)
    assert all(gettext(words) for words in people_page.ODD_KINDS.values())


def test_a_burst_is_asked_about_in_french_on_the_people_page(desk: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    ((kind, question), *_) = [each for each in _questions(claims(desk), 0.0) if each[0] == "burst"]
    found = [people_page_row("ann", kind, question)]
    monkeypatch.setattr(people_page, "anomalies", lambda _: found)
    page = shown(desk, "fr", "/desk/people")
    assert "40 lectures sont arrivées en une minute" in page
    assert "beaucoup d’un coup" in page
    assert "Whose are they" not in page


def people_page_row(handle: str, kind: str, question: str) -> object:
    from flows.administration.odd_reading import Anomaly

    return Anomaly(handle=handle, kind=kind, question=question)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["changed", "foreign", "gone"])
def test_every_forgery_is_said_in_every_language(desk: DeskSite, language: str, what: str) -> None:
    gettext = translation(language).gettext
    for table in TABLE_WORDS:
        said = forgery_sentence(Forgery(table=table, first=3, last=5, what=what))  # type: ignore[arg-type]  # real words
        assert isinstance(said, Worded)
        assert gettext(TABLE_WORDS[table]) != TABLE_WORDS[table]
        assert gettext(said.message) != said.message
    assert what in machine.HOW_WORDS


def test_numbers_of_a_scan_are_written_as_the_language_does(busy: DeskSite) -> None:
    scan = busy.scan("doubt.png", DOUBTED)
    busy.weigh()
    for language, weight, chance in (("en", r"[+-]\d+\.\d", r"\d(\.\d+)?%"), ("fr", r"[+-]\d+,\d", r"\d(,\d+)?\xa0%")):
        client = busy.client(busy.person(f"op-{language}", "operator", language=language))
        page = client.get(f"/desk/scan/{scan.id}?field=number").text
        weights = re.findall(r'class="bits">([^<]+)<', page)
        assert weights
        assert all(re.fullmatch(weight, each) for each in weights), weights
        shares = re.findall(r"\d+(?:[.,]\d+)?[ \xa0]?%", page.partition("<main")[2])
        assert shares
        assert all(re.search(f"{chance}$", each) for each in shares), shares


def test_the_scale_of_a_chart_of_counts_has_counts_alone() -> None:
    table = Table(name="t", caption="t", columns=(), rows=[], address="/")
    for highest, scale in ((31, ["0", "16", "32"]), (1, ["0", "1", "2"]), (1_234_568, ["0", "617,284", "1,234,568"])):
        chart = stacked("t", "t", [Bar("now", [float(highest)])], ["of them"], table, lambda count: f"{count:,.0f}")
        assert [each.words for each in chart.ticks] == scale
        assert all(each.y >= 0 for each in chart.marks)


def test_a_deed_that_is_refused_says_why_in_one_language(busy: DeskSite) -> None:
    """It was half in English: the sentence of the command stayed as it was, and only its option was translated."""
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.word == "finished")
    client = busy.client(busy.person("op", "operator", language="fr"))
    refused = post(client, f"/desk/scan/{scan}/value/correct", field="total", text="beaucoup", why="ainsi")
    told = " ".join(unescape(refused.text).split())
    assert "'beaucoup' n’est pas une valeur que le champ total peut avoir. Écrivez-la comme le formulaire" in told
    assert "cochez « Tel que c’est écrit" in told
    assert "Write it" not in told


def test_a_file_that_is_no_picture_is_said_in_one_language(busy: DeskSite) -> None:
    file = SourceFile(sha256="7" * 64, name="notes.jpg", size=1, media_type="image/jpeg")
    (path := busy.home.settings.home / "notes.jpg").write_text("no picture")
    (found,) = file_pages([path], limits(busy.home.settings))
    assert isinstance(found, Unreadable)
    assert found.message == "notes.jpg: the file holds text, not a picture. Replace the file and ingest it again."
    busy.home.store.set_aside(file, "ScanError", found.message, "monday", busy.now())
    client = busy.client(busy.person("op", "operator", language="fr"))
    page = " ".join(unescape(client.get("/desk/batch?name=monday").text).split())
    assert "notes.jpg : le fichier contient du texte, pas une image. Remplacez le fichier et envoyez-le" in page
