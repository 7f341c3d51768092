"""What Prefect logs, without what would mislead."""

from __future__ import annotations

import logging

INTERRUPTED = "Crash detected! Execution was aborted by"
"""How Prefect's message of a run begins that was told to end. It goes on with the next start, and nothing crashed."""


def tame_run_log() -> None:
    """Leave tracebacks and interrupted runs out of what Prefect logs. Again is no change.

    So it is for its log of flow and task runs, and for what this process says.
    """
    runs = map(logging.getLogger, ("prefect.flow_runs", "prefect.task_runs"))
    for each in (*runs, *logging.getLogger().handlers):
        each.addFilter(_is_told)


def _is_told(record: logging.LogRecord) -> bool:
    """Whether a record is said. A traceback of Prefect is taken off: we log an unforeseen error once ourselves."""
    if record.name.startswith("prefect."):
        record.exc_info = None
    return not record.getMessage().startswith(INTERRUPTED)
