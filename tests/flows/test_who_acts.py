"""Who gave a command stands alike in the log whatever it was: the user of the machine, or whom --by names."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer._click import Command

from flows.administration import invite
from flows.cli.app import whole_command
from flows.home import Home, now
from flows.mending import act_in_words
from flows.steps import reconcile_home
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import received

SLIP = """
name = "slip"
version = 1
title = "Slip"
languages = ["eng"]
locale = "en_GB"
[[field]]
name = "total"
type = "amount"
find = { labels = ["Total"] }
"""

THEM = f"command line, {getpass.getuser()}"


def commands(command: Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command with its words."""
    yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*words, name))


WITH_BY = {
    " ".join(words): each
    for words, each in commands(whole_command())
    if any(option.name == "by" for option in each.params)
}


@pytest.mark.parametrize("command", WITH_BY.values(), ids=WITH_BY.keys())
def test_every_command_that_asks_who_gives_it_takes_the_user_of_the_machine(command: Command) -> None:
    (by,) = (each for each in command.params if each.name == "by")
    context = typer.Context(command)
    assert by.process_value(context, by.get_default(context)) == THEM
    assert by.process_value(context, "olga") == "olga"


def test_a_form_installed_is_logged_as_done_by_whom_a_rate_was_set(working_house: House) -> None:
    house = working_house
    house.run("init")
    definition = house.home.parent / "slip.toml"
    definition.write_text(SLIP)
    for words in (("pay", "rate", "0.05"), ("forms", "install", definition), ("people", "add", "Mina")):
        assert house.run(*words).code == 0
    assert house.run("people", "leave", "Mina", "--why", "asked for it", "--yes", "--by", "olga").code == 0
    said = [(each["actor"], each["action"]) for each in house.run("log", "list", "--json").json]
    deeds = ["rate kept", "form installed", "person kept"]
    assert said == [*((THEM, deed) for deed in (*deeds, "link made")), ("olga", "person left")]


def ask(rooms: Home, who: str) -> str:
    """The id of a question that a person asked about a field."""
    received(rooms, texts={"total": ("12.50", "77.80")})
    reconcile_home(rooms)
    (task,) = rooms.store.lease(who, 1, now())
    return rooms.store.put_question(task.id, who, "with dashes?", 3.0, now()).id


def test_a_command_that_changes_something_leaves_its_line_in_the_log(house: House, rooms: Home, tmp_path: Path) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")}, batch="monday")
    (tmp_path / "backups").mkdir()
    mina = invite(rooms, "Mina").person
    question = ask(rooms, mina.id)
    at, name = f"{now() + timedelta(days=1):%Y-%m-%d}", scan.id[:12]
    deeds: list[tuple[list[str | Path], str]] = [
        (["people", "add", "Ida"], "link made"),
        (["people", "link", "Mina"], "link made"),
        (["people", "pause", "Mina", "--why", "on leave"], "paused set"),
        (["people", "resume", "Mina"], "paused set"),
        (["people", "sign-out", "Mina"], "signed out everywhere"),
        (["pay", "rate", "0.05"], "rate kept"),
        (["questions", "answer", question, "As it stands."], "question answered"),
        (["announce", "work", at, "--hours", "3"], "work expected"),
        (["announce", "cancel", "WORK"], "expected work called off"),
        (["batch", "priority", "monday", "3", "--why", "w"], "batch priority"),
        (["batch", "due", "monday", at, "--why", "w"], "batch due"),
        (["batch", "note", "monday", "the large ones"], "batch note"),
        (["batch", "cancel", "monday", "--why", "w"], "batch cancelled"),
        (["batch", "resume", "monday", "--why", "w"], "batch resumed"),
        (["value", "correct", name, "total", "12.60", "--why", "w"], "value corrected"),
        (["value", "lock", name, "total", "--why", "w"], "value locked"),
        (["value", "unlock", name, "total", "--why", "w"], "value unlocked"),
        (["value", "ask", name, "total", "--why", "w"], "value asked again"),
        (["gold", "add", name, "total", "12.60", "--why", "w"], "gold added"),
        (["gold", "withdraw", name, "total", "--why", "w"], "gold withdrawn"),
        (["scan", "set-aside", name, "--why", "w"], "scan set aside"),
        (["scan", "bring-back", name, "--why", "w"], "scan brought back"),
        (["webhooks", "add", "erp", "https://example.org/hook"], "webhook added"),
        (["webhooks", "remove", "erp"], "webhook removed"),
        (["tokens", "add", "erp", "--scope", "records:read"], "token made"),
        (["learn"], "parameters learnt"),
        (["backup", tmp_path / "backups"], "backup made"),
        (["scan", "forget", name, "--why", "w", "--yes"], "scan forgotten"),
        (["people", "leave", "Mina", "--why", "w", "--yes"], "person left"),
    ]
    for words, action in deeds:
        before = len(rooms.store.audit())
        work = rooms.store.expected_work(now())
        told = house.run(*(work[0].id[:6] if each == "WORK" else each for each in words))
        assert told.code == 0, (words, told.err)
        lines = rooms.store.audit()[before:]
        assert (THEM, action) in {(line.actor, line.action) for line in lines}, (words, lines)
    assert rooms.store.verify_audit().whole


