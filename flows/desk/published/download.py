"""Files that are written while they are sent: an export runs in a thread of its own and waits for who takes it."""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TextIO, cast

from reconcile.records import one_moment
from transcribe.errors import FairhandError

PIECE_CHARACTERS = 64 * 1024
"""So much is sent at once. Chosen by hand."""

MOST_WAITING_PIECES = 4
"""So many pieces wait to be taken: what a file needs in memory. Chosen by hand."""

LOOK_SECONDS = 0.5
"""How often an export that waits looks whether anybody still takes it. Chosen by hand."""


def streamed(records: Path, write: Callable[[TextIO], object]) -> Iterator[bytes]:
    """What `write` writes, piece by piece, all of one moment of the record database.

    The first piece is there when this returns, so that what is refused is refused before anything is sent. What fails
    later breaks the file off.
    """
    pieces = _pieces(records, write)
    first = next(pieces, b"")
    return chain([first], pieces)


def _pieces(records: Path, write: Callable[[TextIO], object]) -> Iterator[bytes]:
    pipe = _Pipe()

    def run() -> None:
        try:
            with one_moment(records):
                write(cast(TextIO, pipe))
            pipe.end(None)
        except _Gone:
            return
        except Exception as error:  # it is raised where the file is sent
            pipe.end(error)

    threading.Thread(target=run, name="records download", daemon=True).start()
    try:
        while (piece := pipe.take()) is not None:
            yield piece
    finally:
        pipe.gone.set()


class _Gone(FairhandError):
    """Nobody takes the file any more."""


class _Pipe(io.TextIOBase):
    """A file of text that somebody else takes piece by piece."""

    def __init__(self) -> None:
        self.gone = threading.Event()
        self._waiting: queue.Queue[bytes | Exception | None] = queue.Queue(MOST_WAITING_PIECES)
        self._kept: list[str] = []
        self._size = 0

    def write(self, text: str) -> int:
        """Keep a text until there is enough to send, and then wait until there is room."""
        self._kept.append(text)
        self._size += len(text)
        if self._size >= PIECE_CHARACTERS:
            self._send_kept()
        return len(text)

    def end(self, error: Exception | None) -> None:
        """All is written, or it failed."""
        if error is None and self._kept:
            self._send_kept()
        self._put(error)

    def take(self) -> bytes | None:
        """The next piece; None after the last one. Raises what the writing raised."""
        piece = self._waiting.get()
        if isinstance(piece, Exception):
            raise piece
        return piece

    def _send_kept(self) -> None:
        piece = "".join(self._kept).encode()
        self._kept, self._size = [], 0
        self._put(piece)

    def _put(self, piece: bytes | Exception | None) -> None:
        while not self.gone.is_set():
            try:
                return self._waiting.put(piece, timeout=LOOK_SECONDS)
            except queue.Full:
                continue
        raise _Gone("Nobody takes the file any more.")
