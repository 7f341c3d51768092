"""The figures that the docs for operators and integrators tell are those of the code."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from flows.administration import records as quality
from flows.administration.people import invite
from flows.administration.records import READER_WAIT_SECONDS
from flows.alerts import conditions, send
from flows.cli.help_pages import EXAMPLES
from flows.deployed import DEPLOYMENTS, MAX_TRIES
from flows.desk.pages import amounts, now_page, people_page, quality_page, scan_list, system_page
from flows.duplicates.duplicate_policy import SURELY_ANOTHER
from flows.home.home import Home, now
from flows.home.settings import Settings, variables
from flows.measuring.quality_measures import AUDITED_SCAN_COUNT, LATEST_SCAN_COUNT, MIN_GROUP_COUNT
from flows.parts.drafting.trial import MOST_TRIED
from flows.parts.simulation import planning, scale, what_if
from flows.parts.simulation.scale import MIN_FINISHED_COUNT, TIMED_COUNT
from flows.parts.watching import watched_folder
from flows.scheduled import KEPT_BACKUPS_COUNT
from flows.serving import records_api, slow_clients
from flows.serving.health import MIN_FREE_BYTES
from flows.serving.serve import STOP_SECONDS
from flows.shifts.shift import MAX_BEGUN_COUNT, MAX_READING_SECONDS
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests import reference
from tests.flows.house import CASES, SAMPLES, House
from tests.house_rules import ROOT
from transcribe.forms.definition import MAX_NAME_CHARACTERS, MAX_TABLE_COLUMNS
from transcribe.people import MIN_MEASURED_READINGS
from transcribe.review.options import ReviewOptions
from transcribe.store import Offer, SentReading
from transcribe.store.verbs.queue import MAX_HELD_COUNT, SITTING_TIME


def page(name: str) -> str:
    """A page of docs, each blank and line end one blank."""
    return " ".join((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").split())


PAGE = " ".join(map(page, ("running", "mending", "backups", "planning", "pay")))
STORE, DESK, RECORDS = f"{page('store')} {page('pay')}", page("desk"), f"{page('records')} {page('api')}"


def default(name: str) -> object:
    return Settings.model_fields[name].default


@pytest.mark.promise("`fairhand backup`, every night", "backs the home up", "how long serve's Prefect")
def test_what_runs_by_the_clock_runs_when_the_page_says() -> None:
    said = {
        "": "when asked",
        "17 * * * *": "hourly",
        "40 * * * *": "hourly",
        "30 2 * * *": "02:30",
        "10 3 * * *": "03:10",
        "45 1 * * *": "01:45",
        "5,35 * * * *": "every half hour",
    }
    for each in DEPLOYMENTS:
        assert f"| `{each.flow.name}` | {said[each.cron]} |" in PAGE
    assert f"keeps the newest {KEPT_BACKUPS_COUNT} there" in PAGE
    assert MAX_TRIES == 3
    assert "what was running is begun again, three times at most" in PAGE
    assert f"forgets a run {default('prefect_days'):.0f} days after its end" in PAGE


@pytest.mark.promise("new connections are refused")
def test_what_serve_and_shifts_wait_for_is_what_the_page_says() -> None:
    assert f"requests that have begun are finished within {STOP_SECONDS} seconds" in PAGE
    assert f"the head of a request {slow_clients.HEADER_SECONDS:.0f} seconds, a body 30 and one more" in PAGE
    assert (slow_clients.BODY_SECONDS, slow_clients.MIN_BYTES_A_SECOND) == (30, 500)
    assert slow_clients.MAX_CONNECTIONS_COUNT == 1000
    assert f"after `FAIRHAND_READ_LEASE_SECONDS` ({default('read_lease_seconds'):.0f}) of silence" in PAGE
    assert (MAX_BEGUN_COUNT, MAX_READING_SECONDS) == (3, 15 * 60)
    assert "After three times it is set aside" in PAGE
    assert "read for 15 minutes goes to another reader" in PAGE
    assert "claims one for each that it reads at a time" in PAGE
    assert MIN_FREE_BYTES == 100_000_000
    assert "the disk is full (under 100 MB)" in PAGE


@pytest.mark.promise("a watched folder tries", "Pages of a form")
def test_what_a_watched_folder_waits_for_is_what_the_page_says() -> None:
    assert f"has not changed for {default('watch_seconds'):.0f} seconds (`FAIRHAND_WATCH_SECONDS`)" in PAGE
    assert watched_folder.PATIENCE_FACTOR * 5 == 60
    assert "A file that cannot be read is left for a minute more" in PAGE
    assert (watched_folder.MAX_GATHER_SECONDS, watched_folder.RETRY_FACTOR * 5) == (10 * 60, 30)
    assert "wait, ten minutes at most" in PAGE
    assert "tries again every half minute" in PAGE


def test_how_long_forgetting_and_people_are_waited_for_is_what_the_page_of_the_store_says() -> None:
    assert READER_WAIT_SECONDS == 30
    assert "it waits half a minute, then fails and names the program" in STORE
    assert default("late_days") == 7
    assert "a first reading is taken for seven days after its lease (`late_days`)" in STORE
    assert (default("paid_questions"), default("paid_tests")) == (20, 20)
    assert "20 each in 24 hours are paid (`paid_questions`, `paid_tests`)" in STORE
    assert (default("paid_skip_minutes"), default("paid_waiting_minutes")) == (60, 60)
    assert "questions 60 minutes in 24 hours are paid by the piece (`paid_skip_minutes`" in STORE
    assert "60 minutes of waiting in 24 hours (`paid_waiting_minutes`" in STORE
    assert MAX_HELD_COUNT == 100
    assert "One person holds 100 tasks at most, or one whole form" in STORE


@pytest.mark.promise("pay of the months before is", "records stand still")
def test_when_operators_are_told_is_what_the_page_says() -> None:
    assert timedelta(days=1) == send.AGAIN
    assert "tells each thing once a day as long as it lasts" in PAGE
    assert f"of the {conditions.ODD_READING_SCAN_COUNT} scans that people read last" in PAGE
    low, recent = conditions.MAX_LOW_FITS_COUNT, conditions.RECENT_FITS_COUNT
    assert f"of the latest {recent} scans of a form {low} or more lie worse on it than 95 % of those before" in PAGE
    assert conditions.LOW_FIT_SHARE == 0.05
    assert default("reserve_bytes") == 10**9
    assert "less than 1 GB is free" in PAGE
    assert default("alert_backup_days") == 2
    assert "older than two days (`FAIRHAND_ALERT_BACKUP_DAYS`)" in PAGE
    assert timedelta(days=3) == conditions.PAY_NOTICE
    assert "`FAIRHAND_PAY_DAY` is three days off or less, or past" in PAGE
    assert timedelta(minutes=15) == conditions.MAX_UNPUBLISHED
    assert "is not published a quarter of an hour later" in PAGE
    assert timedelta(days=2) == conditions.APPEAL_NOTICE
    assert "their day is two days off or less" in PAGE


@pytest.mark.promise("it needs 12 finished", "- where the rate")
def test_what_is_measured_and_planned_with_is_what_the_page_says() -> None:
    assert f"at the speed measured over {MIN_MEASURED_READINGS} readings or more" in PAGE
    assert SURELY_ANOTHER == 0.9
    assert "at least 90 % probable" in PAGE
    assert timedelta(hours=8) == SITTING_TIME
    assert "not before a day's work (8 hours) has passed" in PAGE
    assert f"at most `FAIRHAND_REOPENED_SHARE` ({default('reopened_share')})" in page("reconciling")
    assert planning.DEFAULT_READERS_SLIP_SHARES == (0.05,) * 4
    assert planning.DEFAULT_READING_SECONDS == 8
    assert "else four of 0.05" in PAGE
    assert "(from 30 readings on, without what came quicker than anybody can look), else 8" in PAGE
    assert (MIN_FINISHED_COUNT, TIMED_COUNT, scale.READ_SHARE) == (12, 4, 0.1)
    assert "it needs 12 finished scans, of which four are read and weighed once more" in PAGE
    assert "Reading may take a tenth of the time." in PAGE
    assert f"a share of at least {scale.MIN_PLAYED_PEOPLE_COUNT} of them is played" in PAGE


def test_how_old_what_the_desk_shows_may_be_is_what_its_page_says() -> None:
    assert (now_page.FORECAST_SECONDS, now_page.ALARM_SECONDS, system_page.LOOK_SECONDS) == (60, 60, 5 * 60)
    assert now_page.SLOW_SECONDS == 10 * 60
    assert "A forecast is reckoned anew after a minute" in DESK
    slow = "those of ways of reading and of what audits found after ten."
    assert f"Alarms are looked at again after a minute; {slow}" in DESK
    assert people_page.MISSING_SECONDS == 5 * 60
    assert "what the doctor finds, and who is missing, is looked at again after five minutes" in DESK
    assert (quality_page.MEASURED_SECONDS, people_page.WORK_SECONDS) == (10 * 60, 10 * 60)
    assert "is measured again after ten minutes, and so is everybody's work" in DESK
    assert (amounts.OWED_SECONDS, people_page.ODD_SECONDS) == (3600, 3600)
    assert "what is owed, and what is odd in it, after an hour" in DESK
    assert (AUDITED_SCAN_COUNT, LATEST_SCAN_COUNT, MIN_GROUP_COUNT) == (2_000, 1_000, 20)
    assert "of the last 2,000 scans with an audit, and of the last 1,000 scans" in DESK
    assert "of fewer than 20 audited fields nothing is said" in DESK
    assert (scan_list.MOST_IN_FILE, MOST_TRIED, what_if.MOST_ORDERS) == (1_000, 5, 12)
    assert "A file of scans has a thousand" in DESK
    assert "tried on up to five files" in DESK
    assert "plays up to a dozen finished scans" in DESK


def test_the_limits_of_records_are_what_their_page_says() -> None:
    assert (records_api.MAX_PAGE_COUNT, records_api.MAX_WAIT_SECONDS) == (500, 30)
    assert "`after` and `limit` (500 at most)" in RECORDS
    assert "`wait`: up to 30 seconds until there is news" in RECORDS
    assert (MAX_TABLE_COLUMNS, MAX_NAME_CHARACTERS) == (900, 100)
    assert (
        "more than 900 columns in one table (an amount needs three, a decimal two), or a name of more than 100"
        in RECORDS
    )
    assert (quality.MIN_PEOPLE_COUNT, quality.MAX_SHARE_OF_ONE) == (5, 0.5)
    assert "told for five people and more of whom nobody has more than half" in RECORDS
    options = ReviewOptions()
    assert (options.program_requests_a_minute, options.sign_in_tries) == (600, 10)
    assert "more than 600 requests a minute of one token, or ten wrong tokens from one address" in RECORDS


TUTORIAL = ROOT / "docs" / "tutorial.md"


def test_the_pages_made_from_the_code_have_every_command_and_every_setting() -> None:
    commands, settings = reference.commands_page(), reference.settings_page()
    assert set(re.findall(r"^### `fairhand (.+)`$", commands, re.MULTILINE)) >= set(EXAMPLES)
    assert set(re.findall(r"^\| `(FAIRHAND_\w+)`", settings, re.MULTILINE)) == set(variables())


def blocks(kind: str) -> list[str]:
    """The blocks of one kind in the tutorial."""
    return re.findall(rf"```{kind}\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)


def type_everything(home: Home) -> None:
    """Three people type what an engine read, until nothing is asked any more."""
    people = [invite(home, who).person for who in ("Mina", "Omar", "Eve")]
    for _ in range(30):
        tasks = 0
        for person in people:
            pools = ("expert", "read") if "expert" in person.roles else ("read",)
            for task in home.store.lease(person.id, 99, now(), 600.0, Offer(pools=pools)):
                readings = home.store.field_history(task.scan, task.key).readings
                text = next((each.text for each in readings if each.text and each.kind == "machine"), "")
                home.store.submit(task.id, person.id, SentReading(text=text, idem=f"{person.id} {task.id}"), now())
                tasks += 1
        reconcile_home(home)
        if not tasks:
            return


@pytest.mark.promise("A mistake is named", "They are not paid", "Mina opens her link,")
@pytest.mark.prefect
@pytest.mark.xdist_group("prefect-2")
@pytest.mark.needs("all")
def test_the_tutorial_works_as_it_stands(
    working_house: House, rooms: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = working_house
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for folder in ("transcribe", "tests"):
        (here / folder).symlink_to(ROOT / folder)
    (rule,) = blocks("toml")
    said = ""
    for block in blocks("sh"):
        for line in block.replace("\\\n", " ").splitlines():
            program, *words = shlex.split(line)
            if program == "mkdir":
                Path(words[0]).mkdir()
            elif program == "cp":
                *sources, target = words
                for source in [each for pattern in sources for each in here.glob(pattern)]:
                    shutil.copy(source, target)
            else:
                assert program == "fairhand"
                ran = house.run(*words)
                assert ran.code == 0, (line, ran.err)
                said += ran.out
            if words[:2] == ["forms", "draft"]:
                Path("my-form.toml").write_text(Path("my-form.toml").read_text("utf-8") + "\n" + rule, "utf-8")
            elif words[:1] == ["status"] and "--batch" in words:
                type_everything(rooms)
    assert said.count("signs in once") == 4
    assert len(Path("lines.csv").read_text("utf-8").splitlines()) > 1
    assert len(Path("orders.csv").read_text("utf-8").splitlines()) > 1
    corrected = [
        each for each in query.records(rooms.settings.records, "my-form") if each.values["total_to_pay"] == "2700.00"
    ]
    assert len(corrected) == 1


READING = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")
EXAMPLE = READING[READING.index("**An example.**") : READING.index("Files are named here")]
PHOTO = "bon-de-commande-phone-block-0006.jpg"
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \| (decided|a person is asked)", re.MULTILINE)
NEAR = 0.03
"""Confidences differ by so much between machines. Chosen by hand."""


def told_of(cell: str) -> tuple[str, float] | None:
    """What a cell of the table says that an engine read, and how sure it was."""
    found = re.fullmatch(r"(.+) \(([\d.]+)\)", cell)
    return (found[1], float(found[2])) if found else None


def test_the_example_of_reading_is_what_is_read(house: House) -> None:
    done = house.run("read", CASES / PHOTO, "--form", "bon-de-commande", "--json")
    assert done.code == 0, done.err
    (read,) = done.json
    texts = {
        each["name"] if each["row"] is None else f"{each['name']}[{each['row']}]": each
        for each in read["fields"]
        if len(each["readings"]) > 1
    }
    decided = [name for name, each in texts.items() if each["decision"]]
    assert f"fits its blank to {read['fit']:.3f}" in EXAMPLE
    assert f"It has {len(read['fields'])} fields" in EXAMPLE
    assert f"Of the {len(texts)} texts machines decide {len(decided)}, all rightly" in EXAMPLE
    assert all(texts[name]["decision"]["text"] == SAMPLES[PHOTO].fields[name] for name in decided)
    rows = ROW.findall(EXAMPLE)
    assert len(rows) == 6
    fields = {each["name"]: each for each in read["fields"] if each["row"] is None}
    for name, paper, rapidocr, tesseract, follows in rows:
        field = fields[name]
        assert SAMPLES[PHOTO].fields[name] == ("" if paper == "nothing" else paper)
        assert bool(field["decision"]) == (follows == "decided")
        said = {each["source"].split()[0]: (each["text"], each["confidence"]) for each in field["readings"]}
        for engine, cell in (("rapidocr", rapidocr), ("tesseract", tesseract)):
            told = told_of(cell)
            assert (told and told[0]) == (said[engine][0] if engine in said else None), name
            assert told is None or abs(told[1] - said[engine][1]) <= NEAR, name
