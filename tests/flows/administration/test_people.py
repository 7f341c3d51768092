"""People and their pay from the operator's side."""

from __future__ import annotations

import json
import re
import secrets
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.administration import doctor, pay
from flows.administration.doctor import examine, missing_command, missing_in_words
from flows.administration.people import invite, pause
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.runtime import lock_file, notice_file, take_lock
from flows.steps.reconcile_scans import reconcile_home
from flows.views import status_json
from tests.flows.house import House, findings
from tests.flows.steps.test_reconcile_scans import received
from tests.postgres import new_database
from transcribe.errors import SettingsError
from transcribe.model import Transcriber
from transcribe.people.tokens import secret_hash
from transcribe.store.facts import MissingPeople, SentReading


@pytest.mark.promise("passwords, links, sessions and")
def test_a_link_is_for_one_person_and_only_its_hash_is_kept(rooms: Home) -> None:
    invited = invite(rooms, "Mina", ["transcriber"], ["fr"])
    token = invited.link.rpartition("/in/")[2]
    assert rooms.store.link(secret_hash(token), now()) == invited.person.id
    assert token.encode() not in b"".join(file.read_bytes() for file in rooms.settings.home.glob("state.db*"))


def test_adding_again_changes_the_same_person(rooms: Home) -> None:
    first = invite(rooms, "Mina", ["transcriber"])
    again = invite(rooms, "Mina", ["expert"], ["fr", "en"])
    assert again.person.id == first.person.id
    assert rooms.store.transcriber("Mina").roles == {"expert"}
    assert again.link != first.link


def test_a_name_that_differs_in_capitals_alone_is_refused(rooms: Home) -> None:
    invite(rooms, "Mina")
    with pytest.raises(SettingsError, match="is taken here, or looks like one that is"):
        invite(rooms, "mina")
    assert len(rooms.store.transcribers()) == 1


def test_of_a_known_person_only_what_is_given_changes_and_is_said(rooms: Home) -> None:
    first = invite(rooms, "Mina", ["expert"], ["fr"], "hourly", "fr", ["EU"], "Europe/Paris")
    rooms.store.set_qualifications(first.person.id, {"date"}, now())
    rooms.store.set_training(first.person.id, training=False, now=now())
    before = rooms.store.transcriber("Mina")

    again = invite(rooms, "Mina")
    assert (again.added, dict(again.changed)) == (False, {})
    assert rooms.store.transcriber("Mina") == before

    volunteer = invite(rooms, "Mina", engagement="volunteer")
    assert volunteer.changed == {"engagement": ("hourly", "volunteer")}
    assert rooms.store.transcriber("Mina") == replace(before, engagement="volunteer")


@pytest.mark.usefixtures("rooms")
def test_the_command_says_what_it_changed(house: House) -> None:
    house.run("people", "add", "Mina", "--role", "expert", "--zone", "Asia/Dili")
    (told,) = house.run("people", "add", "Mina", "--engagement", "staff", "--json").json
    (listed,) = house.run("people", "list", "--json").json
    assert listed == {name: told[name] for name in listed}
    assert told["link"].startswith("http://127.0.0.1:8484/in/")
    assert (told["added"], told["changed"]) == (False, {"engagement": ["by reading", "staff"]})
    assert (told["roles"], told["time_zone"]) == (["expert"], "Asia/Dili")
    said = house.run("people", "add", "Mina", "--role", "expert", "--role", "operator").out
    assert "roles: expert, operator (was expert)" in said
    wrong = house.run("people", "add", "Mina", "--zone", "Mars")
    assert (wrong.code, wrong.out) == (2, "")
    assert "There is no time zone 'Mars'" in wrong.err
    assert "There is no role 'boss'" in house.run("people", "add", "Mina", "--role", "boss").err


def test_why_somebody_is_paused_is_kept_for_them(house: House, rooms: Home) -> None:
    invite(rooms, "Mina")
    assert house.run("people", "pause", "Mina", "--why", " the forms are read ").code == 0
    paused = rooms.store.pause_of("Mina")
    assert paused is not None
    assert paused.reason == "the forms are read"
    assert house.run("people", "resume", "Mina").code == 0
    assert rooms.store.pause_of("Mina") is None


