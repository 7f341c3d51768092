"""The face for programs as a program uses it, and the command beside folders of the same names."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import fairhand
from tests.flows.house import TYPED
from transcribe.errors import FormError
from transcribe.model import Decision, FieldKey, Reading, Task

COMMAND = Path(sys.executable).with_name("fairhand")
NUMBER = FieldKey("order_number")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAIRHAND_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def readings(*texts: str) -> list[Reading]:
    now = datetime.now(UTC)
    return [
        Reading(id=who, scan="one", key=NUMBER, source=who, kind="person", text=text, at=now)
        for who, text in zip(("ann", "ben"), texts, strict=False)
    ]


def test_the_example_of_the_page_reads_reconciles_and_opens_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    shutil.copy(TYPED, "order-7.jpg")
    done: dict[str, Any] = {}
    exec(example, done)  # noqa: S102  # what the page tells people to run
    done["home"].close()
    (scan,) = [each.plain() for each in done["scans"]]
    assert (scan["form"], scan["files"]) == ("bon-de-commande", ["order-7.jpg"])
    assert next(each["name"] for each in scan["fields"]) == "order_number"
    assert isinstance(done["answers"][NUMBER], Decision)
    assert (tmp_path / "orders" / "state.db").is_file()


def test_what_is_no_picture_is_an_error_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_text("Dear Sir or Madam", encoding="utf-8")
    (scan,) = fairhand.read(tmp_path, "bon-de-commande")
    assert "Replace the file" in scan.plain()["error"]["message"]


def test_readings_that_agree_are_decided_and_others_are_asked() -> None:
    agreed = fairhand.reconcile(readings("BC-2025-0117", "BC-2025-0117"), "bon-de-commande")[NUMBER]
    assert isinstance(agreed, Decision)
    assert agreed.text == "BC-2025-0117"
    torn = fairhand.reconcile(readings("BC-2025-0117", "BC-2025-0711"), "bon-de-commande")[NUMBER]
    assert isinstance(torn, Task)


def test_an_unknown_form_is_named() -> None:
    with pytest.raises(FormError, match="no-such-form"):
        fairhand.reconcile(readings("1"), "no-such-form")


def test_a_home_is_opened_and_made_where_it_is_missing(tmp_path: Path) -> None:
    home = fairhand.open_home(tmp_path / "orders")
    assert "bon-de-commande" in home.forms.names()
    home.close()
    assert (tmp_path / "orders" / "state.db").is_file()


@pytest.mark.parametrize("path", ["", "."])
def test_folders_of_our_names_beside_the_command_do_not_disturb_it(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("flows", "transcribe", "reconcile"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('theirs')\n", encoding="utf-8")
    (tmp_path / "letter.jpg").write_text("Dear Sir or Madam", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", path)
    done = subprocess.run(  # it decodes pictures in a process of its own
        [COMMAND, "read", "letter.jpg", "--form", "receipt"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "the file holds text, not a picture" in done.stdout + done.stderr
