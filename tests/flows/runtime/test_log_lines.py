"""What processes of `serve` say: lines for people, an object a line for programs, and the same line once in a while."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from flows.home.settings import load_settings
from flows.runtime import set_up_log
from flows.runtime.log_lines import REPEATED_SECONDS
from tests.transcribe.review.site import make_site

logger = logging.getLogger("fairhand.trial")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The log of this process is afterwards as it was."""
    root, ours = logging.getLogger(), logging.getLogger("fairhand")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def said(how: str, place: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """What is said of an error, of something that went well, and of what a library does."""
    set_up_log(load_settings(place).model_copy(update={"log": how}))
    logger.info("review pages: %s", "http://127.0.0.1:8484")
    logging.getLogger("httpx").info("HTTP Request: GET http://127.0.0.1/")
    try:
        raise KeyError("total")
    except KeyError as error:
        logger.error("error %s", "1a2b", exc_info=error, extra={"scan": "77ff", "batch": ""})
    return capfd.readouterr().err


def test_lines_are_for_people_or_an_object_each(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = said("text", tmp_path, capfd)
    assert text.startswith("fairhand: review pages: http://127.0.0.1:8484\nfairhand: error 1a2b\nTraceback")
    told = [json.loads(line) for line in said("json", tmp_path, capfd).splitlines()]
    assert [(each["level"], each["event"]) for each in told] == [
        ("info", "review pages: http://127.0.0.1:8484"),
        ("error", "error 1a2b"),
    ]
    assert (told[1]["logger"], told[1]["scan"], "batch" in told[1]) == ("fairhand.trial", "77ff", False)
    assert told[1]["error"].endswith("KeyError: 'total'")
    assert datetime.fromisoformat(told[0]["time"]).tzinfo is not None
    assert "request" not in told[0]


def test_lines_said_while_a_request_is_answered_have_its_id(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    site = make_site(tmp_path)

    def broken() -> None:  # in a thread, as the framework has it
        logger.warning("it takes long")
        raise KeyError("total")

    site.app.add_api_route("/broken", broken)
    set_up_log(load_settings(tmp_path).model_copy(update={"log": "json"}))
    answer = TestClient(site.app).get("/broken")
    site.store.close()
    number = answer.headers["x-request-id"]
    assert (answer.status_code, answer.text) == (500, f"Something went wrong here. error-id: {number}")
    told = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(each["level"], each["request"]) for each in told] == [("warning", number), ("error", number)]


@pytest.mark.promise("A line that comes again within")
def test_a_line_that_comes_again_is_said_once_in_a_while(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [100.0]
    monkeypatch.setattr("flows.runtime.log_lines.time.monotonic", lambda: at[0])
    set_up_log(load_settings(tmp_path))
    for _ in range(100):
        logger.warning("the store is busy")
    logger.warning("another line")
    at[0] += REPEATED_SECONDS
    logger.warning("the store is busy")
    assert capfd.readouterr().err.splitlines() == [
        "fairhand: the store is busy",
        "fairhand: another line",
        "fairhand: the store is busy (99 times more in the meantime)",
    ]