def test_where_serve_does_not_run_the_command_says_which_address_it_assumes(house: House, rooms: Home) -> None:
    asked = house.run("people", "add", "Mina")
    assert "http://127.0.0.1:8484/in/" in asked.out
    assert "the link assumes that it will at http://127.0.0.1:8484." in asked.err
    assert "FAIRHAND_PORT" in asked.err
    assert "fairhand people link Mina" in asked.err
    house.environment = {"FAIRHAND_PORT": "9123"}
    assert "assumes that it will at http://127.0.0.1:9123." in house.run("people", "link", "Mina").err
    house.environment = {"FAIRHAND_PUBLIC_URL": "https://orders.example"}
    assert "assumes" not in house.run("people", "link", "Mina").err


def test_while_serve_runs_a_link_is_of_its_address_and_nothing_is_assumed(rooms: Home) -> None:
    assert invite(rooms, "Mina").assumed == "http://127.0.0.1:8484"
    notice_file(rooms.settings).write_text('{"web": "http://127.0.0.1:9123"}', encoding="utf-8")
    held = take_lock(lock_file(rooms.settings), 1.0)
    assert held is not None
    with held:
        again = invite(rooms, "Mina")
    assert (again.assumed, again.link.startswith("http://127.0.0.1:9123/in/")) == ("", True)


@pytest.mark.promise("`fairhand pay floor 15", "`fairhand pay rate 0.05")
def test_a_rate_and_a_floor_are_amounts_of_a_currency(rooms: Home) -> None:
    pay.set_rate(rooms, "0.05", "EUR", "", per_hour=False)
    pay.set_floor(rooms, "12.50", "EUR", "law of 2026-01-01", None)
    rate, floor = rooms.store.rate("receipt", now()), rooms.store.floor(now())
    assert rate
    assert floor
    assert (rate.micro, floor.micro, floor.source) == (50_000, 12_500_000, "law of 2026-01-01")


def earn(rooms: Home, handle: str, micro: int, at: datetime) -> None:
    """A line of pay as work writes it."""
    with rooms.store.db.write():
        number = rooms.store.person_row(handle)["id"]
        rooms.store.write_line(number, "time", micro, "EUR", 0.0, at)


@pytest.mark.promise("what was paid and")
def test_a_period_that_pays_nothing_leaves_its_reference_free(house: House, rooms: Home) -> None:
    invite(rooms, "Omar")
    earn(rooms, "Omar", 9_999, now())
    for _ in range(2):
        asked = house.run("pay", "close", "--reference", "2026-11")
        assert (asked.code, asked.out) == (0, "handle,amount,currency,reference,date,carried\n")
        assert "Nothing is due that can be paid: no period was closed, and the reference stays free." in asked.err
    earn(rooms, "Omar", 1_000_000, now())
    assert house.run("pay", "close", "--reference", "2026-11").out.splitlines()[1].startswith("Omar,1.00,EUR,2026-11")


@pytest.mark.promise("`--until 2026-11-30` pays what", "Work up to the")
def test_a_period_ends_with_the_end_of_its_last_day(rooms: Home) -> None:
    invite(rooms, "Mina")
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    earn(rooms, "Mina", 1_000_000, today - timedelta(seconds=1))
    earn(rooms, "Mina", 5_000_000, today)
    before = (today - timedelta(days=2)).date()
    assert pay.close_period(rooms, "a", before, dry=True)[0].count("Mina") == 0
    assert "Mina,1.00,EUR,a" in pay.close_period(rooms, "a", (today - timedelta(days=1)).date())[0]
    assert "Mina,5.00,EUR,b" in pay.close_period(rooms, "b", today.date())[0]


def test_no_cell_of_the_transfers_is_a_formula(rooms: Home) -> None:
    """People who were added before names were looked at may be called so."""
    rooms.store.put_transcriber(Transcriber(id="x", handle="=1+1", roles=frozenset({"transcriber"})), now())
    earn(rooms, "=1+1", 1_000_000, now() - timedelta(seconds=1))
    assert "'=1+1,1.00,EUR,'-a" in pay.close_period(rooms, "-a", None)[0]


