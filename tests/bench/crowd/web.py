"""`fairhand serve` without its Prefect, which has no part in the pages: `python -m tests.bench.crowd.web HOME PORT`.

`POST /nothing` takes what a reading takes, behind the same middleware, and asks no database; `GET /same` returns the
bytes of a file: what submits and pages of records are compared with. Programs may ask as often as they like.
"""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from unittest import mock

import uvicorn
from fastapi import FastAPI, Response

from flows.home import settings as configuration
from flows.home.home import Home
from flows.home.settings import Settings
from flows.serving import serve
from tests.bench.crowd.served import SAME_FILE
from transcribe.review.requests import SentJson


class Pages(serve.Serving):
    """The pages and reconciling; nothing else is started."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._prefect = _None()  # type: ignore[assignment]  # stands where Prefect's server stands

    def _start_worker(self) -> None:
        """Records that are of no scan are published once, and would be made anew by who weighs."""
        if "records alone" not in sys.argv:
            super()._start_worker()

    def _await_prefect(self) -> None:
        """Nothing is run by the clock: that process would start a Prefect of its own."""

    def _pages(self, rooms: Home, listening: socket.socket) -> uvicorn.Server:
        options = replace(serve.review_options(self._settings, self._settings.port), program_requests_a_minute=10**7)
        with mock.patch.object(serve, "review_options", return_value=options):
            server = super()._pages(rooms, listening)
        app = server.config.app
        assert isinstance(app, FastAPI)

        @app.post("/nothing")
        async def nothing(sent: SentJson) -> dict[str, object]:
            return {"outcome": "kept", "faults": []}

        content = cache((rooms.settings.home / SAME_FILE).read_bytes)

        @app.get("/same")
        async def same() -> Response:
            return Response(content(), media_type="application/json")

        return server


class _None:
    address = ""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def wait(self) -> None: ...

    def has_ended(self) -> bool:
        return False


if __name__ == "__main__":
    chosen = {"port": int(sys.argv[2])}
    Pages(configuration.load_settings(Path(sys.argv[1])).model_copy(update=chosen)).run()