def test_the_log_says_why_a_person_is_paused_until_they_leave(house: House, rooms: Home) -> None:
    invite(rooms, "Mina")
    house.run("people", "pause", "Mina", "--why", "on leave till May")
    assert "on leave till May" in house.run("log", "list").out
    left = house.run("people", "leave", "Mina", "--why", "asked for it", "--yes")
    assert left.code == 0, left.err
    assert "on leave till May" not in house.run("log", "list").out
    assert house.run("log", "verify").code == 0


def test_a_second_reason_for_a_pause_is_logged_and_what_changes_nothing_is_said_to(house: House, rooms: Home) -> None:
    invite(rooms, "Mina")
    assert "is not paused; nothing has changed" in house.run("people", "resume", "Mina").out
    house.run("people", "pause", "Mina", "--why", "on leave")
    assert "is paused already; nothing has changed" in house.run("people", "pause", "Mina").out
    assert "Mina is paused." in house.run("people", "pause", "Mina", "--why", "moved away").out
    told = house.run("log", "list").out
    assert "on leave" in told
    assert "moved away" in told


def test_pause_resume_and_sign_out_take_who_and_why_and_no_empty_reason(house: House, rooms: Home) -> None:
    mina = invite(rooms, "Mina").person.id
    for verb in ("pause", "resume", "sign-out"):
        empty = house.run("people", verb, "Mina", "--why", " ")
        assert (empty.code, "--why says why; it cannot be empty." in empty.err) == (2, True)
        assert house.run("people", verb, "Mina", "--why", f"because of {verb}", "--by", "olga").code == 0
    said = [(each.actor, each.action) for each in rooms.store.audit() if each.actor == "olga"]
    assert said == [("olga", "paused set"), ("olga", "paused set"), ("olga", "signed out everywhere")]
    told = house.run("log", "list").out
    assert all(f"because of {verb}" in told for verb in ("pause", "resume", "sign-out"))
    rooms.store.leave(mina, now())
    assert "because of" not in house.run("log", "list").out, "what was said of a person goes with them"
    assert house.run("log", "verify").code == 0


def test_a_pause_told_twice_alike_changes_nothing(house: House, rooms: Home) -> None:
    invite(rooms, "Mina")
    words = ("people", "pause", "Mina", "--why", "on leave")
    assert "Mina is paused." in house.run(*words).out
    before = len(rooms.store.audit())
    assert "is paused already; nothing has changed" in house.run(*words).out
    assert len(rooms.store.audit()) == before


