"""The command that counts how large the house is."""

from __future__ import annotations

from pathlib import Path

from tests.house_size import Rules, Size, code_lines, rules_of, size_of

TEXT = '''"""What it is."""

LEAST = 0.9  # of all
SIGNS = {
    "a": 1,
}


def is_enough(share: float, more: bool) -> bool:
    """Whether
    it is."""
    if more and share > 0.5:
        return True
    return share >= LEAST
'''


def test_lines_of_code_are_counted_without_blanks_comments_and_docstrings(tmp_path: Path) -> None:
    file = tmp_path / "one.py"
    file.write_text(TEXT, encoding="utf-8")
    assert code_lines(file) == {3, 4, 5, 6, 9, 12, 13, 14}
    assert size_of([file])[:2] == Size(files=1, lines=8, nodes=0)[:2]


def test_numbers_predicates_and_branches_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "one.py"
    file.write_text(TEXT, encoding="utf-8")
    assert rules_of([file]) == Rules(named=1, unnamed=1, predicates=1, branches=2)
    written = tmp_path / "shipped_data.py"
    written.write_text(TEXT, encoding="utf-8")
    assert rules_of([written]) == Rules(0, 0, 0, 0), "what a fit writes is no rule"
