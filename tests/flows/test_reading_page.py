"""The example at the head of docs/reading.md is what machines read of that photograph, and what follows."""

from __future__ import annotations

import re
from pathlib import Path

from tests.flows.house import CASES, SAMPLES, House

PAGE = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")
EXAMPLE = PAGE[PAGE.index("**An example.**") : PAGE.index("Files are named here")]
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
