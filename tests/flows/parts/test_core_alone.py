"""The core works where no library of a part is installed, and says which extra a part needs."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.extras import extras
from tests.flows.house import TYPED

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.needs("all")
"""Where a library is not installed, the core is alone in any case."""
PROGRAM = """
import sys
from contextlib import closing
from pathlib import Path

sys.modules.update(dict.fromkeys(sys.argv.pop(1).split(",")))  # each is as if it were not installed
home, picture, module, *words = sys.argv[1:]
if words:
    from fairhand.command import main

    sys.argv = ["fairhand", *words]
    main()

import pkgutil
from importlib import import_module

import flows, reconcile, transcribe

for package in (flows, reconcile, transcribe):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.startswith(("flows.parts.", "transcribe.store.postgresql")):
            if not found.name.rpartition(".")[2].startswith("__"):
                import_module(found.name)

from flows.home import archive_of, load_settings, open_home
from flows.steps import publish_records, reconcile_home
from flows.steps.read_scans import read_scan, take_in
from transcribe.errors import SettingsError

with closing(open_home(load_settings(Path(home)))) as opened:
    (taken,) = take_in(opened, [Path(picture)], "bon-de-commande", "monday")
    read_scan(opened, taken.scan)
    reconcile_home(opened)
    publish_records(opened)
    assert list(opened.store.readings(taken.scan.id))
    assert list(opened.store.decisions(taken.scan.id))
try:
    archive_of(opened.settings.model_copy(update={"archive": "s3://orders"}))
except SettingsError as error:
    print(error)
"""


def libraries() -> set[str]:
    """The modules of what the extras name, and no dependency of the core."""
    names = {Requirement(each).name for needed in extras().values() for each in needed} - {"fairhand"}
    return {module for module, owners in packages_distributions().items() if names >= {*owners}}


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = (sys.executable, "-c", PROGRAM, ",".join(sorted(libraries())), str(home), str(TYPED), "")
    own = {"PATH": "/usr/bin:/bin", "HOME": str(home), "FAIRHAND_HOME": str(home), "FAIRHAND_ENGINES": "tesseract"}
    return subprocess.run([*program, *words], env=own, cwd=ROOT, capture_output=True, text=True, check=False)


def test_an_order_is_read_and_recorded_where_no_library_of_a_part_is_installed(tmp_path: Path) -> None:
    assert {"matplotlib", "tomlkit", "obstore", "pyarrow", "psycopg", "facturx", "standardwebhooks"} <= libraries()
    done = run(tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert (
        "The part scale of fairhand keeps pictures in a bucket with obstore: pip install 'fairhand[scale]'"
        in done.stdout
    )


def test_the_command_starts_without_them_and_the_doctor_names_the_extra_of_each_part(tmp_path: Path) -> None:
    told = run(tmp_path / "home", "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert "ingest" in told.stdout
    assert "simulate" not in told.stdout
    doctor = run(tmp_path / "home", "doctor").stdout
    for name, library in (("drafting", "tomlkit"), ("collections", "matplotlib"), ("webhooks", "standardwebhooks")):
        assert f"The part {name} cannot be used: {library} cannot be imported." in doctor
        assert f"pip install --upgrade 'fairhand[{name}]'" in doctor
