"""Where the pages listen, and that nobody reads along there."""

from __future__ import annotations

import socket

from flows.home import Settings
from transcribe.errors import SettingsError


def require_encryption(settings: Settings) -> None:
    """SettingsError where passwords and orders would go over a network unencrypted, and nobody said that they may."""
    if settings.speaks_plainly and not settings.insecure:
        raise SettingsError(
            f"On {settings.host} other machines reach the pages by plain http: passwords, sign-in links and orders "
            "would go over the network for anybody to read. Put a proxy with https before it (deployments/Caddyfile, "
            "deployments/nginx.conf) and say --public-url https://NAME, or --insecure where the network is yours alone."
        )


def listen(settings: Settings) -> socket.socket:
    """A socket that listens on the address and port of the settings; SettingsError where that is not possible."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise SettingsError(
            f"{where} cannot be listened on ({error.strerror}). Try --port 0 for any free one."
        ) from error
    return listening
