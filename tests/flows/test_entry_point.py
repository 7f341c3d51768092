"""What the command line says before anything is imported: in how many threads numpy multiplies."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from flows.cli.entry_point import ONE_THREAD_VARIABLE, main


@pytest.mark.parametrize(("told", "held"), [(None, "1"), ("3", "3")])
def test_numpy_multiplies_in_one_thread_unless_the_operator_says_otherwise(
    told: str | None, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr("flows.cli.app.run", lambda: seen.append(os.environ[ONE_THREAD_VARIABLE]))
    monkeypatch.setenv(ONE_THREAD_VARIABLE, told or "")
    if told is None:
        monkeypatch.delenv(ONE_THREAD_VARIABLE)
    main()
    assert seen == [held]


def test_numpy_is_not_imported_before_it_is_said() -> None:
    text = "import sys, flows.cli.entry_point, flows.cli; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout == "False\n"
