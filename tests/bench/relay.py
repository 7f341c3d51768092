"""A way to a server that can stand still: what passes through it waits, as in a network that swallows everything."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

PIECE_BYTES = 65_536


class Relay:
    """Listens on a port of this machine and hands on to a server what comes, until it is closed."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect = connect
        self._flows = threading.Event()
        self._flows.set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stand_still(self) -> None:
        """Hand nothing on, with all connections open; new ones are taken, and wait too."""
        self._flows.clear()

    def go_on(self) -> None:
        """Hand on what waited, and all that comes."""
        self._flows.set()

    def close(self) -> None:
        """Take no connection any more."""
        self._listening.close()
        self._flows.set()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(ours,), daemon=True).start()

    def _join(self, ours: socket.socket) -> None:
        self._flows.wait()
        with ours:
            try:
                theirs = self._connect()
            except OSError:
                return  # nobody listens there
            with theirs:
                back = threading.Thread(target=self._hand_on, args=(theirs, ours), daemon=True)
                back.start()
                self._hand_on(ours, theirs)
                back.join()

    def _hand_on(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                self._flows.wait()
                to.sendall(piece)
        for each in (source, to):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