def test_the_log_says_why_a_person_left_and_a_reading_was_withdrawn(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    reading = rooms.store.readings(scan.id)[0].id
    invite(rooms, "Mina")
    assert house.run("quarantine", "withdraw", reading, "--why", "wrong call").code == 0
    assert house.run("people", "leave", "Mina", "--why", "asked for it", "--yes").code == 0
    told = house.run("log", "list").out
    assert "wrong call" in told
    assert "asked for it" in told
    (handle,) = (each.handle for each in rooms.store.transcribers() if each.handle.startswith("left-"))
    linked = house.run("people", "link", handle)
    assert (linked.code, "This person has left." in linked.err) == (2, True)
    assert house.run("log", "verify").code == 0


def test_the_log_names_the_field_of_a_deed_on_a_value() -> None:
    assert act_in_words("value corrected", {"field": "lines.quantity[0]"}) == "value corrected lines.quantity[0]"
    assert act_in_words("batch priority", {"priority": 5}) == "batch priority 5"


@pytest.mark.parametrize(
    ("verb", "detail", "said"),
    [
        ("paused set", {"paused": 1}, "paused set to yes"),
        ("paused set", {"paused": 0}, "paused set to no"),
        ("roles set", {"roles": ["expert", "transcriber"]}, "roles set to expert, transcriber"),
        ("languages set", {"languages": []}, "languages set to none"),
        ("second factor set", {}, "second factor set"),
        ("duplicate settled", {"as": "retake", "older": "4f1c" * 16}, "duplicate settled as retake of 4f1c4f1c4f1c"),
        ("scan turned", {"degrees": 90}, "scan turned by 90 degrees"),
        ("control share set", {"share": 0.05}, "control share set to 5.0%"),
        (
            "rate kept",
            {"form": "", "per": "reading", "micro": 50_000, "currency": "EUR"},
            "rate kept: 0.05 EUR a reading of every form",
        ),
        (
            "rate kept",
            {"form": "receipt", "per": "hour", "micro": 12_500_000, "currency": "EUR"},
            "rate kept: 12.50 EUR an hour of receipt",
        ),
        (
            "floor kept",
            {"micro": 12_000_000, "currency": "EUR", "source": "SMIC"},
            "floor kept: 12.00 EUR an hour (SMIC)",
        ),
        ("work expected", {"hours": 20.0, "form": ""}, "work expected: 20 hours"),
        ("work expected", {"hours": 2.5, "form": "receipt"}, "work expected: 2.5 hours of receipt"),
        (
            "batch taken in",
            {"files": 3, "scans": 3, "read": 1, "known": 1, "set aside": 1, "failed": 0},
            "batch taken in: 3 files, 3 scans, 1 read, 1 known, 1 set aside",
        ),
        ("batch taken in", {}, "batch taken in"),
        ("dispute answered", {"granted": 12.5}, "dispute answered: 12.5 seconds added"),
    ],
)
def test_the_log_says_what_a_fact_of_a_person_is_now(verb: str, detail: dict[str, object], said: str) -> None:
    assert act_in_words(verb, detail) == said


def test_a_head_that_is_of_no_line_of_the_log_is_said_to_be_none_of_it(house: House, rooms: Home) -> None:
    invite(rooms, "Mina")
    own = rooms.store.verify_audit().head
    assert house.run("log", "verify", "--head", own).code == 0
    told = house.run("log", "verify", "--head", "ab" * 32)
    assert (told.code, "That head is not in this log." in told.out, "another home" in told.out) == (1, True, True)
    assert ("from line" in told.out, f"with the head {own}" in told.out) == (False, True)
    (as_json,) = house.run("log", "verify", "--head", "ab" * 32, "--json").json
    assert (as_json["head_missing"], as_json["whole"]) == (True, False)


def test_the_log_shows_the_figures_of_a_deed(house: House, rooms: Home) -> None:
    for words in (
        ("pay", "rate", "0.05", "--form", "receipt"),
        ("pay", "floor", "12.50", "--source", "the law"),
        ("gold", "share", "0.04"),
        ("announce", "work", f"{now() + timedelta(days=1):%Y-%m-%d}", "--hours", "3"),
    ):
        assert house.run(*words).code == 0
    told = house.run("log", "list").out
    for said in (
        "rate kept: 0.05 EUR a reading of receipt",
        "floor kept: 12.50 EUR an hour (the law)",
        "control share set to 4.0%",
        "work expected: 3 hours",
    ):
        assert said in told


def test_a_question_is_answered_with_words_and_once(house: House, rooms: Home) -> None:
    mina = invite(rooms, "Mina").person
    question = ask(rooms, mina.id)
    words = ("questions", "answer", question)
    empty = house.run(*words, " ")
    assert (empty.code, "The answer is empty." in empty.err, rooms.store.questions()[0].answer) == (2, True, None)
    assert "whoever asked is told" in house.run(*words, "As it stands.").out
    before = len(rooms.store.audit())
    again = house.run(*words, "As it stands.")
    assert (again.code, again.out) == (0, "It was answered so already; nothing has changed.\n")
    assert len(rooms.store.audit()) == before
    house.run(*words, "As it stands, with every dash, every dot and all the letters in it.")
    assert "As it stands, with every dash, every do…" in house.run("questions").out, "what is cut says so"
    assert "fairhand questions list" in house.run("questions", "answer", "NOSUCH", "x").err
    assert "fairhand announce list" in house.run("announce", "cancel", "NOSUCH").err
