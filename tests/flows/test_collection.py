"""`fairhand reconcile FILE`: other people's readings in, one line an item out."""

from __future__ import annotations

import csv
import importlib
import json
from pathlib import Path

from typer.testing import CliRunner

from flows.cli.app import app

importlib.import_module("flows.cli.deciding")


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
    result = CliRunner().invoke(app, ["reconcile", *arguments])
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


def test_with_a_form_types_and_rows_count(tmp_path: Path) -> None:
    source = lines_of(tmp_path / "in.jsonl", *ORDER)
    out = tmp_path / "out.jsonl"
    code, said = run(str(source), "--form", "bon-de-commande", "--out", str(out))
    assert code == 0, said
    values = {line["item"]: line["value"] for line in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert values == {"1": "Durand", "2": 2}


def test_a_field_that_the_form_does_not_have_is_named(tmp_path: Path) -> None:
    code, said = run(str(lines_of(tmp_path / "in.jsonl", GOOD)), "--form", "bon-de-commande")
    assert code != 0
    assert "remark" in said


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
    assert "96.0 % [80.5, 99.3] of 25" in page  # texts wholly right
    assert "characters wrong (CER)" in page
    assert "2.0 % [0.4, 10.5] of 50" in page  # words
