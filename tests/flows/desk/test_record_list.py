"""The list of records: search, pages, downloads through the exporters, and who may see and take them."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.desk.pages import record_pages
from flows.steps import keep_provisional, publish_records
from reconcile.records import ExportOptions, load_export, one_moment, query
from tests.flows.desk.desk_site import AGREED, DOUBTED, DeskSite, copied_site, desk_site
from tests.flows.house import until
from transcribe.model import FieldKey

LIST = "/desk/records/list"
EXPORT = "/desk/records/export"


@pytest.fixture(scope="session")
def records_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the home of `records`, made once."""
    folder = tmp_path_factory.mktemp("records")
    with desk_site(folder) as desk:
        for number, code in enumerate(("473962", "473946")):
            desk.scan(f"monday{number}.png", {**AGREED, "number": (code, code)})
        desk.scan("doubt.png", {**DOUBTED, "number": ("473968", "473968")}, batch="tuesday")
        desk.scan("other.png", {**AGREED, "number": ("828346", "828346")}, form="invoice2", batch="tuesday")
        desk.weigh()
        keep_provisional(desk.home)
        desk.weigh()
        publish_records(desk.home)
        first = scan_of(desk, "monday0.png")
        desk.home.store.correct_value(first, FieldKey("total"), "13.50", "op", "a three", desk.now())
        desk.weigh()
        publish_records(desk.home)
    return folder


@pytest.fixture
def records(records_folder: Path, tmp_path: Path) -> Iterator[DeskSite]:
    """Four records: two of Monday, one corrected; one provisional of Tuesday; one of another form."""
    with copied_site(records_folder, tmp_path) as made:
        yield made


def scan_of(desk: DeskSite, name: str) -> str:
    return next(each.scan.id for each in desk.home.store.scan_states() if each.scan.name == name)


def names(desk: DeskSite, **asked: str) -> list[str]:
    """The scans of the records that a download in JSON Lines has."""
    client = desk.client(desk.person(f"op {asked}", "operator"))
    answer = client.get(f"{EXPORT}/jsonl", params={"form": "order", **asked})
    assert answer.status_code == 200, answer.text
    return [json.loads(line)["name"] for line in answer.text.splitlines()]


def test_records_are_listed_with_their_number_date_total_and_how_they_stand(records: DeskSite) -> None:
    client = records.client(records.person("op", "operator"))
    page = client.get(f"{LIST}?form=order").text
    rows = [each.partition("</tr>")[0] for each in page.partition('id="records"')[2].split("<tr>")[2:]]
    assert len(rows) == 3
    for text, row in (("corrected", rows[0]), ("€13.50", rows[0]), ("473962", rows[0]), ("provisional", rows[1])):
        assert text in row, (text, row)
    assert f'href="/desk/scan/{scan_of(records, "monday0.png")}"' in rows[0]
    assert 'href="/desk/batch?name=tuesday"' in rows[1]
    address = f"/desk/records/record/{scan_of(records, 'monday0.png')}"
    assert address in rows[0]
    assert client.get(address).json()["values"]["total"] == "13.50"
    assert f'href="{LIST}?form=order"' in client.get("/desk/records").text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["monday1.png", "doubt.png", "monday0.png"]),
        ({"batch": "tuesday"}, ["doubt.png"]),
        ({"status": "complete"}, ["monday1.png", "monday0.png"]),
        ({"status": "provisional"}, ["doubt.png"]),
        ({"status": "corrected"}, ["monday0.png"]),
        ({"status": "exceptions"}, ["doubt.png"]),
        ({"q": "473946"}, ["monday1.png"]),
        ({"q": "poole 473962", "batch": "monday"}, ["monday0.png"]),
        ({"q": '"'}, []),
        ({"since": "2099-01-01"}, []),
        ({"since": "2020-01-01", "form": "invoice2"}, ["other.png"]),
    ],
)
def test_what_is_looked_for_is_listed_and_downloaded(
    records: DeskSite, asked: dict[str, str], found: list[str]
) -> None:
    assert names(records, **asked) == found
    client = records.client(records.person("op", "operator"))
    page = client.get(LIST, params={"form": "order", **asked}).text
    assert [each for each in ("monday0.png", "monday1.png", "doubt.png", "other.png") if f">{each}</a>" in page] == [
        each for each in ("monday0.png", "monday1.png", "doubt.png", "other.png") if each in found
    ]


def test_a_page_goes_on_where_the_one_before_ended(records: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_pages, "RECORDS_A_PAGE", 2)
    client = records.client(records.person("op", "operator"))
    address, seen = f"{LIST}?form=order", []
    while address:
        page = client.get(address).text
        seen += [each for each in ("monday0.png", "monday1.png", "doubt.png") if f">{each}</a>" in page]
        address = (
            page.partition('<a class="button" href="/desk/records/list')[2].partition('"')[0].replace("&amp;", "&")
        )
        address = address and f"{LIST}{address}"
    assert seen == ["monday0.png", "doubt.png", "monday1.png"]


