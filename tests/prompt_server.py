"""A web server for a test: uvicorn's, which ends when it is told to and not some tenths of a second later."""

from __future__ import annotations

import asyncio
import socket

import uvicorn

LOOK_SECONDS = 0.01
"""How often it looks whether it shall end, and whether its connections have: uvicorn does ten times a second."""


class PromptServer(uvicorn.Server):
    """It serves as `uvicorn.Server` does. Hundreds of tests start one, and each waited 0.2 s for its end."""

    async def main_loop(self) -> None:
        """Wait until it shall end."""
        looks = 0
        while not await self.on_tick(looks // 10):
            looks += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, wait for what is under way, have the app end."""
        for each in self.servers:
            each.close()
        for listening in sockets or []:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while (self.server_state.connections or self.server_state.tasks) and not self.force_exit:
            await asyncio.sleep(LOOK_SECONDS)
        await self.lifespan.shutdown()