@pytest.mark.promise("`carried` keeps for each")
def test_a_period_that_ends_before_one_that_was_closed_makes_no_debts(house: House, rooms: Home) -> None:
    invite(rooms, "Mina")
    today = datetime.now(UTC)
    earn(rooms, "Mina", 100_000, today - timedelta(days=3))
    earn(rooms, "Mina", 5_004_000, today)
    pay.close_period(rooms, "december", None)
    day = f"{today - timedelta(days=2):%Y-%m-%d}"
    late = house.run("pay", "close", "--reference", "november", "--until", day)
    assert (late.out, "Carried" in late.err) == ("handle,amount,currency,reference,date,carried\n", False)
    (line,) = pay.pay_lines(rooms)
    assert (line.due, line.carried) == ("0.004", "0.004")


def test_pay_that_cannot_be_is_refused(rooms: Home) -> None:
    for amount, currency in (("much", "EUR"), ("1e5", "EUR"), ("-1", "EUR"), ("0.0000001", "EUR"), ("1", "XXQ")):
        with pytest.raises(SettingsError):
            pay.set_rate(rooms, amount, currency, "", per_hour=False)
    for source in ("", "  "):
        with pytest.raises(SettingsError, match="says where its figure comes from"):
            pay.set_floor(rooms, "12.60", "EUR", source, None)
    for reference, day in (("", None), ("  ", None), ("2999", date(2999, 1, 1))):
        with pytest.raises(SettingsError):
            pay.close_period(rooms, reference, day)
    assert (rooms.store.rate("", now()), rooms.store.floor(now())) == (None, None)


@pytest.mark.promise("`fairhand pay report` says", "with `--dry-run` it prints", "What is [carried]")
def test_closing_prints_whole_cents_and_says_what_is_carried(house: House, rooms: Home) -> None:
    for handle, micro in (("Mina", 951_121), ("Omar", 9_999)):
        invite(rooms, handle)
        earn(rooms, handle, micro, now())
    looked = house.run("pay", "close", "--reference", "2026-11", "--dry-run")
    asked = house.run("pay", "close", "--reference", "2026-11")
    assert looked.out == asked.out
    assert looked.err == f"{asked.err}Nothing was paid: this was a dry run.\n"
    again = house.run("pay", "close", "--reference", "2026-11", "--dry-run")
    assert (again.code, again.out) == (2, "")
    assert "A period was closed with the reference '2026-11' before. Choose another: --reference." in again.err
    assert asked.out.splitlines()[1:] == [f"Mina,0.95,EUR,2026-11,{now():%Y-%m-%d},0.001121"]
    assert "Carried to the next period: 0.011120 EUR of 2 people, as no bank transfers so little." in asked.err
    assert "Omar: paid nothing now, 0.009999 EUR is carried to the next period." in asked.err
    mina, omar = (json.loads(line) for line in house.run("pay", "report", "--json").out.splitlines())
    assert [(each["due"], each["carried"]) for each in (mina, omar)] == [("0.001121",) * 2, ("0.009999",) * 2]


@pytest.mark.usefixtures("rooms")
def test_the_command_ends_every_session_and_link(house: House) -> None:
    house.run("people", "add", "Mina")
    (link,) = house.run("people", "sessions", "Mina", "--json").json
    assert link["what"] == "link"
    assert "Links ended: 1." in house.run("people", "sign-out", "Mina").out
    assert house.run("people", "sessions", "Mina", "--json").json == []


@pytest.mark.promise("A new telephone, or")
def test_the_command_ends_a_code_at_sign_in_and_the_log_says_so(house: House, rooms: Home) -> None:
    house.run("people", "add", "Mina", "--role", "expert")
    assert "nothing has changed" in house.run("people", "end-code", "Mina").out
    mina = rooms.store.transcriber("Mina").id
    rooms.store.begin_second_factor(mina, "SECRET", now())
    rooms.store.confirm_second_factor(mina, "SECRET", 1, ["hash"], "", now())
    assert house.run("people", "end-code", "Mina").out.startswith("Ended.")
    assert rooms.store.second_factor(mina) is None
    line = rooms.store.audit()[-1]
    assert line.actor.startswith("command line, ")
    assert (line.action, line.subject) == ("second factor ended", mina)
    assert "There is nobody called" in house.run("people", "end-code", "Nobody").err


def test_somebody_new_sees_the_pages_in_the_first_language_that_they_read(rooms: Home) -> None:
    assert invite(rooms, "Luc", languages=["fr", "en"]).person.interface_language == "fr"
    assert invite(rooms, "Ana", languages=["es_MX"]).person.interface_language == "es"
    assert invite(rooms, "Dov", languages=["he", "fr"]).person.interface_language == "fr"
    assert invite(rooms, "Rut", languages=["he"]).person.interface_language == "en"
    assert invite(rooms, "Zoe", languages=["fr"], interface_language="en").person.interface_language == "en"
    assert invite(rooms, "Luc", languages=["es"]).person.interface_language == "fr"


