"""One POST to one checked address: no redirect, no proxy, an end after some seconds whatever the other side does."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flows.webhooks.safe_addresses import (
    Address,
    Network,
    RefusedAddress,
    Resolve,
    Target,
    checked_addresses,
)
from transcribe.i18n import N_, worded

CONNECT_SECONDS = 5.0
"""How long one address may take to be connected to. Chosen by hand."""

ANSWER_SECONDS = 15.0
"""How long everything together may take; Standard Webhooks proposes 15 to 30."""

MOST_ADDRESSES_COUNT = 3
"""So many addresses of one name are tried. Chosen by hand."""

NOT_ALLOWED = N_("refused: %(why)s")
NOT_FOUND = N_("%(host)s cannot be found (%(why)s)")
NO_ANSWER = N_("no answer within %(seconds)s s")
BAD_CERTIFICATE = N_("its certificate does not hold (%(why)s)")
NOT_LET_IN = N_("the connection was refused")
BROKEN_OFF = N_("%(why)s: the connection failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of a try: the HTTP status, or what went wrong before there was one.

    `retry_seconds` is what the receiver asked to wait, None for nothing.
    """

    status: int | None = None
    error: str = ""
    retry_seconds: float | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300


class _CheckedConnection(http.client.HTTPConnection):
    """A connection that goes to the addresses it is given, whatever the name would lead to now."""

    def __init__(self, target: Target, addresses: Sequence[Address], tls: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self._addresses = addresses
        self._tls = tls

    def connect(self) -> None:
        failed: OSError | None = None
        for address in self._addresses[:MOST_ADDRESSES_COUNT]:
            try:
                plain = socket.create_connection((str(address), self.port), timeout=CONNECT_SECONDS)
            except OSError as error:
                failed = error
                continue
            plain.settimeout(ANSWER_SECONDS)
            self.sock = plain
            if self._tls:
                secured = self._tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
                self.sock = secured  # before the handshake, so that it too can be ended from outside
                secured.do_handshake()
            return
        raise failed or OSError("no address")


def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    resolve: Resolve,
    inside: Sequence[Network] = (),
    *,
    private: bool = False,
    tls: ssl.SSLContext | None = None,
) -> Posted:
    """Send a body once. What the other side answers but its status and Retry-After is not read."""
    try:
        addresses = checked_addresses(target, resolve, inside, private=private)
    except RefusedAddress as refused:
        return Posted(error=worded(NOT_ALLOWED, why=refused.args[0]))
    except OSError as error:
        return Posted(error=worded(NOT_FOUND, host=target.host, why=error.strerror or str(error)))
    secured = (tls or _system_tls()) if target.scheme == "https" else None
    connection = _CheckedConnection(target, addresses, secured)
    over = threading.Event()
    alarm = threading.Timer(ANSWER_SECONDS, _end, (connection, over))
    alarm.daemon = True
    alarm.start()
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        return Posted(status=answer.status, retry_seconds=_seconds(answer.getheader("retry-after")))
    except (OSError, http.client.HTTPException) as error:
        return Posted(error=_said(error, timed_out=over.is_set()))
    finally:
        alarm.cancel()
        connection.close()


def _end(connection: http.client.HTTPConnection, over: threading.Event) -> None:
    """End a connection whose time is over; whoever reads from it gets an error."""
    over.set()
    if isinstance(connection.sock, socket.socket):
        try:
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)  # that of TLS is not made for two threads
        except OSError:
            return


def _said(error: Exception, *, timed_out: bool) -> str:
    if timed_out or isinstance(error, TimeoutError):
        return worded(NO_ANSWER, seconds=f"{ANSWER_SECONDS:g}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return worded(BAD_CERTIFICATE, why=error.verify_message)
    if isinstance(error, ConnectionRefusedError):
        return worded(NOT_LET_IN)
    return worded(BROKEN_OFF, why=type(error).__name__)


def _seconds(said: str | None) -> float | None:
    """The seconds of a Retry-After; a date in it is passed over."""
    return float(said) if said and said.isascii() and said.isdigit() and len(said) < 9 else None


@lru_cache(maxsize=1)
def _system_tls() -> ssl.SSLContext:
    return ssl.create_default_context()
