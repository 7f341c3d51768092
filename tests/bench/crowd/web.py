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

from flows import settings as configuration
from flows.rooms import Rooms, now, review_options
from flows.serve import Serving
from flows.settings import Settings
from transcribe.review.app import create_app
from transcribe.review.sent import SentJson


class Pages(Serving):
    """The pages and reconciling; nothing else is started."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._prefect = _None()  # type: ignore[assignment]  # stands where Prefect's server stands

    def _web(self, rooms: Rooms, listening: socket.socket) -> None:
        options = review_options(self._settings, listening.getsockname()[1])
        app: FastAPI = create_app(rooms.store, rooms.archive, rooms.forms, options, now, lambda _: self._wake())

        @app.post("/nothing")
        async def nothing(sent: SentJson) -> dict[str, object]:
            return {"outcome": "kept", "faults": []}

        app.router.routes.insert(0, app.router.routes.pop())  # found at once, so that it is as quick as can be
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run(sockets=[listening])


class _None:
    address = ""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def wait(self) -> None: ...

    def ended(self) -> bool:
        return False


if __name__ == "__main__":
    chosen = {"port": int(sys.argv[2])}
    Pages(configuration.load(Path(sys.argv[1])).model_copy(update=chosen)).run()