@pytest.mark.usefixtures("rooms")
def test_the_command_says_where_no_pages_are_in_the_language_of_somebody_new(house: House) -> None:
    pola = house.run("people", "add", "Pola", "--language", "pl").err
    assert "Their pages are in en, as there are none in pl." in pola
    assert "Their pages" not in house.run("people", "add", "Ana", "--language", "es_MX").err
    assert "Their pages" not in house.run("people", "add", "Pia", "--language", "pl", "--interface", "en").err


@pytest.mark.usefixtures("rooms")
def test_the_log_names_people_and_its_json_their_ids(house: House) -> None:
    house.run("people", "add", "Mina")
    line, *_ = house.run("log", "list", "--json").json
    told = house.run("log", "list").out
    assert ("Mina" in told, line["subject"] in told) == (True, False)
    assert line["subject"] != "Mina"


@pytest.mark.usefixtures("rooms")
def test_the_pay_check_speaks_also_where_no_form_is_in_use(house: House) -> None:
    house.run("init")
    done = house.run("pay", "check")
    assert (done.code, done.out.startswith("No form is in use yet")) == (0, True)


def people_findings(rooms: Home) -> list[str]:
    return [each.message for each in examine(rooms.settings) if each.check == "people"]


@pytest.mark.promise("**It stands still.** `fairhand")
def test_a_home_with_too_few_people_says_who_is_missing(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    received(rooms, texts={"total": ("12.50", "12.60")})
    reconcile_home(rooms)
    (missing,) = status_json(rooms, rooms.store.counts(), [], None).missing_people
    assert (missing.role, missing.people, missing.waits, missing.orders) == ("transcriber", 2, "orders", 1)
    assert people_findings(rooms) == [missing_in_words(*rooms.store.missing_people())]
    mina = invite(rooms, "mina").person.id
    assert people_findings(rooms) == []
    for task in rooms.store.lease(mina, 9, now()):
        rooms.store.submit(task.id, mina, SentReading(text="99.99", idem=secrets.token_hex(8)), now())
    reconcile_home(rooms)
    (message,) = people_findings(rooms)
    assert message.startswith("1 field of 1 order can be finished by nobody who is there: ")
    assert message.endswith("can be finished by nobody who is there: one more transcriber who has not read it.")
    invite(rooms, "eve", ["expert"])
    assert people_findings(rooms) == []
    pause(rooms, "eve", paused=True)
    assert len(people_findings(rooms)) == 1


@pytest.mark.promise("**It stands still.** `fairhand")
def test_languages_regions_and_tests_stand_in_the_sentence_and_the_command() -> None:
    missing = MissingPeople(
        role="expert",
        people=1,
        waits="checks",
        fields=3,
        orders=2,
        languages=("de", "fr"),
        regions=("EU",),
        qualification="amount",
    )
    assert missing_in_words(missing) == (
        "3 checks of decided fields can be made by nobody who is there: one more expert who has "
        "not read them, reading de or fr, in EU, with the test of fields of type amount passed."
    )
    assert missing_command(missing) == "fairhand people add NAME --role expert --language de --region EU"


@pytest.mark.parametrize(("seconds", "said"), [(0, ""), (90, "90 seconds ahead of"), (-90, "90 seconds behind")])
def test_a_clock_that_is_not_that_of_the_database_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, said: str
) -> None:
    (tmp_path / configuration.SETTINGS_FILE).write_text(f"FAIRHAND_STATE={new_database()}\n", encoding="utf-8")
    settings = configuration.load_settings(tmp_path)
    open_home(settings).close()
    monkeypatch.setattr(doctor, "now", lambda: now() + timedelta(seconds=seconds))
    found = [str(each.message) for each in doctor.database_findings(settings)]
    assert len(found) == (1 if said else 0), found
    assert all(said in each for each in found)


@pytest.mark.promise("`fairhand doctor` says what")
@pytest.mark.needs("all")
def test_all_is_well_here(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "0"}
    done = house.run("doctor")
    assert done.code == 0, done.out
    assert "\nAll is well: packages, parts, engines" in done.out


