"""What was paid out as transfers, for whoever sends the money."""

from __future__ import annotations

from collections.abc import Iterable

from transcribe.pay_arithmetic import decimal_text
from transcribe.store import PayLine, Store

TRANSFER_COLUMNS = ("handle", "amount", "currency", "reference", "date")
"""What is said of each transfer, as `fairhand pay close` prints it."""


def transfers(store: Store, lines: Iterable[PayLine]) -> list[tuple[str, str, str, str, str]]:
    """Lines that paid something out as transfers: what stands under `TRANSFER_COLUMNS`."""
    handles = {person.id: person.handle for person in store.transcribers()}
    return [
        (
            handles.get(line.transcriber, line.transcriber),
            decimal_text(-line.micro),
            line.currency,
            line.reference,
            f"{line.at:%Y-%m-%d}",
        )
        for line in lines
    ]
