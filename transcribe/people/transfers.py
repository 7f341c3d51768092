"""What was paid out as transfers, for whoever sends the money."""

from __future__ import annotations

from collections.abc import Iterable

from transcribe.pay_arithmetic import MICRO_PLACES, amount_text, decimal_text
from transcribe.store import PayLine, Store, facts

TRANSFER_COLUMNS = ("handle", "amount", "currency", "reference", "date", "carried")
"""What is said of each transfer, as `fairhand pay close` prints it. `carried` stays due until the next period."""


def transfers(
    store: Store, lines: Iterable[PayLine], carried: Iterable[facts.CarriedRest] | None = None
) -> list[tuple[str, ...]]:
    """Lines that paid something out as transfers: what stands under `TRANSFER_COLUMNS`.

    `carried` is what is carried beside them: None for what the store kept when their periods were closed. The column
    is "" of periods that were closed before anything was carried.
    """
    lines = list(lines)
    if carried is None:
        carried = [
            rest for reference in sorted({each.reference for each in lines}) for rest in store.carried_of(reference)
        ]
    rests = {
        (each.reference, each.transcriber, each.currency): decimal_text(each.micro, MICRO_PLACES) for each in carried
    }
    handles = {person.id: person.handle for person in store.transcribers()}
    return [
        (
            handles.get(line.transcriber, line.transcriber),
            amount_text(-line.micro, line.currency),
            line.currency,
            line.reference,
            f"{line.at:%Y-%m-%d}",
            rests.get((line.reference, line.transcriber, line.currency), ""),
        )
        for line in lines
    ]
