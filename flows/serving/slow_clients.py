"""The web server's patience: who sends or takes too slowly is let go, so that a thousand of them stop nobody else."""

from __future__ import annotations

import asyncio
import resource

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 30.0
"""Seconds that the head of a request may take, as a proxy allows: a kilobyte over 300 bits a second."""

BODY_SECONDS = 30.0
"""Seconds that a body may always take; each MIN_BYTES_A_SECOND of it adds one."""

MIN_BYTES_A_SECOND = 500.0
"""The slowest line on which a body is waited for; Apache's mod_reqtimeout asks for as much."""

TAKING_SECONDS = 60.0
"""Seconds that a client may go without taking anything of an answer. Chosen by hand."""

LOOK_SECONDS = 5.0
"""Seconds between looks at each connection. Chosen by hand."""

MAX_CONNECTIONS_COUNT = 1000
"""Connections held at once. A browser's stays open for five seconds after an answer: 200 pages a second."""

OWN_FILES_COUNT = 256
"""Open files that are left for the databases, pictures and logs of the process. Chosen by hand."""

SPARE_CONNECTIONS_COUNT = 64
"""Connections over the most that are answered with 503: those that are being ended count until they have."""

WANTED_FILES_COUNT = 65_536
"""The number of open files asked of the system, as in the unit file."""


def most_connections() -> int:
    """The `limit_concurrency` that the limit of open files allows; that limit is raised first where possible."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or soft < min(hard, WANTED_FILES_COUNT):
        soft = WANTED_FILES_COUNT if hard == resource.RLIM_INFINITY else min(hard, WANTED_FILES_COUNT)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(MAX_CONNECTIONS_COUNT, soft - OWN_FILES_COUNT)) + SPARE_CONNECTIONS_COUNT


class PatientProtocol(H11Protocol):
    """HTTP for clients of whom some are slow on purpose.

    A head or a body has its time, and so has an answer that nobody takes. Where there are more connections than
    `limit_concurrency` less the spare ones, the one that has been waited for longest is let go.
    """

    _waited_since: float | None = None
    _stalled_since: float | None = None
    _received = 0
    _look_task: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait_anew()
        self._look_task = self.loop.call_later(LOOK_SECONDS, self._look)
        if self.limit_concurrency and len(self.connections) > self.limit_concurrency - SPARE_CONNECTIONS_COUNT:
            self._let_one_go()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look_task:
            self._look_task.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if not self._is_waited_for():
            self._waited_since = None
        elif self._waited_since is None or self.cycle is not before:
            self._wait_anew()
        self._received += len(data)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_waited_for():
            self._wait_anew()

    def pause_writing(self) -> None:
        self._stalled_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stalled_since = None
        super().resume_writing()

    @property
    def idle_since(self) -> float | None:
        """Since when it is the client's turn; None while an answer is made."""
        return self._waited_since if self._stalled_since is None else self._stalled_since

    def _is_waited_for(self) -> bool:
        """Whether a request, or the rest of one, is to come."""
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    def _wait_anew(self) -> None:
        self._waited_since, self._received = self.loop.time(), 0

    def _look(self) -> None:
        """End the connection where its time is over, else look again later."""
        if self._is_overdue() or (self.transport.is_closing() and self.transport.get_write_buffer_size()):
            self.transport.abort()
            return
        self._look_task = self.loop.call_later(LOOK_SECONDS, self._look)

    def _is_overdue(self) -> bool:
        now = self.loop.time()
        if self._stalled_since is not None:
            return now - self._stalled_since > TAKING_SECONDS
        if self._waited_since is None:
            return False
        in_body = self.cycle is not None and self.cycle.more_body and not self.cycle.response_complete
        allowed = BODY_SECONDS + self._received / MIN_BYTES_A_SECOND if in_body else HEADER_SECONDS
        return now - self._waited_since > allowed

    def _let_one_go(self) -> None:
        """End the connection that has been waited for longest; never one whose answer is being made."""
        waited_for = [
            (each.idle_since, number, each)
            for number, each in enumerate(self.connections)
            if isinstance(each, PatientProtocol) and each.idle_since is not None and not each.transport.is_closing()
        ]
        if waited_for:
            min(waited_for)[2].transport.abort()
