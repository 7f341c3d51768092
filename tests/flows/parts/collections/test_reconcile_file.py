"""`fairhand collection reconcile FILE`: other people's readings in, one line an item out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.app import app, whole_command

whole_command()


def item(name: str, field: str, said: str, scan: str = "") -> dict[str, object]:
    """An item that ann and ben read alike."""
    return {
        "item": name,
        "field": field,
        "scan": scan,
        "readings": [{"who": who, "text": said} for who in ("ann", "ben")],
    }


GOOD = item("a", "remark", "bleu")
ORDER = [item("1", "customer_name", "Durand", "s"), item("2", "lines.quantity[0]", "2", "s")]


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and output of a command."""
    result = CliRunner().invoke(app, ["collection", "reconcile", *arguments])
    return result.exit_code, result.output


def lines_of(path: Path, *lines: object) -> Path:
    """A JSON Lines file."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_file_gives_one_line_an_item(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    code, _ = run(str(lines_of(tmp_path / "in.jsonl", GOOD)), "--out", str(out))
    assert code == 0
    with out.open(encoding="utf-8", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["item"], line["value"], line["method"]) == ("a", "bleu", "unanimous")
    assert 0 < float(line["probability"]) < 1


def test_lines_that_cannot_be_used_are_named_and_the_rest_is_done(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    code, said = run(str(lines_of(tmp_path / "in.jsonl", GOOD, {"readings": []})), "--out", str(out))
    assert code == 1
    assert "line 2: item" in said
    assert [json.loads(line)["item"] for line in out.read_text(encoding="utf-8").splitlines()] == ["a"]


def test_the_report_lists_sources_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    hostile = {"item": "<script>x</script>", "readings": [{"who": "ann", "text": "<b>"}, {"who": "ben", "text": "c"}]}
    code, _ = run(str(lines_of(tmp_path / "in.jsonl", GOOD, hostile)), "--report", str(report))
    page = report.read_text(encoding="utf-8")
    assert code == 0
    assert "<svg" in page
    assert "ann" in page
    assert "<script" not in page
    assert "https://" not in page.replace("https://www.w3.org", "").replace("https://matplotlib.org", "")


def test_the_report_says_how_wrong_it_was_where_the_text_is_known(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    items = [
        {
            "item": f"i{number}",
            "gold": "mill road" if number else "mill lane",
            "readings": [{"who": "ann", "text": "mill road"}, {"who": "ben", "text": "mill road"}],
        }
        for number in range(25)
    ]
    code, _ = run(str(lines_of(tmp_path / "in.jsonl", *items)), "--report", str(report))
    page = report.read_text(encoding="utf-8")
    assert code == 0
    assert "96.0 % [79.6, 99.9] of 25" in page  # texts wholly right
    assert "characters wrong (CER)" in page
    assert "2.0 % [0.1, 10.6] of 50" in page  # words


def test_a_file_that_is_no_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "readings.csv"
    file.write_bytes("task,worker,label\n1,ann,café\n".encode("latin-1"))
    code, output = run(str(file))
    assert (code, "readings.csv: line 2 is no UTF-8" in output) == (2, True), output


def test_options_that_cannot_be_are_refused(tmp_path: Path) -> None:
    given = str(lines_of(tmp_path / "readings.jsonl", GOOD))
    for words, said in (
        (("--out", str(tmp_path / "out.csv")), "Missing argument 'FILE'"),
        ((given, "--target", "7"), "7"),
        ((given, "--form", "receipt", "--target", "0.95"), "leave --form or --target out"),
        ((given, "--form", "bon-de-commande"), "remark"),
    ):
        code, output = run(*words)
        assert (code != 0, said in " ".join(output.split())) == (True, True), output


def test_a_form_installed_in_the_home_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home" / "forms").mkdir(parents=True)
    (tmp_path / "home" / "forms" / "mine.toml").write_text(
        'name = "mine"\nversion = 1\ntitle = "Mine"\nlanguages = ["eng"]\nlocale = "en_GB"\n'
        '[[field]]\nname = "remark"\ntype = "text"\nfind = { labels = ["Remark"], where = "right" }\n'
    )
    monkeypatch.setenv("FAIRHAND_HOME", str(tmp_path / "home"))
    code, output = run(str(lines_of(tmp_path / "readings.jsonl", GOOD)), "--form", "mine")
    assert code == 0, output


def test_what_nobody_could_read_is_not_said_to_be_blank(tmp_path: Path) -> None:
    unread = {"item": "a", "readings": [{"who": "ann", "text": None}, {"who": "ben", "text": None}]}
    alone = {"item": "b", "readings": [{"who": "ann", "text": "bleu"}]}
    _, output = run(str(lines_of(tmp_path / "readings.jsonl", unread, alone)))
    told = [json.loads(line) for line in output.splitlines()]
    assert [(each["method"], each["ask"]) for each in told] == [("unread", True), ("single", True)]
    assert told[0]["reason"] == "Nobody could read it."
    assert told[1]["reason"] == "One reading, and no other to compare it with."


def test_what_nobody_has_read_is_not_said_to_be_unreadable_and_a_bad_line_has_one_number(tmp_path: Path) -> None:
    given = lines_of(tmp_path / "readings.jsonl", {"item": "a", "readings": []}, GOOD)
    given.write_text(given.read_text() + "{nonsense\n")
    _, output = run(str(given))
    assert "There are no readings of it." in output
    assert "it is no JSON: " in output
    assert "at character 2" in output
    assert "column" not in output


def test_an_item_may_have_several_fields_and_a_field_twice_is_named(tmp_path: Path) -> None:
    def line(field: str, text: str) -> dict[str, object]:
        return {"item": "card 1", "field": field, "readings": [{"who": who, "text": text} for who in ("ann", "ben")]}

    given = lines_of(tmp_path / "in.jsonl", line("name", "Bob"), line("born", "1.2.1960"), line("name", "Rob"))
    out = tmp_path / "out.csv"
    code, said = run(str(given), "--out", str(out))
    assert (code, "line 3: item: 'card 1', field 'name', stands here a second time" in said) == (1, True), said
    with out.open(encoding="utf-8", newline="") as file:
        told = [(each["item"], each["field"], each["value"]) for each in csv.DictReader(file)]
    assert told == [("card 1", "name", "Bob"), ("card 1", "born", "1960-02-01")]


def test_fields_of_one_item_are_weighed_on_a_form(tmp_path: Path) -> None:
    texts = {"company": "Bond & Sons", "total": "12.50"}
    fields = [
        {"item": "r1", "field": field, "readings": [{"who": who, "text": text} for who in ("ann", "ben")]}
        for field, text in texts.items()
    ]
    code, said = run(str(lines_of(tmp_path / "in.jsonl", *fields)), "--form", "receipt")
    told = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert code == 0, said
    assert {each["field"]: each["text"] for each in told} == texts
    code, said = run(str(lines_of(tmp_path / "in.jsonl", *ORDER)), "--form", "bon-de-commande")
    values = {line["item"]: line["value"] for line in map(json.loads, said.splitlines())}
    assert (code, values) == (0, {"1": "Durand", "2": 2}), "types and rows count"


def test_who_left_a_field_blank_is_counted_among_its_readers(tmp_path: Path) -> None:
    readings = [{"who": "ann", "text": "Omega"}, {"who": "ben", "text": "Omega"}, {"who": "eva", "text": ""}]
    _, said = run(str(lines_of(tmp_path / "in.jsonl", {"item": "a", "readings": readings})))
    (told,) = [json.loads(line) for line in said.splitlines()]
    assert (told["text"], told["method"]) == ("Omega", "weighed")
    assert told["reason"].startswith("2 of 3 readings say this")


def test_of_very_many_lines_that_cannot_be_used_twenty_are_named(tmp_path: Path) -> None:
    code, said = run(str(lines_of(tmp_path / "in.jsonl", GOOD, *[{"readings": []}] * 300)))
    assert (code, said.count(": item: "), "280 more lines could not be used" in said) == (1, 20, True)