def test_a_download_is_what_the_exporter_writes(records: DeskSite) -> None:
    path = records.home.settings.records
    client = records.client(records.person("aud", "auditor"))
    for kind in ("csv", "jsonl"):
        written = io.StringIO(newline="")
        load_export(kind).write(path, "order", written, ExportOptions(for_spreadsheets=True))
        answer = client.get(f"{EXPORT}/{kind}?form=order")
        assert answer.content.decode() == written.getvalue()
        assert answer.headers["content-disposition"] == f'attachment; filename="order.{kind}"'
    rows = list(csv.DictReader(io.StringIO(client.get(f"{EXPORT}/csv?form=order&batch=tuesday").text.lstrip("\ufeff"))))
    assert [row["scan_name"] for row in rows] == ["doubt.png"]
    assert client.get(f"{EXPORT}/csv?form=order&table=none").status_code == 404
    kept = [(each.actor, each.subject, dict(each.detail)) for each in records.home.store.audit()
            if each.action == "records downloaded"]  # fmt: skip
    assert kept[-1] == ("aud", "order", {"form": "order", "batch": "tuesday", "format": "csv"})


def test_records_of_another_form_are_shown_and_given_to_nobody_who_is_limited(records: DeskSite) -> None:
    for role in ("operator", "auditor"):
        client = records.client(records.person(f"half {role}", role, forms=("invoice2",)))
        for address in (f"{LIST}?form=order", f"{EXPORT}/csv?form=order", f"{EXPORT}/jsonl?form=order&batch=monday",
                        f"/desk/records/record/{scan_of(records, 'monday0.png')}"):  # fmt: skip
            assert client.get(address).status_code == 404, address
        assert "monday0.png" not in client.get(f"{LIST}?batch=monday").text
        assert [each["form"] for each in client.get("/desk/records/by-form.json").json()["by-form"]] == ["invoice2"]
        (row,) = client.get("/desk/batch/by-form.json?name=tuesday").json()["by-form"]
        assert (row["form"], row["records"]) == ("invoice2", 1)
        assert client.get(row["jsonl"]).status_code == 200
    for role in ("transcriber", "expert"):
        client = records.client(records.person(role, role))  # type: ignore[arg-type]
        assert client.get(f"{EXPORT}/csv?form=order").status_code == 404


def test_a_batch_leads_to_its_records_and_their_downloads(records: DeskSite) -> None:
    client = records.client(records.person("op", "operator"))
    page = client.get("/desk/batch?name=monday").text
    assert 'href="/desk/records/list?form=order&amp;batch=monday"' in page
    assert 'href="/desk/records/export/csv?form=order&amp;batch=monday"' in page
    assert "invoice2" not in page.partition('id="by-form"')[2].partition("</table>")[0]


def test_before_anything_is_published_the_list_says_so(desk: DeskSite) -> None:
    client = desk.client(desk.person("op", "operator"))
    assert "No record was published yet." in client.get(LIST).text
    assert client.get(f"{EXPORT}/csv?form=order").status_code == 404


def test_a_large_file_is_written_while_it_is_sent_and_no_further_once_nobody_takes_it(
    records: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = records.home.settings.records
    monkeypatch.setattr(record_pages, "LOOK_SECONDS", 0.01)
    written: list[int] = []

    def write(out: io.TextIOBase) -> None:
        for number in range(1_000):
            written.append(number)
            out.write("x" * record_pages.PIECE_CHARACTERS)

    pieces = record_pages.streamed(path, write)  # type: ignore[arg-type]
    assert len(next(pieces)) == record_pages.PIECE_CHARACTERS
    until(lambda: len(written) > 1)
    time.sleep(0.1)
    assert 1 < len(written) <= record_pages.MOST_WAITING_PIECES + 3, "it waits for who takes it"
    del pieces
    until(lambda: all(each.name != "records download" for each in threading.enumerate()), pause=0.01)
    assert len(written) < 20


def test_a_file_that_fails_midway_is_broken_off_and_never_ends_as_if_whole(records: DeskSite) -> None:
    def write(out: io.TextIOBase) -> None:
        out.write("x" * record_pages.PIECE_CHARACTERS)
        raise ValueError("the disk is gone")

    pieces = record_pages.streamed(records.home.settings.records, write)  # type: ignore[arg-type]
    next(pieces)
    with pytest.raises(ValueError, match="the disk is gone"):
        list(pieces)


def test_a_download_is_of_one_moment(records: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    path: Path = records.home.settings.records
    seen: list[int] = []

    def write(out: io.TextIOBase) -> None:
        seen.append(len(list(query.records(path, "order"))))
        records.scan("late.png", {**AGREED, "number": ("828346", "828346")})
        records.weigh()
        publish_records(records.home)
        seen.append(len(list(query.records(path, "order"))))
        out.write("end")

    assert b"".join(record_pages.streamed(path, write)) == b"end"  # type: ignore[arg-type]
    with one_moment(path):
        assert [*seen, len(list(query.records(path, "order")))] == [3, 3, 4]
