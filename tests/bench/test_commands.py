"""The commands of the benchmarks that pages name exist; a few of each run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import SUBJECTS
from tests.bench.read_samples import data_folder

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"tests\.bench ([a-z]+)((?: [a-z]+)*)[`)]")
PLAYED = {("pages", "crowd"), ("path", "kills"), ("machines", "outages")}
"""Those that `tests/flows/test_soak.py` plays, at their full size."""


def test_pages_name_benchmarks_that_there_are() -> None:
    found = NAMED.findall((ROOT / "docs" / "figures.md").read_text(encoding="utf-8"))
    assert len(found) > 10
    for subject, names in found:
        assert {*names.split()} <= SUBJECTS[subject].keys(), (subject, names)


def test_the_makefile_has_a_target_for_each_subject() -> None:
    line = re.search(r"^BENCHES := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert line
    assert {each.removeprefix("bench-") for each in line[1].split()} == SUBJECTS.keys()


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not data_folder(None).is_dir(), reason="the shared sets are not beside the repository")
@pytest.mark.parametrize(
    ("subject", "name"),
    [(subject, name) for subject, of in SUBJECTS.items() for name in of if (subject, name) not in PLAYED],
)
def test_a_few_of_each_run(subject: str, name: str) -> None:
    if name == "crowdspeech":
        pytest.importorskip("crowdkit")
    command = [sys.executable, "-m", "tests.bench", subject, name, "--small"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
