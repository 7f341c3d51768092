"""The address of a PostgreSQL: as an operator writes it, and as we connect to it."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from transcribe.errors import StoreError
from transcribe.store.postgresql.postgresql_connection import SESSION
from transcribe.store.postgresql.postgresql_pool import CONNECT_SECONDS, UNANSWERED_SECONDS

NO_ADDRESS = (
    "FAIRHAND_STATE is no address of PostgreSQL. Write it as postgresql://USER:PASSWORD@HOST/NAME, without quotation "
    "marks. In the password % is written %25, @ is %40, / is %2F and a space is %20."
)
"""What is said of an address that is none, without a word of it."""

_PORTS = re.compile(r"[\d,]*")


def server_address(url: str) -> str:
    """The URL with our parameters of a connection, where it does not set its own.

    StoreError where it is none. What libpq says of it quotes it, and a password may stand in it: that is left out.
    """
    try:
        named = conninfo_to_dict(url.strip())
    except psycopg.ProgrammingError:
        raise StoreError(NO_ADDRESS) from None
    if "@" in str(named.get("host", "")) or not _PORTS.fullmatch(str(named.get("port", ""))):
        raise StoreError(NO_ADDRESS)  # an @ or / of the password has ended it too early
    said = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    ours: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "fairhand",
        "keepalives_idle": 2 * CONNECT_SECONDS,
        "keepalives_interval": CONNECT_SECONDS,
        "keepalives_count": 3,
        "tcp_user_timeout": 1000 * UNANSWERED_SECONDS,
    }
    return make_conninfo(**{**ours, **named, "options": f"{said} {named.get('options', '')}".strip()})
