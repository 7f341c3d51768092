"""The shipped parameters are data: each file begins as the program that writes it begins it."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from reconcile.parameters import shipped_data, shipped_people
from tests.bench import fit_first, fit_people


@pytest.mark.parametrize(("program", "written"), [(fit_first, shipped_data), (fit_people, shipped_people)])
def test_a_program_writes_the_file_that_ships(program: ModuleType, written: ModuleType) -> None:
    text = program.TARGET.read_text(encoding="utf-8")
    assert str(program.TARGET) == written.__file__
    head = re.escape(program.HEAD).replace(re.escape("{count}"), "[0-9]+")
    assert re.match(head, text)
