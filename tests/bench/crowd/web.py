"""`fairhand serve` without its Prefect, which has no part in the pages: `python -m tests.bench.crowd.web HOME PORT`.

`POST /nothing` takes what a reading takes, behind the same middleware, and asks no database: what a submit is compared
with.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from flows.home import settings as configuration
from flows.home.home import Home
from flows.home.settings import Settings
from flows.serving.serve import Serving
from transcribe.review.requests import SentJson


class Pages(Serving):
    """The pages and reconciling; nothing else is started."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._prefect = _None()  # type: ignore[assignment]  # stands where Prefect's server stands

    def _await_prefect(self) -> None:
        """Nothing is run by the clock: that process would start a Prefect of its own."""

    def _pages(self, rooms: Home, listening: socket.socket) -> uvicorn.Server:
        server = super()._pages(rooms, listening)
        app = server.config.app
        assert isinstance(app, FastAPI)

        @app.post("/nothing")
        async def nothing(sent: SentJson) -> dict[str, object]:
            return {"outcome": "kept", "faults": []}

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
