"""The settings that Prefect is given: its folder, its batches, and the secret of our own server."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flows.home.private_files import key_made_once

if TYPE_CHECKING:
    from flows.home.settings import Settings

PREFECT_KEY_FILE = "prefect.key"
"""The name of the file in a home that has the user and password of its Prefect server."""


def prefect_variables(settings: Settings) -> dict[str, str]:
    """Prefect's settings: its folder, no reports to its makers, and batches that make its server five times cheaper."""
    recorder = "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_"
    persister = "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_"
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_CLI_WRAP_LINES": "false",
        recorder + "BATCH_SIZE": "200",
        recorder + "READ_BATCH_SIZE": "200",
        recorder + "FLUSH_INTERVAL": "1",
        persister + "BATCH_SIZE": "500",
        persister + "READ_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "200",
    }


def prefect_secret(settings: Settings) -> str:
    """The user and password of our own Prefect server, made once in a file that only its owner reads."""
    return key_made_once(settings.home / PREFECT_KEY_FILE, "fairhand:")


def prefect_server_variables(settings: Settings, port: int) -> dict[str, str]:
    """The settings of a Prefect server of our own on this port.

    Its interface asks for our secret. Its own pages may call it from a browser, and no page from elsewhere.
    """
    days = timedelta(days=settings.prefect_days)
    vacuum = "PREFECT_SERVER_SERVICES_DB_VACUUM_"
    return {
        **prefect_client_variables(settings, f"http://127.0.0.1:{port}/api"),
        "PREFECT_SERVER_API_AUTH_STRING": prefect_secret(settings),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        vacuum + "ENABLED": "events,flow_runs",
        vacuum + "RETENTION_PERIOD": str(int(days.total_seconds())),
    }


def prefect_client_variables(settings: Settings, address: str) -> dict[str, str]:
    """The settings of a process that talks to a Prefect server of our own at this address."""
    return {"PREFECT_API_URL": address, "PREFECT_API_AUTH_STRING": prefect_secret(settings)}
