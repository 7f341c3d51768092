"""A line between a browser and a server that can be slow, cut and mended: it holds for service workers too, which the
browser's own emulation of a bad network does not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

CHUNK = 512
"""Bytes sent at once on a slow line."""


class Cable:
    """Forwards connections from a port of its own to a server's port. Cut, whoever asks is refused."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
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
