"""Forty words that code and docs share: each stands in names of the code and in another page of the docs."""

from __future__ import annotations

import re

from tests.house_rules import ROOT
from tests.test_docs import all_definitions

WORDS = re.findall(r"^\| ([a-z]+) \|", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)[1:]


def test_each_word_of_the_glossary_is_used_by_code_and_docs() -> None:
    names = {part for name in all_definitions()[2] for part in re.split(r"_|(?<=[a-z])(?=[A-Z])", name)}
    pages = [page for page in (ROOT / "docs").glob("*.md") if page.name != "glossary.md"]
    said = set(re.findall(r"\w+", "\n".join(page.read_text("utf-8") for page in pages).lower()))
    assert len(set(WORDS)) == 40
    assert [word for word in WORDS if word not in {each.lower() for each in names} or word not in said] == []
