"""One POST to one checked address: no redirect, no proxy, an end after some seconds whatever the other side does."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from transcribe.errors import SettingsError
from transcribe.i18n import N_, worded

CONNECT_SECONDS = 5.0
"""Seconds to connect to one address. Chosen by hand."""


ANSWER_SECONDS = 15.0
"""Seconds for everything together; Standard Webhooks proposes 15 to 30."""


MOST_ADDRESSES_COUNT = 3
"""The most addresses of one name that are tried. Chosen by hand."""


NOT_ALLOWED = N_("refused: %(why)s")


NOT_FOUND = N_("%(host)s cannot be found (%(why)s)")


NO_ANSWER = N_("no answer within %(seconds)s s")


BAD_CERTIFICATE = N_("its certificate does not hold (%(why)s)")


NOT_LET_IN = N_("the connection was refused")


BROKEN_OFF = N_("%(why)s: the connection failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The result of a try: the HTTP status, or what went wrong before there was one.

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


# Which addresses may be sent to: https to the public internet, and what lies inside only where it is allowed.
#
# A name is resolved anew for each connection, all that it stands for is checked, and the checked address is connected
# to: a name that means something else a moment later leads nowhere else.

Address = IPv4Address | IPv6Address


Network = IPv4Network | IPv6Network


MAX_URL_LENGTH = 2000
"""Characters of an address; browsers and proxies take as much."""


SPECIAL_NETWORKS = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
240.0.0.0/4 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
"""
"""Networks that IANA's registries of special addresses keep from the public internet: IPv4, and IPv6 in 2000::/3."""


PUBLIC_IPV6 = "2000::/3"
"""Where all public IPv6 addresses lie: those that stand for an IPv4 address, as ::ffff:127.0.0.1, do not."""


Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host and port. OSError where there are none."""


INSIDE_ADDRESS = N_("%(address)s is not on the public internet")


INSIDE_NAME = N_("%(host)s leads to %(address)s, which is not on the public internet")


PLAIN_OUTSIDE = N_("plain http to %(address)s on the public internet: use https")


class RefusedAddress(Exception):
    """An address that must not be sent to, with why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address taken apart; `host` is without brackets and in ASCII, `path` with the query."""

    scheme: str
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """The parts of a webhook's address. SettingsError where it is none, or would put a secret into lists and logs."""
    if len(url) > MAX_URL_LENGTH or not url.isascii() or any(each.isspace() or not each.isprintable() for each in url):
        raise SettingsError(worded("The address must be a URL in ASCII without spaces, of at most 2000 characters."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(worded("The address is no URL: %(why)s.", why=str(error))) from error
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise SettingsError(worded("The address must begin with https:// and name a host."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise SettingsError(
            worded("The address must have no user, password or #: what is sent is signed, so none is needed.")
        )
    if port == 0:
        raise SettingsError(worded("The address names port 0, which nothing listens on."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    default = 443 if parts.scheme == "https" else 80
    return Target(scheme=parts.scheme, host=parts.hostname, port=port or default, path=path)


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks as 10.1.0.0/16 or 127.0.0.1; the settings have looked at them."""
    return tuple(ip_network(each) for each in texts)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet and to no special purpose."""
    if isinstance(address, IPv6Address) and (address not in ip_network(PUBLIC_IPV6) or address.scope_id):
        return False
    return not any(address in ip_network(each) for each in SPECIAL_NETWORKS.split())


def checked_addresses(
    target: Target, resolve: Resolve, inside: Sequence[Network], *, private: bool
) -> tuple[Address, ...]:
    """The addresses of a target, all of which may be connected to.

    `inside` are networks that may be reached though they are not public; `private` allows them all. Plain http goes to
    such addresses only. RefusedAddress where one may not be; OSError where the name is not known.
    """
    found = tuple(_plain(ip_address(each)) for each in resolve(target.host, target.port))
    if not found:
        raise OSError(f"{target.host} has no address")
    for each in found:
        public = is_public(each)
        if not public and not private and not any(each in network for network in inside):
            message = INSIDE_ADDRESS if target.host == str(each) else INSIDE_NAME
            raise RefusedAddress(worded(message, host=target.host, address=str(each)))
        if public and target.scheme != "https":
            raise RefusedAddress(worded(PLAIN_OUTSIDE, address=str(each)))
    return found


def resolve_by_system(host: str, port: int) -> tuple[str, ...]:
    """The addresses by the system's resolver, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address of the kind ::ffff:1.2.3.4 stands for, else itself."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped
