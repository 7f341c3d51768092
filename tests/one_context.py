"""One TLS context for all HTTP clients of a process: each would read the certificates of all authorities, for 25 ms.

Nearly all servers of the tests speak plain HTTP, and hundreds of tests have a client for each of their people.
"""

from __future__ import annotations

import os
import ssl
from functools import cache
from typing import Any

import httpx
from httpx._transports import default

CHOSEN = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables that name other authorities: where one is set, each client has a context of its own."""


def share_context() -> None:
    """Have all clients of this process that ask for nothing else use one context; it is made now."""
    vars(default)["create_ssl_context"] = _context
    _shared()


def _context(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
    if verify is True and cert is None and not any(os.environ.get(name) for name in CHOSEN):
        return _shared()
    return httpx.create_ssl_context(verify, cert, trust_env)


@cache
def _shared() -> ssl.SSLContext:
    return httpx.create_ssl_context()
