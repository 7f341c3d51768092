"""The engine of docs/adding-an-engine.md, installed as it stands there, reads and keeps the contract."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy
import pytest
from PIL import Image

from flows.administration.doctor import engines, examine
from flows.home.home import open_home
from flows.home.settings import Settings, load_settings
from flows.steps.read_scans import TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.house import CASES, House
from transcribe import ocr
from transcribe.errors import SettingsError
from transcribe.ocr import engine as found_engines

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-an-engine.md"
TYPED = CASES / "order-form-flat-typed-0001.png"
DARK = 128
"""A level of grey that print is below, and light paper above."""


class Reader(BaseHTTPRequestHandler):
    """Reads 1274 in every picture that has something dark on it."""

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        grey = numpy.asarray(Image.open(io.BytesIO(sent)).convert("L"))
        body = json.dumps({"text": "1274" if (grey < DARK).any() else ""}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *given: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def address() -> Iterator[str]:
    """Where a model on this machine answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Reader) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/read"
        server.shutdown()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that both files of the page were installed into."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    files = re.findall(
        r"^### ([\w.]+)\n\n```\w+\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    for name, text in files:
        (source / name).write_text(text, encoding="utf-8")
    assert [name for name, _ in files] == ["local_vlm.py", "pyproject.toml"]
    install = (Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--python", sys.executable)
    subprocess.run([*install, "--no-deps", "--no-build-isolation", "--target", target, source], check=True)
    monkeypatch.syspath_prepend(target)
    found_engines._points.cache_clear()
    yield target
    found_engines._points.cache_clear()


def test_what_the_engine_of_the_page_reads_ends_in_the_readings_of_a_home(
    house: House, installed: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRHAND_ENGINES", "local_vlm")
    monkeypatch.setenv("FAIRHAND_ENGINE__LOCAL_VLM__URL", address)
    with closing(open_home(load_settings(house.home))) as home:
        (taken,) = take_in(home, [TYPED], "order-form", "monday")
        assert isinstance(taken, TakenScan)
        read_scan(home, taken.scan)
        own = [each for each in home.store.readings(taken.scan.id) if each.source == "local_vlm 1"]
        assert {each.text for each in own if each.text} == {"1274"}
        assert {each.confidence for each in own} == {None}
        reconcile_home(home)
        assert not [each for each in home.store.decisions(taken.scan.id) if each.value == "1274"], (
            "one engine that claims nothing decides nothing"
        )


def contract_of_others(installed: Path, **more: str) -> str:
    """What the contract test says of the engine of the page."""
    tests = ROOT / "tests" / "transcribe" / "ocr" / "engines" / "test_contract.py"
    words = (sys.executable, "-m", "pytest", "-q", "-rs", "-n", "0", str(tests), "-k", "local_vlm")
    own = {**os.environ, "PYTHONPATH": str(installed), **more}
    return subprocess.run(words, env=own, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_engine_of_the_page_keeps_the_contract(installed: Path, address: str) -> None:
    said = contract_of_others(installed, FAIRHAND_ENGINE__LOCAL_VLM__URL=address)
    assert re.search(r"^\d+ passed", said, re.MULTILINE)


@pytest.mark.soak
def test_an_engine_without_its_address_is_skipped_by_name(installed: Path) -> None:
    skipped = contract_of_others(installed)
    assert "local_vlm cannot read here: The engine local_vlm cannot use its url" in skipped
    assert "passed" not in skipped


@pytest.mark.promise("lists it, and says what keeps it from reading.")
@pytest.mark.usefixtures("installed")
def test_the_doctor_lists_an_engine_of_others_and_names_its_wrong_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    listed = {each.engine: each for each in engines(load_settings(tmp_path))}
    assert (listed["local_vlm"].used, listed["tesseract"].problem) == (False, "")
    assert listed["local_vlm"].problem.startswith("The engine local_vlm cannot use its url: ")
    monkeypatch.setenv("FAIRHAND_ENGINE__TESSERACT__SECS", "30")
    monkeypatch.setenv("FAIRHAND_ENGINE__GUTENBERG__URL", "http://127.0.0.1:9")
    told = [(each.message, each.mend) for each in examine(load_settings(tmp_path))]
    assert told == [
        ("The engine tesseract has no option secs.", "it has seconds"),
        ("There is no OCR engine gutenberg.", "unset the variables FAIRHAND_ENGINE__GUTENBERG__..."),
    ]


def ready(settings: Settings, languages: tuple[str, ...]) -> list[ocr.Engine]:
    return ocr.in_use(settings.engines, languages, settings.engine_options)


def test_options_of_an_engine_that_is_not_there_are_refused_where_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRHAND_ENGINE__GUTENBERG__URL", "http://127.0.0.1:9")
    with pytest.raises(SettingsError, match="There are options of gutenberg, which is no engine"):
        ready(load_settings(tmp_path), ("fra",))
    monkeypatch.delenv("FAIRHAND_ENGINE__GUTENBERG__URL")
    monkeypatch.setenv("FAIRHAND_ENGINE__TESSERACT__SECONDS", "30")
    assert ready(load_settings(tmp_path), ("fra",))[0].seconds == 30.0  # type: ignore[attr-defined]