def test_a_home_that_was_never_made_is_not_called_looked_at(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "0"}
    nowhere = house.home / "none"
    done = house.run("--home", nowhere, "doctor")
    assert (done.code, nowhere.exists()) == (0, False)
    assert f"{nowhere} holds no home: only this machine was looked at. fairhand init makes one." in done.out
    assert not re.search("database|people|learning", done.out)


def test_every_engine_is_listed_with_version_settings_and_languages(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "0"}
    lines = house.run("doctor").out.splitlines()[:3]
    tesseract, rapidocr, third = (next(line for line in lines if name in line) for name in ("tesse", "rapid", "easy"))
    assert tesseract.startswith("engine tesseract: tesseract ")
    assert tesseract.endswith("; languages: eng, fra")
    assert rapidocr.startswith("engine rapidocr: rapidocr ")
    assert third.startswith("engine easyocr (not in use): easyocr english_g2")
    told = house.run("doctor", "--json").json
    found = [each for each in told if "engine" in each]
    assert {each["engine"] for each in found if each["used"]} == {"tesseract", "rapidocr"}
    assert {each["engine"] for each in found} == {"tesseract", "rapidocr", "easyocr"}
    for each in found:
        assert all(source.startswith(f"{each['engine']} ") for source in each["sources"])
        assert {"eng", "fra"} <= set(each["languages"])


def test_one_engine_alone_is_warned_of_and_works(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "0", "FAIRHAND_ENGINES": "tesseract"}
    done = house.run("doctor")
    assert done.code == 0
    assert "Only tesseract reads: machines then decide no text" in done.out
    assert "mend it: set FAIRHAND_ENGINES to tesseract,rapidocr" in done.out
    assert "engine rapidocr (not in use): rapidocr " in done.out
    assert "All is well" not in done.out


@pytest.mark.promise("`fairhand doctor` says what")
def test_a_missing_program_is_an_environment_finding_with_its_command(house: House) -> None:
    house.environment = {"PATH": "/nowhere", "FAIRHAND_PORT": "0"}
    done = house.run("doctor", "--json")
    assert done.code == 3
    (finding,) = [each for each in done.json if each.get("check") == "engines"]
    assert finding["mend"].startswith("apt-get install tesseract-ocr")


def test_a_taken_port_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("FAIRHAND_PORT", str(taken.getsockname()[1]))
        found = findings(tmp_path)
    assert [(each.check, each.machine) for each in found] == [("ports", False)]
    assert "--port 0" in found[0].mend


def broken_database(home: Path) -> None:
    (home / "state.db").write_bytes(b"this is no database" * 100)
    (home / "state.db").chmod(0o600)


def broken_form(home: Path) -> None:
    (home / "forms").mkdir()
    (home / "forms" / "mine.toml").write_text("name = ", encoding="utf-8")


@pytest.mark.parametrize(
    ("engines", "broken", "check", "said"),
    [
        ("tesseract,rapidocr,tesseract", None, "engines", "set FAIRHAND_ENGINES to tesseract,rapidocr"),
        ("tesseract,magic", None, "engines", "There is no OCR engine magic."),
        ("tesseract,rapidocr", broken_database, "database", "state.db"),
        ("tesseract,rapidocr", broken_form, "forms", "fairhand forms check mine"),
    ],
)
def test_what_is_wrong_with_a_home_is_found(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    engines: str,
    broken: Callable[[Path], None] | None,
    check: str,
    said: str,
) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    monkeypatch.setenv("FAIRHAND_ENGINES", engines)
    if broken is not None:
        broken(tmp_path)
    (found,) = findings(tmp_path)
    assert (found.check, found.warning) == (check, False)
    assert said in f"{found.message} {found.mend}"


def test_a_foreign_package_of_our_name_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    monkeypatch.syspath_prepend(tmp_path)
    assert findings(tmp_path / "home") == []
    (tmp_path / "stranger-1.0.dist-info").mkdir()
    (tmp_path / "stranger-1.0.dist-info" / "METADATA").write_text("Name: stranger\nVersion: 1.0\n", encoding="utf-8")
    (tmp_path / "stranger-1.0.dist-info" / "top_level.txt").write_text("flows\n", encoding="utf-8")
    (found,) = findings(tmp_path / "home")
    assert found.machine
    assert found.mend == "pip uninstall stranger && pip install --force-reinstall fairhand"
