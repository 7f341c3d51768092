"""A line between a browser and a server that can be slow, held up, cut and mended, for service workers too.

Routes of Playwright are not sure to be asked where a service worker has the page: one of 20 requests passed them by.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.patience import PATIENCE

CHUNK = 512
"""Bytes sent at once on a slow line."""
READING = rb"POST /work/[^/ ]+ "
"""How what a page sends of a field begins."""
LOOK_SECONDS = 0.05
"""Between two looks at what is held. Chosen by hand."""


class Cable:
    """Forwards connections from a port of its own to a server's port. Cut, whoever asks is refused."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._holding: re.Pattern[bytes] | None = None
        self.held: list[asyncio.Event] = []
        self.bytes_a_second = 0.0
        self.port = 0
        self.mend()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._do(self._cut())

    def mend(self) -> None:
        """Let connections through again, on the same port."""
        self._do(self._mend())

    def hold(self, asked: bytes = READING) -> None:
        """Hold requests that begin so, until the line goes on."""
        self._holding = re.compile(asked)

    def until_held(self) -> None:
        """Wait until a request is held; AssertionError where none is."""
        end = time.monotonic() + PATIENCE
        while not self.held:
            assert time.monotonic() < end, "nothing was sent"
            time.sleep(LOOK_SECONDS)

    def let_one_go(self) -> None:
        """Let the first request that is held go on, and none after it."""
        self._loop.call_soon_threadsafe(self.held.pop(0).set)

    def goes_on(self) -> None:
        """Let all that is held go on, and all that comes after it."""
        self._holding = None
        while self.held:
            self.let_one_go()

    def close(self) -> None:
        self.cut()
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _end(self) -> None:
        """Wait until every connection that was cut has ended."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _do(self, deed: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(deed, self._loop).result(120)

    async def _mend(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port, reuse_address=True)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        self._open.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
            self._open |= {writer, back}
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
            self._open -= {writer, back}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while some := await reader.read(CHUNK if self.bytes_a_second else 65536):
                if self._holding and self._holding.match(some):
                    self.held.append(go_on := asyncio.Event())
                    await go_on.wait()
                if self.bytes_a_second:
                    await asyncio.sleep(len(some) / self.bytes_a_second)
                writer.write(some)
                await writer.drain()
        writer.close()


@contextmanager
def cable(address: str) -> Iterator[Cable]:
    """A cable to the server at this address."""
    made = Cable(int(address.rpartition(":")[2]))
    try:
        yield made
    finally:
        made.close()
