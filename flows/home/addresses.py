"""Addresses of this machine: whether one is of this machine only, and by which others reach it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

SOMEWHERE = ("192.0.2.1", 9)
"""An address of nobody (RFC 5737): nothing is sent there, and the system says by which of ours it would be."""


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach what listens on this address or name."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(each.partition("%")[0]).is_loopback for each in found)


def browsable(text: str) -> str:
    """The address of pages as it is written, or ""; ValueError where no browser could open it."""
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise ValueError("write an address that begins with https://, as https://orders.example")
    return text


def reached_host(host: str) -> str:
    """The address to type for what listens on this one, as it stands in a URL. 0.0.0.0 and :: are no place to go."""
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - it is compared, nothing listens on it
        return _outward_address()
    return f"[{host}]" if ":" in host else host


def _outward_address() -> str:
    """This machine's own address on the network; that of itself where it is on none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def may_be_plain(variables: Mapping[str, str]) -> bool:
    """Whether a bucket may be spoken to by plain http: it is on this machine, or AWS_ALLOW_HTTP allows it."""
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    host = urlsplit(next(filter(None, map(variables.get, names)), "")).hostname
    return variables.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true") or (host is not None and is_loopback(host))
