"""What processes of `serve` say on standard error: lines for people, or JSON for programs that collect them."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime

from flows.home import Settings
from transcribe.errors import REQUEST_ID

REPEATED_SECONDS = 60.0
"""The same line is said once in this time, with how often it came meanwhile. Chosen by hand."""

MOST_LINES_COUNT = 1000
"""Lines that are remembered; more are never the same ones. Chosen by hand."""

KEYS = ("scan", "batch")
"""What a line may be about, by its id: the words of `extra` that stand in JSON beside the others."""

LEVELS = {"root": logging.WARNING, "fairhand": logging.INFO}
"""From which level on lines are said: of libraries warnings, of ours all."""


def set_up_log(settings: Settings) -> None:
    """Have this process log as the settings say. Again it is set up anew."""
    said = logging.StreamHandler()
    said.setFormatter(_JsonLines() if settings.log == "json" else logging.Formatter("fairhand: %(message)s"))
    said.addFilter(_Rated())
    logging.basicConfig(handlers=[said], level=LEVELS["root"], force=True)
    logging.getLogger("fairhand").setLevel(LEVELS["fairhand"])


class _JsonLines(logging.Formatter):
    """A line is an object: time, level, logger, event, process, and what it is about."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "process": record.process,
        }
        about = {**{key: vars(record).get(key) for key in KEYS}, "request": REQUEST_ID.get()}
        told |= {key: value for key, value in about.items() if value}
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class _Rated(logging.Filter):
    """Says the same line once in a while, and how often it came meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is said."""
        line, now = record.getMessage(), time.monotonic()
        at, more = self._said.get(line, (-REPEATED_SECONDS, 0))
        if now - at < REPEATED_SECONDS:
            self._said[line] = at, more + 1
            return False
        if len(self._said) >= MOST_LINES_COUNT:
            self._said.clear()
        self._said[line] = now, 0
        if more:
            record.msg, record.args = f"{line} ({more} times more in the meantime)", ()
        return True
