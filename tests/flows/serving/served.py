"""The interface for programs at an address of this machine, as programs reach it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from tests.prompt_server import PromptServer

START_SECONDS = 30
"""How long it has to start on a busy machine."""


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of an app that answers there meanwhile."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        server = PromptServer(uvicorn.Config(app, log_level="error", ws="none"))
        app.state.is_ending = lambda: server.should_exit  # as `serve` has it: who waits for news holds up no end
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        running.start()
        until = time.monotonic() + START_SECONDS
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        assert server.started
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            running.join(START_SECONDS)
